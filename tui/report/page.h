/* What a run has found, as one page of HTML that needs nothing else: no script, no font, no file beside it. */
#ifndef AX_TUI_REPORT_PAGE_H
#define AX_TUI_REPORT_PAGE_H

#include "engine/base/str.h"
#include "engine/config/settings.h"
#include "engine/wire/state.h"

typedef struct ax_page_of {
    int dirfd;                      /* the run's directory, for its mask files */
    const char *name, *path, *word; /* of the run; how it stands: "finished" */
    const ax_state *state;
    const ax_settings *settings; /* NULL: run.ini can't be read */
} ax_page_of;

/* Appends the page. AX_ENOMEM. A mask file that can't be read is said in its place. */
ax_code ax_page_write(const ax_page_of *of, ax_str *out, ax_err *err);

#endif
