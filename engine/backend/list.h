/* The backends built in, by name. */
#ifndef AX_BACKEND_LIST_H
#define AX_BACKEND_LIST_H

#include "engine/op/backend.h"

/* "auto" (today: cpu), "cpu", "ref". AX_EINVAL for an unknown name; AX_EDEVICE for cuda, which isn't built in. */
const ax_backend *ax_backend_find(const char *name, ax_err *err);

#endif
