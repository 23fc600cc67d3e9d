/* Average precision of COCO's key points against pycocotools: the ten numbers and the values they come from. */
#include "engine/task/pose/oks.h"
#include "engine/task/pose/rescore.h"
#include "tests/helper/golden.h"
#include "tests/helper/suite.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { IMAGES = 30, MOST = 200, J = AX_COCO_KEYPOINTS };

typedef struct fixture {
    uint64_t image[IMAGES];
    ax_oks_truth truth[MOST];
    uint64_t truth_image[MOST];
    ax_oks_found found[MOST];
    uint64_t found_image[MOST];
    size_t n_truth, n_found;
} fixture;

static void read_points(const ax_json *v, ax_keypoint *point)
{
    double xyv[3 * J];
    golden_numbers(v, "keypoints", xyv, 3 * (size_t)J);
    for (int k = 0; k < J; k++)
        point[k] = (ax_keypoint) { xyv[3 * k], xyv[3 * k + 1], xyv[3 * k + 2] };
}

static int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    ax_json_doc *gt = golden_json("pose-oks-gt.json"), *dt = golden_json("pose-oks-dt.json");
    size_t n = 0;
    for (const ax_json *v = golden_at(ax_json_root(gt), "images")->u.list.first; v; v = v->next)
        f->image[n++] = (uint64_t)golden_number(v, "id");
    assert_int_equal(n, IMAGES);
    for (const ax_json *v = golden_at(ax_json_root(gt), "annotations")->u.list.first; v; v = v->next) {
        ax_oks_truth *t = &f->truth[f->n_truth];
        read_points(v, t->point);
        golden_numbers(v, "bbox", t->box, 4);
        t->area = golden_number(v, "area");
        t->crowd = golden_number(v, "iscrowd") != 0;
        t->labelled = (int)golden_number(v, "num_keypoints");
        f->truth_image[f->n_truth++] = (uint64_t)golden_number(v, "image_id");
        assert_true(f->n_truth < MOST);
    }
    for (const ax_json *v = ax_json_root(dt)->u.list.first; v; v = v->next) {
        read_points(v, f->found[f->n_found].point);
        f->found[f->n_found].score = golden_number(v, "score");
        f->found_image[f->n_found++] = (uint64_t)golden_number(v, "image_id");
        assert_true(f->n_found < MOST);
    }
    ax_json_free(gt);
    ax_json_free(dt);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    free(*state);
    return 0;
}

/* The ground-truth persons of an image. */
static size_t truths_of(const fixture *f, uint64_t image, ax_oks_truth *out)
{
    size_t n = 0;
    for (size_t i = 0; i < f->n_truth; i++)
        if (f->truth_image[i] == image)
            out[n++] = f->truth[i];
    return n;
}

static size_t found_of(const fixture *f, uint64_t image, ax_oks_found *out)
{
    size_t n = 0;
    for (size_t i = 0; i < f->n_found; i++)
        if (f->found_image[i] == image)
            out[n++] = f->found[i];
    return n;
}

static void add_image(ax_oks *o, const fixture *f, uint64_t image)
{
    static ax_oks_truth truth[MOST];
    static ax_oks_found found[MOST];
    size_t n_truth = truths_of(f, image, truth), n_found = found_of(f, image, found);
    assert_int_equal(ax_oks_add(o, image, truth, n_truth, found, n_found, NULL), AX_OK);
}

static void check_stats(const ax_oks_figures *got, const ax_json *want)
{
    const struct {
        const char *name;
        double got;
    } stats[] = { { "AP", got->ap },         { "AP50", got->ap50 },   { "AP75", got->ap75 }, { "APm", got->ap_medium },
                  { "APl", got->ap_large },  { "AR", got->ar },       { "AR50", got->ar50 }, { "AR75", got->ar75 },
                  { "ARm", got->ar_medium }, { "ARl", got->ar_large } };
    for (size_t i = 0; i < sizeof stats / sizeof *stats; i++)
        golden_near(stats[i].got, golden_number(golden_at(want, "stats"), stats[i].name), 1e-9, stats[i].name, i);
    static const char *const range[] = { "all", "medium", "large" };
    for (size_t r = 0; r < AX_OKS_RANGES; r++) {
        double ap[AX_OKS_THRESHOLDS], recall[AX_OKS_THRESHOLDS];
        golden_numbers(golden_at(want, "ap_per_threshold"), range[r], ap, AX_OKS_THRESHOLDS);
        golden_numbers(golden_at(want, "recall_per_threshold"), range[r], recall, AX_OKS_THRESHOLDS);
        for (size_t t = 0; t < AX_OKS_THRESHOLDS; t++) {
            golden_near(got->precision[r][t], ap[t], 1e-9, range[r], t);
            golden_near(got->recall[r][t], recall[t], 1e-9, range[r], t);
        }
    }
}

static void test_golden(void **state)
{
    const fixture *f = *state;
    ax_json_doc *doc = golden_json("pose-oks-expected.json");
    ax_oks *o = ax_oks_new(NULL), *backwards = ax_oks_new(NULL), *rest = ax_oks_new(NULL);
    ax_oks_figures figures, again;
    assert_true(o && backwards && rest);
    for (int i = 0; i < IMAGES; i++)
        add_image(o, f, f->image[i]);
    assert_int_equal(ax_oks_evaluate(o, &figures, NULL), AX_OK);
    check_stats(&figures, ax_json_root(doc));
    /* the same bits in another order, in two parts */
    for (int i = IMAGES - 1; i >= 0; i--)
        add_image(i % 3 ? backwards : rest, f, f->image[i]);
    assert_int_equal(ax_oks_merge(backwards, rest, NULL), AX_OK);
    assert_int_equal(ax_oks_evaluate(backwards, &again, NULL), AX_OK);
    assert_memory_equal(&figures, &again, sizeof again);
    ax_oks_free(o);
    ax_oks_free(backwards);
    ax_oks_free(rest);
    ax_json_free(doc);
}

static void test_similarity(void **state)
{
    const fixture *f = *state;
    ax_json_doc *doc = golden_json("pose-oks-expected.json");
    int images = 0;
    for (const ax_json *v = golden_at(ax_json_root(doc), "first_images")->u.list.first; v; v = v->next, images++) {
        static ax_oks_truth truth[MOST];
        static double want[MOST * MOST], which[MOST];
        size_t n_truth = truths_of(f, (uint64_t)strtoull(v->key, NULL, 10), truth);
        size_t n_found = golden_at(v, "detections")->u.list.n;
        golden_numbers(v, "detections", which, n_found);
        golden_numbers(v, "oks", want, n_truth * n_found);
        for (size_t d = 0; d < n_found; d++)
            for (size_t g = 0; g < n_truth; g++)
                golden_near(ax_oks_similarity(&truth[g], f->found[(size_t)which[d]].point), want[d * n_truth + g],
                            1e-12, v->key, d * n_truth + g);
    }
    assert_int_equal(images, 6);
    ax_json_free(doc);
}

/* No ground truth, and no detection. */
static void test_empty(void **state)
{
    const fixture *f = *state;
    ax_oks_figures figures;
    ax_oks *o = ax_oks_new(NULL);
    assert_int_equal(ax_oks_evaluate(o, &figures, NULL), AX_OK);
    assert_true(figures.ap == -1 && figures.ar_large == -1);
    assert_int_equal(ax_oks_add(o, 1, NULL, 0, f->found, 3, NULL), AX_OK);
    assert_int_equal(ax_oks_evaluate(o, &figures, NULL), AX_OK);
    assert_true(figures.ap == -1);
    ax_oks_free(o);
    o = ax_oks_new(NULL);
    ax_oks_truth t = f->truth[0];
    t.area = 50 * 50;
    t.crowd = false;
    assert_int_equal(ax_oks_add(o, 1, &t, 1, NULL, 0, NULL), AX_OK);
    assert_int_equal(ax_oks_evaluate(o, &figures, NULL), AX_OK);
    assert_true(figures.ap == 0 && figures.ap_medium == 0 && figures.ap_large == -1 && figures.ar == 0);
    ax_oks_free(o);
    ax_oks_free(NULL);
}

TEST(test_suppression)
{
    enum { PEOPLE = 12 };
    ax_json_doc *doc = golden_json("pose-oks-expected.json");
    const ax_json *s = golden_at(ax_json_root(doc), "suppression");
    ax_pose_answer a[PEOPLE];
    size_t n = 0, keep[PEOPLE], kept;
    for (const ax_json *v = golden_at(s, "people")->u.list.first; v; v = v->next, n++) {
        read_points(v, a[n].point);
        a[n].area = golden_number(v, "area");
        a[n].score = ax_pose_rescore(golden_number(v, "box_score"), a[n].point);
        golden_near(a[n].score, golden_number(v, "score"), 1e-12, "score", n);
    }
    assert_int_equal(n, PEOPLE);
    assert_int_equal(ax_pose_suppress(a, n, golden_number(s, "threshold"), keep, &kept, NULL), AX_OK);
    double want[PEOPLE];
    assert_int_equal(kept, golden_at(s, "keep")->u.list.n);
    golden_numbers(s, "keep", want, kept);
    for (size_t i = 0; i < kept; i++)
        assert_int_equal(keep[i], (size_t)want[i]);
    ax_keypoint low[J] = { { 1, 1, .2 } };
    assert_true(ax_pose_rescore(.9, low) == 0);
    ax_json_free(doc);
}

int main(void)
{
    return RUN_TESTS_WITHIN(set_up, tear_down, test_golden, test_similarity, test_empty, test_suppression);
}
