/* Depth maps as 16-bit PNG: written and read back, scales, and files that are refused. */
#include "tests/helper/suite.h"
#include "tests/helper/tempdir.h"

#include "data/image.h"
#include "data/png_write.h"
#include "engine/base/file.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { H = 3, W = 5 };
static char path[64];
static const ax_depth_scale by_file = { 0, false };

static int make_dir(void **state)
{
    if (ax_tempdir_make(state))
        return -1;
    snprintf(path, sizeof path, "%s/x.png", ax_tempdir);
    return 0;
}

static float *read_back(const ax_depth_scale *scale)
{
    float *metres = NULL;
    int32_t h = 0, w = 0;
    ax_err err = { AX_OK, "" };
    if (ax_depth_read(path, scale, &metres, &h, &w, &err) != AX_OK)
        fail_msg("%s", err.msg);
    assert_int_equal(h, H);
    assert_int_equal(w, W);
    return metres;
}

static void write_map(const float *metres, double scale)
{
    ax_err err = { AX_OK, "" };
    if (ax_depth_write(path, metres, H, W, scale, &err) != AX_OK)
        fail_msg("%s", err.msg);
}

TEST(round_trips)
{
    const float metres[H * W] = { 0, NAN, INFINITY, -2, 1e-6f, 1, 2.5f, 0.0006f, 300, 9.999f, 65.535f };
    const double want[H * W] = { 0, 0, 0, 0, 0.001, 1, 2.5, 0.001, 65.535, 9.999, 65.535 };
    write_map(metres, 1000);
    float *back = read_back(&by_file);
    for (int i = 0; i < H * W; i++)
        if (fabs((double)back[i] - want[i]) > 1e-5)
            fail_msg("pixel %d: %g m became %g", i, (double)metres[i], (double)back[i]);
    free(back);
}

/* The file's own scale applies unless another is asked for. */
TEST(scales)
{
    const float metres[H * W] = { 1, 2, 3 };
    write_map(metres, 256);
    float *own = read_back(&by_file), *other = read_back(&(ax_depth_scale) { 512, false });
    assert_true(own[2] == 3 && other[2] == 1.5f);
    free(own);
    free(other);
    ax_depth_scale s;
    ax_err err;
    assert_int_equal(ax_depth_scale_parse("5000", &s, &err), AX_OK);
    assert_true(s.per_metre == 5000 && !s.rotated);
    assert_int_equal(ax_depth_scale_parse("sun", &s, &err), AX_OK);
    assert_true(s.per_metre == 1000 && s.rotated);
    static const char *const wrong[] = { "", "0", "-1", "nan", "inf", "1000 ", "mm" };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (ax_depth_scale_parse(wrong[i], &s, &err) != AX_EINVAL || !strstr(err.msg, "units of depth per metre"))
            fail_msg("scale=%s was taken", wrong[i]);
    assert_int_equal(ax_depth_write(path, metres, H, W, 0, &err), AX_EINVAL);
}

/* 2.345 m is 2345 = 0x929, rotated left by 3: 0x4948 = 18760; the high bits wrap around: 0xe001 becomes 0xf. */
TEST(rotated_bits)
{
    const float units[H * W] = { 18760, 0, 8, 1 };
    write_map(units, 1);
    float *metres = read_back(&(ax_depth_scale) { 1000, true });
    assert_true(metres[0] == 2.345f && metres[1] == 0 && metres[2] == 0.001f && metres[3] == 8.192f);
    free(metres);
}

static void refused(const void *bytes, size_t n, const char *why)
{
    float *metres;
    int32_t h, w;
    ax_err err = { AX_OK, "" };
    assert_int_equal(ax_depth_decode(bytes, n, &by_file, "a.png", &metres, &h, &w, &err), AX_EFORMAT);
    if (!strstr(err.msg, why))
        fail_msg("'%s' doesn't say '%s'", err.msg, why);
}

TEST(wrong_files)
{
    const uint8_t rgb[3 * H * W] = { 0 };
    char *bytes;
    size_t n;
    refused("no", 2, "a.png: a depth map must be a PNG");
    assert_int_equal(ax_picture_write(path, rgb, H, W, NULL), AX_OK);
    assert_int_equal(ax_file_read(AT_FDCWD, path, 1 << 20, &bytes, &n, NULL), AX_OK);
    refused(bytes, n, "a.png: a depth map holds 16-bit grey values, not colours");
    free(bytes);
    const float metres[H * W] = { 1 };
    write_map(metres, 1000);
    assert_int_equal(ax_file_read(AT_FDCWD, path, 1 << 20, &bytes, &n, NULL), AX_OK);
    for (size_t k = 8; k < n; k += 3)
        refused(bytes, k, "a.png: damaged PNG");
    free(bytes);
}

/* Read as a picture a depth map is grey; read as a mask, its values are ids. */
TEST(as_others_read_it)
{
    const float metres[H * W] = { 65.535f, 32.896f };
    uint8_t *bytes;
    uint16_t ids[3];
    int32_t h, w;
    ax_mask mask;
    write_map(metres, 1000);
    assert_int_equal(ax_picture_read(path, &bytes, &h, &w, NULL), AX_OK);
    assert_memory_equal(bytes, ((const uint8_t[]) { 255, 255, 255, 128, 128, 128, 0, 0, 0 }), 9);
    free(bytes);
    assert_int_equal(ax_mask_read(path, &mask, NULL), AX_OK);
    assert_int_equal(mask.size, 2);
    memcpy(ids, mask.bytes, sizeof ids);
    assert_true(ids[0] == 65535 && ids[1] == 32896 && ids[2] == 0);
    free(mask.bytes);
}

TEST(pairs)
{
    char picture[80];
    const float metres[H * W] = { 1, 2, 3 };
    const uint8_t colors[3 * H * W] = { 9, 8, 7 };
    uint8_t *rgb;
    float *depth;
    int32_t h, w;
    ax_err err;
    snprintf(picture, sizeof picture, "%s/p.png", ax_tempdir);
    write_map(metres, 1000);
    assert_int_equal(ax_picture_write(picture, colors, H, W, &err), AX_OK);
    assert_int_equal(ax_depth_pair_read(picture, path, &by_file, &rgb, &depth, &h, &w, &err), AX_OK);
    assert_true(h == H && w == W && depth[2] == 3);
    assert_memory_equal(rgb, colors, sizeof colors);
    free(rgb);
    free(depth);
    assert_int_equal(ax_picture_write(picture, colors, W, H, &err), AX_OK);
    assert_int_equal(ax_depth_pair_read(picture, path, &by_file, &rgb, &depth, &h, &w, &err), AX_EFORMAT);
    assert_non_null(strstr(err.msg, "x.png: 5x3, but its image"));
    assert_int_equal(ax_depth_pair_read(path, picture, &by_file, &rgb, &depth, &h, &w, &err), AX_EFORMAT);
    unlink(picture);
    assert_int_equal(ax_depth_pair_read(picture, path, &by_file, &rgb, &depth, &h, &w, &err), AX_EIO);
}

int main(void)
{
    return RUN_TESTS_WITHIN(make_dir, ax_tempdir_remove, round_trips, scales, rotated_bits, wrong_files,
                            as_others_read_it, pairs);
}
