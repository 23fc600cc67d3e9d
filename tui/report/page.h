/* The results of a run as one self-contained page of HTML: no script, no font, no other file. */
#ifndef AX_TUI_REPORT_PAGE_H
#define AX_TUI_REPORT_PAGE_H

#include "engine/base/str.h"
#include "engine/config/settings.h"
#include "engine/wire/state.h"

typedef struct ax_page_of {
    int dirfd;                      /* the run's directory, for its mask files */
    const char *name, *path, *word; /* name and path of the run; its state as a word: "finished" */
    const ax_state *state;
    const ax_settings *settings; /* NULL: run.ini can't be read */
} ax_page_of;

/* Appends the page. AX_ENOMEM. In place of a mask file that can't be read the page says so. */
ax_code ax_page_write(const ax_page_of *of, ax_str *out, ax_err *err);

#endif
