/* .npy files (NumPy's format, versions 1 to 3): one array, little-endian numbers, rows last. */
#ifndef AX_MODEL_NPY_H
#define AX_MODEL_NPY_H

#include "engine/model/safetensors.h"

/* Reads the header of n bytes into *out, whose data then points into them (dtype, shape; it has no name). name
   is for messages. Floats of 2, 4 and 8 bytes and bytes; at most 8 dimensions. AX_EFORMAT says what is wrong: not such
   a file, cut, another type, columns first (fortran_order), a size that doesn't fit the shape. */
ax_code ax_npy_view(const void *bytes, size_t n, const char *name, ax_st_tensor *out, ax_err *err);

#endif
