#include "tui/client/masks.h"

#include "engine/base/out.h"
#include "viz/mask.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

ax_code ax_masks_export(const ax_run_handle *run, const ax_candidate *c, ax_err *err)
{
    ax_maskfile m = { .h = 0 };
    if (!c->masks[0] || c->masks[0] == '/' || strstr(c->masks, ".."))
        return AX_OK;
    ax_code code = ax_maskfile_read(run->dirfd, c->masks, &m, err);
    if (code == AX_OK && mkdirat(run->dirfd, "export", 0700) && errno != EEXIST)
        code = ax_fail(err, AX_EIO, "%s/export: cannot create: %s", run->path, strerror(errno));
    for (int i = 0; i < m.images && code == AX_OK; i++) {
        char name[64];
        snprintf(name, sizeof name, "export/%u-%d.png", c->id, i + 1);
        if (!m.predicted[i])
            continue;
        code = ax_mask_write_png(run->dirfd, name, m.predicted[i], &m, err);
        if (code == AX_OK && !i)
            ax_out("\n");
        if (code == AX_OK)
            ax_out_line("%s%s/%s", i ? "       " : "masks: ", run->path, name);
    }
    ax_maskfile_release(&m);
    return code;
}
