/* Loads a tensor of a file into a parameter. */
#ifndef AX_MODEL_TENSOR_H
#define AX_MODEL_TENSOR_H

#include "engine/graph/params.h"
#include "engine/model/safetensors.h"

/* Loads parameter i of p from the tensor of that name. AX_EFORMAT: the tensor is missing, has another shape, is refused
   by ax_st_import, or contains a negative variance. */
ax_code ax_tensor_load(ax_params *p, size_t i, const ax_safetensors *st, const char *name, ax_err *err);

/* A tensor's shape in files: OIHW for a convolution's weight {O,kh,kw,I}, {C} for a vector, {N,C,H,W} for anything
   else. Returns the number of dimensions. */
int ax_tensor_dims(ax_type type, int64_t dim[4]);
/* "[8,1,3,3]", written to buf; returns buf. */
char *ax_tensor_shape_text(const int64_t *dim, int n_dim, char *buf, size_t cap);

#endif
