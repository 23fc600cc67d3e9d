/* All that is known about a candidate, for other programs: one list of fields makes both JSON and CSV. */
#ifndef AX_TUI_CANDIDATE_TEXT_H
#define AX_TUI_CANDIDATE_TEXT_H

#include "engine/wire/state.h"

/* Appends a candidate of s as a JSON object; unknown values are null. */
void ax_candidate_json(const ax_state *s, const ax_candidate *c, ax_str *out);
/* Appends the first line of a CSV file (RFC 4180, but with lines that end in a line feed alone). */
void ax_candidate_csv_header(ax_task_id task, ax_str *out);
/* Appends a candidate as a line of it; unknown values are empty. */
void ax_candidate_csv(const ax_state *s, const ax_candidate *c, ax_str *out);
/* Appends all candidates: a JSON array with one object per line, or CSV. */
void ax_candidates_text(const ax_state *s, bool json, ax_str *out);

#endif
