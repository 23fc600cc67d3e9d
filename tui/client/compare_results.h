/* The results of a comparison as text: what each side reached, and each side against each other. */
#ifndef AX_TUI_COMPARE_RESULTS_H
#define AX_TUI_COMPARE_RESULTS_H

#include "engine/base/str.h"
#include "tui/session/comparison.h"

/* One line for each side: where it is in the plot. */
void ax_compare_table(const ax_comparison *c, ax_str *out);
/* The result of each side (by the finals, where all runs have them) and paired tests. */
void ax_compare_results(const ax_comparison *c, ax_str *out);
/* Two tables in Markdown. */
void ax_compare_markdown(const ax_comparison *c, ax_str *out);

#endif
