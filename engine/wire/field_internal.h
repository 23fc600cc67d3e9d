/* Internals shared by writing and reading struct members. */
#ifndef AX_WIRE_FIELD_INTERNAL_H
#define AX_WIRE_FIELD_INTERNAL_H

#include "engine/candidate/words.h"
#include "engine/space/genotype.h"
#include "engine/wire/field.h"

/* A member by its type. Members are copied in and out, since the table knows only their offsets. */
typedef union ax_member {
    uint32_t u32;
    uint64_t u64;
    int64_t whole;
    double real;
    bool flag;
    ax_status status;
    ax_cause cause;
    ax_genotype genotype;
    float each[AX_MAX_DECISIONS];
} ax_member;

ax_member ax_member_get(const ax_field *f, const void *object);
bool ax_member_set(const ax_field *f, void *object, const ax_member *m); /* returns true */
/* decisions of the struct's genotype; 0 without one */
uint32_t ax_fields_decisions(const ax_fields *fields, const void *object);

#endif
