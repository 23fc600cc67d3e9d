#include "tui/session/screens.h"

#include "engine/base/out.h"
#include "engine/base/output.h"
#include "engine/wire/run.h"

#include <limits.h>

/* Lets the user choose a run where none was named. False: the user left. */
static bool choose_run(ax_term *term, const ax_tui_options *o, char path[PATH_MAX], ax_err *err)
{
    if (ax_offer_live(path, PATH_MAX))
        return true;
    for (;;) {
        ax_offer what = ax_offer_choose(term, o, path, PATH_MAX, err);
        *err = (ax_err) { .code = AX_OK };
        if (what == AX_OFFER_LEAVE)
            return false;
        if (what == AX_OFFER_RUN)
            return true;
        ax_code code =
            what == AX_OFFER_DEMO ? o->start_demo(o->context, path, PATH_MAX, err) : o->resume(o->context, path, err);
        if (code == AX_OK)
            return true; /* otherwise the list is shown again, with the reason */
    }
}

int ax_tui_attach(const char *run_path, const ax_tui_options *o)
{
    ax_err err = { .code = AX_OK };
    char path[PATH_MAX];
    if (run_path && ax_run_path(run_path, path, sizeof path, &err) != AX_OK)
        return ax_complain_of(&err);
    if (o->record && ax_output_check(o->record, &err) != AX_OK)
        return ax_complain_of(&err);
    bool screen = o->rows <= 0 && !o->plain;
    ax_term *term = screen ? ax_term_start(&err) : NULL;
    if (!term && screen)
        return ax_complain_of(&err);
    ax_str farewell;
    ax_str_init(&farewell, 0);
    ax_code code = AX_OK;
    if (!run_path && !term && !ax_offer_live(path, PATH_MAX))
        code = ax_fail(&err, AX_EINVAL, "no engine runs: name a run");
    else if (run_path || !term || choose_run(term, o, path, &err))
        code = ax_session(term, path, o, &farewell, &err);
    ax_term_stop(term);
    if (farewell.len && ax_str_ok(&farewell))
        ax_out_line("%s", farewell.text);
    ax_str_release(&farewell);
    return code == AX_OK ? 0 : ax_complain_of(&err);
}
