/* Evaluates the images one after the other. */
#include "engine/command/eval.h"

#include "engine/base/cores.h"
#include "engine/base/out.h"
#include "engine/base/rng.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DRAWS = 500, MOST_COUNTS = 1 << 24, SEED = 1 };

static const ax_task *task_of(const ax_eval *e)
{
    return e->source->info.task.task;
}

static const ax_task_spec *spec_of(const ax_eval *e)
{
    return &e->source->info.task;
}

/* Whole images, padded to sizes that the network accepts. */
static ax_sample_spec whole_images(const ax_eval *e)
{
    return (ax_sample_spec) { .split = e->split, .whole = true, .scale_min = 1, .scale_max = 1 };
}

static ax_code take(const ax_eval *e, size_t i, ax_sample *s, ax_err *err)
{
    const ax_sample_spec whole = whole_images(e);
    return ax_source_failed(e->source->ops->sample(e->source, &whole, i, s, err), err);
}

/* Adds the stream's next image to an account of scores. */
static ax_code judge(const ax_eval *e, void *stream, void *score, ax_err *err)
{
    ax_sample s = { 0 };
    const void *prediction;
    ax_code code = ax_source_failed(e->source->ops->next(stream, &s, err), err);
    if (code == AX_OK)
        code = ax_variant_predictor_run(e->vp, s.image, s.h, s.w, &prediction, err);
    if (code == AX_OK)
        code = task_of(e)->score_add(score, spec_of(e), s.truth, prediction, s.h, s.w, err);
    ax_sample_release(&s);
    return code;
}

/* ---- worst images ---- */

static void note_worst(ax_eval *e, const void *score, size_t i)
{
    ax_outcome o = ax_outcome_none;
    if (!e->most_worst || task_of(e)->score_take(score, spec_of(e), &o, NULL) != AX_OK)
        return;
    if (e->n_worst == e->most_worst && !(o.reward < e->worst[e->n_worst - 1].reward))
        return;
    size_t at = e->n_worst < e->most_worst ? e->n_worst++ : e->n_worst - 1;
    for (; at > 0 && o.reward < e->worst[at - 1].reward; at--)
        e->worst[at] = e->worst[at - 1];
    e->worst[at] = (struct ax_eval_worst) { o.reward, i };
}

/* Path of file k of image i; all in one folder, without the data set's folders. */
static ax_code path_of(const ax_eval *e, size_t i, int k, char path[static PATH_MAX], ax_err *err)
{
    char name[PATH_MAX], number[32] = "";
    e->source->ops->name(e->source, e->split, i, name, sizeof name);
    if (task_of(e)->view) /* several persons may be in one image */
        snprintf(number, sizeof number, "-%zu", i);
    for (char *c = name; *c; c++)
        *c = *c == '/' ? '_' : *c;
    char *dot = strrchr(name, '.');
    if (dot && dot > name)
        *dot = '\0';
    if ((size_t)snprintf(path, PATH_MAX, "%s/%s%s%s", e->dir, name, number, task_of(e)->file[k].suffix) >= PATH_MAX)
        return ax_fail(err, AX_EINVAL, "%s: name is too long", name);
    return AX_OK;
}

ax_code ax_eval_name_files(const ax_eval *e, ax_files *f, ax_err *err)
{
    char name[PATH_MAX], path[PATH_MAX];
    ax_code code = AX_OK;
    /* Without mergeable scores no image has its own figures. */
    bool any = e->dir && e->most_worst && task_of(e)->score_merge;
    for (size_t i = 0; i < e->n && any && code == AX_OK; i++) {
        e->source->ops->name(e->source, e->split, i, name, sizeof name);
        for (int k = 0; k < AX_TASK_FILES && task_of(e)->file[k].key && code == AX_OK; k++) {
            code = path_of(e, i, k, path, err);
            if (code == AX_OK)
                code = ax_files_write(f, path, name, err);
        }
    }
    return code;
}

/* The findings in the view that a sample is (malloc, the caller frees them), as in predict; *box: the view's box.
   value: of e->vp, modified. */
static void *find_in_view(const ax_eval *e, const ax_sample *s, const void *value, ax_task_box *box, ax_err *err)
{
    const ax_task_view *view = task_of(e)->view;
    void *found = calloc(1, view->found_bytes);
    view->box(s->truth, box);
    if (found)
        view->find(spec_of(e), box, (void *)(uintptr_t)value, NULL, found);
    else
        ax_fail(err, AX_ENOMEM, "no memory for a view");
    return found;
}

static ax_code write_worst(ax_eval *e, size_t i, ax_err *err)
{
    char path[PATH_MAX];
    ax_sample s = { 0 };
    ax_task_box box;
    void *found = NULL;
    ax_prediction out = { .rgb = NULL };
    uint8_t *rgb = NULL;
    ax_code code = take(e, i, &s, err);
    if (code == AX_OK)
        code = ax_variant_predictor_run(e->vp, s.image, s.h, s.w, &out.value, err);
    if (code == AX_OK)
        code = ax_source_failed(e->source->ops->picture(e->source, e->split, i, &rgb, &out.h, &out.w, err), err);
    out.rgb = rgb;
    out.padded_h = s.h;
    out.padded_w = s.w;
    out.image_id = -1;
    if (code == AX_OK && task_of(e)->view) {
        out.box = &box;
        out.views = 1;
        out.value = found = find_in_view(e, &s, out.value, &box, err);
        code = found ? AX_OK : err->code;
    }
    for (int k = 0; k < AX_TASK_FILES && task_of(e)->file[k].key && code == AX_OK; k++) {
        code = path_of(e, i, k, path, err);
        if (code == AX_OK)
            code = task_of(e)->write(&e->p->info.task, k, &out, e->writers, path, err);
    }
    ax_sample_release(&s);
    free(found);
    free(rgb);
    return code;
}

/* ---- intervals ---- */

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static ax_interval middle(double *figure, int n)
{
    int known = 0;
    for (int i = 0; i < n; i++)
        if (!isnan(figure[i]))
            figure[known++] = figure[i];
    if (known < n)
        return (ax_interval) { NAN, NAN };
    qsort(figure, (size_t)n, sizeof *figure, by_value);
    return (ax_interval) { figure[n / 40], figure[n - 1 - n / 40] };
}

/* Efron's percentile bootstrap: figures of samples of as many images, drawn with replacement. */
static ax_code find_intervals(ax_eval *e, void *const *each, ax_err *err)
{
    double(*figure)[DRAWS] = malloc(AX_METRIC_COUNT * sizeof *figure);
    ax_rng rng = ax_rng_new(SEED, 0);
    ax_code code = figure ? AX_OK : ax_fail(err, AX_ENOMEM, "no memory for intervals");
    for (int d = 0; d < DRAWS && code == AX_OK; d++) {
        ax_outcome o = ax_outcome_none;
        void *sum = task_of(e)->score_new(spec_of(e), err);
        if (!sum)
            code = err->code;
        for (size_t i = 0; i < e->n && sum; i++)
            task_of(e)->score_merge(sum, each[ax_rng_below(&rng, (uint32_t)e->n)]);
        if (sum)
            (void)task_of(e)->score_take(sum, spec_of(e), &o, NULL); /* nothing to judge: NAN */
        for (int m = 0; m < AX_METRIC_COUNT; m++)
            figure[m][d] = ax_outcome_figure(&o, (ax_metric)m);
        task_of(e)->score_free(sum);
    }
    for (int m = 0; m < AX_METRIC_COUNT && code == AX_OK; m++)
        e->interval[m] = middle(figure[m], DRAWS);
    free(figure);
    return code;
}

/* ---- the evaluation ---- */

/* Each image has its own account if accounts can be merged; otherwise all share one. each: receives the accounts; NULL
   = not wanted. */
static ax_code judge_all(ax_eval *e, void **each, ax_err *err)
{
    const ax_task *task = task_of(e);
    const ax_sample_spec whole = whole_images(e);
    void *stream = e->source->ops->stream(e->source, &whole, NULL, 0, e->n, ax_cores_allowed(), err);
    ax_code code = stream ? AX_OK : ax_source_failed(err->code, err);
    for (size_t i = 0; i < e->n && code == AX_OK; i++) {
        void *own = task->score_merge ? task->score_new(spec_of(e), err) : e->score;
        code = own ? judge(e, stream, own, err) : err->code;
        if (task->score_merge && code == AX_OK) {
            note_worst(e, own, i);
            task->score_merge(e->score, own);
        }
        if (each)
            each[i] = own;
        else if (task->score_merge)
            task->score_free(own);
        if (e->show_progress)
            ax_out_progress("  %zu/%zu images ", i + 1, e->n);
    }
    if (stream)
        e->source->ops->stream_close(stream);
    if (e->show_progress)
        ax_out_progress("%s", "");
    return code;
}

ax_code ax_eval_run(ax_eval *e, ax_err *err)
{
    bool adds_up = task_of(e)->score_merge;
    size_t counts = (size_t)spec_of(e)->outputs * (size_t)spec_of(e)->outputs;
    bool intervals = adds_up && e->n > 1 && e->n <= MOST_COUNTS / counts;
    void **each = intervals ? calloc(e->n, sizeof *each) : NULL;
    e->figures = ax_outcome_none;
    for (int m = 0; m < AX_METRIC_COUNT; m++)
        e->interval[m] = (ax_interval) { NAN, NAN };
    e->worst = calloc(e->most_worst + 1, sizeof *e->worst);
    e->score = task_of(e)->score_new(spec_of(e), err);
    ax_code code = e->score ? AX_OK : err->code;
    if (code == AX_OK && (!e->worst || (intervals && !each)))
        code = ax_fail(err, AX_ENOMEM, "no memory for %zu images", e->n);
    if (code == AX_OK)
        code = judge_all(e, each, err);
    if (code == AX_OK && (code = task_of(e)->score_take(e->score, spec_of(e), &e->figures, err)) != AX_OK)
        ax_fail_prefix(err, e->source->info.spec);
    if (code == AX_OK && intervals)
        code = find_intervals(e, each, err);
    for (size_t i = 0; i < e->n_worst && code == AX_OK && e->dir; i++)
        code = write_worst(e, e->worst[i].image, err);
    for (size_t i = 0; each && i < e->n; i++)
        task_of(e)->score_free(each[i]);
    free(each);
    return code;
}

void ax_eval_release(ax_eval *e)
{
    if (e->score)
        task_of(e)->score_free(e->score);
    ax_variant_predictor_free(e->vp);
    free(e->worst);
    if (e->source)
        e->source->ops->close(e->source);
}
