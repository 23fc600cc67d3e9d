/* Filters: words that must all be true of a candidate. "reward>.65 params<3M state!=X sep5x5" */
#ifndef AX_VIZ_FILTER_H
#define AX_VIZ_FILTER_H

#include "engine/wire/state.h"

enum { AX_FILTER_TERMS = 8, AX_FILTER_TEXT = 120 };
typedef struct ax_filter_term {
    int column;    /* an ax_metric, or another column of filter.c; -1: text anywhere in id, genotype, origin or note */
    char relation; /* '<', '>', '=', '!' and, with or-equal, 'l', 'g' */
    double value;
    char text[AX_FILTER_TEXT];
} ax_filter_term;
typedef struct ax_filter {
    char text[AX_FILTER_TEXT]; /* as typed */
    int n;
    ax_filter_term term[AX_FILTER_TERMS];
} ax_filter;

/* Reads a filter; "" passes everything. Figures are those of the task. AX_EINVAL names the word that isn't understood
   and leaves *f as it was. */
ax_code ax_filter_parse(const char *text, ax_task_id task, ax_filter *f, ax_err *err);
/* The i-th column of a task that can be compared, NULL past the last; and how many there are. */
const char *ax_filter_column(int i, ax_task_id task);
int ax_filter_columns(ax_task_id task);
/* Whether a candidate passes; an unknown value passes no comparison. */
bool ax_filter_pass(const ax_filter *f, const ax_candidate *c);

#endif
