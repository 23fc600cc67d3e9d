#include "data/glance.h"

#include "data/image_internal.h"
#include "engine/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { AHEAD = 4096 };

/* A file with a window of it in memory. */
typedef struct file {
    int fd;
    const char *path;
    uint64_t at; /* offset of the window */
    size_t n;
    uint8_t bytes[AHEAD];
} file;

/* n bytes from offset on, NULL: beyond the end of the file. */
static const uint8_t *look(file *f, uint64_t offset, size_t n)
{
    if (offset < f->at || offset + n > f->at + f->n) {
        ssize_t got = pread(f->fd, f->bytes, sizeof f->bytes, (off_t)offset);
        f->at = offset;
        f->n = got > 0 ? (size_t)got : 0;
    }
    return n <= f->n ? f->bytes + (offset - f->at) : NULL;
}

static uint32_t big(const uint8_t *p, int n)
{
    uint32_t v = 0;
    for (int i = 0; i < n; i++)
        v = v << 8 | p[i];
    return v;
}

static ax_code cut_short(const file *f, ax_err *err)
{
    return ax_fail(err, AX_EFORMAT, "%s: damaged %s", f->path, "header: the file is cut short");
}

static ax_code set_size(const file *f, uint32_t w, uint32_t h, ax_glance *out, ax_err *err)
{
    if (ax_image_check_size(w, h, f->path, err) != AX_OK)
        return AX_EFORMAT;
    out->w = (int32_t)w;
    out->h = (int32_t)h;
    return AX_OK;
}

static ax_code png(file *f, ax_glance *out, ax_err *err)
{
    const uint8_t *p = look(f, 8, 25); /* IHDR must be the first chunk */
    if (!p)
        return cut_short(f, err);
    if (memcmp(p + 4, "IHDR", 4) != 0)
        return ax_fail(err, AX_EFORMAT, "%s: damaged PNG: no header", f->path);
    out->depth = p[16];
    out->kind = p[17];
    if (set_size(f, big(p + 8, 4), big(p + 12, 4), out, err) != AX_OK)
        return AX_EFORMAT;
    p = out->size >= 12 ? look(f, out->size - 12, 12) : NULL;
    out->ends = p && !memcmp(p + 4, "IEND", 4);
    return AX_OK;
}

/* Skips segments up to the one with the size. */
static ax_code jpeg(file *f, ax_glance *out, ax_err *err)
{
    uint64_t at = 2;
    const uint8_t *p;
    for (;;) {
        if (!(p = look(f, at, 4)))
            return cut_short(f, err);
        if (p[0] != 0xff)
            return ax_fail(err, AX_EFORMAT, "%s: damaged JPEG: no header", f->path);
        if (p[1] == 0xff) {
            at++; /* fill byte */
            continue;
        }
        bool frame = p[1] >= 0xc0 && p[1] <= 0xcf && p[1] != 0xc4 && p[1] != 0xc8 && p[1] != 0xcc;
        if (frame)
            break;
        at += p[1] == 1 || (p[1] >= 0xd0 && p[1] <= 0xd8) ? 2 : 2 + big(p + 2, 2);
    }
    if (!(p = look(f, at, 10)))
        return cut_short(f, err);
    out->depth = p[4];
    out->kind = p[9];
    if (set_size(f, big(p + 7, 2), big(p + 5, 2), out, err) != AX_OK)
        return AX_EFORMAT;
    p = look(f, out->size - 2, 2);
    out->ends = p && p[0] == 0xff && p[1] == 0xd9;
    return AX_OK;
}

ax_code ax_glance_read(const char *path, ax_glance *out, ax_err *err)
{
    static const uint8_t png_magic[8] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n' };
    static const uint8_t jpeg_magic[3] = { 0xff, 0xd8, 0xff };
    size_t size;
    file f = { .path = path };
    *out = (ax_glance) { .h = 0 };
    f.fd = ax_file_open(AT_FDCWD, path, &size, err);
    if (f.fd < 0)
        return AX_EIO;
    out->size = size;
    const uint8_t *p = look(&f, 0, 3);
    ax_code code;
    if (p && !memcmp(p, jpeg_magic, 3)) {
        out->jpeg = true;
        code = jpeg(&f, out, err);
    } else if ((p = look(&f, 0, 8)) && !memcmp(p, png_magic, 8)) {
        code = png(&f, out, err);
    } else {
        code = ax_fail(err, AX_EFORMAT, "%s: %s", path, size ? "neither a PNG nor a JPEG" : "the file is empty");
    }
    close(f.fd);
    return code;
}

const char *ax_glance_kind(const ax_glance *g, char text[32])
{
    static const char *const png_kind[] = {
        [0] = "grey", [2] = "RGB", [3] = "palette", [4] = "grey+alpha", [6] = "RGBA"
    };
    const char *kind = g->jpeg                                                     ? "JPEG"
                       : g->kind >= 0 && g->kind <= 6 && png_kind[g->kind] != NULL ? png_kind[g->kind]
                                                                                   : "odd";
    snprintf(text, 32, "%s, %d bit%s", kind, g->depth, g->depth == 1 ? "" : "s");
    return text;
}
