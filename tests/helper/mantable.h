/* Parts of manual pages that are made from the program's own lists. */
#ifndef AX_TEST_MANTABLE_H
#define AX_TEST_MANTABLE_H

#include "engine/base/str.h"

/* Compares the lines of the page between `.\" list NAME` and `.\" end` with `want`; with AX_UPDATE_MAN=1 in the
   environment it writes them instead. path: relative to the repository's root. False: they differ (the first difference
   is printed). */
bool ax_man_part(const char *path, const char *name, const char *want);
/* Appends text as mdoc: '-' as in options, with macros and escapes neutralised. */
void ax_man_text(ax_str *out, const char *text);

#endif
