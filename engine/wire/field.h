/* Members of a struct as msgpack and JSON, by a table: what events and the candidates of a snapshot share. */
#ifndef AX_WIRE_FIELD_H
#define AX_WIRE_FIELD_H

#include "engine/base/msgread.h"
#include "engine/base/str.h"
#include "engine/space/genotype.h"

#include <msgpack.h>

/* What a member is; in brackets what it is in msgpack, if that isn't the same. */
typedef enum ax_field_type {
    AX_FIELD_U32,
    AX_FIELD_U64,      /* up to INT64_MAX */
    AX_FIELD_COUNT,    /* int64_t, not below 0; what is below is written as 0 */
    AX_FIELD_WHOLE,    /* int64_t */
    AX_FIELD_REAL,     /* double; NAN = not known (nil) */
    AX_FIELD_TEXT,     /* char[size] */
    AX_FIELD_BOOL,     /* bool */
    AX_FIELD_STATUS,   /* ax_status (its letter) */
    AX_FIELD_CAUSE,    /* ax_cause (its word) */
    AX_FIELD_GENOTYPE, /* ax_genotype (its text) */
    AX_FIELD_REALS,    /* float[], one per decision of the struct's genotype (float 64) */
    AX_FIELD_EACH,     /* the same as float 32; nil when none is known */
    AX_FIELD_CHOICES   /* ax_probabilities (array of float 32) */
} ax_field_type;

typedef struct ax_field {
    ax_field_type type;
    const char *name;
    size_t offset, size; /* of the member */
    bool later;          /* older files may lack it, and then it stays as it is */
} ax_field;

/* genotype: its offset, where the struct has one; without it a REALS or EACH is empty. */
typedef struct ax_fields {
    const ax_field *field;
    size_t n, genotype;
} ax_fields;
enum { AX_FIELDS_NO_GENOTYPE = -1 };

/* Names and values, one after the other; the map's head, of at least so many, is the caller's. */
void ax_fields_pack(msgpack_packer *pk, const ax_fields *fields, const void *object);
/* ,"name":value for each */
void ax_fields_json(ax_str *out, const ax_fields *fields, const void *object);

/* Reads one member. False: the value isn't what the field takes, and the member may hold anything. */
bool ax_field_read(ax_msgread *r, const ax_fields *fields, const ax_field *f, void *object);
/* The same from an object of msgpack-c; o may be NULL: false. */
bool ax_field_read_object(const msgpack_object *o, const ax_fields *fields, const ax_field *f, void *object);
/* A member that a file doesn't have: not known, if its type can say that. False: a genotype must be there. */
bool ax_field_lack(const ax_field *f, void *object);

#endif
