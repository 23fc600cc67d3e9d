/* "Did you mean": how far apart two words are. */
#ifndef AX_BASE_NEAR_H
#define AX_BASE_NEAR_H

#include <stddef.h>

enum { AX_NEAR = 2 }; /* typing errors up to which a word is offered instead of another */

/* Levenshtein's distance; '-' and '_' are the same. SIZE_MAX for words of 64 bytes and more. */
size_t ax_edit_distance(const char *a, const char *b);

#endif
