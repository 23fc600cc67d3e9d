/* Figures of depth, worked out by hand and against vectors in double precision (tests/golden). */
#include "engine/task/depth/metrics.h"
#include "engine/model/safetensors.h"
#include "tests/helper/suite.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const ax_depth_range nyu = { 1e-3f, 10 };

static void near(const char *what, double got, double want)
{
    if (!(fabs(got - want) <= 1e-9 * fmax(1e-3, fabs(want))))
        fail_msg("%s is %.17g, not %.17g", what, got, want);
}

static ax_depth_window whole(int32_t h, int32_t w)
{
    ax_depth_window all;
    assert_int_equal(ax_depth_crop_window(AX_DEPTH_CROP_NONE, h, w, &all, NULL), AX_OK);
    return all;
}

/* ---- by hand ---- */

TEST(by_hand)
{
    const float p[] = { 3, 1, 99, 99, 99 }, t[] = { 2, 1, 0, INFINITY, 10 };
    ax_depth_window all = whole(1, 5);
    ax_depth_sums s = ax_depth_measure(p, t, 1, 5, &all, &nyu);
    ax_depth_figures f = ax_depth_figures_of(&s);
    double l = log(1.5);
    assert_int_equal(s.pixels, 2); /* 10 isn't below max */
    near("abs_rel", f.value[AX_DEPTH_ABS_REL], 0.25);
    near("sq_rel", f.value[AX_DEPTH_SQ_REL], 0.25);
    near("rmse", f.value[AX_DEPTH_RMSE], sqrt(0.5));
    near("rmse_log", f.value[AX_DEPTH_RMSE_LOG], l / sqrt(2));
    near("log10", f.value[AX_DEPTH_LOG10], log10(1.5) / 2);
    near("silog", f.value[AX_DEPTH_SILOG], 50 * l);
    near("d1", f.value[AX_DEPTH_D1], 0.5);
    near("d2", f.value[AX_DEPTH_D2], 1);
    near("d3", f.value[AX_DEPTH_D3], 1);
    assert_string_equal(ax_depth_figure_name(AX_DEPTH_RMSE_LOG), "rmse_log");
}

/* A ratio of exactly 1.25 isn't within d1, in either direction. */
TEST(strict)
{
    const float p[] = { 1.25f, 1, 1.2499f }, t[] = { 1, 1.25f, 1 };
    ax_depth_window all = whole(1, 3);
    ax_depth_sums s = ax_depth_measure(p, t, 1, 3, &all, &nyu);
    assert_int_equal(s.within[0], 1);
    assert_int_equal(s.within[1], 3);
}

TEST(caps)
{
    const float p[] = { NAN, -INFINITY, INFINITY, -2, 0, 11, 5 }, t[] = { 1, 1, 1, 1, 1, 1, NAN };
    ax_depth_window all = whole(1, 7);
    ax_depth_sums s = ax_depth_measure(p, t, 1, 7, &all, &nyu);
    double low = (double)nyu.min - 1;
    assert_int_equal(s.pixels, 6);
    assert_int_equal(s.not_finite, 3);
    near("square", s.square, 4 * low * low + 2 * 81);
    assert_int_equal(s.plain_pixels, 3);
    near("plain square", s.plain_square, 1 + 1 + 100);
}

TEST(crops)
{
    ax_depth_window c;
    ax_err err;
    assert_int_equal(ax_depth_crop_window(AX_DEPTH_CROP_NYU, 480, 640, &c, &err), AX_OK);
    assert_memory_equal(&c, (&(ax_depth_window) { 45, 471, 41, 601 }), sizeof c);
    assert_int_equal(ax_depth_crop_window(AX_DEPTH_CROP_GARG, 375, 1242, &c, &err), AX_OK);
    assert_memory_equal(&c, (&(ax_depth_window) { 153, 371, 44, 1197 }), sizeof c);
    assert_int_equal(ax_depth_crop_window(AX_DEPTH_CROP_EIGEN, 375, 1242, &c, &err), AX_OK);
    assert_memory_equal(&c, (&(ax_depth_window) { 124, 342, 44, 1197 }), sizeof c);
    assert_int_equal(ax_depth_crop_window(AX_DEPTH_CROP_NYU, 480, 639, &c, &err), AX_EINVAL);
    assert_string_equal(err.msg, "crop nyu is for images of 640x480, not 639x480");
    assert_int_equal(ax_depth_crop_window(AX_DEPTH_CROP_GARG, 1, 1242, &c, &err), AX_EINVAL);
    assert_string_equal(err.msg, "crop garg leaves nothing of an image of 1242x1");
}

static ax_depth_report report_of(const float *p, const float *t, int32_t n)
{
    ax_depth_meter m;
    ax_depth_window all = whole(1, n);
    ax_depth_sums s = ax_depth_measure(p, t, 1, n, &all, &nyu);
    assert_int_equal(ax_depth_meter_init(&m, 1, NULL), AX_OK);
    ax_depth_meter_put(&m, 0, &s);
    ax_depth_report r = ax_depth_meter_report(&m);
    ax_depth_meter_release(&m);
    return r;
}

TEST(rewards)
{
    const float t[] = { 1, 3, 0 }, half[] = { 2, 2, 2 };
    ax_depth_report r = report_of(half, t, 3); /* the mean prediction: off by 1, abs_rel (1 + 1/3) / 2, d1 0 */
    ax_depth_reward w = ax_depth_reward_of(&r);
    near("constant_rmse", r.constant_rmse, 1);
    near("distance", w.distance, 0.5);
    near("ratio", w.ratio, 0.6);
    near("d1", w.d1, 0);
    near("reward", w.reward, 0);
    const float good[] = { 1, 3.6f, 2 }; /* off by 0.6: rmse 0.6 / sqrt 2, abs_rel 0.1 */
    r = report_of(good, t, 3);
    w = ax_depth_reward_of(&r);
    if (fabs(w.reward - cbrt(1 / 1.1 / (1 + 0.6 / sqrt(2)))) > 1e-7)
        fail_msg("the reward is %g", w.reward);
    r = report_of(t, t, 3);
    near("perfect", ax_depth_reward_of(&r).reward, 1);
    r = report_of((const float[]) { 2, 2 }, (const float[]) { 2, 2 }, 2);
    near("one depth, met", ax_depth_reward_of(&r).reward, 1);
    r = report_of((const float[]) { 2, 2.1f }, (const float[]) { 2, 2 }, 2);
    near("one depth, missed", ax_depth_reward_of(&r).reward, 0);
    r = report_of(half, (const float[3]) { 0 }, 3);
    assert_true(isnan(ax_depth_reward_of(&r).reward));
}

TEST(nothing)
{
    ax_depth_meter m;
    assert_int_equal(ax_depth_meter_init(&m, 0, NULL), AX_OK);
    ax_depth_report r = ax_depth_meter_report(&m);
    for (int k = 0; k < AX_DEPTH_FIGURES; k++)
        assert_true(isnan(r.per_image.value[k]) && isnan(r.pooled.value[k]));
    assert_true(isnan(r.lineage_rmse));
    ax_depth_meter_release(&m);
}

/* ---- golden ---- */

enum { IMAGES = 6, H = 45, W = 60 };

typedef struct golden {
    ax_safetensors *st;
    float *prediction, *truth;
    const char *cases;
} golden;

static float *floats(const ax_safetensors *st, const char *name)
{
    const ax_st_tensor *t = ax_safetensors_find(st, name);
    assert_non_null(t);
    assert_int_equal(t->elements, IMAGES * H * W);
    float *out = malloc(t->elements * sizeof *out);
    ax_st_to_float(t, out);
    return out;
}

static golden load(void)
{
    golden g = { .st = ax_safetensors_open("tests/golden/depth-metrics.safetensors", NULL) };
    assert_non_null(g.st);
    g.prediction = floats(g.st, "prediction");
    g.truth = floats(g.st, "truth");
    g.cases = ax_safetensors_meta(g.st, "cases");
    assert_non_null(g.cases);
    return g;
}

static void drop(golden *g)
{
    ax_safetensors_free(g->st);
    free(g->prediction);
    free(g->truth);
}

/* The number after the next "key":. */
static double number(const char *at, const char *key)
{
    char quoted[32];
    snprintf(quoted, sizeof quoted, "\"%s\": ", key);
    at = strstr(at, quoted);
    assert_non_null(at);
    return strtod(at + strlen(quoted), NULL);
}

/* The integer at *at; *at moves past it. */
static long integer(const char **at)
{
    char *end;
    long n = strtol(*at, &end, 10);
    assert_ptr_not_equal(end, *at);
    *at = end + 1;
    return n;
}

static const char *past(const char *at, const char *text)
{
    at = strstr(at, text);
    assert_non_null(at);
    return at + strlen(text);
}

static void same_figures(const char *at, const char *what, const ax_depth_figures *got)
{
    for (int k = 0; k < AX_DEPTH_FIGURES; k++) {
        const char *name = ax_depth_figure_name((ax_depth_figure)k);
        char text[64];
        snprintf(text, sizeof text, "%s %s", what, name);
        near(text, got->value[k], number(at, name));
    }
}

static void same_images(const char *at, const ax_depth_meter *m)
{
    at = past(at, "\"per_image\": [");
    for (size_t i = 0; i < IMAGES; i++) {
        if (*at == 'n') { /* null */
            assert_int_equal(m->image[i].pixels, 0);
            at = past(at, ", ");
            continue;
        }
        ax_depth_figures f = ax_depth_figures_of(&m->image[i]);
        same_figures(at, "an image's", &f);
        at = i + 1 < IMAGES ? past(at, "}, ") : at;
    }
}

/* Measures the images from last to first, in two meters that are merged. */
static ax_depth_meter measure(const golden *g, const ax_depth_window *window, const ax_depth_range *range)
{
    ax_depth_meter m, half;
    assert_int_equal(ax_depth_meter_init(&m, IMAGES, NULL), AX_OK);
    assert_int_equal(ax_depth_meter_init(&half, IMAGES, NULL), AX_OK);
    for (size_t i = IMAGES; i-- > 0;) {
        size_t at = i * H * W;
        ax_depth_sums s = ax_depth_measure(g->prediction + at, g->truth + at, H, W, window, range);
        ax_depth_meter_put(i % 2 ? &half : &m, i, &s);
    }
    ax_depth_meter_merge(&m, &half);
    ax_depth_meter_release(&half);
    return m;
}

static void check_case(const golden *g, const char *name)
{
    char key[32];
    snprintf(key, sizeof key, "\"%s\": {", name);
    const char *at = past(g->cases, key), *crop = past(at, "\"crop\": "), *count = past(at, "\"valid_pixels\": [");
    ax_depth_range range = { (float)number(at, "min"), (float)number(at, "max") };
    ax_depth_window window = whole(H, W);
    if (*crop == '[') {
        int32_t *field[] = { &window.top, &window.bottom, &window.left, &window.right };
        crop++;
        for (size_t i = 0; i < 4; i++)
            *field[i] = (int32_t)integer(&crop);
    }
    ax_depth_meter m = measure(g, &window, &range);
    for (size_t i = 0; i < IMAGES; i++)
        assert_int_equal(m.image[i].pixels, integer(&count));
    same_images(at, &m);
    ax_depth_report r = ax_depth_meter_report(&m);
    assert_int_equal(r.measured, IMAGES - 1);
    assert_int_equal(r.without_truth, 1);
    assert_int_equal(r.not_finite, 12);
    same_figures(past(at, "\"mean_over_images\": "), "mean", &r.per_image);
    same_figures(past(at, "\"pooled\": "), "pooled", &r.pooled);
    near("lineage_rmse", r.lineage_rmse, strtod(ax_safetensors_meta(g->st, "lineage_rmse"), NULL));
    ax_depth_meter_release(&m);
}

TEST(as_computed_elsewhere)
{
    golden g = load();
    static const char *const name[] = { "nyu", "nyu_crop", "far", "near" };
    for (size_t i = 0; i < sizeof name / sizeof *name; i++)
        check_case(&g, name[i]);
    drop(&g);
}

/* The result has the same bits as that of one meter filled in order. */
TEST(whatever_the_order)
{
    golden g = load();
    ax_depth_window all = whole(H, W);
    ax_depth_meter merged = measure(&g, &all, &nyu), plain;
    assert_int_equal(ax_depth_meter_init(&plain, IMAGES, NULL), AX_OK);
    for (size_t i = 0; i < IMAGES; i++) {
        ax_depth_sums s = ax_depth_measure(g.prediction + i * H * W, g.truth + i * H * W, H, W, &all, &nyu);
        ax_depth_meter_put(&plain, i, &s);
    }
    ax_depth_report a = ax_depth_meter_report(&merged), b = ax_depth_meter_report(&plain);
    assert_memory_equal(&a, &b, sizeof a);
    ax_depth_meter_release(&merged);
    ax_depth_meter_release(&plain);
    drop(&g);
}

int main(void)
{
    return RUN_TESTS(by_hand, strict, caps, crops, nothing, rewards, as_computed_elsewhere, whatever_the_order);
}
