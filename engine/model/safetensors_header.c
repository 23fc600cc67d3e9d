#include "engine/model/safetensors_header.h"
#include "engine/model/safetensors_tensor.h"

#include "engine/base/grow.h"
#include "engine/base/json_run.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The parser's position in the document. */
typedef enum place {
    START,
    TOP,     /* in the outer object: a name is expected */
    NAMED,   /* after a tensor's name */
    META,    /* after "__metadata__" or in its object: a key is expected */
    META_IN, /* after a key: a string is expected */
    FIELD,   /* in a tensor's object: a key is expected */
    DTYPE,   /* after "dtype" */
    SHAPE,   /* after "shape" */
    SHAPE_IN,
    OFFSETS, /* after "data_offsets" */
    OFFSETS_IN,
    DONE
} place;

enum { HAS_DTYPE = 1, HAS_SHAPE = 2, HAS_OFFSETS = 4 };

typedef struct reader {
    ax_st_header *h;
    const char *data, *name;
    size_t n_data;
    place at;
    bool meta_seen;
    unsigned has; /* HAS_ bits: fields of the current tensor so far */
    int n_offsets;
    uint64_t offset[2];
    ax_code code;
    ax_err *err;
} reader;

static const char *current(const reader *r)
{
    return r->h->n ? r->h->tensor[r->h->n - 1].name : "";
}

/* Callbacks return 0 to stop the parser. */
static int stop(reader *r, const char *what)
{
    bool inside = r->at != START && r->at != TOP && r->at != META && r->at != META_IN && r->at != DONE;
    if (inside)
        r->code = ax_fail(r->err, AX_EFORMAT, "%s: header: tensor '%.200s': %s", r->name, current(r), what);
    else
        r->code = ax_fail(r->err, AX_EFORMAT, "%s: header: %s", r->name, what);
    return 0;
}

static int no_memory(reader *r)
{
    r->code = ax_fail(r->err, AX_ENOMEM, "%s: no memory for its header", r->name);
    return 0;
}

static bool is_text(const unsigned char *text, size_t len, const char *what)
{
    return len == strlen(what) && !memcmp(text, what, len);
}

static int start_tensor(reader *r, const unsigned char *key, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (key[i] < 0x20 || key[i] == 0x7f)
            return stop(r, "a tensor's name contains control characters");
    void *array = ax_grow(r->h->tensor, r->h->n, &r->h->cap, sizeof *r->h->tensor);
    if (!array)
        return no_memory(r);
    r->h->tensor = array;
    char *name = strndup((const char *)key, len);
    if (!name)
        return no_memory(r);
    r->h->tensor[r->h->n++] = (ax_st_tensor) { .name = name };
    r->has = 0;
    r->n_offsets = 0;
    r->at = NAMED;
    return 1;
}

static int start_meta(reader *r, const unsigned char *key, size_t len)
{
    if (memchr(key, 0, len))
        return stop(r, "a key of the metadata contains a zero byte");
    void *array = ax_grow(r->h->meta, r->h->n_meta, &r->h->cap_meta, sizeof *r->h->meta);
    if (!array)
        return no_memory(r);
    r->h->meta = array;
    char *name = strndup((const char *)key, len);
    if (!name)
        return no_memory(r);
    r->h->meta[r->h->n_meta++] = (ax_st_meta) { .key = name };
    r->at = META_IN;
    return 1;
}

static int on_key(void *context, const unsigned char *key, size_t len)
{
    static const struct {
        const char *name;
        unsigned bit;
        place next;
    } fields[] = { { "dtype", HAS_DTYPE, DTYPE },
                   { "shape", HAS_SHAPE, SHAPE },
                   { "data_offsets", HAS_OFFSETS, OFFSETS } };
    reader *r = context;
    if (r->at == META)
        return start_meta(r, key, len);
    if (r->at == TOP && !is_text(key, len, "__metadata__"))
        return start_tensor(r, key, len);
    if (r->at == TOP) {
        if (r->meta_seen)
            return stop(r, "two entries '__metadata__'");
        r->meta_seen = true;
        r->at = META;
        return 1;
    }
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        if (!is_text(key, len, fields[i].name))
            continue;
        if (r->has & fields[i].bit)
            return stop(r, "a field is there twice");
        r->has |= fields[i].bit;
        r->at = fields[i].next;
        return 1;
    }
    return stop(r, "a field other than dtype, shape, data_offsets");
}

static int on_string(void *context, const unsigned char *text, size_t len)
{
    reader *r = context;
    if (r->at == META_IN) {
        if (memchr(text, 0, len))
            return stop(r, "a value of the metadata contains a zero byte");
        char *value = strndup((const char *)text, len);
        if (!value)
            return no_memory(r);
        r->h->meta[r->h->n_meta - 1].value = value;
        r->at = META;
        return 1;
    }
    if (r->at != DTYPE)
        return stop(r, "a string where none is due");
    ax_st_tensor *t = &r->h->tensor[r->h->n - 1];
    r->at = FIELD;
    return ax_st_set_type(t, (const char *)text, len) ? 1 : stop(r, "its dtype isn't the name of a type");
}

static int on_integer(void *context, long long value)
{
    reader *r = context;
    ax_st_tensor *t = r->h->n ? &r->h->tensor[r->h->n - 1] : NULL;
    if (r->at == SHAPE_IN) {
        if (value < 0 || t->n_dim == AX_ST_MAX_DIM)
            return stop(r, value < 0 ? "a negative extent" : "more than 8 dimensions");
        t->dim[t->n_dim++] = value;
        return 1;
    }
    if (r->at != OFFSETS_IN)
        return stop(r, "a number where none is due");
    if (value < 0 || r->n_offsets == 2)
        return stop(r, value < 0 ? "a negative offset" : "more than two offsets");
    r->offset[r->n_offsets++] = (uint64_t)value;
    return 1;
}

/* Checks the three fields of a tensor against each other and the file. */
static int finish_tensor(reader *r)
{
    if (r->has != (HAS_DTYPE | HAS_SHAPE | HAS_OFFSETS))
        return stop(r, "dtype, shape or data_offsets is missing");
    if (r->n_offsets != 2)
        return stop(r, "data_offsets isn't [begin, end]");
    const char *wrong = ax_st_place(&r->h->tensor[r->h->n - 1], r->offset[0], r->offset[1], r->data, r->n_data);
    if (wrong)
        return stop(r, wrong);
    r->at = TOP;
    return 1;
}

static int on_start_map(void *context)
{
    reader *r = context;
    if (r->at == START)
        r->at = TOP;
    else if (r->at == NAMED)
        r->at = FIELD;
    else if (r->at != META)
        return stop(r, "an object where none is due");
    return 1;
}

static int on_end_map(void *context)
{
    reader *r = context;
    if (r->at == FIELD)
        return finish_tensor(r);
    r->at = r->at == META ? TOP : DONE;
    return 1;
}

static int on_start_array(void *context)
{
    reader *r = context;
    if (r->at != SHAPE && r->at != OFFSETS)
        return stop(r, "a list where none is due");
    r->at = r->at == SHAPE ? SHAPE_IN : OFFSETS_IN;
    return 1;
}

static int on_end_array(void *context)
{
    reader *r = context;
    r->at = FIELD;
    return 1;
}

static int on_other(void *context)
{
    return stop(context, "null, a truth value or a fraction where none is due");
}

static int on_boolean(void *context, int value)
{
    (void)value;
    return on_other(context);
}

static int on_double(void *context, double value)
{
    (void)value;
    return on_other(context);
}

ax_code ax_st_header_parse(ax_st_header *h, const char *json, size_t n, const char *data, size_t n_data,
                           const char *name, ax_err *err)
{
    static const yajl_callbacks callbacks = {
        .yajl_null = on_other,
        .yajl_boolean = on_boolean,
        .yajl_integer = on_integer,
        .yajl_double = on_double,
        .yajl_string = on_string,
        .yajl_start_map = on_start_map,
        .yajl_map_key = on_key,
        .yajl_end_map = on_end_map,
        .yajl_start_array = on_start_array,
        .yajl_end_array = on_end_array,
    };
    reader r = { .h = h, .data = data, .name = name, .n_data = n_data, .err = err };
    char why[AX_JSON_WHY];
    ax_code code = ax_json_run(&callbacks, &r, json, n, NULL, why);
    if (code == AX_ENOMEM)
        return ax_fail(err, AX_ENOMEM, "%s: no memory for its header", name);
    if (code == AX_EFORMAT) {
        r.at = START;
        stop(&r, why);
    } else if (code == AX_OK && r.at != DONE) {
        stop(&r, "no JSON object");
    }
    return r.code == AX_OK ? ax_st_header_sort_meta(h, name, err) : r.code;
}

void ax_st_header_release(ax_st_header *h)
{
    for (size_t i = 0; i < h->n; i++)
        free((void *)(uintptr_t)h->tensor[i].name);
    for (size_t i = 0; i < h->n_meta; i++) {
        free((void *)(uintptr_t)h->meta[i].key);
        free((void *)(uintptr_t)h->meta[i].value);
    }
    free(h->tensor);
    free(h->meta);
    *h = (ax_st_header) { 0 };
}
