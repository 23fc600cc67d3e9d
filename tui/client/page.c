/* report: a run as a page of HTML. */
#include "tui/report/page.h"

#include "engine/base/unused.h"
#include "engine/config/option.h"
#include "engine/wire/run.h"
#include "tui/client/commands.h"
#include "tui/client/run_text.h"

#include <string.h>

static ax_code page(const ax_run_handle *run, const ax_state *s, void *context AX_UNUSED, ax_str *out, ax_err *err)
{
    ax_settings settings;
    memset(&settings, 0, sizeof settings);
    bool known = ax_settings_read_run(&settings, run->dirfd, NULL) == AX_OK;
    const ax_page_of of = { run->dirfd, run->name,
                            run->path,  ax_state_word(s, ax_run_engine(run->dirfd) > 0),
                            s,          known ? &settings : NULL };
    return ax_page_write(&of, out, err);
}

int ax_cli_report(int argc, char **argv)
{
    const char *file = NULL;
    const ax_option option[] = { AX_PATH(
        "-o", "FILE", &file, "output file, written completely or not at all; default, and -: standard output") };
    ax_usage u = { "auxcell report [RUN] [-o FILE.html]",
                   "The results of a run as one page of HTML that needs nothing else: rewards, fronts, best cells,\n"
                   "pictures, settings, and where all that comes from.\n",
                   AX_OPTIONS(option), NULL, 1 };
    ax_run_handle run;
    int status = ax_run_of_arguments(&u, argc, argv, &run);
    return status == AX_PARSED_GO ? ax_run_write_text(&run, file, "the page", page, NULL) : status;
}
