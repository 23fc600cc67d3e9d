/* safetensors files: 8 bytes length, JSON header, data. Hostile input is expected: the header is capped at 100 MB,
   offsets are checked to be inside the file without holes or overlap, shapes against sizes. */
#ifndef AX_MODEL_SAFETENSORS_H
#define AX_MODEL_SAFETENSORS_H

#include "engine/base/err.h"

#include <stddef.h>
#include <stdint.h>

typedef enum ax_st_dtype {
    AX_ST_F64,
    AX_ST_F32,
    AX_ST_F16,
    AX_ST_BF16,
    AX_ST_I64,
    AX_ST_I32,
    AX_ST_U8,
    AX_ST_OTHER /* of a type that isn't read: it may be in a file, but not be used */
} ax_st_dtype;
typedef struct ax_st_tensor {
    const char *name; /* "": it has none */
    ax_st_dtype dtype;
    int n_dim;
    int64_t dim[8];
    const void *data; /* borrowed from the file; may be unaligned */
    size_t bytes, elements;
    char type[16]; /* of AX_ST_OTHER: what the file calls it */
} ax_st_tensor;
typedef struct ax_safetensors ax_safetensors;

/* Maps the file read-only. Errors name the file. */
ax_safetensors *ax_safetensors_open(const char *path, ax_err *err);
/* The same over bytes of the caller, which must outlive it (embedded weights); name is for messages. */
ax_safetensors *ax_safetensors_view(const void *bytes, size_t n, const char *name, ax_err *err);
void ax_safetensors_free(ax_safetensors *st);
const char *ax_safetensors_name(const ax_safetensors *st); /* path, or what view was told: for messages */
size_t ax_safetensors_count(const ax_safetensors *st);
const ax_st_tensor *ax_safetensors_at(const ax_safetensors *st, size_t i);
const ax_st_tensor *ax_safetensors_find(const ax_safetensors *st, const char *name); /* NULL = not there */
const char *ax_safetensors_meta(const ax_safetensors *st, const char *key);          /* NULL = not there */
/* All of them, by rising key. */
typedef struct ax_st_meta {
    const char *key, *value;
} ax_st_meta;
size_t ax_safetensors_metas(const ax_safetensors *st);
ax_st_meta ax_safetensors_meta_at(const ax_safetensors *st, size_t i);
/* The bytes of the file. */
const void *ax_safetensors_bytes(const ax_safetensors *st, size_t *n);
/* Converts a tensor's elements to float32; out holds t->elements floats. Any type but AX_ST_OTHER. */
void ax_st_to_float(const ax_st_tensor *t, float *out);
/* The same for a tensor of an imported file, which is looked at once, here: AX_EFORMAT names the file and the tensor
   when it holds integers and `takes` is AX_ST_FLOATS, is of another type, or an element is NaN, or infinite as a
   float32. */
typedef enum ax_st_takes { AX_ST_FLOATS, AX_ST_NUMBERS } ax_st_takes;
ax_code ax_st_import(const ax_st_tensor *t, const char *file, ax_st_takes takes, float *out, ax_err *err);

/* Writing: a list of tensors and of metadata pairs; the file appears whole or not at all (ax_file_replace). */
ax_code ax_safetensors_write(int dirfd, const char *path, const ax_st_tensor *tensors, size_t n, const ax_st_meta *meta,
                             size_t n_meta, ax_err *err);
/* The same to a path that a user named (ax_output_write). */
ax_code ax_safetensors_output(const char *path, const ax_st_tensor *tensors, size_t n, const ax_st_meta *meta,
                              size_t n_meta, ax_err *err);

#endif
