/* "Did you mean": the edit distance of two words. */
#ifndef AX_BASE_NEAR_H
#define AX_BASE_NEAR_H

#include <stddef.h>

enum { AX_NEAR = 2 }; /* a word at most so many typing errors away is suggested */

/* Levenshtein distance; '-' and '_' are equal. SIZE_MAX for words of 64 bytes or more. */
size_t ax_edit_distance(const char *a, const char *b);

#endif
