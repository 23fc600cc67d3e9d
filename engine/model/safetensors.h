/* Reads and writes safetensors files: 8 bytes of length, JSON header, data. Input may be malicious: the header is
   limited to 100 MB, offsets must lie inside the file without gaps or overlap, and shapes must match sizes. */
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
    AX_ST_OTHER /* a type that isn't supported: a file may contain it, but it can't be used */
} ax_st_dtype;
typedef struct ax_st_tensor {
    const char *name; /* "": none */
    ax_st_dtype dtype;
    int n_dim;
    int64_t dim[8];
    const void *data; /* borrowed from the file; may be unaligned */
    size_t bytes, elements;
    char type[16]; /* for AX_ST_OTHER: the type's name in the file */
} ax_st_tensor;
typedef struct ax_safetensors ax_safetensors;

/* Maps the file read-only. Errors name the file. */
ax_safetensors *ax_safetensors_open(const char *path, ax_err *err);
/* The same for bytes of the caller, which must outlive it (embedded weights); name: for messages. */
ax_safetensors *ax_safetensors_view(const void *bytes, size_t n, const char *name, ax_err *err);
void ax_safetensors_free(ax_safetensors *st);
const char *ax_safetensors_name(const ax_safetensors *st); /* path, or the name given to view; for messages */
size_t ax_safetensors_count(const ax_safetensors *st);
const ax_st_tensor *ax_safetensors_at(const ax_safetensors *st, size_t i);
const ax_st_tensor *ax_safetensors_find(const ax_safetensors *st, const char *name); /* NULL = missing */
const char *ax_safetensors_meta(const ax_safetensors *st, const char *key);          /* NULL = missing */
/* All metadata pairs, by ascending key. */
typedef struct ax_st_meta {
    const char *key, *value;
} ax_st_meta;
size_t ax_safetensors_metas(const ax_safetensors *st);
ax_st_meta ax_safetensors_meta_at(const ax_safetensors *st, size_t i);
/* Size of the file in bytes. */
const void *ax_safetensors_bytes(const ax_safetensors *st, size_t *n);
/* Converts a tensor's elements to float32; out holds t->elements floats. Works for all types except AX_ST_OTHER. */
void ax_st_to_float(const ax_st_tensor *t, float *out);
/* The same for a tensor of an imported file, which is validated: AX_EFORMAT names file and tensor when it holds
   integers and `takes` is AX_ST_FLOATS, has an unsupported type, or an element is NaN, or infinite as float32. */
typedef enum ax_st_takes { AX_ST_FLOATS, AX_ST_NUMBERS } ax_st_takes;
ax_code ax_st_import(const ax_st_tensor *t, const char *file, ax_st_takes takes, float *out, ax_err *err);

/* Writes tensors and metadata pairs; the file is written whole or not at all (ax_file_replace). */
ax_code ax_safetensors_write(int dirfd, const char *path, const ax_st_tensor *tensors, size_t n, const ax_st_meta *meta,
                             size_t n_meta, ax_err *err);
/* The same to a path that the user named (ax_output_write). */
ax_code ax_safetensors_output(const char *path, const ax_st_tensor *tensors, size_t n, const ax_st_meta *meta,
                              size_t n_meta, ax_err *err);

#endif
