/* Pictures with an EXIF orientation are read as viewers show them, and so are their masks. */
#include "tests/helper/classmap.h"
#include "tests/helper/pngcrc.h"
#include "tests/helper/suite.h"
#include "tests/helper/tempdir.h"
#include "data/orientation.h"

#include "data/image.h"
#include "data/png_write.h"
#include "engine/base/file.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { W = 5, H = 3, PATH = 64 };

/* Where the stored {h,w} has the pixel shown at (y, x). The eight lines of the standard, each written out. */
static size_t stored_at(int orientation, int32_t h, int32_t w, int32_t y, int32_t x)
{
    int32_t row = 0, column = 0;
    switch (orientation) {
    case 1:
        row = y, column = x;
        break;
    case 2:
        row = y, column = w - 1 - x;
        break;
    case 3:
        row = h - 1 - y, column = w - 1 - x;
        break;
    case 4:
        row = h - 1 - y, column = x;
        break;
    case 5:
        row = x, column = y;
        break;
    case 6:
        row = h - 1 - x, column = y;
        break;
    case 7:
        row = h - 1 - x, column = w - 1 - y;
        break;
    case 8:
        row = x, column = w - 1 - y;
        break;
    default:
        fail();
    }
    return (size_t)(row * w + column);
}

static void expect_turned(const uint8_t *shown, int orientation, const uint8_t *stored, int32_t h, int32_t w,
                          int channels)
{
    int32_t rows = orientation > 4 ? w : h, columns = orientation > 4 ? h : w;
    for (int32_t y = 0; y < rows; y++)
        for (int32_t x = 0; x < columns; x++, shown += channels)
            assert_memory_equal(shown, stored + stored_at(orientation, h, w, y, x) * (size_t)channels,
                                (size_t)channels);
}

static void store(uint8_t *p, uint32_t v, int bytes, bool big_endian)
{
    for (int i = 0; i < bytes; i++)
        p[big_endian ? bytes - 1 - i : i] = (uint8_t)(v >> 8 * i);
}

/* A TIFF header and a directory of two entries, the second of which is the orientation; 38 bytes. */
enum { EXIF = 8 + 2 + 2 * 12 + 4 };
static void make_exif(uint8_t out[EXIF], uint32_t orientation, bool big_endian)
{
    memset(out, 0, EXIF);
    memcpy(out, big_endian ? "MM" : "II", 2);
    store(out + 2, 42, 2, big_endian);
    store(out + 4, 8, 4, big_endian);
    store(out + 8, 2, 2, big_endian);
    store(out + 10, 0x010f, 2, big_endian); /* the maker: its text is elsewhere */
    store(out + 12, 2, 2, big_endian);
    store(out + 14, 20, 4, big_endian);
    store(out + 18, 6000, 4, big_endian);
    store(out + 22, 0x0112, 2, big_endian);
    store(out + 24, 3, 2, big_endian);
    store(out + 26, 1, 4, big_endian);
    store(out + 30, orientation, 2, big_endian);
}

TEST(exif_is_parsed)
{
    uint8_t exif[EXIF];
    for (int big = 0; big < 2; big++) {
        for (uint32_t o = 1; o <= 8; o++) {
            make_exif(exif, o, big);
            assert_int_equal(ax_orientation_of(exif, EXIF), (int)o);
            store(exif + 24, 4, 2, big); /* as a LONG */
            store(exif + 30, o, 4, big);
            assert_int_equal(ax_orientation_of(exif, EXIF), (int)o);
        }
        static const struct {
            int at, bytes;
            uint32_t value;
        } wrong[] = { { 0, 1, 'X' },         { 2, 2, 43 }, { 4, 4, 0xffffffff }, { 4, 4, 36 },     { 4, 4, 0 },
                      { 8, 2, 0 },           { 8, 2, 1 },  { 22, 2, 0x0113 },    { 24, 2, 2 },     { 26, 4, 2 },
                      { 26, 4, 0xffffffff }, { 30, 2, 0 }, { 30, 2, 9 },         { 30, 2, 0xffff } };
        for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
            make_exif(exif, 6, big);
            store(exif + wrong[i].at, wrong[i].value, wrong[i].bytes, big);
            assert_int_equal(ax_orientation_of(exif, EXIF), 0);
        }
        make_exif(exif, 6, big);
        store(exif + 8, 0xffff, 2, big); /* more entries than bytes */
        assert_int_equal(ax_orientation_of(exif, EXIF), 6);
        for (size_t cut = 0; cut < EXIF; cut++) {
            uint8_t *part = malloc(cut ? cut : 1); /* exact size: the address sanitizer sees a read beyond it */
            assert_non_null(part);
            memcpy(part, exif, cut);
            assert_int_equal(ax_orientation_of(part, cut), cut >= 32 ? 6 : 0);
            free(part);
        }
    }
}

TEST(every_pixel_finds_its_place)
{
    uint8_t stored[3 * W * H], shown[3 * W * H];
    for (int i = 0; i < 3 * W * H; i++)
        stored[i] = (uint8_t)(i + 1);
    for (int o = 1; o <= 8; o++) {
        ax_orientation_apply(o, stored, H, W, 3, shown);
        expect_turned(shown, o, stored, H, W, 3);
        ax_orientation_apply(o, stored, H, W, 1, shown);
        expect_turned(shown, o, stored, H, W, 1);
        ax_orientation_apply(o, stored, 1, 1, 3, shown);
        assert_memory_equal(shown, stored, 3);
    }
}

/* ---- in files ---- */

static char *path_of(const char *name, char path[PATH])
{
    snprintf(path, PATH, "%s/%s", ax_tempdir, name);
    return path;
}

/* Puts an eXIf chunk into a PNG file, before or after its pixels; orientation 0: none. */
static void tag_png(const char *name, uint32_t orientation, bool big_endian, bool behind)
{
    char path[PATH], *bytes;
    size_t n, at = 33; /* after IHDR */
    if (!orientation)
        return;
    assert_int_equal(ax_file_read(AT_FDCWD, path_of(name, path), 1 << 20, &bytes, &n, NULL), AX_OK);
    if (behind)
        at = n - 12; /* before IEND */
    uint8_t *tagged = malloc(n + 12 + EXIF);
    assert_non_null(tagged);
    memcpy(tagged, bytes, at);
    store(tagged + at, EXIF, 4, true);
    memcpy(tagged + at + 4, "eXIf", 4);
    make_exif(tagged + at + 8, orientation, big_endian);
    store(tagged + at + 8 + EXIF, ax_png_crc(tagged + at + 4, 4 + EXIF), 4, true);
    memcpy(tagged + at + 12 + EXIF, bytes + at, n - at);
    assert_int_equal(ax_file_replace(AT_FDCWD, path, tagged, n + 12 + EXIF, NULL), AX_OK);
    free(tagged);
    free(bytes);
}

TEST(pngs_are_turned)
{
    uint8_t stored[3 * W * H], *shown;
    char path[PATH];
    ax_err err = { AX_OK, "" };
    for (int i = 0; i < 3 * W * H; i++)
        stored[i] = (uint8_t)(5 * i);
    for (uint32_t o = 1; o <= 8; o++)
        for (int variant = 0; variant < 4; variant++) {
            int32_t h, w;
            assert_int_equal(ax_picture_write(path_of("p.png", path), stored, H, W, &err), AX_OK);
            tag_png("p.png", o, variant & 1, variant & 2);
            if (ax_picture_read(path, &shown, &h, &w, &err) != AX_OK)
                fail_msg("%s", err.msg);
            assert_int_equal(h, o > 4 ? W : H);
            assert_int_equal(w, o > 4 ? H : W);
            expect_turned(shown, (int)o, stored, H, W, 3);
            free(shown);
        }
}

/* tiny.jpg with these segments after its first marker. */
static uint8_t *tagged_jpeg(const uint8_t *segments, size_t length, size_t *n)
{
    char *bytes;
    assert_int_equal(ax_file_read(AT_FDCWD, "tests/data/tiny.jpg", 1 << 20, &bytes, n, NULL), AX_OK);
    uint8_t *tagged = malloc(*n + length);
    assert_non_null(tagged);
    memcpy(tagged, bytes, 2);
    memcpy(tagged + 2, segments, length);
    memcpy(tagged + 2 + length, bytes + 2, *n - 2);
    *n += length;
    free(bytes);
    return tagged;
}

TEST(jpegs_are_turned)
{
    enum { OTHER = 10, SEGMENT = 4 + 6 + EXIF };
    uint8_t segments[OTHER + SEGMENT] = "\xff\xe1\x00\x08http:/\xff\xe1\x00\x00"
                                        "Exif\x00"; /* XMP may come first */
    uint8_t *stored, *shown;
    int32_t h, w, stored_h, stored_w;
    ax_err err = { AX_OK, "" };
    segments[OTHER + 3] = SEGMENT - 2;
    assert_int_equal(ax_picture_read("tests/data/tiny.jpg", &stored, &stored_h, &stored_w, &err), AX_OK);
    for (uint32_t o = 0; o <= 8; o++)
        for (int variant = 0; variant < 4; variant++) {
            size_t n;
            make_exif(segments + OTHER + 10, o, variant & 1);
            uint8_t *bytes =
                variant & 2 ? tagged_jpeg(segments, sizeof segments, &n) : tagged_jpeg(segments + OTHER, SEGMENT, &n);
            if (ax_picture_decode(bytes, n, "tagged", &shown, &h, &w, &err) != AX_OK)
                fail_msg("%s", err.msg);
            assert_int_equal(h, o > 4 ? stored_w : stored_h);
            assert_int_equal(w, o > 4 ? stored_h : stored_w);
            expect_turned(shown, o ? (int)o : 1, stored, stored_h, stored_w, 3);
            free(shown);
            free(bytes);
        }
    free(stored);
}

/* ---- with a mask ---- */

/* Reads a picture and a mask stored with these sizes and orientations (0 = no tag), and checks whether the mask was
   turned as `turned` says. */
static void expect_mask(uint32_t picture, int32_t h, int32_t w, uint32_t mask, int32_t mask_h, int32_t mask_w,
                        int turned)
{
    static const uint8_t palette[1][3] = { { 0 } };
    char picture_path[PATH], mask_path[PATH];
    uint8_t rgb[3 * W * W], ids[W * W];
    ax_picture p = { 0 };
    ax_err err = { AX_OK, "" };
    for (int i = 0; i < W * W; i++)
        ids[i] = rgb[3 * i] = rgb[3 * i + 1] = rgb[3 * i + 2] = (uint8_t)i;
    assert_int_equal(ax_picture_write(path_of("p.png", picture_path), rgb, h, w, &err), AX_OK);
    assert_int_equal(ax_mask_write(path_of("m.png", mask_path), ids, mask_h, mask_w, palette, 1, &err), AX_OK);
    tag_png("p.png", picture, true, false);
    tag_png("m.png", mask, false, false);
    ax_classes *classes = ax_classes_new(&err);
    ax_source_info *info = calloc(1, sizeof *info);
    assert_true(classes && info);
    for (int i = 0; i < W * W; i++) {
        char name[16];
        size_t n = (size_t)snprintf(name, sizeof name, "%d", i);
        assert_int_equal(ax_classes_add(classes, name, n, i, -1, &err), AX_OK);
    }
    assert_int_equal(ax_classes_finish(classes, "", info, &err), AX_OK);
    free(info);
    ax_code code = ax_labelled_read(picture_path, mask_path, classes, &p, &err);
    ax_classes_free(classes);
    if (turned == 0) {
        assert_int_equal(code, AX_EFORMAT);
        assert_non_null(strstr(err.msg, "m.png: "));
        assert_non_null(strstr(err.msg, "but its image "));
        return;
    }
    if (code != AX_OK)
        fail_msg("%s", err.msg);
    assert_true(p.h == (picture > 4 ? w : h) && p.w == (picture > 4 ? h : w));
    expect_turned(p.rgb, picture ? (int)picture : 1, rgb, h, w, 3);
    expect_turned(CLASS_MAP(p), turned, ids, mask_h, mask_w, 1);
    ax_picture_release(&p);
}

TEST(masks_lie_on_their_pictures)
{
    for (uint32_t o = 5; o <= 8; o++) {
        expect_mask(o, H, W, 0, W, H, 1);      /* drawn over the picture as viewers show it */
        expect_mask(o, H, W, 0, H, W, (int)o); /* made for the stored pixels */
        expect_mask(o, H, W, o, H, W, (int)o); /* stored as the picture is, and tagged */
        expect_mask(o, H, W, 1, W, H, 1);
        expect_mask(o, W, W, 0, W, W, 1); /* a square mask is ambiguous: as viewers show it */
        expect_mask(o, W, W, o, W, W, (int)o);
        expect_mask(0, H, W, o, H, W, 1); /* fits only as stored */
        expect_mask(0, H, W, o, W, H, (int)o);
        expect_mask(o, H, W, 0, H, H, 0);
        expect_mask(o, H, W, 3, W, H - 1, 0);
    }
    for (uint32_t o = 1; o <= 4; o++) {
        expect_mask(o, H, W, 0, H, W, 1); /* the sizes are ambiguous: as viewers show it */
        expect_mask(o, H, W, o, H, W, (int)o);
        expect_mask(o, H, W, 0, W, H, 0);
    }
}

int main(void)
{
    return RUN_TESTS_WITHIN(ax_tempdir_make, ax_tempdir_remove, exif_is_parsed, every_pixel_finds_its_place,
                            pngs_are_turned, jpegs_are_turned, masks_lie_on_their_pictures);
}
