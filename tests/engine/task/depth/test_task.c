/* Depth as a task: cutting the truth, targets, scoring, drawing, writing, and metadata of models. */
#include "engine/task/task.h"
#include "engine/task/depth/metrics.h"
#include "tests/helper/suite.h"
#include "tests/helper/taskmeta.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const ax_task *const depth = &ax_task_depth;

/* The task that these settings give with a data set whose depths go up to `max` (0: unknown). */
static ax_task_spec pose_it(const char *loss, const char *crop, double least, double most, float max)
{
    static ax_settings s;
    ax_task_spec spec = { .task = depth };
    ax_err err;
    assert_int_equal(ax_settings_preset(&s, "demo", &err), AX_OK);
    snprintf(s.depth_loss, sizeof s.depth_loss, "%s", loss);
    snprintf(s.depth_crop, sizeof s.depth_crop, "%s", crop);
    s.depth_min = least;
    s.depth_max = most;
    spec.of.depth.max = max;
    if (depth->configure(&spec, &s, "here", &err) != AX_OK)
        fail_msg("%s", err.msg);
    return spec;
}

static ax_task_spec street(void)
{
    return pose_it("berhu", "none", 1e-3, 0, 80);
}

TEST(ranges)
{
    ax_task_spec spec = street();
    assert_true(spec.of.depth.max == 80 && spec.of.depth.unit == 8 && spec.outputs == 1);
    assert_int_equal(spec.of.depth.loss, AX_BERHU);
    assert_int_equal(spec.of.depth.crop, AX_DEPTH_CROP_NONE);
    spec = pose_it("silog", "garg", 0.5, 20, 80);
    assert_true(spec.of.depth.min == 0.5f && spec.of.depth.max == 20 && spec.of.depth.unit == 2);
    assert_int_equal(spec.of.depth.loss, AX_SILOG);
    assert_int_equal(spec.of.depth.crop, AX_DEPTH_CROP_GARG);
    spec = pose_it("berhu-lineage", "eigen", 1e-3, 0, 0);
    assert_true(spec.of.depth.max == 10 && spec.of.depth.unit == 1);
    assert_int_equal(spec.of.depth.loss, AX_BERHU_LINEAGE);
    assert_int_equal(spec.of.depth.crop, AX_DEPTH_CROP_EIGEN);

    ax_settings s;
    ax_err err;
    assert_int_equal(ax_settings_preset(&s, "demo", &err), AX_OK);
    s.depth_min = 12;
    memset(&spec, 0, sizeof spec);
    assert_int_equal(depth->configure(&spec, &s, "here", &err), AX_EINVAL);
    assert_string_equal(err.msg, "depth_min = 12: here has depths up to 10 m");
}

/* The truth is resized by nearest neighbour, mirrored, and padded; shown 1.25 times as large, everything is nearer by
   that factor. */
TEST(cuts)
{
    ax_task_spec spec = street();
    const float from[2 * 3] = { 10, 20, 0, 40, 50, 60 };
    const int32_t row[] = { -1, 0, 1 }, column[] = { 2, 1, 0, -1 };
    const ax_truth_cut c = { .image_h = 2, .image_w = 3, .h = 3, .w = 4, .row = row, .column = column, .scale = 1.25 };
    const float want[] = { 0, 0, 0, 0, 0, 16, 8, 0, 48, 40, 32, 0 };
    float to[12];
    assert_int_equal(depth->truth_bytes(&spec, 3, 4), sizeof to);
    depth->cut(&spec, &c, from, to);
    for (int i = 0; i < 12; i++)
        assert_true(fabsf(to[i] - want[i]) < 1e-5f);
}

/* In units; depths outside the range don't count as truth; values are never averaged. */
TEST(targets)
{
    ax_task_spec spec = street();
    const float truth[4 * 2] = { 16, 1, 80, 8, 0.0005f, 1, 24, 0 };
    float to[2 * 2], whole[4 * 2];
    ax_type t = depth->target_type(&spec, 0, 3, 2, 1);
    assert_true(ax_shape_equal(t.shape, (ax_shape) { 3, 2, 1, 1 }) && t.dtype == AX_F32);
    depth->fill_target(&spec, 0, truth, 2, 4, to, 2, 2);
    assert_memory_equal(to, ((const float[]) { 0.125f, 1, 0.125f, 0 }), sizeof to);
    depth->fill_target(&spec, 0, truth, 2, 4, whole, 2, 4);
    assert_memory_equal(whole, ((const float[]) { 2, 0.125f, 0, 1, 0, 0.125f, 3, 0 }), sizeof whole);
}

/* The graph of a loss has the operation with the parameters of the settings. */
TEST(losses)
{
    const struct {
        ax_task_spec spec;
        int kind;
        float least;
    } want[] = { { street(), AX_BERHU, 0.125f },
                 { pose_it("silog", "none", 1e-3, 10, 80), AX_SILOG, 0.1f },
                 { pose_it("berhu-lineage", "none", 1e-3, 0, 0), AX_BERHU_LINEAGE, 0.1f } };
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        ax_err err = { AX_OK, "" };
        ax_graph *g = ax_graph_new(&err);
        const ax_layers l = { .g = g, .group = AX_GROUP_DECODER, .train = true, .err = &err };
        const ax_type map = { .shape = { 2, 3, 4, 1 } };
        ax_val logits = ax_graph_input(g, "logits", map, &err);
        ax_val target[AX_TASK_TARGETS] = { ax_graph_input(g, depth->target[0], map, &err) };
        ax_val loss = depth->loss(&l, &want[i].spec, logits, target);
        assert_int_equal(err.code, AX_OK);
        const ax_node *node = ax_graph_node(g, ax_graph_nodes(g) - 1);
        assert_true(loss.id != 0);
        assert_int_equal(node->op, AX_OP_DEPTH_LOSS);
        assert_int_equal(node->attr.depth.kind, want[i].kind);
        assert_true(fabsf(node->attr.depth.least - want[i].least) < 1e-6f);
        ax_graph_free(g);
    }
}

/* ---- scoring ---- */

TEST(scores)
{
    ax_task_spec spec = street();
    const float first[] = { 8, 16, 0, 90 }, second[] = { 24, 0, 0, 0 }; /* metres */
    const float p[] = { 2, 2, 5, 5 }, q[] = { 3, 1, 1, 1 };             /* units of 8 m */
    ax_outcome o = ax_outcome_none;
    void *score = depth->score_new(&spec, NULL);
    assert_non_null(score);
    assert_int_equal(depth->score_take(score, &spec, &o, &(ax_err) { 0 }), AX_EDATA);
    assert_int_equal(depth->score_add(score, &spec, first, p, 2, 2, NULL), AX_OK);
    assert_int_equal(depth->score_add(score, &spec, second, q, 2, 2, NULL), AX_OK);
    assert_int_equal(depth->score_take(score, &spec, &o, NULL), AX_OK);
    ax_outcome apart = ax_outcome_none; /* the same from two scores, one for each image */
    void *one = depth->score_new(&spec, NULL), *other = depth->score_new(&spec, NULL);
    assert_int_equal(depth->score_add(one, &spec, first, p, 2, 2, NULL), AX_OK);
    assert_int_equal(depth->score_add(other, &spec, second, q, 2, 2, NULL), AX_OK);
    depth->score_merge(one, other);
    assert_int_equal(depth->score_take(one, &spec, &apart, NULL), AX_OK);
    assert_true(apart.reward == o.reward && apart.rmse == o.rmse && apart.rmse_image == o.rmse_image);
    depth->score_free(one);
    depth->score_free(other);
    ax_str text;
    ax_str_init(&text, 0);
    depth->score_csv(score, &spec, &text);
    assert_non_null(strstr(text.text, "figure,pooled,per_image\nabs_rel,0.333333333,0.25\nsq_rel,2.66666667,2\n"));
    ax_str_clear(&text);
    depth->score_json(score, &spec, &text);
    assert_non_null(strstr(text.text, ",\"depth\":{\"pooled\":{\"abs_rel\":0.333333333,"));
    assert_non_null(strstr(text.text, "\"pixels\":3,\"measured\":2,\"without_truth\":0}"));
    ax_str_clear(&text);
    depth->score_text(score, &spec, true, &text);
    assert_non_null(strstr(text.text, "\n  rmse           4.6188     2.8284\n"));
    assert_non_null(strstr(text.text, "\n  3 pixels of 2 images; RMSE without crop and caps "));
    ax_str_release(&text);
    depth->score_free(score);
    /* errors 8 (of 8), 0, 0 over three pixels; by image: 8 / sqrt 2 and 0 */
    assert_true(fabs(o.rmse - 8 / sqrt(3)) < 1e-9 && fabs(o.abs_rel - 1.0 / 3) < 1e-9 && fabs(o.d1 - 2.0 / 3) < 1e-9);
    assert_true(fabs(o.rmse_image - 4 / sqrt(2)) < 1e-9 && fabs(o.abs_rel_image - 0.25) < 1e-9);
    assert_true(fabs(o.d1_image - 0.75) < 1e-9 && fabs(o.rmse_constant - sqrt(128.0 / 3)) < 1e-9);
    /* p / t is at most 2, for one pixel in three */
    assert_true(fabs(o.sq_rel - 8.0 / 3) < 1e-9 && fabs(o.log10 - log10(2) / 3) < 1e-9);
    assert_true(fabs(o.d2 - 2.0 / 3) < 1e-9 && fabs(o.d3 - 2.0 / 3) < 1e-9);
    assert_true(fabs(o.reward - cbrt(2.0 / 3 / (1 + 1.0 / 3) / (1 + 8 / sqrt(128)))) < 1e-9);
    assert_true(isnan(o.miou));
    depth->score_free(NULL);
}

/* A network with NaN predictions has diverged and has no depth figures. */
TEST(predictions_that_are_none)
{
    ax_task_spec spec = street();
    const float truth[] = { 8, 16 }, p[] = { NAN, INFINITY };
    ax_outcome o;
    ax_err err;
    void *score = depth->score_new(&spec, NULL);
    assert_int_equal(depth->score_add(score, &spec, truth, p, 1, 2, NULL), AX_OK);
    assert_int_equal(depth->score_take(score, &spec, &o, &err), AX_EFORMAT);
    assert_string_equal(err.msg, "diverged: 2 predictions of depth aren't finite");
    depth->score_free(score);
}

TEST(crops_that_do_not_fit)
{
    ax_task_spec spec = pose_it("berhu", "nyu", 1e-3, 0, 0);
    const float some[4] = { 1 };
    ax_err err = { AX_OK, "" };
    void *score = depth->score_new(&spec, NULL);
    assert_int_equal(depth->score_add(score, &spec, some, some, 2, 2, &err), AX_EDATA);
    assert_int_equal(err.code, AX_EDATA);
    assert_string_equal(err.msg, "crop nyu is for images of 640x480, not 2x2");
    depth->score_free(score);
}

/* ---- pictures and files ---- */

TEST(pictures)
{
    ax_task_spec spec = street();
    static ax_maskfile m;
    uint8_t truth[3][3], predicted[3][3];
    depth->legend(&spec, &m);
    assert_int_equal(m.channels, 3);
    assert_string_equal(m.name[0], "2 m");
    assert_string_equal(m.name[m.classes - 1], "80 m");
    depth->draw(&spec, ((const float[]) { 80, 2, 0 }), false, 1, 3, truth[0]);
    depth->draw(&spec, ((const float[]) { 10, 0.25f, -1 }), true, 1, 3, predicted[0]);
    assert_memory_equal(truth[0], m.color[m.classes - 1], 3);
    assert_memory_equal(truth[1], m.color[0], 3);
    assert_memory_equal(predicted[0], truth[0], 3);
    assert_memory_equal(predicted[1], truth[1], 3);
    assert_memory_equal(predicted[2], truth[1], 3); /* a prediction is clipped to the range, never missing */
    assert_memory_equal(truth[2], ((const uint8_t[]) { 208, 208, 208 }), 3);

    /* correct, half as far, twice as far, and truth beyond the range */
    uint8_t error[4][3];
    const uint8_t want[4][3] = { { 0, 0, 0 }, { 70, 130, 255 }, { 255, 80, 50 }, { 208, 208, 208 } };
    depth->draw_error(&spec, ((const float[]) { 8, 16, 8, 90 }), ((const float[]) { 1, 1, 2, 1 }), 1, 4, error[0]);
    assert_memory_equal(error, want, sizeof want);
}

static struct {
    float metres[6];
    double scale;
    int pictures;
} written;

static ax_code write_depth(const char *path, const float *metres, int32_t h, int32_t w, double scale, ax_err *err)
{
    (void)err;
    assert_string_equal(path, "a.png");
    assert_true(h == 2 && w == 3);
    memcpy(written.metres, metres, sizeof written.metres);
    written.scale = scale;
    return AX_OK;
}

static ax_code write_picture(const char *path, const uint8_t *rgb, int32_t h, int32_t w, ax_err *err)
{
    (void)err;
    assert_string_equal(path, "b.png");
    /* the nearest colour is the near end of the scale */
    assert_true(h == 2 && w == 3 && rgb[0] == 251 && rgb[1] == 226);
    written.pictures++;
    return AX_OK;
}

TEST(files)
{
    ax_task_spec spec = street();
    const float value[2 * 4] = { 0.5f, 1, 2, 7, 4, 20, NAN, 7 }; /* a column of padding */
    const ax_prediction p = { .h = 2, .w = 3, .padded_h = 2, .padded_w = 4, .value = value };
    const ax_task_writers to = { .write_depth = write_depth, .write_picture = write_picture };
    assert_int_equal(depth->write(&spec, 0, &p, &to, "a.png", NULL), AX_OK);
    assert_memory_equal(written.metres, ((const float[]) { 4, 8, 16, 32, 80, 1e-3f }), sizeof written.metres);
    assert_true(written.scale == 256);
    const float there[2 * 4] = { 0.5f, 1, 2, 7, 4, 5, 6, 7 };
    const ax_prediction whole = { .h = 2, .w = 3, .padded_h = 2, .padded_w = 4, .value = there };
    assert_int_equal(depth->write(&spec, 1, &whole, &to, "b.png", NULL), AX_OK);
    assert_int_equal(written.pictures, 1);
    ax_str json;
    ax_str_init(&json, 0);
    depth->json(&spec, &whole, &json);
    assert_string_equal(json.text, ",\"unit\":\"m\",\"scale\":256,\"near\":4,\"far\":48,"
                                   "\"caption\":\"4 m yellow to 48 m blue\"");
    ax_str_release(&json);
    spec = pose_it("berhu", "none", 1e-3, 0, 0);
    assert_int_equal(depth->write(&spec, 0, &p, &to, "a.png", NULL), AX_OK);
    assert_true(written.scale == 1000);
}

/* ---- model files ---- */

TEST(models)
{
    ax_task_spec spec = pose_it("berhu", "none", 0.123, 7.3, 0), back = { .task = depth };
    taskmeta s = { .n = 0 };
    ax_err err;
    depth->describe(&spec, taskmeta_say, &s);
    assert_string_equal(taskmeta_get(&s, "unit"), "m");
    assert_string_equal(taskmeta_get(&s, "depth_min"), "0.123");
    assert_string_equal(taskmeta_get(&s, "depth_max"), "7.3");
    assert_int_equal(depth->parse(&back, taskmeta_get, &s, "m", &err), AX_OK);
    assert_true(back.of.depth.min == spec.of.depth.min && back.of.depth.max == spec.of.depth.max);
    assert_true(back.of.depth.unit == spec.of.depth.unit && back.outputs == 1);
    static const char *const wrong[] = { "", "x", "0", "-1", "nan", "inf", "1e99", "3 m" };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        for (int k = 1; k < s.n; k++) {
            taskmeta bad = s;
            snprintf(bad.value[k], sizeof bad.value[k], "%s", wrong[i]);
            assert_int_equal(depth->parse(&back, taskmeta_get, &bad, "m", &err), AX_EFORMAT);
            assert_non_null(strstr(err.msg, s.key[k]));
        }
    ax_settings wide;
    ax_task_spec room = pose_it("berhu", "none", 0.01, 0, 0);
    assert_int_equal(ax_settings_preset(&wide, "demo", &err), AX_OK);
    depth->adopt(&room, &spec, NULL);
    assert_true(room.of.depth.unit == spec.of.depth.unit && room.of.depth.max == 10);
    depth->adopt(&room, &spec, &wide);
    assert_true(room.of.depth.max == 7.3f && room.of.depth.min == 0.01f);
    wide.depth_max = 9;
    room.of.depth.max = 9;
    depth->adopt(&room, &spec, &wide);
    assert_true(room.of.depth.max == 9);
    taskmeta none = { .n = 0 };
    assert_int_equal(depth->parse(&back, taskmeta_get, &none, "m", &err), AX_EFORMAT);
    assert_string_equal(err.msg, "m: metadata 'unit' is missing, not m");
    snprintf(s.value[2], sizeof s.value[2], "8");
    assert_int_equal(depth->parse(&back, taskmeta_get, &s, "m", &err), AX_EFORMAT);
}

int main(void)
{
    return RUN_TESTS(ranges, cuts, targets, losses, scores, predictions_that_are_none, crops_that_do_not_fit, pictures,
                     files, models);
}
