/* Reading headers without decoding gives the same result as decoding. */
#include "tests/helper/suite.h"
#include "tests/helper/tempdir.h"

#include "data/glance.h"
#include "data/image.h"
#include "engine/base/file.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char path[64];

static int begin(void **state)
{
    if (ax_tempdir_make(state))
        return -1;
    snprintf(path, sizeof path, "%s/x", ax_tempdir);
    return 0;
}

static const char *const files[] = { "tests/data/tiny.jpg", "tests/data/tiny-progressive.jpg",
                                     "tests/data/tiny-cmyk.jpg", "tests/data/camvid-tiny/train/0001TP_006960.png",
                                     "tests/data/camvid-tiny/trainannot/0001TP_006960.png" };

TEST(the_same_as_decoding)
{
    static const char *const kind[] = { "JPEG, 8 bits", "JPEG, 8 bits", "JPEG, 8 bits", "RGB, 8 bits", NULL };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        ax_glance g;
        ax_err err;
        uint8_t *rgb;
        int32_t h, w;
        char text[32];
        if (ax_glance_read(files[i], &g, &err) != AX_OK)
            fail_msg("%s", err.msg);
        assert_true(g.h == (i == 2 ? 16 : 64) && g.w == (i == 2 ? 24 : 96));
        if (ax_picture_read(files[i], &rgb, &h, &w, &err) == AX_OK) { /* CMYK is refused then */
            free(rgb);
            assert_true(g.h == h && g.w == w);
        } else {
            assert_int_equal(i, 2);
        }
        assert_true(g.ends);
        assert_int_equal(g.jpeg, i < 3);
        if (kind[i])
            assert_string_equal(ax_glance_kind(&g, text), kind[i]);
    }
}

/* A file truncated anywhere has no valid end, or not even a valid beginning. */
TEST(cuts_are_seen)
{
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char *bytes;
        size_t n;
        assert_int_equal(ax_file_read(AT_FDCWD, files[i], 1 << 20, &bytes, &n, NULL), AX_OK);
        for (size_t cut = 0; cut < n; cut += 1 + n / 60) {
            ax_glance g;
            ax_err err = { AX_OK, "" };
            assert_int_equal(ax_file_replace(AT_FDCWD, path, bytes, cut, NULL), AX_OK);
            if (ax_glance_read(path, &g, &err) == AX_OK)
                assert_false(g.ends);
            else
                assert_non_null(strstr(err.msg, path));
        }
        free(bytes);
    }
}

/* The size of a JPEG may be far into the file: profiles and thumbnails come first. */
TEST(segments_are_passed_over)
{
    char *bytes;
    size_t n;
    assert_int_equal(ax_file_read(AT_FDCWD, files[0], 1 << 20, &bytes, &n, NULL), AX_OK);
    size_t long_one = 2 + 65533;
    uint8_t *more = calloc(1, n + 3 * (2 + 65533 + 2));
    size_t at = 0;
    memcpy(more, bytes, 2);
    at = 2;
    for (int k = 0; k < 3; k++) {
        memcpy(more + at, "\xff\xff\xe2\xff\xfd", 5); /* with a fill byte */
        at += 1 + long_one;
    }
    memcpy(more + at, bytes + 2, n - 2);
    assert_int_equal(ax_file_replace(AT_FDCWD, path, more, at + n - 2, NULL), AX_OK);
    ax_glance g;
    ax_err err;
    if (ax_glance_read(path, &g, &err) != AX_OK)
        fail_msg("%s", err.msg);
    assert_int_equal(g.h, 64);
    assert_int_equal(g.w, 96);
    assert_true(g.ends);
    free(more);
    free(bytes);
    assert_int_equal(ax_glance_read("/dev/null", &g, &err), AX_EIO);
    assert_int_equal(ax_glance_read(ax_tempdir, &g, &err), AX_EIO);
}

int main(void)
{
    return RUN_TESTS_WITHIN(begin, ax_tempdir_remove, the_same_as_decoding, cuts_are_seen, segments_are_passed_over);
}
