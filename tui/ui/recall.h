/* What was typed into prompts before, and filters that have names; kept over sessions in a text file. Pure. */
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
    char line[AX_RECALL_KINDS][AX_RECALL_LINES][AX_PROMPT_TEXT]; /* by kind of prompt; the newest last */
    int n[AX_RECALL_KINDS];
    ax_named_filter named[AX_NAMED_FILTERS];
    int n_named;
    bool toured; /* the tour has been seen */
} ax_recall;

/* Adds a line as the newest; one that is there already moves, the oldest gives way. "" isn't kept. */
void ax_recall_add(ax_recall *r, int kind, const char *line);
/* The k-th newest line (from 1) that begins so; NULL: there are fewer. */
const char *ax_recall_line(const ax_recall *r, int kind, const char *beginning, int k);

/* The filter of n bytes of a name; NULL: there is none. */
const char *ax_recall_filter(const ax_recall *r, const char *name, size_t n);
/* Names a filter, or gives the name another; text "": forgets it. AX_EINVAL: letters, digits, - and _ make a name; or
   there are too many. */
ax_code ax_recall_name(ax_recall *r, const char *name, const char *text, ax_err *err);

/* As the lines of a file, and back; what isn't understood is skipped. text is changed. */
void ax_recall_print(const ax_recall *r, ax_str *out);
void ax_recall_parse(ax_recall *r, char *text);
/* Lines of `newer` become the newest of r, and its names replace those of r. */
void ax_recall_merge(ax_recall *r, const ax_recall *newer);

#endif
