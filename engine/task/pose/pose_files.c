#include "engine/task/pose/pose_files.h"

#include "engine/base/output.h"
#include "engine/task/pose/decode.h"
#include "engine/task/pose/pose_draw.h"
#include "engine/task/pose/pose_spec.h"
#include "engine/task/pose/rescore.h"
#include "engine/task/pose/truth.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { STRIDE = 4 };
static const double same_person = .9, least_drawn = .2; /* thresholds on joint scores; see rescore.h */

typedef struct found {
    ax_keypoint point[AX_MAX_KEYPOINTS]; /* image coordinates */
    double score, area;
} found;

/* ---- views ---- */

static int32_t side(const ax_task_spec *spec)
{
    return spec->of.pose.crop;
}

/* A box of no extent shows a single pixel. */
static ax_person person_of(const ax_task_box *box)
{
    ax_person p = ax_person_of_box(box->at, 1);
    double least = 1.0 / 200;
    p.scale[0] = fmax(p.scale[0], least);
    p.scale[1] = fmax(p.scale[1], least);
    return p;
}

static void cut(const ax_task_spec *spec, const ax_prediction *image, const ax_task_box *box, uint8_t *view)
{
    int32_t crop = spec->of.pose.crop;
    const ax_person p = person_of(box);
    ax_affine to_crop = ax_affine_to_crop(ax_pose_protocol_of(spec), &p, 0, crop, crop);
    ax_affine back = ax_affine_inverse(&to_crop);
    ax_affine_crop(&back, image->rgb, image->h, image->w, view, crop, crop);
}

static void find(const ax_task_spec *spec, const ax_task_box *box, void *value, const void *mirrored, void *out)
{
    const ax_skeleton *s = ax_pose_skeleton_of(spec);
    const ax_person person = person_of(box);
    ax_pose_protocol protocol = ax_pose_protocol_of(spec);
    int32_t map = spec->of.pose.crop / STRIDE;
    found *f = out;
    double sum = 0;
    if (mirrored)
        ax_pose_merge_flipped(s, value, mirrored, map, map, ax_pose_shift_of(protocol));
    ax_pose_peaks(value, map, map, s->n, ax_pose_refine_of(protocol), f->point);
    ax_pose_to_image(protocol, &person, map, map, f->point, s->n);
    for (int k = 0; k < s->n; k++)
        sum += f->point[k].v;
    f->score = s == &ax_skeleton_coco ? ax_pose_rescore(box->score, f->point) : box->score * sum / s->n;
    f->area = 200 * person.scale[0] * 200 * person.scale[1];
}

static void box_of(const void *truth, ax_task_box *box)
{
    const ax_pose_truth *t = truth;
    ax_person_box(&t->person, box->at);
    box->score = 1;
}

const ax_task_view ax_pose_view = { side, cut, box_of, sizeof(found), find };

/* ---- output ---- */

/* Indices of the persons that are kept (malloc, the caller frees it). */
static ax_code choose(const ax_task_spec *spec, const ax_prediction *p, size_t **keep, size_t *kept, ax_err *err)
{
    const found *f = p->value;
    *keep = malloc((p->views + 1) * sizeof **keep);
    *kept = p->views;
    if (!*keep)
        return ax_fail(err, AX_ENOMEM, "no memory for the people of an image");
    for (size_t i = 0; i < p->views; i++)
        (*keep)[i] = i;
    if (ax_pose_skeleton_of(spec) != &ax_skeleton_coco)
        return AX_OK;
    ax_pose_answer *a = malloc((p->views + 1) * sizeof *a);
    if (!a)
        return ax_fail(err, AX_ENOMEM, "no memory for the people of an image");
    for (size_t i = 0; i < p->views; i++) {
        memcpy(a[i].point, f[i].point, sizeof a[i].point);
        a[i].score = f[i].score;
        a[i].area = f[i].area;
    }
    ax_code code = ax_pose_suppress(a, p->views, same_person, *keep, kept, err);
    free(a);
    return code;
}

static void print_person(const ax_task_spec *spec, const ax_prediction *p, size_t i, ax_str *out)
{
    const found *f = (const found *)p->value + i;
    ax_str_add(out, "{");
    if (p->image_id >= 0)
        ax_str_printf(out, "\"image_id\":%lld,", (long long)p->image_id);
    ax_str_add(out, "\"category_id\":1,\"keypoints\":[");
    for (int k = 0; k < spec->outputs; k++)
        ax_str_printf(out, "%s%.3f,%.3f,%.6f", k ? "," : "", f->point[k].x, f->point[k].y, f->point[k].v);
    const double *b = p->box[i].at;
    ax_str_printf(out, "],\"bbox\":[%.3f,%.3f,%.3f,%.3f],\"score\":%.6f}", b[0], b[1], b[2], b[3], f->score);
}

static ax_code print_people(const ax_task_spec *spec, const ax_prediction *p, ax_str *out, ax_err *err)
{
    size_t *keep, kept;
    ax_code code = choose(spec, p, &keep, &kept, err);
    ax_str_add(out, "[");
    for (size_t i = 0; i < kept && code == AX_OK; i++) {
        ax_str_add(out, i ? ",\n" : "");
        print_person(spec, p, keep[i], out);
    }
    ax_str_add(out, "]");
    free(keep);
    return code;
}

static ax_code write_results(const ax_task_spec *spec, const ax_prediction *p, const char *path, ax_err *err)
{
    ax_str text;
    ax_str_init(&text, 0);
    ax_code code = print_people(spec, p, &text, err);
    ax_str_add(&text, "\n");
    if (code == AX_OK && !ax_str_ok(&text))
        code = ax_fail(err, AX_ENOMEM, "%s: no memory", path);
    if (code == AX_OK)
        code = ax_output_write(path, text.text, text.len, err);
    ax_str_release(&text);
    return code;
}

static ax_code write_overlay(const ax_task_spec *spec, const ax_prediction *p, const ax_task_writers *to,
                             const char *path, ax_err *err)
{
    size_t n = (size_t)p->h * (size_t)p->w * 3, *keep, kept;
    uint8_t *rgb = malloc(n);
    ax_code code = choose(spec, p, &keep, &kept, err);
    if (!rgb)
        code = ax_fail(err, AX_ENOMEM, "%s: no memory for %dx%d pixels", path, p->w, p->h);
    if (code == AX_OK) {
        memcpy(rgb, p->rgb, n);
        for (size_t i = kept; i-- > 0;) { /* draws the most certain person last, on top */
            const double *b = p->box[keep[i]].at;
            ax_pose_draw(ax_pose_skeleton_of(spec), ((const found *)p->value)[keep[i]].point, least_drawn,
                         ax_pose_thickness(fmax(b[2], b[3])), rgb, p->h, p->w);
        }
        code = to->write_picture(path, rgb, p->h, p->w, err);
    }
    free(keep);
    free(rgb);
    return code;
}

ax_code ax_pose_write(const ax_task_spec *spec, int k, const ax_prediction *p, const ax_task_writers *to,
                      const char *path, ax_err *err)
{
    return k == AX_POSE_FILE_RESULTS ? write_results(spec, p, path, err) : write_overlay(spec, p, to, path, err);
}

void ax_pose_json(const ax_task_spec *spec, const ax_prediction *p, ax_str *out)
{
    ax_str_add(out, ",\"persons\":");
    if (print_people(spec, p, out, NULL) != AX_OK)
        ax_str_add(out, "null");
}
