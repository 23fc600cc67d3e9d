/* Reads .npy files (NumPy's format, versions 1 to 3): one array, little-endian, in C order. */
#ifndef AX_MODEL_NPY_H
#define AX_MODEL_NPY_H

#include "engine/model/safetensors.h"

/* Reads the header of n bytes into *out (dtype and shape, no name), whose data then points into the bytes. name: for
   messages. Supported are floats of 2, 4 and 8 bytes and bytes, with at most 8 dimensions. AX_EFORMAT: not such a file,
   truncated, another type, Fortran order, or a size that doesn't match the shape. */
ax_code ax_npy_view(const void *bytes, size_t n, const char *name, ax_st_tensor *out, ax_err *err);

#endif
