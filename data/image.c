#include "data/image_internal.h"

#include "data/orientation.h"
#include "engine/base/file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

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

ax_code ax_image_file(const char *path, char **bytes, size_t *n, ax_err *err)
{
    return ax_file_read(AT_FDCWD, path, LARGEST_FILE, bytes, n, err);
}

static ax_code read_file(const char *path, bool indices, ax_pixels *out, ax_err *err)
{
    char *file;
    size_t n;
    ax_code code = ax_image_file(path, &file, &n, err);
    if (code != AX_OK)
        return code;
    code = decode(file, n, indices, path, out, err);
    free(file);
    return code;
}

/* ---- as they are to be seen ---- */

/* The sides as they are to be seen. */
static int32_t shown_h(const ax_pixels *p)
{
    return p->orientation >= 5 ? p->w : p->h;
}

static int32_t shown_w(const ax_pixels *p)
{
    return p->orientation >= 5 ? p->h : p->w;
}

ax_code ax_image_turn(ax_pixels *p, int channels, const char *name, ax_err *err)
{
    if (p->orientation < 2)
        return AX_OK;
    uint8_t *bytes = malloc((size_t)p->h * (size_t)p->w * (size_t)channels);
    if (!bytes)
        return ax_fail(err, AX_ENOMEM, "%s: no memory for %dx%d pixels", name, p->w, p->h);
    ax_orientation_apply(p->orientation, p->bytes, p->h, p->w, channels, bytes);
    free(p->bytes);
    *p = (ax_pixels) { .h = shown_h(p), .w = shown_w(p), .bytes = bytes };
    return AX_OK;
}

/* Hands over what was decoded with `code`, turned. */
static ax_code deliver(ax_code code, ax_pixels *p, int channels, const char *name, uint8_t **bytes, int32_t *h,
                       int32_t *w, ax_err *err)
{
    if (code == AX_OK)
        code = ax_image_turn(p, channels, name, err);
    if (code != AX_OK) {
        free(p->bytes);
        return code;
    }
    *bytes = p->bytes;
    *h = p->h;
    *w = p->w;
    return AX_OK;
}

ax_code ax_picture_read(const char *path, uint8_t **rgb, int32_t *h, int32_t *w, ax_err *err)
{
    ax_pixels p = { 0 };
    return deliver(read_file(path, false, &p, err), &p, 3, path, rgb, h, w, err);
}

ax_code ax_mask_read(const char *path, uint8_t **ids, int32_t *h, int32_t *w, ax_err *err)
{
    ax_pixels p = { 0 };
    return deliver(read_file(path, true, &p, err), &p, 1, path, ids, h, w, err);
}

ax_code ax_picture_decode(const void *bytes, size_t n, const char *name, uint8_t **rgb, int32_t *h, int32_t *w,
                          ax_err *err)
{
    ax_pixels p = { 0 };
    return deliver(decode(bytes, n, false, name, &p, err), &p, 3, name, rgb, h, w, err);
}

ax_code ax_mask_decode(const void *bytes, size_t n, const char *name, uint8_t **ids, int32_t *h, int32_t *w,
                       ax_err *err)
{
    ax_pixels p = { 0 };
    return deliver(decode(bytes, n, true, name, &p, err), &p, 1, name, ids, h, w, err);
}

/* ---- an image with its mask ---- */

/* A mask lies on its picture as both are to be seen. Where only the sizes as stored agree, it was made for the stored
   pixels, by a program that doesn't know orientations, and turns with them. */
static ax_code match(const ax_pixels *picture, ax_pixels *mask, const char *picture_path, const char *mask_path,
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

ax_code ax_labelled_read(const char *picture_path, const char *mask_path, ax_picture *out, ax_err *err)
{
    ax_pixels picture = { 0 }, mask = { 0 };
    ax_code code = read_file(picture_path, false, &picture, err);
    if (code == AX_OK)
        code = read_file(mask_path, true, &mask, err);
    if (code == AX_OK)
        code = match(&picture, &mask, picture_path, mask_path, err);
    if (code == AX_OK)
        code = ax_image_turn(&picture, 3, picture_path, err);
    if (code == AX_OK)
        code = ax_image_turn(&mask, 1, mask_path, err);
    if (code != AX_OK) {
        free(picture.bytes);
        free(mask.bytes);
        return code;
    }
    *out = (ax_picture) { .h = picture.h, .w = picture.w, .rgb = picture.bytes, .labels = mask.bytes };
    return AX_OK;
}
