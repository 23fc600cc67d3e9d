/* Numbers by their names: what a graph of a thousand values looks up as often as it grows. */
#ifndef AX_BASE_NAMES_H
#define AX_BASE_NAMES_H

#include "engine/base/err.h"

#include <stddef.h>
#include <stdint.h>

/* All zero: empty. The names stay their owner's, who keeps them in place for as long as this is used. */
typedef struct ax_names {
    struct ax_name *slot; /* a power of two of them, at least twice as many as names */
    size_t n, cap;
} ax_names;

#define AX_NO_NAME UINT32_MAX

/* Adds a name that isn't there yet. AX_ENOMEM: nothing is added. */
ax_code ax_names_add(ax_names *names, const char *name, uint32_t number, ax_err *err);

/* The number of a name, AX_NO_NAME if it isn't there. */
uint32_t ax_names_find(const ax_names *names, const char *name);

/* Frees the table, not the names. */
void ax_names_free(ax_names *names);

#endif
