/* The figures of a comparison in words: what each side came to, and each against each other. */
#ifndef AX_TUI_COMPARE_RESULTS_H
#define AX_TUI_COMPARE_RESULTS_H

#include "engine/base/str.h"
#include "tui/session/comparison.h"

/* Where each stands in the plot. */
void ax_compare_table(const ax_comparison *c, ax_str *out);
/* What each came to, by the finals where all runs have them, and paired tests. */
void ax_compare_results(const ax_comparison *c, ax_str *out);
/* Two tables in Markdown. */
void ax_compare_markdown(const ax_comparison *c, ax_str *out);

#endif
