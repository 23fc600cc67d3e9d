#include "tui/export.h"

#include "viz/mask.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

void ax_export_masks(ax_ui *ui, int dirfd, const char *run)
{
    const ax_maskfile *m = ui->masks;
    if (!m || !m->images || !m->predicted[0]) {
        ax_ui_say(ui, true, "#%u has no masks yet", ui->selected);
        return;
    }
    if (mkdirat(dirfd, "export", 0700) && errno != EEXIST) {
        ax_ui_say(ui, true, "%s/export: cannot create: %s", run, strerror(errno));
        return;
    }
    int written = 0;
    for (int i = 0; i < m->images; i++) {
        char name[64];
        ax_err err;
        snprintf(name, sizeof name, "export/%u-%d.png", ui->selected, i + 1);
        if (!m->predicted[i])
            continue;
        if (ax_mask_write_png(dirfd, name, m->predicted[i], m, &err) != AX_OK) {
            ax_ui_say(ui, true, "%s", err.msg);
            return;
        }
        written++;
    }
    ax_ui_say(ui, false, "wrote %d masks: export/%u-*.png in the run %s", written, ui->selected, run);
}
