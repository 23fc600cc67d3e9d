/* Scoring on the emulated device, with every access of its kernels checked: counts, sums, peaks and means equal the
   host's. */
#include "engine/base/rng.h"
#include "engine/model/logit_mean.h"
#include "engine/task/depth/metrics.h"
#include "engine/task/pose/decode.h"
#include "engine/task/pose/truth.h"
#include "engine/task/segmentation/score.h"
#include "engine/train/device_score.h"
#include "tests/helper/emulated.h"
#include "tests/helper/suite.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { IMAGES = 3, MOST = 61 * 47 };

/* Scores predictions of `each` bytes on the device: one image, then the others, so that counts grow with room for more.
 */
static void score_all(ax_device_score *device, const ax_backend *be, ax_device *dev, const ax_task_spec *spec,
                      size_t images, const void *const *truths, int32_t h, int32_t w, const void *there, size_t each)
{
    ax_err err = { AX_OK, "" };
    assert_int_equal(ax_device_score_init(device, be, dev, spec, images, &err), AX_OK);
    assert_non_null(device->be);
    assert_int_equal(ax_device_score_add(device, truths, NULL, 1, h, w, there, &err), AX_OK);
    assert_int_equal(ax_device_score_add(device, truths + 1, NULL, images - 1, h, w, (const char *)there + each, &err),
                     AX_OK);
}

static void counts_are(const ax_backend *be, ax_device *dev, int32_t classes, int32_t h, int32_t w)
{
    const size_t pixels = (size_t)h * (size_t)w;
    static uint8_t truth[IMAGES][MOST], predicted[IMAGES * MOST];
    const void *const truths[IMAGES] = { truth[0], truth[1], truth[2] };
    const ax_task_spec spec = { .task = &ax_task_segmentation, .outputs = classes };
    ax_rng rng = ax_rng_new((uint64_t)classes, pixels);
    ax_err err = { AX_OK, "" };
    ax_device_score device = { 0 };
    ax_confusion *want = spec.task->score_new(&spec, &err), *got = spec.task->score_new(&spec, &err);
    for (size_t i = 0; i < IMAGES; i++)
        for (size_t k = 0; k < pixels; k++) {
            truth[i][k] = ax_rng_below(&rng, 5) ? (uint8_t)ax_rng_below(&rng, (uint32_t)classes) : AX_IGNORE;
            predicted[i * pixels + k] = (uint8_t)ax_rng_below(&rng, (uint32_t)classes);
        }
    uint8_t *there = be->alloc(dev, IMAGES * pixels, &err);
    assert_int_equal(be->copy(dev, there, predicted, IMAGES * pixels, AX_TO_DEVICE, &err), AX_OK);
    score_all(&device, be, dev, &spec, IMAGES, truths, h, w, there, pixels * sizeof *there);
    assert_int_equal(ax_device_score_take(&device, got, &err), AX_OK);
    for (size_t i = 0; i < IMAGES; i++)
        ax_confusion_add(want, truth[i], predicted + i * pixels, pixels);
    uint64_t all = 0;
    for (size_t i = 0; i < (size_t)classes * (size_t)classes; i++) {
        assert_int_equal(want->count[i], got->count[i]);
        all += got->count[i];
    }
    assert_true(all > pixels && all < IMAGES * pixels);
    ax_device_score_release(&device);
    be->release(dev, there);
    spec.task->score_free(want);
    spec.task->score_free(got);
}

TEST(as_on_the_host)
{
    const ax_backend *be;
    ax_device *dev = ax_emulated_open(&be);
    const int32_t classes[] = { 2, 21, 40, 41, 255 };
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
        for (int backwards = 0; backwards < 2; backwards++) {
            ax_emulated_backwards(backwards);
            counts_are(be, dev, classes[i], i % 2 ? 61 : 7, i % 2 ? 47 : 9);
        }
    be->close(dev);
    assert_int_equal(ax_emulated_live(), 0);
}

/* ---- depth ---- */

/* In metres, some missing or infinite; predictions beyond the caps, below 0 and not finite. */
static void fill_depths(float *truth, float *predicted, size_t n, float unit, ax_rng *rng)
{
    static const float odd[] = { NAN, INFINITY, -INFINITY, 0, -3, 1000 };
    for (size_t i = 0; i < n; i++) {
        const uint32_t kind = ax_rng_below(rng, 12);
        truth[i] = kind == 0 ? 0 : kind == 1 ? NAN : (float)(0.2 + 11 * ax_rng_uniform(rng));
        predicted[i] = (float)(0.2 + 11 * ax_rng_uniform(rng)) / unit;
        if (ax_rng_below(rng, 30) == 0)
            predicted[i] = odd[ax_rng_below(rng, sizeof odd / sizeof *odd)];
    }
}

static void near(double want, double got, double sum, const char *what)
{
    if (!(fabs(want - got) <= 1e-12 * fabs(sum) + 1e-12))
        fail_msg("%s: %.17g, not %.17g", what, got, want);
}

static void sums_are(const ax_backend *be, ax_device *dev, ax_depth_crop crop, int32_t h, int32_t w, size_t images)
{
    const size_t pixels = (size_t)h * (size_t)w;
    const ax_task_spec spec = { .task = &ax_task_depth,
                                .outputs = 1,
                                .of.depth = { .min = 0.5f, .max = 10, .unit = 2.5f, .crop = (int32_t)crop } };
    ax_rng rng = ax_rng_new(pixels, images);
    ax_err err = { AX_OK, "" };
    ax_device_score device = { 0 };
    ax_depth_meter *want = spec.task->score_new(&spec, &err), *got = spec.task->score_new(&spec, &err);
    float *truth = calloc(images * pixels, sizeof *truth), *predicted = calloc(images * pixels, sizeof *predicted);
    const void **truths = calloc(images, sizeof *truths);
    assert_true(truth && predicted && truths);
    fill_depths(truth, predicted, images * pixels, spec.of.depth.unit, &rng);
    for (size_t i = 0; i < images; i++)
        truths[i] = truth + i * pixels;
    float *there = be->alloc(dev, images * pixels * sizeof *there, &err);
    assert_int_equal(be->copy(dev, there, predicted, images * pixels * sizeof *there, AX_TO_DEVICE, &err), AX_OK);
    score_all(&device, be, dev, &spec, images, truths, h, w, there, pixels * sizeof *there);
    assert_int_equal(ax_device_score_take(&device, got, &err), AX_OK);
    for (size_t i = 0; i < images; i++)
        assert_int_equal(spec.task->score_add(want, &spec, truths[i], predicted + i * pixels, h, w, &err), AX_OK);
    assert_int_equal(got->images, images);
    for (size_t i = 0; i < images; i++) {
        const ax_depth_sums *a = &want->image[i], *b = &got->image[i];
        assert_int_equal(a->pixels, b->pixels);
        assert_int_equal(a->not_finite, b->not_finite);
        assert_int_equal(a->plain_pixels, b->plain_pixels);
        for (int k = 0; k < 3; k++)
            assert_int_equal(a->within[k], b->within[k]);
        near(a->abs_rel, b->abs_rel, a->abs_rel, "abs_rel");
        near(a->sq_rel, b->sq_rel, a->sq_rel, "sq_rel");
        near(a->square, b->square, a->square, "square");
        near(a->log10, b->log10, a->log10, "log10");
        near(a->log, b->log, a->log_square, "log");
        near(a->log_square, b->log_square, a->log_square, "log_square");
        near(a->truth, b->truth, a->truth, "truth");
        near(a->truth_square, b->truth_square, a->truth_square, "truth_square");
        near(a->plain_square, b->plain_square, a->plain_square, "plain_square");
    }
    assert_true(want->image[0].pixels > 0 && want->image[0].not_finite > 0);
    ax_device_score_release(&device);
    be->release(dev, there);
    free(truth);
    free(predicted);
    free(truths);
    spec.task->score_free(want);
    spec.task->score_free(got);
}

TEST(depths_as_on_the_host)
{
    const ax_backend *be;
    ax_device *dev = ax_emulated_open(&be);
    for (int backwards = 0; backwards < 2; backwards++) {
        ax_emulated_backwards(backwards);
        sums_are(be, dev, AX_DEPTH_CROP_NONE, 13, 17, 3);
        sums_are(be, dev, AX_DEPTH_CROP_GARG, 96, 101, 2);
        sums_are(be, dev, AX_DEPTH_CROP_NONE, 5, 7, 40); /* more than one launch */
    }
    be->close(dev);
    assert_int_equal(ax_emulated_live(), 0);
}

/* ---- pose ---- */

/* Heat maps with hills, plateaus, ties, edges, negative values and NaN. */
static void fill_maps(float *map, size_t images, int32_t h, int32_t w, int32_t c, ax_rng *rng)
{
    const size_t each = (size_t)h * (size_t)w * (size_t)c;
    for (size_t i = 0; i < images; i++)
        for (int32_t k = 0; k < c; k++) {
            float *m = map + i * each + k;
            const double x = ax_rng_uniform(rng) * w, y = ax_rng_uniform(rng) * h;
            const uint32_t kind = ax_rng_below(rng, 8);
            for (int32_t p = 0; p < h * w; p++) {
                double d = pow(p % w - x, 2) + pow(p / w - y, 2), noise = .05 * ax_rng_uniform(rng);
                m[p * c] = kind == 0   ? (float)(ax_rng_below(rng, 3) * .25) /* ties */
                           : kind == 1 ? (float)-exp(-d / 8)
                                       : (float)(exp(-d / 8) + noise);
                if (kind == 2 && ax_rng_below(rng, 4) == 0)
                    m[p * c] = NAN;
            }
            if (kind == 3)
                m[0] = NAN;
            if (kind == 4)
                m[ax_rng_below(rng, (uint32_t)(h * w)) * (uint32_t)c] = INFINITY;
        }
}

/* All results from the peaks are bit for bit those of the host. */
static void peaks_are(const ax_backend *be, ax_device *dev, ax_pose_protocol protocol, int32_t h, int32_t w,
                      size_t images, int *moved, int *none)
{
    const ax_task_spec spec = { .task = &ax_task_pose,
                                .outputs = AX_COCO_KEYPOINTS,
                                .of.pose = { .protocol = (int32_t)protocol,
                                             .skeleton = ax_skeleton_number(&ax_skeleton_coco) } };
    const size_t each = (size_t)(h / 4) * (size_t)(w / 4) * (size_t)spec.outputs;
    ax_rng rng = ax_rng_new((uint64_t)h, (uint64_t)protocol);
    ax_err err = { AX_OK, "" };
    ax_device_score device = { 0 };
    void *want = spec.task->score_new(&spec, &err), *got = spec.task->score_new(&spec, &err);
    float *maps = calloc(images * each, sizeof *maps);
    ax_pose_truth *truth = calloc(images, sizeof *truth);
    const void **truths = calloc(images, sizeof *truths);
    assert_true(maps && truth && truths && want && got);
    fill_maps(maps, images, h / 4, w / 4, spec.outputs, &rng);
    for (size_t i = 0; i < images; i++) {
        truths[i] = &truth[i];
        truth[i] =
            (ax_pose_truth) { .person = { .centre = { 10 + w / 2.0, 20 + h / 2.0 }, .scale = { w / 200.0, h / 200.0 } },
                              .image = i,
                              .number = i,
                              .neck = 5,
                              .head = 4,
                              .area = h * w / 2.0,
                              .box = { 10, 20, w, h } };
        for (int k = 0; k < spec.outputs; k++)
            truth[i].in_image[k] = (ax_keypoint) { w * ax_rng_uniform(&rng), h * ax_rng_uniform(&rng), 2 };
    }
    float *there = be->alloc(dev, images * each * sizeof *there, &err);
    assert_int_equal(be->copy(dev, there, maps, images * each * sizeof *there, AX_TO_DEVICE, &err), AX_OK);
    score_all(&device, be, dev, &spec, images, truths, h, w, there, each * sizeof *there);
    ax_map_peak *peak = calloc(images * (size_t)spec.outputs, sizeof *peak);
    assert_int_equal(
        be->copy(dev, peak, device.figures, images * (size_t)spec.outputs * sizeof *peak, AX_FROM_DEVICE, &err), AX_OK);
    for (size_t i = 0; i < images; i++) {
        ax_keypoint found[AX_MAX_KEYPOINTS];
        ax_pose_refine refine = ax_pose_refine_of(protocol);
        ax_pose_peaks(maps + i * each, h / 4, w / 4, spec.outputs, refine, found);
        for (int k = 0; k < spec.outputs; k++) {
            ax_keypoint p = ax_pose_keypoint(&peak[i * (size_t)spec.outputs + (size_t)k], h / 4, w / 4, refine);
            assert_memory_equal(&p, &found[k], sizeof p);
            *moved += p.x != floor(p.x);
            *none += p.v == 0;
        }
        assert_int_equal(spec.task->score_add(want, &spec, truths[i], maps + i * each, h, w, &err), AX_OK);
    }
    assert_int_equal(ax_device_score_take(&device, got, &err), AX_OK);
    ax_outcome a = ax_outcome_none, b = ax_outcome_none;
    assert_int_equal(spec.task->score_take(want, &spec, &a, &err), AX_OK);
    assert_int_equal(spec.task->score_take(got, &spec, &b, &err), AX_OK);
    assert_true(a.reward > 0 && a.reward == b.reward && a.ap == b.ap && a.pck == b.pck);
    ax_device_score_release(&device);
    be->release(dev, there);
    free(maps);
    free(truth);
    free(truths);
    free(peak);
    spec.task->score_free(want);
    spec.task->score_free(got);
}

TEST(peaks_as_on_the_host)
{
    const ax_backend *be;
    ax_device *dev = ax_emulated_open(&be);
    for (int backwards = 0; backwards < 2; backwards++)
        for (int p = 0; p < 2; p++) {
            const ax_pose_protocol protocol = (ax_pose_protocol)p;
            int moved = 0, none = 0;
            ax_emulated_backwards(backwards);
            peaks_are(be, dev, protocol, 32, 24, 6, &moved, &none); /* fewer pixels than threads */
            peaks_are(be, dev, protocol, 76, 92, 3, &moved, &none);
            peaks_are(be, dev, protocol, 8, 12, 9, &moved, &none); /* smaller than the smoothing kernel */
            assert_true(moved > 0 && none > 0);
        }
    be->close(dev);
    assert_int_equal(ax_emulated_live(), 0);
}

/* ---- means of two views ---- */

TEST(means_as_on_the_host)
{
    enum { N = 2, H = 12, W = 20, MAPS = H / 4 * (W / 4) };
    ax_err err = { AX_OK, "" };
    const ax_backend *be;
    ax_device *dev = ax_emulated_open(&be);
    ax_task_spec specs[] = { { .task = &ax_task_segmentation, .outputs = 5 },
                             { .task = &ax_task_depth, .outputs = 1 },
                             { .task = &ax_task_pose, .outputs = 17, .of.pose = { .protocol = 0 } },
                             { .task = &ax_task_pose, .outputs = 17, .of.pose = { .protocol = 1 } } };
    for (size_t k = 0; k < sizeof specs / sizeof *specs; k++) {
        const ax_task_spec *spec = &specs[k];
        const size_t each = MAPS * (size_t)spec->outputs;
        ax_logit_mean m = { .judge = { .be = be, .dev = dev } };
        ax_rng rng = ax_rng_new(k, 9);
        if (ax_logit_mean_compile(&m, spec, N, H, W, &err) != AX_OK)
            fail_msg("%s", err.msg);
        float *view[2], *got = calloc(N * each, sizeof *got), *there[2];
        for (int v = 0; v < 2; v++) {
            view[v] = calloc(N * each, sizeof *view[v]);
            for (size_t i = 0; i < N * each; i++)
                view[v][i] = (float)(2 * ax_rng_uniform(&rng) - 1);
            there[v] = be->alloc(dev, N * each * sizeof *there[v], &err);
            assert_int_equal(be->copy(dev, there[v], view[v], N * each * sizeof *there[v], AX_TO_DEVICE, &err), AX_OK);
            assert_int_equal(ax_logit_mean_add_on_device(&m, spec, there[v], !v, v, .5f, &err), AX_OK);
        }
        ax_logit_mean_clear(&m, spec);
        for (int v = 0; v < 2; v++)
            for (int32_t i = 0; i < N; i++)
                ax_logit_mean_add(&m, spec, i, view[v] + (size_t)i * each, H / 4, W / 4, v, .5f);
        const void *mean = ax_plan_input(m.judge.plan, "logits", &err);
        assert_int_equal(be->copy(dev, got, mean, N * each * sizeof *got, AX_FROM_DEVICE, &err), AX_OK);
        assert_memory_equal(got, m.mean, N * each * sizeof *got);
        for (int v = 0; v < 2; v++) {
            be->release(dev, there[v]);
            free(view[v]);
        }
        free(got);
        ax_logit_mean_drop(&m);
    }
    be->close(dev);
    assert_int_equal(ax_emulated_live(), 0);
}

/* Scores that no device can compute, or without a device, are left to the host. */
TEST(else_the_host)
{
    ax_err err = { AX_OK, "" };
    ax_device_score s = { 0 };
    const ax_task_spec segmentation = { .task = &ax_task_segmentation, .outputs = 5 };
    assert_int_equal(ax_device_score_init(&s, &ax_backend_ref, NULL, &segmentation, 1, &err), AX_OK);
    assert_null(s.be);
    ax_device_score_release(&s);
    const ax_backend *be = ax_emulated_backend(true);
    if (!be)
        skip();
    ax_backend plain = *be;
    plain.confusion = NULL;
    plain.depth_sums = NULL;
    plain.peaks = NULL;
    const ax_task *const task[] = { &ax_task_segmentation, &ax_task_depth, &ax_task_pose };
    for (size_t i = 0; i < sizeof task / sizeof *task; i++) {
        const ax_task_spec spec = { .task = task[i], .outputs = 17 };
        assert_int_equal(ax_device_score_init(&s, &plain, NULL, &spec, 1, &err), AX_OK);
        assert_null(s.be);
    }
}

int main(void)
{
    return RUN_TESTS(as_on_the_host, depths_as_on_the_host, peaks_as_on_the_host, means_as_on_the_host, else_the_host);
}
