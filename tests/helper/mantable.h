/* Parts of manual pages that are made from the program's own lists. */
#ifndef AX_TEST_MANTABLE_H
#define AX_TEST_MANTABLE_H

#include "engine/base/str.h"

/* Compares the lines of the page between `.\" list NAME` and `.\" end` with `want`; with AX_UPDATE_MAN=1 in the
   environment writes them instead. path: from the repository's root. False: they differ (the first line that does is
   printed). */
bool ax_man_part(const char *path, const char *name, const char *want);
/* Text of a list as mdoc: '-' as in options, what would be a macro or an escape defused. */
void ax_man_text(ax_str *out, const char *text);

#endif
