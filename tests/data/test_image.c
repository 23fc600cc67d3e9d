#include "tests/helper/pngcrc.h"
#include "tests/helper/suite.h"
#include "tests/helper/tempdir.h"

#include "data/image.h"
#include "data/png_write.h"
#include "engine/base/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

static const char picture[] = "tests/data/camvid-tiny/train/0001TP_006960.png";
static const char mask[] = "tests/data/camvid-tiny/trainannot/0001TP_006960.png";

static char path[64];

static int make_dir(void **state)
{
    if (ax_tempdir_make(state))
        return -1;
    snprintf(path, sizeof path, "%s/x.png", ax_tempdir);
    return 0;
}

static int files_in_dir(void)
{
    int n = -2;
    DIR *d = opendir(ax_tempdir);
    assert_non_null(d);
    while (readdir(d))
        n++;
    closedir(d);
    return n;
}

static char *slurp(const char *name, size_t *n)
{
    char *bytes;
    assert_int_equal(ax_file_read(AT_FDCWD, name, 1 << 20, &bytes, n, NULL), AX_OK);
    return bytes;
}

/* Takes a mask of one byte per pixel. */
static ax_code take_ids(ax_code code, const ax_mask *m, uint8_t **ids, int32_t *h, int32_t *w)
{
    if (code != AX_OK)
        return code;
    assert_int_equal(m->size, 1);
    *ids = m->bytes;
    *h = m->h;
    *w = m->w;
    return code;
}

static ax_code read_ids(const char *name, uint8_t **ids, int32_t *h, int32_t *w, ax_err *err)
{
    ax_mask m;
    return take_ids(ax_mask_read(name, &m, err), &m, ids, h, w);
}

static ax_code decode_ids(const void *bytes, size_t n, const char *name, uint8_t **ids, int32_t *h, int32_t *w,
                          ax_err *err)
{
    ax_mask m;
    return take_ids(ax_mask_decode(bytes, n, name, &m, err), &m, ids, h, w);
}

TEST(real_files)
{
    uint8_t *rgb, *ids = NULL;
    int32_t h, w;
    ax_err err = { AX_OK, "" };
    assert_int_equal(ax_picture_read(picture, &rgb, &h, &w, &err), AX_OK);
    assert_int_equal(h, 64);
    assert_int_equal(w, 96);
    assert_int_equal(read_ids(mask, &ids, &h, &w, &err), AX_OK);
    assert_int_equal(h, 64);
    assert_int_equal(w, 96);
    int count[256] = { 0 };
    for (int i = 0; i < 64 * 96; i++)
        count[ids[i]]++;
    assert_int_equal(count[0], 2230); /* counted with another reader */
    assert_int_equal(count[5], 2443);
    assert_int_equal(count[8], 417);
    assert_int_equal(count[11], 936);
    free(ids);

    /* both JPEGs were made from the same pixels */
    static const char *const jpeg[] = { "tests/data/tiny.jpg", "tests/data/tiny-progressive.jpg" };
    for (int k = 0; k < 2; k++) {
        uint8_t *other;
        assert_int_equal(ax_picture_read(jpeg[k], &other, &h, &w, &err), AX_OK);
        assert_int_equal(h, 64);
        assert_int_equal(w, 96);
        double off = 0;
        for (int i = 0; i < 3 * 64 * 96; i++)
            off += abs(rgb[i] - other[i]);
        assert_true(off / (3 * 64 * 96) < 8);
        free(other);
    }
    free(rgb);
}

TEST(round_trips)
{
    enum { H = 5, W = 7, COLORS = 12 };
    uint8_t ids[H * W], rgb[3 * H * W], palette[COLORS][3], *back;
    int32_t h, w;
    ax_err err = { AX_OK, "" };
    for (int i = 0; i < H * W; i++) {
        ids[i] = (uint8_t)(i == 3 ? 255 : i % COLORS);
        for (int c = 0; c < 3; c++)
            rgb[3 * i + c] = (uint8_t)(7 * i + 31 * c);
    }
    for (int i = 0; i < COLORS; i++)
        for (int c = 0; c < 3; c++)
            palette[i][c] = (uint8_t)(20 * i + c);
    const uint8_t(*colors)[3] = (const uint8_t(*)[3])palette;

    assert_int_equal(ax_mask_write(path, ids, H, W, colors, COLORS, &err), AX_OK);
    assert_int_equal(read_ids(path, &back, &h, &w, &err), AX_OK);
    assert_int_equal(h, H);
    assert_int_equal(w, W);
    assert_memory_equal(back, ids, sizeof ids);
    free(back);
    assert_int_equal(ax_picture_read(path, &back, &h, &w, &err),
                     AX_OK); /* a palette image read as a picture gives its colours */
    assert_memory_equal(back + 3 * 5, palette[5], 3);
    assert_int_equal(back[3 * 3], 255); /* without a colour: white */
    free(back);

    assert_int_equal(ax_picture_write(path, rgb, H, W, &err), AX_OK);
    assert_int_equal(ax_picture_read(path, &back, &h, &w, &err), AX_OK);
    assert_memory_equal(back, rgb, sizeof rgb);
    free(back);
    ax_mask colored;
    assert_int_equal(ax_mask_read(path, &colored, &err), AX_OK); /* test_mask.c tests what the colours become */
    assert_int_equal(colored.size, 3);
    assert_memory_equal(colored.bytes, rgb, sizeof rgb);
    free(colored.bytes);

    assert_int_equal(ax_overlay_write(path, rgb, ids, H, W, colors, COLORS, &err), AX_OK);
    assert_int_equal(ax_picture_read(path, &back, &h, &w, &err), AX_OK);
    for (int c = 0; c < 3; c++) {
        assert_int_equal(back[3 * 5 + c], (rgb[3 * 5 + c] + palette[5][c] + 1) / 2);
        assert_int_equal(back[3 * 3 + c], rgb[3 * 3 + c]);
    }
    free(back);
    assert_int_equal(files_in_dir(), 1);
}

TEST(write_failures_leave_nothing)
{
    enum { SIDE = 200 };
    uint8_t *rgb = malloc(3 * SIDE * SIDE), small[3] = { 1, 2, 3 }, *back;
    assert_non_null(rgb);
    for (uint32_t i = 0, k = 1; i < 3 * SIDE * SIDE; i++)
        rgb[i] = (uint8_t)((k = k * 1664525u + 1013904223u) >> 24);
    int32_t h, w;
    ax_err err = { AX_OK, "" };
    assert_int_equal(ax_picture_write(path, small, 1, 1, &err), AX_OK);
    struct rlimit old, tight;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    tight = old;
    tight.rlim_cur = 1000; /* as on a disk that fills up */
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
    ax_code code = ax_picture_write(path, rgb, SIDE, SIDE, &err);
    setrlimit(RLIMIT_FSIZE, &old);
    signal(SIGXFSZ, handler);
    free(rgb);
    assert_int_equal(code, AX_EIO);
    assert_non_null(strstr(err.msg, "x.png: cannot write: "));
    assert_int_equal(files_in_dir(), 1);
    assert_int_equal(ax_picture_read(path, &back, &h, &w, &err), AX_OK); /* the old file is still there */
    assert_memory_equal(back, small, 3);
    free(back);
    assert_int_equal(ax_picture_write("/nowhere/x.png", small, 1, 1, &err), AX_EIO);
    assert_string_equal(err.msg, "/nowhere/x.png: cannot write: No such file or directory");
    assert_int_equal(ax_picture_write(path, small, 0, 1, &err), AX_EINVAL);
}

/* Every prefix of a file that lacks more than `spare` bytes must be refused, with an error that names the file. */
static void all_cuts(const char *name, bool is_mask, size_t spare)
{
    size_t n;
    char *bytes = slurp(name, &n);
    for (size_t cut = 0; cut + spare < n; cut++) {
        uint8_t *pixels = NULL, *exact = malloc(cut + 1); /* exact size: the address sanitizer sees a read beyond it */
        assert_non_null(exact);
        memcpy(exact, bytes, cut);
        uint8_t *just = realloc(exact, cut ? cut : 1);
        int32_t h, w;
        ax_err err = { AX_OK, "" };
        ax_code code = is_mask ? decode_ids(just, cut, "cut", &pixels, &h, &w, &err)
                               : ax_picture_decode(just, cut, "cut", &pixels, &h, &w, &err);
        free(just);
        if (code != AX_EFORMAT || strncmp(err.msg, "cut: ", 5))
            fail_msg("%s cut at %zu of %zu: code %d, '%s'", name, cut, n, code, err.msg);
        assert_null(pixels);
    }
    free(bytes);
}

TEST(cut_files)
{
    enum { END_MARKER = 2 };
    all_cuts(mask, true, 0);
    all_cuts("tests/data/tiny.jpg", false, END_MARKER);
    all_cuts("tests/data/tiny-progressive.jpg", false, END_MARKER);
}

/* Flipped bits give an error or pixels, never a crash. A PNG has checksums: it gives an error, or the same pixels where
   the bit doesn't matter. */
TEST(damaged_files)
{
    uint8_t *good;
    int32_t h, w;
    assert_int_equal(read_ids(mask, &good, &h, &w, NULL), AX_OK);
    for (int k = 0; k < 2; k++) {
        size_t n;
        char *bytes = slurp(k ? "tests/data/tiny.jpg" : mask, &n);
        for (size_t i = 0; i < n; i++) {
            uint8_t *pixels = NULL;
            bytes[i] ^= 0x10;
            ax_code code = k ? ax_picture_decode(bytes, n, "bad", &pixels, &h, &w, NULL)
                             : decode_ids(bytes, n, "bad", &pixels, &h, &w, NULL);
            bytes[i] ^= 0x10;
            if (code != AX_OK)
                assert_int_equal(code, AX_EFORMAT);
            else if (!k)
                assert_memory_equal(pixels, good, 64 * 96);
            free(pixels);
        }
        free(bytes);
    }
    free(good);
}

static void store(uint8_t *p, uint32_t v)
{
    for (int i = 0; i < 4; i++)
        p[i] = (uint8_t)(v >> (24 - 8 * i));
}

/* The mask's file with another width and height in its header is refused. */
static void expect_size(uint32_t w, uint32_t h, const char *message)
{
    size_t n;
    uint8_t *bytes = (uint8_t *)slurp(mask, &n), *pixels;
    int32_t got_h, got_w;
    ax_err err = { AX_OK, "" };
    store(bytes + 16, w);
    store(bytes + 20, h);
    store(bytes + 29, ax_png_crc(bytes + 12, 17));
    assert_int_equal(decode_ids(bytes, n, "bomb", &pixels, &got_h, &got_w, &err), AX_EFORMAT);
    assert_string_equal(err.msg, message);
    free(bytes);
}

TEST(absurd_sizes)
{
    expect_size(40000, 40000, "bomb: 40000x40000 pixels; a side may have at most 32768");
    expect_size(0x7fffffff, 0x7fffffff, "bomb: 2147483647x2147483647 pixels; a side may have at most 32768");
    expect_size(100000, 1, "bomb: 100000x1 pixels; a side may have at most 32768");
    expect_size(10000, 10000, "bomb: 10000x10000 are 100000000 pixels; an image may have at most 67108864");
    expect_size(8000, 8000, "bomb: damaged PNG: the file is cut short");
    expect_size(0, 5, "bomb: damaged PNG: Invalid IHDR data");

    /* the frame header of the JPEG: FF C0, length, precision, height, width */
    size_t n, at = 2;
    uint8_t *bytes = (uint8_t *)slurp("tests/data/tiny.jpg", &n), *pixels;
    while (at + 9 < n && !(bytes[at] == 0xff && bytes[at + 1] == 0xc0))
        at += 2u + (size_t)(bytes[at + 2] << 8 | bytes[at + 3]);
    memset(bytes + at + 5, 0xff, 4);
    int32_t h, w;
    ax_err err = { AX_OK, "" };
    assert_int_equal(ax_picture_decode(bytes, n, "bomb", &pixels, &h, &w, &err), AX_EFORMAT);
    assert_string_equal(err.msg, "bomb: 65535x65535 pixels; a side may have at most 32768");
    memcpy(bytes + at + 5, "\x7f\x00\x7f\x00", 4);
    assert_int_equal(ax_picture_decode(bytes, n, "bomb", &pixels, &h, &w, &err), AX_EFORMAT);
    assert_string_equal(err.msg, "bomb: 32512x32512 are 1057030144 pixels; an image may have at most 67108864");
    free(bytes);
}

TEST(wrong_files)
{
    uint8_t *pixels;
    int32_t h, w;
    ax_err err = { AX_OK, "" };
    assert_int_equal(ax_picture_read("tests/data/none.png", &pixels, &h, &w, &err), AX_EIO);
    assert_string_equal(err.msg, "tests/data/none.png: cannot open: No such file or directory");
    assert_int_equal(ax_picture_read("tests/data", &pixels, &h, &w, &err), AX_EIO);
    assert_string_equal(err.msg, "tests/data: a directory, not a regular file");
    assert_int_equal(ax_picture_read("tests/data/camvid-tiny/train.txt", &pixels, &h, &w, &err), AX_EFORMAT);
    assert_string_equal(err.msg, "tests/data/camvid-tiny/train.txt: neither a PNG nor a JPEG");
    assert_int_equal(read_ids("tests/data/tiny.jpg", &pixels, &h, &w, &err), AX_EFORMAT);
    assert_string_equal(err.msg,
                        "tests/data/tiny.jpg: a mask must be a PNG, and this is a JPEG (its compression changes "
                        "class ids)");
    assert_int_equal(ax_picture_read("tests/data/tiny-cmyk.jpg", &pixels, &h, &w, &err), AX_EFORMAT);
    assert_string_equal(err.msg, "tests/data/tiny-cmyk.jpg: a CMYK JPEG; convert it to RGB");
    assert_int_equal(ax_picture_decode("", 0, "empty", &pixels, &h, &w, &err), AX_EFORMAT);
    assert_string_equal(err.msg, "empty: the file is empty");
}

int main(void)
{
    return RUN_TESTS_WITHIN(make_dir, ax_tempdir_remove, real_files, round_trips, write_failures_leave_nothing,
                            cut_files, damaged_files, absurd_sizes, wrong_files);
}
