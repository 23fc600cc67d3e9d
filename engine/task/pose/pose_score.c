#include "engine/task/pose/pose_score.h"

#include "engine/task/pose/mean_pose.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct judged {
    uint64_t image, number;
    double similarity; /* NAN: unknown */
    ax_person person;
    double neck, head;  /* 0 = unknown */
    ax_oks_truth truth; /* points for every skeleton; other members, and `found`, only where areas are known */
    ax_oks_found found;
} judged;

struct ax_pose_score {
    const ax_skeleton *skeleton;
    judged *person;
    size_t n, cap;
    ax_pck by_neck, by_head;
    bool areas, lacks_memory;
};

ax_pose_score *ax_pose_score_new(const ax_skeleton *s, ax_err *err)
{
    ax_pose_score *p = calloc(1, sizeof *p);
    if (!p) {
        ax_fail(err, AX_ENOMEM, "no memory to judge");
        return NULL;
    }
    p->skeleton = s;
    p->areas = s == &ax_skeleton_coco;
    return p;
}

void ax_pose_score_free(ax_pose_score *p)
{
    if (p)
        free(p->person);
    free(p);
}

static double by_neck(const ax_skeleton *s, const judged *j, const ax_keypoint *found)
{
    double sum = 0, half = j->neck / 2;
    int n = 0;
    for (int k = 0; k < s->n; k++) {
        double dx = found[k].x - j->truth.point[k].x, dy = found[k].y - j->truth.point[k].y;
        if (!(j->truth.point[k].v > 0))
            continue;
        sum += exp(-(dx * dx + dy * dy) / (2 * half * half));
        n++;
    }
    return n && half > 0 ? sum / n : NAN;
}

/* NAN: this person can't be judged. */
static double similarity_of(const ax_pose_score *p, const judged *j, const ax_keypoint *found)
{
    if (!p->areas)
        return by_neck(p->skeleton, j, found);
    return j->truth.labelled && j->truth.area > 0 ? ax_oks_similarity(&j->truth, found) : NAN;
}

/* Data of a person that COCO's evaluation needs. */
static void fill_oks(const ax_skeleton *s, const ax_pose_truth *t, const ax_keypoint *found, judged *out)
{
    double sum = 0;
    out->truth.area = t->area;
    memcpy(out->truth.box, t->box, sizeof t->box);
    for (int k = 0; k < s->n; k++) {
        out->truth.labelled += t->in_image[k].v > 0;
        out->found.point[k] = found[k];
        sum += found[k].v;
    }
    out->found.score = sum / s->n;
}

/* Makes room for n more. */
static bool make_room(ax_pose_score *p, size_t n)
{
    size_t cap = p->cap ? p->cap : 64;
    while (cap < p->n + n)
        cap *= 2;
    judged *grown = cap > p->cap ? realloc(p->person, cap * sizeof *grown) : p->person;
    if (!grown)
        return false;
    p->person = grown;
    p->cap = cap;
    return true;
}

void ax_pose_score_merge(ax_pose_score *p, const ax_pose_score *other)
{
    if (other->n && !make_room(p, other->n)) {
        p->lacks_memory = true;
        return;
    }
    if (other->n)
        memcpy(p->person + p->n, other->person, other->n * sizeof *p->person);
    p->n += other->n;
    p->lacks_memory = p->lacks_memory || other->lacks_memory;
    ax_pck_merge(&p->by_neck, &other->by_neck);
    ax_pck_merge(&p->by_head, &other->by_head);
}

ax_code ax_pose_score_add(ax_pose_score *p, const ax_pose_truth *t, const ax_keypoint *found, ax_err *err)
{
    if (!make_room(p, 1))
        return ax_fail(err, AX_ENOMEM, "no memory to judge");
    judged *j = &p->person[p->n++];
    *j = (judged) { .image = t->image, .number = t->number, .person = t->person, .neck = t->neck, .head = t->head };
    memcpy(j->truth.point, t->in_image, (size_t)p->skeleton->n * sizeof *t->in_image);
    if (p->areas)
        fill_oks(p->skeleton, t, found, j);
    j->similarity = similarity_of(p, j, found);
    if (t->neck > 0)
        ax_pck_add(&p->by_neck, found, t->in_image, p->skeleton->n, t->neck);
    if (t->head > 0)
        ax_pck_add(&p->by_head, found, t->in_image, p->skeleton->n, t->head);
    return AX_OK;
}

static int by_image(const void *a, const void *b)
{
    const judged *x = *(const judged *const *)a, *y = *(const judged *const *)b;
    if (x->image != y->image)
        return x->image < y->image ? -1 : 1;
    return x->number < y->number ? -1 : x->number > y->number;
}

/* Average precision of persons in image order; mean: judges the mean pose instead of the predictions. */
static ax_code take_precision(const judged *const *sorted, size_t n, const ax_mean_pose *mean, ax_oks_figures *out,
                              ax_err *err)
{
    ax_oks *o = ax_oks_new(err);
    ax_oks_truth *truth = malloc((n + 1) * sizeof *truth);
    ax_oks_found *found = malloc((n + 1) * sizeof *found);
    ax_code code = o && truth && found ? AX_OK : ax_fail(err, AX_ENOMEM, "no memory to judge");
    for (size_t i = 0, k = 0; i < n && code == AX_OK; i += k) {
        for (k = 0; i + k < n && sorted[i + k]->image == sorted[i]->image; k++) {
            truth[k] = sorted[i + k]->truth;
            found[k] = sorted[i + k]->found;
            found[k].score = mean ? 1 : found[k].score;
            if (mean)
                ax_mean_pose_place(mean, &sorted[i + k]->person, found[k].point, AX_COCO_KEYPOINTS);
        }
        code = ax_oks_add(o, sorted[i]->image, truth, k, found, k, err);
    }
    if (code == AX_OK)
        code = ax_oks_evaluate(o, out, err);
    free(truth);
    free(found);
    ax_oks_free(o);
    return code;
}

/* The persons in an order independent of arrival (malloc, the caller frees it). */
static const judged **sort_people(const ax_pose_score *p, ax_err *err)
{
    const judged **sorted = malloc((p->n + 1) * sizeof *sorted);
    if (!sorted) {
        ax_fail(err, AX_ENOMEM, "no memory to judge");
        return NULL;
    }
    for (size_t i = 0; i < p->n; i++)
        sorted[i] = &p->person[i];
    qsort(sorted, p->n, sizeof *sorted, by_image);
    return sorted;
}

/* Whether a person occurs twice: persons were drawn with replacement. */
static bool has_twins(const judged *const *sorted, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (sorted[i]->image == sorted[i - 1]->image && sorted[i]->number == sorted[i - 1]->number)
            return true;
    return false;
}

static ax_mean_pose mean_of(const ax_pose_score *p, const judged *const *sorted)
{
    ax_mean_pose mean = { .n = { 0 } };
    for (size_t i = 0; i < p->n; i++)
        ax_mean_pose_add(&mean, &sorted[i]->person, sorted[i]->truth.point, p->skeleton->n);
    return mean;
}

/* Mean over the *n persons that can be judged; NAN: none. mean: as in take_details. */
static double mean_similarity(const ax_pose_score *p, const judged *const *sorted, const ax_mean_pose *mean,
                              uint64_t *n)
{
    double sum = 0;
    *n = 0;
    for (size_t i = 0; i < p->n; i++) {
        double similarity = sorted[i]->similarity;
        ax_keypoint found[AX_MAX_KEYPOINTS];
        if (isnan(similarity))
            continue;
        if (mean) {
            ax_mean_pose_place(mean, &sorted[i]->person, found, p->skeleton->n);
            similarity = similarity_of(p, sorted[i], found);
        }
        sum += similarity;
        ++*n;
    }
    return *n ? sum / (double)*n : NAN;
}

/* PCK and PCKh of the mean pose. */
static void count_mean(const ax_pose_score *p, const judged *const *sorted, const ax_mean_pose *mean,
                       ax_pose_details *out)
{
    const int n = p->skeleton->n;
    for (size_t i = 0; i < p->n; i++) {
        const judged *j = sorted[i];
        ax_keypoint found[AX_MAX_KEYPOINTS];
        ax_mean_pose_place(mean, &j->person, found, n);
        if (j->neck > 0)
            ax_pck_add(&out->by_neck, found, j->truth.point, n, j->neck);
        if (j->head > 0)
            ax_pck_add(&out->by_head, found, j->truth.point, n, j->head);
    }
}

/* mean: NULL, or the mean pose to judge instead of the predictions. */
static ax_code take_details(const ax_pose_score *p, const judged *const *sorted, const ax_mean_pose *mean,
                            ax_pose_details *out, ax_err *err)
{
    *out = (ax_pose_details) { .has_oks = false };
    out->similarity = mean_similarity(p, sorted, mean, &out->persons);
    if (mean) {
        count_mean(p, sorted, mean, out);
    } else {
        out->by_neck = p->by_neck;
        out->by_head = p->by_head;
    }
    bool precise = p->areas && !has_twins(sorted, p->n);
    ax_code code = p->lacks_memory ? ax_fail(err, AX_ENOMEM, "no memory to judge") : AX_OK;
    if (code == AX_OK && precise)
        code = take_precision(sorted, p->n, mean, &out->oks, err);
    out->has_oks = code == AX_OK && precise && out->oks.ap >= 0;
    return code;
}

ax_code ax_pose_score_details(const ax_pose_score *p, bool mean_pose, ax_pose_details *out, ax_err *err)
{
    const judged **sorted = sort_people(p, err);
    if (!sorted)
        return AX_ENOMEM;
    const ax_mean_pose mean = mean_of(p, sorted);
    ax_code code = take_details(p, sorted, mean_pose ? &mean : NULL, out, err);
    free(sorted);
    return code;
}

ax_code ax_pose_score_take(const ax_pose_score *p, ax_pose_figures *out, ax_err *err)
{
    *out = (ax_pose_figures) { NAN, NAN, NAN, NAN, NAN, 0, 0 };
    ax_pose_details d;
    const judged **sorted = sort_people(p, err);
    if (!sorted)
        return AX_ENOMEM;
    ax_code code = take_details(p, sorted, NULL, &d, err);
    free(sorted);
    if (code != AX_OK)
        return code;
    out->similarity = d.similarity;
    out->persons = d.persons;
    out->left_out = p->n - d.persons;
    out->pck = ax_pck_mean(&d.by_neck, p->skeleton->n) / 100;
    out->pckh = p->skeleton == &ax_skeleton_mpii ? ax_pckh_of(&d.by_head).mean / 100 : NAN;
    out->ap = d.has_oks ? d.oks.ap : NAN;
    out->ap50 = d.has_oks ? d.oks.ap50 : NAN;
    return AX_OK;
}
