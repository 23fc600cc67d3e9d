#include "data/image_internal.h"

#include "data/orientation.h"
#include "engine/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LARGEST_FILE = 1 << 28 };

ax_code ax_image_check_size(uint64_t w, uint64_t h, const char *name, ax_err *err)
{
    unsigned long long width = w, height = h;
    if (!w || !h)
        return ax_fail(err, AX_EFORMAT, "%s: an image without pixels", name);
    if (w > AX_IMAGE_MAX_SIDE || h > AX_IMAGE_MAX_SIDE)
        return ax_fail(err, AX_EFORMAT, "%s: %llux%llu pixels; a side may have at most %d", name, width, height,
                       AX_IMAGE_MAX_SIDE);
    if (w * h > AX_IMAGE_MAX_PIXELS)
        return ax_fail(err, AX_EFORMAT, "%s: %llux%llu are %llu pixels; an image may have at most %d", name, width,
                       height, width * height, AX_IMAGE_MAX_PIXELS);
    return AX_OK;
}

static ax_code decode(const void *bytes, size_t n, bool mask, const char *name, ax_pixels *out, ax_err *err)
{
    static const uint8_t png[8] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n' };
    static const uint8_t jpeg[3] = { 0xff, 0xd8, 0xff };
    if (!n)
        return ax_fail(err, AX_EFORMAT, "%s: the file is empty", name);
    if (n >= sizeof png && !memcmp(bytes, png, sizeof png))
        return ax_png_decode(bytes, n, mask, name, out, err);
    bool is_jpeg = n >= sizeof jpeg && !memcmp(bytes, jpeg, sizeof jpeg);
    if (mask)
        return ax_fail(err, AX_EFORMAT, "%s: a mask must be a PNG%s", name,
                       is_jpeg ? ", and this is a JPEG (its compression changes class ids)" : "");
    if (is_jpeg)
        return ax_jpeg_decode(bytes, n, name, out, err);
    return ax_fail(err, AX_EFORMAT, "%s: neither a PNG nor a JPEG", name);
}

/* Reads everything, from a pipe too. */
static ax_code read_input(const char *path, char **bytes, size_t *n, ax_err *err)
{
    size_t cap = 0;
    ssize_t got = 1;
    *bytes = NULL;
    for (*n = 0; got > 0 && *n <= LARGEST_FILE; *n += got > 0 ? (size_t)got : 0) {
        if (*n == cap) {
            cap = 2 * cap + 65536;
            char *more = realloc(*bytes, cap);
            if (!more) {
                free(*bytes);
                *bytes = NULL;
                return ax_fail(err, AX_ENOMEM, "%s: no memory", path);
            }
            *bytes = more;
        }
        do
            got = read(STDIN_FILENO, *bytes + *n, cap - *n);
        while (got < 0 && errno == EINTR);
    }
    if (got == 0)
        return AX_OK;
    free(*bytes);
    *bytes = NULL;
    return got < 0 ? ax_fail(err, AX_EIO, "%s: %s", path, strerror(errno))
                   : ax_fail(err, AX_EFORMAT, "%s: more than %d bytes", path, LARGEST_FILE);
}

ax_code ax_image_read_file(const char *path, char **bytes, size_t *n, ax_err *err)
{
    if (!strcmp(path, "/dev/stdin"))
        return read_input(path, bytes, n, err);
    return ax_file_read(AT_FDCWD, path, LARGEST_FILE, bytes, n, err);
}

ax_code ax_image_read(const char *path, bool mask, ax_pixels *out, ax_err *err)
{
    char *file;
    size_t n;
    ax_code code = ax_image_read_file(path, &file, &n, err);
    if (code != AX_OK)
        return code;
    code = file ? decode(file, n, mask, path, out, err) : AX_ENOMEM;
    free(file);
    return code;
}

/* ---- orientation ---- */

/* The sides as displayed. */
static int32_t shown_h(const ax_pixels *p)
{
    return p->orientation >= 5 ? p->w : p->h;
}

static int32_t shown_w(const ax_pixels *p)
{
    return p->orientation >= 5 ? p->h : p->w;
}

ax_code ax_image_turn(ax_pixels *p, const char *name, ax_err *err)
{
    if (p->orientation < 2)
        return AX_OK;
    uint8_t *bytes = malloc((size_t)p->h * (size_t)p->w * (size_t)p->size);
    if (!bytes)
        return ax_fail(err, AX_ENOMEM, "%s: no memory for %dx%d pixels", name, p->w, p->h);
    ax_orientation_apply(p->orientation, p->bytes, p->h, p->w, p->size, bytes);
    free(p->bytes);
    *p = (ax_pixels) { .h = shown_h(p), .w = shown_w(p), .size = p->size, .bytes = bytes };
    return AX_OK;
}

/* Finishes an image decoded with `code`: turns it; on failure frees its memory. */
static ax_code finish(ax_code code, ax_pixels *p, const char *name, ax_err *err)
{
    if (code == AX_OK)
        code = ax_image_turn(p, name, err);
    if (code != AX_OK)
        free(p->bytes);
    return code;
}

static ax_code deliver_picture(ax_code code, ax_pixels *p, const char *name, uint8_t **rgb, int32_t *h, int32_t *w,
                               ax_err *err)
{
    code = finish(code, p, name, err);
    if (code == AX_OK) {
        *rgb = p->bytes;
        *h = p->h;
        *w = p->w;
    }
    return code;
}

static ax_code deliver_mask(ax_code code, ax_pixels *p, const char *name, ax_mask *out, ax_err *err)
{
    code = finish(code, p, name, err);
    if (code == AX_OK)
        *out = (ax_mask) { p->h, p->w, p->size, p->bytes };
    return code;
}

ax_code ax_picture_read(const char *path, uint8_t **rgb, int32_t *h, int32_t *w, ax_err *err)
{
    ax_pixels p = { 0 };
    return deliver_picture(ax_image_read(path, false, &p, err), &p, path, rgb, h, w, err);
}

ax_code ax_mask_read(const char *path, ax_mask *out, ax_err *err)
{
    ax_pixels p = { 0 };
    return deliver_mask(ax_image_read(path, true, &p, err), &p, path, out, err);
}

ax_code ax_picture_decode(const void *bytes, size_t n, const char *name, uint8_t **rgb, int32_t *h, int32_t *w,
                          ax_err *err)
{
    ax_pixels p = { 0 };
    return deliver_picture(decode(bytes, n, false, name, &p, err), &p, name, rgb, h, w, err);
}

ax_code ax_mask_decode(const void *bytes, size_t n, const char *name, ax_mask *out, ax_err *err)
{
    ax_pixels p = { 0 };
    return deliver_mask(decode(bytes, n, true, name, &p, err), &p, name, out, err);
}

/* ---- values as classes ---- */

uint32_t ax_mask_value(const ax_mask *m, size_t i)
{
    const uint8_t *p = m->bytes + i * (size_t)m->size;
    uint16_t wide;
    if (m->size == 1)
        return *p;
    if (m->size == 3)
        return (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
    memcpy(&wide, p, sizeof wide);
    return wide;
}

static ax_code unknown(const ax_mask *m, size_t i, uint32_t v, const ax_classes *c, const char *name, ax_err *err)
{
    size_t x = i % (size_t)m->w, y = i / (size_t)m->w;
    if (m->size < 3)
        return ax_fail(err, AX_EFORMAT, "%s: id %u at x %zu, y %zu: %s", name, v, x, y, c->says);
    return ax_fail(err, AX_EFORMAT, "%s: colour %u,%u,%u at x %zu, y %zu: %s", name, v >> 16, v >> 8 & 255, v & 255, x,
                   y, c->colors ? c->says : "the classes have ids and no colours");
}

ax_code ax_mask_classes(ax_mask *m, const ax_classes *classes, const char *name, ax_err *err)
{
    uint32_t last = 0;
    int16_t class = AX_CLASS_WRONG; /* class of the previous value, since neighbours are mostly equal */
    for (size_t i = 0, n = (size_t)m->h * (size_t)m->w; i < n; i++) {
        uint32_t v = ax_mask_value(m, i);
        if (v != last || class == AX_CLASS_WRONG)
            class = m->size == 3 ? ax_classes_of_color(classes, v) : ax_classes_of_id(classes, v);
        if (class == AX_CLASS_WRONG)
            return unknown(m, i, v, classes, name, err);
        last = v;
        m->bytes[i] = (uint8_t) class;
    }
    m->size = 1;
    return AX_OK;
}

/* ---- an image with its mask ---- */

ax_code ax_image_match(const ax_pixels *picture, ax_pixels *mask, const char *picture_path, const char *mask_path,
                       ax_err *err)
{
    if (shown_h(mask) == shown_h(picture) && shown_w(mask) == shown_w(picture))
        return AX_OK;
    if (mask->h == picture->h && mask->w == picture->w) {
        mask->orientation = picture->orientation;
        return AX_OK;
    }
    return ax_fail(err, AX_EFORMAT, "%s: %dx%d, but its image %s is %dx%d%s", mask_path, shown_w(mask), shown_h(mask),
                   picture_path, shown_w(picture), shown_h(picture),
                   picture->orientation >= 5 ? ", turned as its EXIF says" : "");
}

ax_code ax_labelled_read(const char *picture_path, const char *mask_path, const ax_classes *classes, ax_picture *out,
                         ax_err *err)
{
    ax_pixels picture = { 0 }, mask = { 0 };
    ax_code code = ax_image_read(picture_path, false, &picture, err);
    if (code == AX_OK)
        code = ax_image_read(mask_path, true, &mask, err);
    if (code == AX_OK)
        code = ax_image_match(&picture, &mask, picture_path, mask_path, err);
    if (code == AX_OK)
        code = ax_image_turn(&picture, picture_path, err);
    if (code == AX_OK)
        code = ax_image_turn(&mask, mask_path, err);
    ax_mask values = { mask.h, mask.w, mask.size, mask.bytes };
    if (code == AX_OK)
        code = ax_mask_classes(&values, classes, mask_path, err);
    if (code != AX_OK) {
        free(picture.bytes);
        free(mask.bytes);
        return code;
    }
    *out = (ax_picture) { .h = picture.h, .w = picture.w, .rgb = picture.bytes, .truth = mask.bytes };
    return AX_OK;
}
