#include "data/jitter.h"
#include "engine/base/normalise.h"
#include "tests/helper/suite.h"

#include <math.h>
#include <string.h>

enum { PIXELS = 4 };

/* Two greys, a red and a pixel of padding. */
static const float colours[PIXELS - 1][3] = { { .5f, .5f, .5f }, { .25f, .25f, .25f }, { .6f, .2f, .2f } };

static void fill(float *image)
{
    for (int i = 0; i < PIXELS; i++)
        for (int c = 0; c < 3; c++)
            image[3 * i + c] = i < PIXELS - 1 ? (colours[i][c] - ax_image_mean[c]) / ax_image_std[c] : 0;
}

static double back(const float *image, int i, int c)
{
    return (double)image[3 * i + c] * (double)ax_image_std[c] + (double)ax_image_mean[c];
}

static void jitter(float *image, float amount, uint64_t seed, uint64_t index)
{
    const ax_sample_spec spec = { .jitter = amount, .seed = seed };
    ax_sample s = { .h = 2, .w = 2, .image = image };
    fill(image);
    ax_jitter(&s, &spec, index);
}

/* The three factors can be solved for from the result: contrast and brightness from the greys, saturation from the red;
   every pixel must then agree. */
TEST(factors)
{
    float x[3 * PIXELS];
    double least[3] = { 9, 9, 9 }, most[3] = { 0, 0, 0 };
    for (uint64_t index = 0; index < 400; index++) {
        jitter(x, .2f, 7, index);
        double a = back(x, 0, 0), b = back(x, 1, 0), red = back(x, 2, 0), green = back(x, 2, 1);
        /* mean grey of .5, .25 and .299 * .6 + .701 * .2; a = m(1-c)k + .5ck and b = m(1-c)k + .25ck */
        const double grey = .299 * .6 + .701 * .2, m = (.75 + grey) / 3;
        double ck = (a - b) / .25, k = (a - .5 * ck + m * ck) / m, c = ck / k, s = (red - green) / (.4 * ck);
        const double f[3] = { k, c, s };
        for (int i = 0; i < 3; i++) {
            assert_true(f[i] > .799 && f[i] < 1.201);
            least[i] = fmin(least[i], f[i]);
            most[i] = fmax(most[i], f[i]);
        }
        double g = m * k + c * (grey * k - m * k);
        assert_true(fabs(red - (g + s * (c * .6 * k + (1 - c) * m * k - g))) < 1e-5);
        assert_true(fabs(green - back(x, 2, 2)) < 1e-6 && fabs(a - back(x, 0, 2)) < 1e-6);
        assert_true(x[9] == 0 && x[10] == 0 && x[11] == 0);
    }
    for (int i = 0; i < 3; i++)
        assert_true(least[i] < .82 && most[i] > 1.18);
}

TEST(same_place_same_colours)
{
    float a[3 * PIXELS], b[3 * PIXELS], none[3 * PIXELS];
    jitter(a, .4f, 1, 3);
    jitter(b, .4f, 1, 3);
    assert_memory_equal(a, b, sizeof a);
    jitter(b, .4f, 1, 4);
    assert_true(memcmp(a, b, sizeof a) != 0);
    jitter(b, .4f, 2, 3);
    assert_true(memcmp(a, b, sizeof a) != 0);
    jitter(b, 0, 1, 3);
    fill(none);
    assert_memory_equal(b, none, sizeof b);
}

/* Even with large factors the result stays in the range of a picture. */
TEST(stays_a_picture)
{
    float x[3 * PIXELS];
    for (uint64_t index = 0; index < 200; index++) {
        jitter(x, 1, 5, index);
        for (int i = 0; i < 3 * (PIXELS - 1); i++)
            assert_true(back(x, i / 3, i % 3) > -1e-6 && back(x, i / 3, i % 3) < 1 + 1e-6);
    }
}

int main(void)
{
    return RUN_TESTS(factors, same_place_same_colours, stays_a_picture);
}
