/* report: a run as a page of HTML. */
#include "tui/report/page.h"

#include "engine/base/out.h"
#include "engine/base/output.h"
#include "engine/config/option.h"
#include "engine/wire/run.h"
#include "tui/client/commands.h"
#include "tui/client/runs.h"

#include <string.h>

enum { MOST_BYTES = 1 << 30 };

static ax_code write_page(const ax_run_handle *run, const ax_state *s, const char *file, ax_err *err)
{
    ax_str out;
    ax_settings settings;
    ax_str_init(&out, MOST_BYTES);
    memset(&settings, 0, sizeof settings);
    bool known = ax_settings_read_run(&settings, run->dirfd, NULL) == AX_OK;
    const ax_page_of of = { run->dirfd, run->name,
                            run->path,  ax_state_word(s, ax_run_engine(run->dirfd) > 0),
                            s,          known ? &settings : NULL };
    ax_code code = ax_page_write(&of, &out, err);
    if (code == AX_OK && file)
        code = ax_output_write(file, out.text, out.len, err);
    else if (code == AX_OK)
        ax_out_text(out.text); /* main checks whether all was written */
    ax_str_release(&out);
    return code;
}

int ax_cli_report(int argc, char **argv)
{
    const char *file = NULL;
    bool damaged = false;
    const ax_option option[] = { AX_TEXT(
        "-o", "FILE", &file, "output file, written completely or not at all; default, and -: standard output") };
    ax_usage u = { "auxcell report [RUN] [-o FILE.html]",
                   "The results of a run as one page of HTML that needs nothing else: rewards, fronts, best cells,\n"
                   "pictures, settings, and where all that comes from.\n",
                   AX_OPTIONS(option), NULL, 1 };
    ax_run_handle run = { .dirfd = -1 };
    ax_state s;
    ax_err err;
    int n;
    ax_parsed parsed = ax_options_parse(&u, argc, argv, &n);
    if (parsed != AX_PARSED_GO)
        return parsed;
    if (ax_run_find(n ? argv[1] : NULL, false, &run, &err) != AX_OK)
        return ax_complain_of(&err);
    if (file && !strcmp(file, "-"))
        file = NULL;
    ax_code code = file ? ax_run_check_output(&run, file, "the page", &err) : AX_OK;
    if (code == AX_OK) {
        code = ax_run_load(run.dirfd, &s, &err);
        if (code == AX_OK)
            code = write_page(&run, &s, file, &err);
        ax_out_flush();
        damaged = ax_run_say_damage(&run, &s.damage);
        ax_state_release(&s);
    }
    ax_run_close(&run);
    return code == AX_OK ? damaged : ax_complain_of(&err);
}
