#include "tui/client/run_text.h"

#include "engine/base/out.h"
#include "engine/base/output.h"

#include <string.h>

enum { MOST_BYTES = 1 << 30 };

static ax_code write_text(const ax_run_handle *run, const ax_state *s, const char *file, ax_run_text *text,
                          void *context, ax_err *err)
{
    ax_str out;
    ax_str_init(&out, MOST_BYTES);
    ax_code code = text(run, s, context, &out, err);
    if (code == AX_OK && file)
        code = ax_output_write(file, out.text, out.len, err);
    else if (code == AX_OK)
        ax_out_text(out.text); /* main checks whether all was written */
    ax_str_release(&out);
    return code;
}

int ax_run_write_text(ax_run_handle *run, const char *file, const char *what, ax_run_text *text, void *context)
{
    ax_state s;
    ax_err err;
    bool damaged = false;
    if (file && !strcmp(file, "-"))
        file = NULL;
    ax_code code = file ? ax_run_check_output(run, file, what, &err) : AX_OK;
    if (code == AX_OK) {
        code = ax_run_load(run->dirfd, &s, &err);
        if (code == AX_OK)
            code = write_text(run, &s, file, text, context, &err);
        ax_out_flush();
        damaged = ax_run_say_damage(run, &s.damage);
        ax_state_release(&s);
    }
    ax_run_close(run);
    return code == AX_OK ? damaged : ax_complain_of(&err);
}
