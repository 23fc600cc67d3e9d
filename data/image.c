#include "data/image_internal.h"

#include "engine/base/file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

enum { LARGEST_FILE = 1 << 28 };

ax_code ax_image_check_size(uint64_t w, uint64_t h, const char *name, ax_err *err)
{
    if (!w || !h)
        return ax_fail(err, AX_EFORMAT, "%s: an image without pixels", name);
    if (w > AX_IMAGE_MAX_SIDE || h > AX_IMAGE_MAX_SIDE || w * h > AX_IMAGE_MAX_PIXELS)
        return ax_fail(err, AX_EFORMAT, "%s: %llux%llu pixels, more than the %d million allowed", name,
                       (unsigned long long)w, (unsigned long long)h, AX_IMAGE_MAX_PIXELS >> 20);
    return AX_OK;
}

static ax_code decode(const void *bytes, size_t n, bool indices, const char *name, ax_pixels *out, ax_err *err)
{
    static const uint8_t png[8] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n' };
    static const uint8_t jpeg[3] = { 0xff, 0xd8, 0xff };
    if (!n)
        return ax_fail(err, AX_EFORMAT, "%s: the file is empty", name);
    if (n >= sizeof png && !memcmp(bytes, png, sizeof png))
        return ax_png_decode(bytes, n, indices, name, out, err);
    bool is_jpeg = n >= sizeof jpeg && !memcmp(bytes, jpeg, sizeof jpeg);
    if (indices)
        return ax_fail(err, AX_EFORMAT, "%s: a mask must be a PNG%s", name,
                       is_jpeg ? ", and this is a JPEG (its compression changes class ids)" : "");
    if (is_jpeg)
        return ax_jpeg_decode(bytes, n, name, out, err);
    return ax_fail(err, AX_EFORMAT, "%s: neither a PNG nor a JPEG", name);
}

static ax_code deliver(ax_code code, const ax_pixels *p, uint8_t **bytes, int32_t *h, int32_t *w)
{
    if (code == AX_OK) {
        *bytes = p->bytes;
        *h = p->h;
        *w = p->w;
    }
    return code;
}

static ax_code read_file(const char *path, bool indices, uint8_t **bytes, int32_t *h, int32_t *w, ax_err *err)
{
    char *file;
    size_t n;
    ax_code code = ax_file_read(AT_FDCWD, path, LARGEST_FILE, &file, &n, err);
    if (code != AX_OK)
        return code;
    ax_pixels p = { 0 };
    code = decode(file, n, indices, path, &p, err);
    free(file);
    return deliver(code, &p, bytes, h, w);
}

ax_code ax_picture_read(const char *path, uint8_t **rgb, int32_t *h, int32_t *w, ax_err *err)
{
    return read_file(path, false, rgb, h, w, err);
}

ax_code ax_mask_read(const char *path, uint8_t **ids, int32_t *h, int32_t *w, ax_err *err)
{
    return read_file(path, true, ids, h, w, err);
}

ax_code ax_picture_decode(const void *bytes, size_t n, const char *name, uint8_t **rgb, int32_t *h, int32_t *w,
                          ax_err *err)
{
    ax_pixels p = { 0 };
    return deliver(decode(bytes, n, false, name, &p, err), &p, rgb, h, w);
}

ax_code ax_mask_decode(const void *bytes, size_t n, const char *name, uint8_t **ids, int32_t *h, int32_t *w,
                       ax_err *err)
{
    ax_pixels p = { 0 };
    return deliver(decode(bytes, n, true, name, &p, err), &p, ids, h, w);
}
