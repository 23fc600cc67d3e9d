#include "tests/helper/classmap.h"
#include "tests/helper/suite.h"
#include "data/augment.h"
#include "engine/base/normalise.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const ax_task_spec segmentation = { .task = &ax_task_segmentation, .outputs = 20 };

/* A picture whose colour gives label and position: red = 10 * label, green = 2 * x, blue = 3 * y. */
static ax_picture coded(int32_t h, int32_t w)
{
    ax_picture p = { .h = h, .w = w, .rgb = malloc((size_t)(3 * h * w)), .truth = malloc((size_t)(h * w)) };
    assert_true(p.rgb && p.truth);
    for (int32_t y = 0; y < h; y++)
        for (int32_t x = 0; x < w; x++) {
            int32_t i = y * w + x;
            CLASS_MAP(p)[i] = (uint8_t)((x / 8 + y / 8) % 20);
            p.rgb[3 * i] = (uint8_t)(10 * CLASS_MAP(p)[i]);
            p.rgb[3 * i + 1] = (uint8_t)(2 * x);
            p.rgb[3 * i + 2] = (uint8_t)(3 * y);
        }
    return p;
}

static double byte_of(const ax_sample *s, int32_t y, int32_t x, int c)
{
    return ((double)s->image[3 * (y * s->w + x) + c] * (double)ax_image_std[c] + (double)ax_image_mean[c]) * 255;
}

static ax_sample cut(const ax_picture *p, ax_sample_spec spec, uint64_t index)
{
    ax_sample s;
    ax_err err = { AX_OK, "" };
    if (ax_augment(p, &segmentation, &spec, index, &s, &err) != AX_OK)
        fail_msg("%s", err.msg);
    return s;
}

/* Every pixel is an unchanged pixel of the picture, with label and colour from the same one. */
static void expect_moved(const ax_picture *p, const ax_sample *s, int32_t top, int32_t left, bool mirror)
{
    for (int32_t y = 0; y < s->h; y++)
        for (int32_t x = 0; x < s->w; x++) {
            int32_t sx = (mirror ? s->w - 1 - x : x) + left, sy = y + top, i = sy * p->w + sx;
            bool inside = sx >= 0 && sy >= 0 && sx < p->w && sy < p->h;
            assert_int_equal(CLASS_MAP(*s)[y * s->w + x], inside ? CLASS_MAP(*p)[i] : 255);
            for (int c = 0; c < 3; c++) {
                if (inside)
                    assert_true(fabs(byte_of(s, y, x, c) - p->rgb[3 * i + c]) < 1e-3);
                else
                    assert_true(s->image[3 * (y * s->w + x) + c] == 0);
            }
        }
}

static const ax_sample_spec plain = { .scale_min = 1, .scale_max = 1, .seed = 5 };

TEST(normalised)
{
    uint8_t rgb[3] = { 0, 128, 255 }, label = 3;
    const ax_picture p = { 1, 1, rgb, &label };
    ax_sample_spec spec = plain;
    spec.h = spec.w = 1;
    ax_sample s = cut(&p, spec, 0);
    assert_true(fabs((double)s.image[0] - (0.0 - 0.485) / 0.229) < 1e-6);
    assert_true(fabs((double)s.image[1] - (128 / 255.0 - 0.456) / 0.224) < 1e-6);
    assert_true(fabs((double)s.image[2] - (1.0 - 0.406) / 0.225) < 1e-6);
    assert_int_equal(CLASS_MAP(s)[0], 3);
    ax_sample_release(&s);
}

TEST(whole_centre_and_padding)
{
    ax_picture p = coded(72, 100);
    ax_sample s = cut(&p, plain, 9);
    assert_int_equal(s.h, 64); /* the largest multiples of 32 */
    assert_int_equal(s.w, 96);
    expect_moved(&p, &s, 4, 2, false);
    ax_sample_release(&s);
    ax_sample_spec spec = plain;
    spec.h = 96;
    spec.w = 32;
    s = cut(&p, spec, 9);
    assert_int_equal(s.h, 96);
    expect_moved(&p, &s, -12, 34, false);
    ax_sample_release(&s);
    ax_picture_release(&p);
    p = coded(20, 20); /* smaller than 32 */
    s = cut(&p, plain, 0);
    assert_int_equal(s.h, 32);
    assert_int_equal(s.w, 32);
    expect_moved(&p, &s, -6, -6, false);
    ax_sample_release(&s);
    ax_picture_release(&p);
}

/* Since colours encode the position, random crops can be read off; all positions and both orientations must occur. */
TEST(random_crops)
{
    ax_picture p = coded(40, 50);
    ax_sample_spec spec = plain;
    spec.h = 32;
    spec.w = 48;
    spec.random_crop = spec.mirror = true;
    bool top_seen[9] = { false }, left_seen[3] = { false };
    int mirrored = 0;
    for (uint64_t i = 0; i < 200; i++) {
        ax_sample s = cut(&p, spec, i);
        bool mirror = byte_of(&s, 0, 1, 1) < byte_of(&s, 0, 0, 1);
        int32_t left = (int32_t)lround(byte_of(&s, 0, mirror ? s.w - 1 : 0, 1)) / 2;
        int32_t top = (int32_t)lround(byte_of(&s, 0, 0, 2)) / 3;
        assert_in_range(top, 0, 8);
        assert_in_range(left, 0, 2);
        top_seen[top] = left_seen[left] = true;
        mirrored += mirror;
        expect_moved(&p, &s, top, left, mirror);
        ax_sample again = cut(&p, spec, i);
        assert_memory_equal(again.image, s.image, sizeof(float) * 3 * 32 * 48);
        assert_memory_equal(CLASS_MAP(again), CLASS_MAP(s), 32 * 48);
        ax_sample_release(&again);
        ax_sample_release(&s);
    }
    for (int i = 0; i < 9; i++)
        assert_true(top_seen[i] && left_seen[i % 3]);
    assert_in_range(mirrored, 60, 140);
    ax_picture_release(&p);
}

TEST(scaled)
{
    ax_picture p = coded(64, 80);
    ax_sample_spec spec = plain;
    spec.shorter_side = 32; /* scaled to 32 x 40, of which 32 x 32 is cut out */
    ax_sample s = cut(&p, spec, 1);
    assert_int_equal(s.h, 32);
    assert_int_equal(s.w, 32);
    for (int32_t y = 0; y < 32; y++)
        for (int32_t x = 0; x < 32; x++) {
            /* half-pixel centres: the middle of four source pixels */
            assert_true(fabs(byte_of(&s, y, x, 1) - 2 * (2 * (x + 4) + 0.5)) < 1e-2);
            assert_true(fabs(byte_of(&s, y, x, 2) - 3 * (2 * y + 0.5)) < 1e-2);
            assert_int_equal(CLASS_MAP(s)[y * 32 + x], CLASS_MAP(p)[(2 * y + 1) * 80 + 2 * (x + 4) + 1]);
        }
    ax_sample_release(&s);

    spec = plain;
    spec.h = spec.w = 32;
    spec.scale_min = 0.7f;
    spec.scale_max = 1.4f;
    spec.random_crop = true;
    double least = 9, most = 0;
    for (uint64_t i = 0; i < 100; i++) {
        s = cut(&p, spec, i);
        double step = (byte_of(&s, 16, 20, 1) - byte_of(&s, 16, 10, 1)) / 20; /* picture pixels per sample pixel */
        least = fmin(least, step);
        most = fmax(most, step);
        for (int32_t k = 0; k < 32 * 32; k++) /* away from edges between labels, the colour is the label's */
            if (CLASS_MAP(s)[k] != 255) {
                double away = fabs(byte_of(&s, k / 32, k % 32, 0) / 10 - CLASS_MAP(s)[k]);
                assert_true(away < 1.05 || CLASS_MAP(s)[k] == 19 || CLASS_MAP(s)[k] == 0);
            }
        ax_sample_release(&s);
    }
    assert_true(least > 1 / 1.42 && least < 1 / 1.3);
    assert_true(most < 1 / 0.69 && most > 1 / 0.78);
    ax_picture_release(&p);
}

/* At a quarter and three quarters, cubic convolution has the weights -.10546875 .87890625 .26171875 -.03515625 and
   their mirror; outside the picture the edge is repeated, and sums are clipped to the range of a byte. */
TEST(cubic)
{
    static const uint8_t row[4] = { 0, 0, 100, 200 };
    static const int want[8] = { 0, 0, 0, 19, 67, 133, 181, 211 };
    uint8_t rgb[3 * 16], label[16] = { 0 };
    for (int i = 0; i < 48; i++)
        rgb[i] = i % 3 == 2 ? row[i / 12] : row[i / 3 % 4];
    const ax_picture p = { 4, 4, rgb, label };
    ax_sample_spec spec = plain;
    spec.cubic = true;
    spec.shorter_side = spec.h = spec.w = 8;
    ax_sample s = cut(&p, spec, 0);
    for (int32_t y = 0; y < 8; y++)
        for (int32_t x = 0; x < 8; x++) {
            assert_true(fabs(byte_of(&s, y, x, 0) - want[x]) < 1e-3);
            assert_true(fabs(byte_of(&s, y, x, 2) - want[y]) < 1e-3);
        }
    ax_sample_release(&s);
    ax_picture moved = coded(40, 50); /* without scaling, pixels stay as they are */
    spec = plain;
    spec.cubic = true;
    spec.h = spec.w = 32;
    s = cut(&moved, spec, 0);
    expect_moved(&moved, &s, 4, 9, false);
    ax_sample_release(&s);
    ax_picture_release(&moved);
}

/* With a minimum side the original is scaled, and enlarged only where it would be smaller than that. */
TEST(floors)
{
    static const struct {
        int32_t floor;
        float scale;
        int32_t h, w; /* multiples of 32 */
    } of[] = {
        { 0, 1, 96, 128 },        { 90, 1, 96, 128 }, /* large enough: unchanged */
        { 192, 1, 192, 256 },                         /* raised */
        { 64, 0.7f, 64, 64 + 0 },                     /* 67 x 89.6: not below 64 */
        { 96, 0.5f, 96, 128 },                        /* 48 would be below */
        { 96, 2, 192, 256 },
    };
    ax_picture p = coded(96, 128);
    for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
        ax_sample_spec spec = plain;
        spec.floor = true;
        spec.shorter_side = of[i].floor;
        spec.scale_min = spec.scale_max = of[i].scale;
        ax_sample s = cut(&p, spec, 0);
        if (s.h != of[i].h || s.w != of[i].w)
            fail_msg("floor %d, scale %g: %dx%d", (int)of[i].floor, (double)of[i].scale, (int)s.w, (int)s.h);
        ax_sample_release(&s);
    }
    ax_picture_release(&p);
}

TEST(nonsense)
{
    ax_picture p = coded(32, 32);
    ax_sample s;
    ax_err err = { AX_OK, "" };
    const ax_sample_spec wrong[] = {
        { .scale_min = 0, .scale_max = 1 },
        { .scale_min = 2, .scale_max = 1 },
        { .scale_min = NAN, .scale_max = 1 },
        { .scale_min = 1, .scale_max = INFINITY },
        { .h = -1, .scale_min = 1, .scale_max = 1 },
        { .h = 1 << 30, .w = 32, .scale_min = 1, .scale_max = 1 },
        { .h = 32768, .w = 32768, .scale_min = 1, .scale_max = 1 },
        { .shorter_side = -1, .scale_min = 1, .scale_max = 1 },
        { .shorter_side = 30000, .scale_min = 50, .scale_max = 50 },
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        err = (ax_err) { AX_OK, "" };
        assert_int_equal(ax_augment(&p, &segmentation, &wrong[i], 0, &s, &err), AX_EINVAL);
        assert_true(err.msg[0]);
        assert_null(s.image);
    }
    ax_picture_release(&p);
}

int main(void)
{
    return RUN_TESTS(normalised, whole_centre_and_padding, random_crops, scaled, cubic, floors, nonsense);
}
