#include "engine/task/pose/oks.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { RECALLS = 101, BITS = AX_OKS_RANGES * AX_OKS_THRESHOLDS };

static const double range[AX_OKS_RANGES][2] = { { 0, 1e10 }, { 32 * 32, 96 * 96 }, { 96 * 96, 1e10 } };

/* Outcome of a detection; bit: range * AX_OKS_THRESHOLDS + threshold. */
typedef struct verdict {
    uint64_t image;
    uint32_t place; /* rank within its image, by decreasing score */
    uint32_t matched, ignored;
    double score;
} verdict;

struct ax_oks {
    verdict *seen;
    size_t n, cap;
    uint64_t regular[AX_OKS_RANGES]; /* number of truths that aren't ignored */
};

static double sigma(int k)
{
    static const double tenfold[AX_COCO_KEYPOINTS] = { .26, .25, .25,  .35,  .35, .79, .79, .72, .72,
                                                       .62, .62, 1.07, 1.07, .87, .87, .89, .89 };
    return tenfold[k] / 10;
}

static double outside(double v, double lo, double hi)
{
    return fmax(0, lo - v) + fmax(0, v - hi);
}

double ax_oks_similarity(const ax_oks_truth *t, const ax_keypoint *found)
{
    int labelled = 0, n = 0;
    double sum = 0;
    for (int k = 0; k < AX_COCO_KEYPOINTS; k++)
        labelled += t->point[k].v > 0;
    for (int k = 0; k < AX_COCO_KEYPOINTS; k++) {
        double dx, dy, variance = 4 * sigma(k) * sigma(k);
        if (labelled && !(t->point[k].v > 0))
            continue;
        if (labelled) {
            dx = found[k].x - t->point[k].x;
            dy = found[k].y - t->point[k].y;
        } else { /* without labels: the distance from a box of three times the size */
            dx = outside(found[k].x, t->box[0] - t->box[2], t->box[0] + 2 * t->box[2]);
            dy = outside(found[k].y, t->box[1] - t->box[3], t->box[1] + 2 * t->box[3]);
        }
        sum += exp(-(dx * dx + dy * dy) / variance / (t->area + DBL_EPSILON) / 2);
        n++;
    }
    return sum / n;
}

ax_oks *ax_oks_new(ax_err *err)
{
    return ax_new(sizeof(ax_oks), "a validation", err);
}

void ax_oks_free(ax_oks *o)
{
    if (o)
        free(o->seen);
    free(o);
}

static ax_code reserve(ax_oks *o, size_t more, ax_err *err)
{
    if (o->n + more <= o->cap)
        return AX_OK;
    size_t cap = 2 * o->cap > o->n + more ? 2 * o->cap : o->n + more;
    verdict *grown = realloc(o->seen, cap * sizeof *grown);
    if (!grown)
        return ax_fail(err, AX_ENOMEM, "no memory for a validation");
    o->seen = grown;
    o->cap = cap;
    return AX_OK;
}

/* ---- matching, image by image ---- */

typedef struct match {
    const ax_oks_truth *truth;
    const ax_oks_found *const *found; /* by decreasing score */
    size_t n_truth, n_found;
    const double *similarity; /* {found, truth} */
    size_t *order;            /* order of truths: ignored ones last */
    bool *ignored, *taken;    /* of truths, in that order */
} match;

static bool in_range(double area, int r)
{
    return area >= range[r][0] && area <= range[r][1];
}

static double extent(const ax_oks_found *f)
{
    double x0 = f->point[0].x, x1 = x0, y0 = f->point[0].y, y1 = y0;
    for (int k = 1; k < AX_COCO_KEYPOINTS; k++) {
        x0 = fmin(x0, f->point[k].x);
        x1 = fmax(x1, f->point[k].x);
        y0 = fmin(y0, f->point[k].y);
        y1 = fmax(y1, f->point[k].y);
    }
    return (x1 - x0) * (y1 - y0);
}

/* Orders the truths for a range; returns the number of those that count. */
static size_t order_truths(const match *m, int r)
{
    size_t n = 0, regular = 0;
    for (int pass = 0; pass < 2; pass++)
        for (size_t g = 0; g < m->n_truth; g++) {
            const ax_oks_truth *t = &m->truth[g];
            bool ignored = t->crowd || t->labelled == 0 || !in_range(t->area, r);
            if (ignored != (pass == 1))
                continue;
            m->order[n] = g;
            m->ignored[n++] = ignored;
            regular += !ignored;
        }
    return regular;
}

/* The truth that a detection is matched with, as an index into the order; n_truth: none. */
static size_t find_match(const match *m, size_t d, double best)
{
    size_t found = m->n_truth;
    for (size_t i = 0; i < m->n_truth; i++) {
        size_t g = m->order[i];
        if (m->taken[i] && !m->truth[g].crowd)
            continue;
        if (found < m->n_truth && !m->ignored[found] && m->ignored[i])
            break;
        double s = m->similarity[d * m->n_truth + g];
        if (s < best)
            continue;
        best = s;
        found = i;
    }
    return found;
}

static void match_at(const match *m, int r, int t, verdict *out)
{
    double threshold = .5 + t * ((.95 - .5) / (AX_OKS_THRESHOLDS - 1));
    uint32_t bit = 1u << (r * AX_OKS_THRESHOLDS + t);
    memset(m->taken, 0, m->n_truth * sizeof *m->taken);
    for (size_t d = 0; d < m->n_found; d++) {
        size_t i = find_match(m, d, fmin(threshold, 1 - 1e-10));
        bool none = i == m->n_truth;
        if (!none)
            m->taken[i] = true;
        out[d].matched |= none ? 0 : bit;
        out[d].ignored |= (none ? !in_range(extent(m->found[d]), r) : m->ignored[i]) ? bit : 0;
    }
}

/* Detections by decreasing score, ties in input order; NULL without memory. */
static const ax_oks_found **sort_found(const ax_oks_found *found, size_t n)
{
    const ax_oks_found **sorted = malloc((n ? n : 1) * sizeof *sorted);
    for (size_t i = 0; sorted && i < n; i++) {
        size_t at = i;
        for (; at > 0 && sorted[at - 1]->score < found[i].score; at--)
            sorted[at] = sorted[at - 1];
        sorted[at] = &found[i];
    }
    return sorted;
}

ax_code ax_oks_add(ax_oks *o, uint64_t image, const ax_oks_truth *truth, size_t n_truth, const ax_oks_found *found,
                   size_t n_found, ax_err *err)
{
    const ax_oks_found **sorted = sort_found(found, n_found);
    n_found = n_found < AX_OKS_MOST_FOUND ? n_found : AX_OKS_MOST_FOUND;
    double *similarity = malloc((n_truth * n_found + 1) * sizeof *similarity);
    size_t *order = malloc((n_truth + 1) * sizeof *order);
    bool *flags = malloc(2 * n_truth + 1);
    ax_code code = reserve(o, n_found, err);
    if (code == AX_OK && !(sorted && similarity && order && flags))
        code = ax_fail(err, AX_ENOMEM, "no memory for a validation");
    if (code == AX_OK) {
        const match m = { truth, sorted, n_truth, n_found, similarity, order, flags, flags + n_truth };
        verdict *out = n_found ? o->seen + o->n : NULL; /* without detections there may be no array */
        for (size_t d = 0; d < n_found; d++) {
            out[d] = (verdict) { .image = image, .place = (uint32_t)d, .score = sorted[d]->score };
            for (size_t g = 0; g < n_truth; g++)
                similarity[d * n_truth + g] = ax_oks_similarity(&truth[g], sorted[d]->point);
        }
        for (int r = 0; r < AX_OKS_RANGES; r++) {
            o->regular[r] += order_truths(&m, r);
            for (int t = 0; t < AX_OKS_THRESHOLDS; t++)
                match_at(&m, r, t, out);
        }
        o->n += n_found;
    }
    free(sorted);
    free(similarity);
    free(order);
    free(flags);
    return code;
}

ax_code ax_oks_merge(ax_oks *into, const ax_oks *other, ax_err *err)
{
    ax_code code = reserve(into, other->n, err);
    if (code != AX_OK)
        return code;
    if (other->n)
        memcpy(into->seen + into->n, other->seen, other->n * sizeof *into->seen);
    into->n += other->n;
    for (int r = 0; r < AX_OKS_RANGES; r++)
        into->regular[r] += other->regular[r];
    return AX_OK;
}

/* ---- precision over recall ---- */

/* By decreasing score, ties by image, then by rank in it. */
static int compare(const void *a, const void *b)
{
    const verdict *x = a, *y = b;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    if (x->image != y->image)
        return x->image < y->image ? -1 : 1;
    return x->place < y->place ? -1 : 1;
}

/* Average precision of the ordered detections; *recall is set to the final recall. precision, recalls: room for n. */
static double average(const verdict *v, size_t n, uint32_t bit, uint64_t regular, double *precision, double *recalls,
                      double *recall)
{
    double right = 0, wrong = 0, sum = 0;
    for (size_t i = 0; i < n; i++) {
        bool counts = !(v[i].ignored & bit), matched = v[i].matched & bit;
        right += counts && matched;
        wrong += counts && !matched;
        recalls[i] = right / (double)regular;
        precision[i] = right / (wrong + right + DBL_EPSILON);
    }
    *recall = n ? recalls[n - 1] : 0;
    for (size_t i = n; i-- > 1;)
        precision[i - 1] = fmax(precision[i - 1], precision[i]);
    size_t at = 0;
    for (int k = 0; k < RECALLS; k++) {
        while (at < n && recalls[at] < k * .01)
            at++;
        sum += at < n ? precision[at] : 0;
    }
    return sum / RECALLS;
}

static double mean(const double *v)
{
    double sum = 0;
    for (int t = 0; t < AX_OKS_THRESHOLDS; t++)
        sum += v[t];
    return sum / AX_OKS_THRESHOLDS;
}

static void name_figures(ax_oks_figures *f)
{
    f->ap = mean(f->precision[0]);
    f->ap50 = f->precision[0][0];
    f->ap75 = f->precision[0][5];
    f->ap_medium = mean(f->precision[1]);
    f->ap_large = mean(f->precision[2]);
    f->ar = mean(f->recall[0]);
    f->ar50 = f->recall[0][0];
    f->ar75 = f->recall[0][5];
    f->ar_medium = mean(f->recall[1]);
    f->ar_large = mean(f->recall[2]);
}

ax_code ax_oks_evaluate(const ax_oks *o, ax_oks_figures *out, ax_err *err)
{
    verdict *sorted = malloc((o->n + 1) * sizeof *sorted);
    double *scratch = malloc((2 * o->n + 1) * sizeof *scratch);
    ax_code code = sorted && scratch ? AX_OK : ax_fail(err, AX_ENOMEM, "no memory for a validation");
    if (code == AX_OK) {
        if (o->n) {
            memcpy(sorted, o->seen, o->n * sizeof *sorted);
            qsort(sorted, o->n, sizeof *sorted, compare);
        }
        for (int b = 0; b < BITS; b++) {
            int r = b / AX_OKS_THRESHOLDS, t = b % AX_OKS_THRESHOLDS;
            out->precision[r][t] = out->recall[r][t] = -1;
            if (o->regular[r])
                out->precision[r][t] =
                    average(sorted, o->n, 1u << b, o->regular[r], scratch, scratch + o->n, &out->recall[r][t]);
        }
        name_figures(out);
    }
    free(sorted);
    free(scratch);
    return code;
}
