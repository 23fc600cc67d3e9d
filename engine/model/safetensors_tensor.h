/* What a header says of one tensor, checked: its type, and that its shape fits its place in the file. */
#ifndef AX_MODEL_SAFETENSORS_TENSOR_H
#define AX_MODEL_SAFETENSORS_TENSOR_H

#include "engine/model/safetensors.h"

#include <stdbool.h>

enum { AX_ST_MAX_DIM = sizeof((ax_st_tensor *)0)->dim / sizeof(int64_t) };

/* Name in the file, and bytes per element; not for AX_ST_OTHER. */
const char *ax_st_dtype_name(ax_st_dtype dtype);
size_t ax_st_dtype_bytes(ax_st_dtype dtype);
/* The type with this name. Unsupported types, such as BOOL or F8_E4M3, become AX_ST_OTHER: an error only when the
   tensor is used. False: it can't be the name of a type. */
bool ax_st_set_type(ax_st_tensor *t, const char *name, size_t len);
/* Places a tensor, whose type and dimensions are set, at bytes begin to end of the n_data bytes at data. Returns why it
   can't be there; NULL: done. */
const char *ax_st_place(ax_st_tensor *t, uint64_t begin, uint64_t end, const char *data, size_t n_data);

#endif
