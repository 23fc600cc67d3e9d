/* The pose task: the key points of a person. A sample's truth is an ax_pose_truth; the network gives one heat map per
   key point at a quarter of the sample's size. */
#include "engine/task/pose/decode.h"
#include "engine/task/pose/pose_draw.h"
#include "engine/task/pose/pose_files.h"
#include "engine/task/pose/pose_spec.h"
#include "engine/task/pose/pose_text.h"
#include "engine/task/pose/pose_score.h"
#include "engine/task/pose/target.h"
#include "engine/task/task.h"

#include <math.h>
#include <string.h>
#include <sys/stat.h>

enum { STRIDE = 4 }; /* sample pixels per map pixel */

static ax_code configure(ax_task_spec *spec, const ax_settings *s, const char *data, ax_err *err)
{
    ax_pose_protocol protocol;
    if (!ax_pose_protocol_parse(s->pose_protocol, &protocol))
        return ax_fail(err, AX_EINVAL, "pose_protocol = '%s': not udp or paper", s->pose_protocol);
    if (s->leave_out[0])
        return ax_fail(err, AX_EINVAL, "leave_out = '%s': %s has key points, no classes", s->leave_out, data);
    struct stat st;
    if (s->teacher[0] && s->kd_weight > 0 && !stat(s->teacher, &st) && S_ISDIR(st.st_mode))
        return ax_fail(err, AX_EINVAL, "teacher = '%s': logits of whole images say nothing of persons cut out of them",
                       s->teacher);
    spec->of.pose.protocol = (int32_t)protocol;
    spec->of.pose.crop = (int32_t)s->crop;
    return AX_OK;
}

/* ---- truth ---- */

static size_t truth_bytes(const ax_task_spec *spec, int32_t h, int32_t w)
{
    (void)spec;
    (void)h;
    (void)w;
    return sizeof(ax_pose_truth);
}

/* For an image whose truth is in its own pixels. In a cut, pixel i has its centre at i + 0.5; key points have it at
   i. */
static void cut(const ax_task_spec *spec, const ax_truth_cut *c, const void *from, void *to)
{
    const ax_skeleton *s = ax_pose_skeleton_of(spec);
    ax_pose_truth *out = to;
    memcpy(out, from, sizeof *out);
    if (c->x.step < 0) /* left and right are exchanged; the cut itself mirrors the coordinates */
        for (int k = 0; k < s->n; k++)
            out->point[k] = ((const ax_pose_truth *)from)->point[s->point[k].other];
    for (int k = 0; k < s->n; k++) {
        out->point[k].x = (out->point[k].x + .5 - c->x.from) / c->x.step - .5;
        out->point[k].y = (out->point[k].y + .5 - c->y.from) / c->y.step - .5;
    }
}

/* ---- network ---- */

static ax_type target_type(const ax_task_spec *spec, int k, int32_t n, int32_t h, int32_t w)
{
    return (ax_type) { .shape = { n, k ? 1 : h, k ? 1 : w, spec->outputs } };
}

static void fill_target(const ax_task_spec *spec, int k, const void *truth, int32_t truth_h, int32_t truth_w, void *to,
                        int32_t h, int32_t w)
{
    const ax_pose_truth *t = truth;
    const ax_pose_size size = { truth_w, truth_h, w, h };
    ax_pose_target(ax_pose_protocol_of(spec), &size, t->point, spec->outputs, k ? NULL : to, k ? to : NULL);
}

static ax_val loss(const ax_layers *l, const ax_task_spec *spec, ax_val logits, const ax_val *target)
{
    (void)spec;
    const ax_val args[3] = { logits, target[0], target[1] };
    return ax_layer_apply(l, AX_OP_WMSE, (ax_attr) { 0 }, args, 3);
}

/* Left and right have been exchanged. PAPER: the maps, once mirrored back, are one column to the right (decode.h);
   here, still mirrored, they are one to the left. */
static void mirrored(const ax_task_spec *spec, float *logits, int32_t h, int32_t w)
{
    const ax_skeleton *s = ax_pose_skeleton_of(spec);
    size_t c = (size_t)s->n, row = (size_t)w * c;
    for (size_t i = 0; i < (size_t)h * (size_t)w; i++)
        for (size_t k = 0; k < c; k++) {
            size_t other = s->point[k].other;
            float here = logits[i * c + k];
            if (other <= k)
                continue;
            logits[i * c + k] = logits[i * c + other];
            logits[i * c + other] = here;
        }
    for (int32_t y = 0; y < h && ax_pose_shift_of(ax_pose_protocol_of(spec)); y++)
        memmove(logits + (size_t)y * row, logits + (size_t)y * row + c, (row - c) * sizeof *logits);
}

static bool mirror(const ax_task_spec *spec, uint8_t other[AX_TASK_OUTPUTS])
{
    const ax_skeleton *s = ax_pose_skeleton_of(spec);
    for (int k = 0; k < s->n; k++)
        other[k] = (uint8_t)s->point[k].other;
    return ax_pose_shift_of(ax_pose_protocol_of(spec));
}

static ax_val predict(ax_graph *g, const ax_task_spec *spec, ax_val logits, int32_t h, int32_t w, ax_err *err)
{
    (void)spec;
    return ax_graph_apply(g, AX_OP_RESIZE, (ax_attr) { .size = { h / STRIDE, w / STRIDE } }, &logits, 1, err);
}

/* ---- judging ---- */

static void *score_new(const ax_task_spec *spec, ax_err *err)
{
    return ax_pose_score_new(ax_pose_skeleton_of(spec), err);
}

/* Key points of a person, in maps of h x w. */
static ax_code score_points(void *score, const ax_task_spec *spec, const ax_pose_truth *t, ax_keypoint *found,
                            int32_t h, int32_t w, ax_err *err)
{
    ax_pose_to_image(ax_pose_protocol_of(spec), &t->person, w, h, found, spec->outputs);
    return ax_pose_score_add(score, t, found, err);
}

static ax_code score_add(void *score, const ax_task_spec *spec, const void *truth, const void *prediction, int32_t h,
                         int32_t w, ax_err *err)
{
    ax_keypoint found[AX_MAX_KEYPOINTS];
    h /= STRIDE;
    w /= STRIDE;
    ax_pose_peaks(prediction, h, w, spec->outputs, ax_pose_refine_of(ax_pose_protocol_of(spec)), found);
    return score_points(score, spec, truth, found, h, w, err);
}

static void peaks(const ax_task_spec *spec, int32_t h, int32_t w, ax_peak_search *out)
{
    *out = (ax_peak_search) { .h = h / STRIDE, .w = w / STRIDE, .c = spec->outputs };
    ax_pose_peak_search(ax_pose_refine_of(ax_pose_protocol_of(spec)), out);
}

static ax_code score_peaks(void *score, const ax_task_spec *spec, const void *truth, const ax_map_peak *peak, int32_t h,
                           int32_t w, ax_err *err)
{
    ax_keypoint found[AX_MAX_KEYPOINTS];
    h /= STRIDE;
    w /= STRIDE;
    for (int k = 0; k < spec->outputs; k++)
        found[k] = ax_pose_keypoint(&peak[k], h, w, ax_pose_refine_of(ax_pose_protocol_of(spec)));
    return score_points(score, spec, truth, found, h, w, err);
}

static ax_code score_take(const void *score, const ax_task_spec *spec, ax_outcome *out, ax_err *err)
{
    ax_pose_figures f;
    ax_code code = ax_pose_score_take(score, &f, err);
    if (code != AX_OK)
        return code;
    out->reward = f.similarity;
    out->pck = f.pck;
    out->pckh = f.pckh;
    out->ap = f.ap;
    out->ap50 = f.ap50;
    if (isfinite(f.similarity))
        return AX_OK;
    return ax_fail(err, AX_EDATA, "no person of the validation has %s",
                   ax_pose_skeleton_of(spec) == &ax_skeleton_coco ? "labelled key points and an area"
                                                                  : "both neck and head top labelled");
}

static void score_free(void *score)
{
    ax_pose_score_free(score);
}

static void score_merge(void *score, const void *other)
{
    ax_pose_score_merge(score, other);
}

/* ---- pictures ---- */

static void legend(const ax_task_spec *spec, ax_maskfile *m)
{
    static const char *const side[3] = {
        [AX_SIDE_MIDDLE] = "middle", [AX_SIDE_LEFT] = "left", [AX_SIDE_RIGHT] = "right"
    };
    (void)spec;
    m->channels = 3;
    m->over = true;
    m->classes = 3;
    for (int i = 0; i < 3; i++) {
        memset(m->name[i], 0, sizeof m->name[i]);
        memcpy(m->name[i], side[i], strlen(side[i]));
        memcpy(m->color[i], ax_side_color[i], 3);
    }
}

/* A skeleton on black. */
static void draw(const ax_task_spec *spec, const void *value, bool prediction, int32_t h, int32_t w, uint8_t *out)
{
    const ax_skeleton *s = ax_pose_skeleton_of(spec);
    ax_keypoint point[AX_MAX_KEYPOINTS];
    int32_t map_h = h / STRIDE, map_w = w / STRIDE;
    memset(out, 0, (size_t)h * (size_t)w * 3);
    if (prediction) {
        bool udp = ax_pose_protocol_of(spec) == AX_POSE_UDP;
        double step_x = udp ? (w - 1.0) / (map_w - 1) : STRIDE, step_y = udp ? (h - 1.0) / (map_h - 1) : STRIDE;
        ax_pose_peaks(value, map_h, map_w, s->n, ax_pose_refine_of(ax_pose_protocol_of(spec)), point);
        for (int k = 0; k < s->n; k++) {
            point[k].x *= step_x;
            point[k].y *= step_y;
        }
    } else {
        memcpy(point, ((const ax_pose_truth *)value)->point, sizeof point);
    }
    ax_pose_draw(s, point, 0, ax_pose_thickness(h), out, h, w);
}

const ax_task ax_task_pose = {
    .id = AX_TASK_POSE,
    .configure = configure,
    .one_size = true,
    .truth_bytes = truth_bytes,
    .cut = cut,
    .quiet = true,
    .target = { "target", "target.weight" },
    .target_type = target_type,
    .fill_target = fill_target,
    .loss = loss,
    .mirrored = mirrored,
    .mirror = mirror,
    .predict = predict,
    .view = &ax_pose_view,
    .score_new = score_new,
    .score_add = score_add,
    .peaks = peaks,
    .score_peaks = score_peaks,
    .score_take = score_take,
    .score_free = score_free,
    .score_merge = score_merge,
    .score_text = ax_pose_text,
    .score_json = ax_pose_details_json,
    .score_csv = ax_pose_csv,
    .legend = legend,
    .draw = draw,
    .file = { [AX_POSE_FILE_RESULTS] = { "results", ".json", false },
              [AX_POSE_FILE_OVERLAY] = { "overlay", "-overlay.png", true } },
    .write = ax_pose_write,
    .json = ax_pose_json,
    .describe = ax_pose_describe,
    .parse = ax_pose_parse,
};
