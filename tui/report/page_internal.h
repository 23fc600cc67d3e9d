/* Functions that the sections of the page share. */
#ifndef AX_TUI_REPORT_PAGE_INTERNAL_H
#define AX_TUI_REPORT_PAGE_INTERNAL_H

#include "tui/report/page.h"

enum { AX_PAGE_BEST = 10 };

/* Ids of the finished candidates of the search with the highest rewards, finalists before them, the best first; returns
   how many. */
uint32_t ax_page_best(const ax_state *s, uint32_t id[AX_PAGE_BEST]);

/* ---- charts.c ---- */
ax_code ax_page_rewards(const ax_page_of *of, ax_str *out, ax_err *err);
ax_code ax_page_fronts(const ax_page_of *of, ax_str *out, ax_err *err);

/* ---- candidates.c ---- */
void ax_page_table(const ax_page_of *of, ax_str *out);
void ax_page_cells(const ax_page_of *of, ax_str *out);

/* ---- pictures.c ---- */
/* The best candidate's pictures, and the classes in them. */
ax_code ax_page_pictures(const ax_page_of *of, ax_str *out, ax_err *err);

/* ---- origin.c ---- */
void ax_page_settings(const ax_page_of *of, ax_str *out);
void ax_page_origin(const ax_page_of *of, ax_str *out);

#endif
