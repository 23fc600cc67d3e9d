#include "tui/client/masks.h"

#include "engine/base/out.h"
#include "viz/mask.h"

#include <stdio.h>
#include <string.h>

typedef struct said {
    const ax_run_handle *run;
    const char *what;
    bool any;
} said;

static void say(void *context, const char *name)
{
    said *s = context;
    ax_out(s->any ? "" : "\n");
    char label[32] = "";
    if (!s->any)
        snprintf(label, sizeof label, "%s:", s->what);
    ax_out_line("%-*s %s/%s", (int)strlen(s->what) + 1, label, s->run->path, name);
    s->any = true;
}

ax_code ax_masks_export(const ax_run_handle *run, const ax_candidate *c, const char *what, ax_err *err)
{
    ax_maskfile m = { .h = 0 };
    said s = { run, what, false };
    if (!c->masks[0] || c->masks[0] == '/' || strstr(c->masks, ".."))
        return AX_OK;
    ax_code code = ax_maskfile_read(run->dirfd, c->masks, &m, err);
    if (code == AX_OK)
        code = ax_mask_export(run->dirfd, c->id, &m, say, &s, err);
    ax_maskfile_release(&m);
    return code;
}
