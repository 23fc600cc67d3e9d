/* A hash table from names to numbers, for graphs of a thousand values that are looked up while they grow. */
#ifndef AX_BASE_NAMES_H
#define AX_BASE_NAMES_H

#include "engine/base/err.h"

#include <stddef.h>
#include <stdint.h>

/* All zero: empty. Names are borrowed: their owner keeps them in place while the table is in use. */
typedef struct ax_names {
    struct ax_name *slot; /* the count of slots is a power of two, at least twice the number of names */
    size_t n, cap;
} ax_names;

#define AX_NO_NAME UINT32_MAX

/* Adds a name that isn't in the table. AX_ENOMEM: nothing is added. */
ax_code ax_names_add(ax_names *names, const char *name, uint32_t number, ax_err *err);

/* The number of a name; AX_NO_NAME when it isn't in the table. */
uint32_t ax_names_find(const ax_names *names, const char *name);

/* Frees the table, not the names. */
void ax_names_free(ax_names *names);

#endif
