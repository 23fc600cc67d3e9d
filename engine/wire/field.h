/* Converts struct members to and from msgpack and to JSON, by a table. Used by events and by the candidates of a
   snapshot. */
#ifndef AX_WIRE_FIELD_H
#define AX_WIRE_FIELD_H

#include "engine/base/msgread.h"
#include "engine/base/str.h"
#include "engine/space/genotype.h"

#include <msgpack.h>

/* Types of members; in brackets the msgpack form, where it differs. */
typedef enum ax_field_type {
    AX_FIELD_U32,
    AX_FIELD_U64,      /* up to INT64_MAX */
    AX_FIELD_COUNT,    /* int64_t, not negative; a negative value is written as 0 */
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
    bool later;          /* older files may lack it; the member is then unchanged */
} ax_field;

/* genotype: offset of the struct's genotype; a struct without one has empty REALS and EACH. */
typedef struct ax_fields {
    const ax_field *field;
    size_t n, genotype;
} ax_fields;
enum { AX_FIELDS_NO_GENOTYPE = -1 };

/* Packs names and values; the caller packs the map's head, with at least this many entries. */
void ax_fields_pack(msgpack_packer *pk, const ax_fields *fields, const void *object);
/* Appends ,"name":value for each. */
void ax_fields_json(ax_str *out, const ax_fields *fields, const void *object);

/* Reads one member. False: the value has another type; the member's content is then undefined. */
bool ax_field_read(ax_msgread *r, const ax_fields *fields, const ax_field *f, void *object);
/* The same from a msgpack-c object; o may be NULL: false. */
bool ax_field_read_object(const msgpack_object *o, const ax_fields *fields, const ax_field *f, void *object);
/* Sets a member that the file lacks to "unknown", if its type has such a value. False for a genotype, which is
   required. */
bool ax_field_lack(const ax_field *f, void *object);

#endif
