/* What a run has found, as readable text. */
#ifndef AX_TUI_REPORT_H
#define AX_TUI_REPORT_H

#include "engine/config/settings.h"
#include "engine/wire/state.h"

#include <stdbool.h>

/* An event as a line of JSON. */
void ax_report_event_json(const ax_event *ev);
/* One line per candidate: "#12 reward .6904  mIoU .613  params 2.61M  4.2 s  [[...". */
void ax_report_candidate(const char *before, ax_task_id task, const ax_candidate *c);
enum { AX_FINAL_TEXT = 96 };
/* The result of a finalist: ".6123 +- .0080 of 4 seeds, best with probability .71". */
char *ax_report_final(const ax_candidate *c, char out[static AX_FINAL_TEXT]);
/* The n best of the search, those of the finals first, and every full training, then the best one's genotype, cell and
   blocks as lanes. settings: for the parameters of operations; NULL = without. */
void ax_report_best(const ax_state *s, uint32_t n, const ax_settings *settings);
void ax_report_lanes(const ax_genotype *g, int channels, int repeats);
bool ax_terminal_unicode(void);

#endif
