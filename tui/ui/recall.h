/* The history of the prompts and named filters, which a text file keeps between sessions. Pure. */
#ifndef AX_TUI_RECALL_H
#define AX_TUI_RECALL_H

#include "engine/base/err.h"
#include "engine/base/str.h"
#include "tui/ui/prompt.h"
#include "viz/filter.h"

enum { AX_RECALL_KINDS = 5, AX_RECALL_LINES = 50, AX_NAMED_FILTERS = 24, AX_FILTER_NAME = 16 };

typedef struct ax_named_filter {
    char name[AX_FILTER_NAME], text[AX_FILTER_TEXT];
} ax_named_filter;

typedef struct ax_recall {
    char line[AX_RECALL_KINDS][AX_RECALL_LINES][AX_PROMPT_TEXT]; /* by kind of prompt, the newest line last */
    int n[AX_RECALL_KINDS];
    ax_named_filter named[AX_NAMED_FILTERS];
    int n_named;
    bool toured; /* the tour has been seen */
} ax_recall;

/* Adds a line as the newest. A line that is there already moves; the oldest one is dropped for lack of room. "" isn't
   kept. */
void ax_recall_add(ax_recall *r, int kind, const char *line);
/* The k-th newest line (from 1) with this beginning; NULL: there are fewer. */
const char *ax_recall_line(const ax_recall *r, int kind, const char *beginning, int k);

/* The filter whose name is these n bytes; NULL: there is none. */
const char *ax_recall_filter(const ax_recall *r, const char *name, size_t n);
/* Gives a filter a name, or the name another filter; text "": removes the name. AX_EINVAL: a name consists of letters,
   digits, - and _; or there are too many names. */
ax_code ax_recall_name(ax_recall *r, const char *name, const char *text, ax_err *err);

/* Writes the lines of the file, and reads them back; lines that aren't understood are skipped. text is changed. */
void ax_recall_print(const ax_recall *r, ax_str *out);
void ax_recall_parse(ax_recall *r, char *text);
/* Adds the lines of `newer` as the newest of r; its names replace those of r. */
void ax_recall_merge(ax_recall *r, const ax_recall *newer);

#endif
