/* JPEGs that violate the standard are read if all of their pixels are there, and refused if some are missing. */
#include "data/image.h"
#include "tests/helper/suite.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

enum { W = 45, H = 37 };

typedef enum kind { BASELINE, RESTARTS, SCANS, PROGRESSIVE, ARITHMETIC, KINDS } kind;

static const char *const kind_name[] = { "baseline", "restarts", "scans", "progressive", "arithmetic" };

/* A picture of smooth colours with noise, encoded as `k` says. Caller frees. */
static uint8_t *make(kind k, size_t *n)
{
    static const jpeg_scan_info scans[] = { { 1, { 0 }, 0, 63, 0, 0 },
                                            { 1, { 2 }, 0, 63, 0, 0 },
                                            { 1, { 1 }, 0, 63, 0, 0 } };
    struct jpeg_compress_struct j;
    struct jpeg_error_mgr err;
    uint8_t *bytes = NULL, row[3 * W];
    unsigned long size = 0;
    j.err = jpeg_std_error(&err);
    jpeg_create_compress(&j);
    jpeg_mem_dest(&j, &bytes, &size);
    j.image_width = W;
    j.image_height = H;
    j.input_components = 3;
    j.in_color_space = JCS_RGB;
    jpeg_set_defaults(&j);
    j.restart_interval = k == RESTARTS ? 2 : 0;
    j.arith_code = k == ARITHMETIC;
    if (k == PROGRESSIVE)
        jpeg_simple_progression(&j);
    if (k == SCANS) {
        j.scan_info = scans;
        j.num_scans = 3;
    }
    jpeg_start_compress(&j, TRUE);
    uint32_t noise = 1;
    for (int y = 0; y < H; y++) {
        for (int x = 0; x < 3 * W; x++)
            row[x] = (uint8_t)(x + 2 * y + (int)((noise = noise * 1664525u + 1013904223u) >> 27));
        jpeg_write_scanlines(&j, &(JSAMPROW) { row }, 1);
    }
    jpeg_finish_compress(&j);
    jpeg_destroy_compress(&j);
    *n = size;
    return bytes;
}

/* The bytes end where their allocation ends, so that a sanitizer sees a read beyond them. */
static ax_code decode(const uint8_t *bytes, size_t n, uint8_t **rgb, ax_err *err)
{
    int32_t h = 0, w = 0;
    uint8_t *copy = malloc(n ? n : 1);
    assert_non_null(copy);
    memcpy(copy, bytes, n);
    *rgb = NULL;
    *err = (ax_err) { AX_OK, "" };
    ax_code code = ax_picture_decode(copy, n, "x.jpg", rgb, &h, &w, err);
    free(copy);
    if (code == AX_OK)
        assert_true(h == H && w == W);
    else
        assert_null(*rgb);
    return code;
}

static void expect_same(const uint8_t *bytes, size_t n, const uint8_t *want, const char *what)
{
    uint8_t *rgb;
    ax_err err;
    if (decode(bytes, n, &rgb, &err) != AX_OK)
        fail_msg("%s: %s", what, err.msg);
    if (memcmp(rgb, want, 3 * W * H) != 0)
        fail_msg("%s: other pixels", what);
    free(rgb);
}

static void expect_refused(const uint8_t *bytes, size_t n, const char *says, const char *what)
{
    uint8_t *rgb;
    ax_err err;
    ax_code code = decode(bytes, n, &rgb, &err);
    free(rgb);
    if (code != AX_EFORMAT || strncmp(err.msg, "x.jpg: ", 7) != 0 || !strstr(err.msg, says))
        fail_msg("%s: code %d, '%s' instead of '%s'", what, code, err.msg, says);
}

/* Encodes and decodes: the file's bytes and its pixels. Caller frees both. */
static uint8_t *make_both(kind k, size_t *n, uint8_t **rgb)
{
    ax_err err;
    uint8_t *bytes = make(k, n);
    if (decode(bytes, *n, rgb, &err) != AX_OK)
        fail_msg("%s: %s", kind_name[k], err.msg);
    return bytes;
}

/* The offset of the first segment with this marker. */
static size_t find(const uint8_t *bytes, size_t n, uint8_t code)
{
    size_t at = 2;
    while (at + 4 < n && bytes[at + 1] != code)
        at += 2 + (size_t)(bytes[at + 2] << 8 | bytes[at + 3]);
    assert_true(at + 4 < n);
    return at;
}

TEST(an_end_marker_is_no_pixel)
{
    static const char ends[][8] = { "\0\0",           "\xff\xff",    "\xff\xd8", "\xff\xc0", "\xff\xc2",
                                    "\xff\xda",       "\xff\xc4",    "\xff\xd0", "\xff\x01", "\xff\x02",
                                    "\x12\x34garbag", "\xff\xdb\x0", "\xff\xf5", "\n" };
    for (kind k = BASELINE; k < ARITHMETIC; k++) {
        size_t n;
        uint8_t *rgb, *bytes = make_both(k, &n, &rgb), *longer = malloc(n + 8);
        char what[64];
        assert_non_null(longer);
        assert_memory_equal(bytes + n - 2, "\xff\xd9", 2);
        expect_same(bytes, n - 1, rgb, kind_name[k]);
        expect_same(bytes, n - 2, rgb, kind_name[k]);
        for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
            snprintf(what, sizeof what, "%s, end %zu", kind_name[k], i);
            memcpy(longer, bytes, n - 2);
            memcpy(longer + n - 2, ends[i], 8);
            expect_same(longer, n + 6, rgb, what);
            expect_same(longer, n, rgb, what);
        }
        memcpy(longer + n - 2, "\0\1\2\xff\xd9 ab", 8); /* bytes before the end marker, and after it */
        expect_same(longer, n + 6, rgb, kind_name[k]);
        free(longer);
        free(bytes);
        free(rgb);
    }
}

TEST(lost_rows_are_refused)
{
    for (kind k = BASELINE; k < KINDS; k++) {
        size_t n;
        uint8_t *rgb, *bytes = make_both(k, &n, &rgb);
        char what[64];
        size_t spare = k == ARITHMETIC ? 0 : 2;
        for (size_t cut = 3; cut + spare < n; cut++) {
            snprintf(what, sizeof what, "%s cut at %zu of %zu", kind_name[k], cut, n);
            expect_refused(bytes, cut, "", what);
        }
        /* The same with an end marker. A truncated arithmetic-coded file can't be recognised; a progressive file may
           lack its last scans, but not the block means, whose last bit is in its second half. */
        size_t last = k == PROGRESSIVE ? n / 2 : k == ARITHMETIC ? 0 : n - 2;
        for (size_t cut = find(bytes, n, 0xda) + 16; cut < last; cut++) {
            uint8_t kept[2] = { bytes[cut], bytes[cut + 1] };
            if (bytes[cut - 1] == 0xff)
                continue;
            memcpy(bytes + cut, "\xff\xd9", 2);
            snprintf(what, sizeof what, "%s ended at %zu of %zu", kind_name[k], cut, n);
            expect_refused(bytes, cut + 2, "", what);
            memcpy(bytes + cut, kept, 2);
        }
        free(bytes);
        free(rgb);
    }
}

/* Fields of a baseline file that decoders don't need. */
TEST(odd_fields_change_no_pixel)
{
    static const char parameters[][4] = { "\0\0\0", "\0\x3f\x10", "\1\x3f\0", "\0\0\1", "\x3f\0\xff", "\xff\xff\xff" };
    for (kind k = BASELINE; k <= SCANS; k++) {
        size_t n;
        uint8_t *rgb, *bytes = make_both(k, &n, &rgb);
        for (size_t i = 0; i < sizeof parameters / sizeof *parameters; i++) {
            uint8_t *scan = bytes + find(bytes, n, 0xda);
            memcpy(scan + 2 + scan[3] - 3, parameters[i], 3);
            expect_same(bytes, n, rgb, kind_name[k]);
        }
        bytes[find(bytes, n, 0xe0) + 9] = 7; /* a future version of JFIF */
        expect_same(bytes, n, rgb, kind_name[k]);
        static const char adobe[] = "\xff\xee\x00\x0e"
                                    "Adobe\x00\x64\x00\x00\x00\x00\x09"; /* transform code 9 */
        size_t at = find(bytes, n, 0xe0), frame = at + 18;
        uint8_t *marked = malloc(n + 16);
        assert_non_null(marked);
        memcpy(marked, bytes, at);
        memcpy(marked + at, adobe, 16); /* replaces JFIF's segment, which would decide the colours */
        memcpy(marked + at + 16, bytes + frame, n - frame);
        expect_same(marked, n - 2, rgb, kind_name[k]);
        free(marked);
        free(bytes);
        free(rgb);
    }
}

TEST(other_kinds_are_not_called_damaged)
{
    size_t n;
    uint8_t *bytes = make(BASELINE, &n);
    size_t frame = find(bytes, n, 0xc0);
    bytes[frame + 4] = 12;
    expect_refused(bytes, n, "x.jpg: a JPEG of a kind that isn't read: Unsupported JPEG data precision 12", "12 bits");
    bytes[frame + 4] = 8;
    bytes[frame + 1] = 0xc3;
    expect_refused(bytes, n, "x.jpg: a JPEG of a kind that isn't read: Unsupported JPEG process", "lossless");
    bytes[frame + 1] = 0xc0;
    memset(bytes + frame + 5, 0, 2);
    expect_refused(bytes, n, "x.jpg: a JPEG of a kind that isn't read: Empty JPEG image", "height at its end");
    free(bytes);
}

/* Only the scan of one colour is missing: libjpeg would leave it grey. */
TEST(a_missing_scan_is_seen)
{
    size_t n, second, third;
    uint8_t *bytes = make(SCANS, &n);
    for (second = find(bytes, n, 0xda) + 4; memcmp(bytes + second, "\xff\xda", 2) != 0; second++)
        assert_true(second + 4 < n);
    for (third = second + 4; memcmp(bytes + third, "\xff\xda", 2) != 0; third++)
        assert_true(third + 4 < n);
    memmove(bytes + second, bytes + third, n - third);
    expect_refused(bytes, n - (third - second), "it lacks scans", "second scan");
    free(bytes);
}

int main(void)
{
    return RUN_TESTS(an_end_marker_is_no_pixel, lost_rows_are_refused, odd_fields_change_no_pixel,
                     other_kinds_are_not_called_damaged, a_missing_scan_is_seen);
}
