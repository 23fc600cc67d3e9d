/* From a tensor in a file to a parameter. */
#ifndef AX_MODEL_TENSOR_H
#define AX_MODEL_TENSOR_H

#include "engine/graph/params.h"
#include "engine/model/safetensors.h"

/* Fills parameter i of p from the tensor of that name. AX_EFORMAT: it is missing, of
   another shape, holds what ax_st_import refuses, or a negative variance. */
ax_code ax_tensor_load(ax_params *p, size_t i, const ax_safetensors *st, const char *name, ax_err *err);

/* The shape of a tensor on disk: OIHW for a convolution's weight {O,kh,kw,I}, {C} for a vector, {N,C,H,W} for anything
   else. Returns the number of dimensions. */
int ax_tensor_dims(ax_type type, int64_t dim[4]);
/* "[8,1,3,3]" into buf; returns buf. */
char *ax_tensor_shape_text(const int64_t *dim, int n_dim, char *buf, size_t cap);

#endif
