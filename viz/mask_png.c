/* Predictions of a run's mask files as PNG. */
#include "engine/base/output.h"
#include "engine/base/png_encode.h"
#include "viz/mask.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static ax_code write_png(int dirfd, const char *path, const uint8_t *mask, const ax_maskfile *m, ax_err *err)
{
    uint8_t palette[256][3] = { { 0 } };
    ax_str out;
    ax_str_init(&out, (size_t)1 << 30);
    memcpy(palette, m->color, sizeof *palette * (size_t)m->classes);
    const ax_png_picture p = { .kind = m->channels == 3 ? AX_PNG_RGB : AX_PNG_PALETTE,
                               .h = m->h,
                               .w = m->w,
                               .pixels = mask,
                               .palette = (const uint8_t(*)[3])palette };
    ax_code code = ax_png_encode(&p, &out, err);
    if (code == AX_OK)
        code = ax_output_write_below(dirfd, path, out.text, out.len, err);
    else
        ax_fail_prefix(err, path);
    ax_str_release(&out);
    return code;
}

ax_code ax_mask_export(int dirfd, uint32_t id, const ax_maskfile *m, void (*wrote)(void *context, const char *name),
                       void *context, ax_err *err)
{
    ax_code code = AX_OK;
    if (mkdirat(dirfd, "export", 0700) && errno != EEXIST)
        code = ax_fail(err, AX_EIO, "export: cannot create: %s", strerror(errno));
    for (int i = 0; i < m->images && code == AX_OK; i++) {
        char name[64];
        snprintf(name, sizeof name, "export/%u-%d.png", id, i + 1);
        if (!m->predicted[i])
            continue;
        code = write_png(dirfd, name, m->predicted[i], m, err);
        if (code == AX_OK)
            wrote(context, name);
    }
    return code;
}
