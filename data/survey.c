
#include "data/each.h"
#include "data/glance.h"
#include "data/open.h"
#include "data/survey_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_THREADS = 16 };

const ax_pair *ax_survey_pair(const ax_surveying *v, size_t i, ax_split *split)
{
    const ax_pairlist *list = v->pairs->list;
    *split = i < list[0].n ? AX_SPLIT_TRAIN : AX_SPLIT_VAL;
    return i < list[0].n ? &list[0].pair[i] : &list[1].pair[i - list[0].n];
}

void ax_survey_find(ax_surveying *v, ax_finding f, uint64_t order, const char *fmt, ...)
{
    char text[AX_SURVEY_TEXT];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    pthread_mutex_lock(&v->lock);
    ax_survey_found *found = &v->s->found[f];
    found->n++;
    int at = found->shown;
    while (at > 0 && found->first[at - 1].order > order)
        at--;
    if (at < AX_SURVEY_SHOWN) {
        found->shown += found->shown < AX_SURVEY_SHOWN;
        memmove(&found->first[at + 1], &found->first[at], sizeof found->first[0] * (size_t)(found->shown - 1 - at));
        found->first[at].order = order;
        memcpy(found->first[at].text, text, sizeof text);
    }
    pthread_mutex_unlock(&v->lock);
}

void ax_survey_count(ax_survey_kind *kind, int *n, const char *text)
{
    int at = 0;
    while (at < *n && strcmp(kind[at].text, text) != 0)
        at++;
    if (at == AX_SURVEY_KINDS)
        at--; /* the last entry becomes "others" */
    else if (at == *n)
        snprintf(kind[(*n)++].text, sizeof kind->text, "%s", at == AX_SURVEY_KINDS - 1 ? "others" : text);
    kind[at].n++;
}

ax_code ax_survey_progress(ax_surveying *v, const char *what, uint64_t of, ax_err *err)
{
    bool goes_on = true;
    pthread_mutex_lock(&v->lock);
    v->done++;
    if (v->how->progress)
        goes_on = v->how->progress(v->how->context, what, v->done, of);
    v->s->stopped = v->s->stopped || !goes_on;
    pthread_mutex_unlock(&v->lock);
    return goes_on ? AX_OK : ax_fail(err, AX_ECANCEL, "stopped");
}

/* ---- headers ---- */

static void note_kinds(ax_surveying *v, const ax_glance *image, const ax_glance *mask)
{
    char text[40], kind[32];
    ax_survey *s = v->s;
    pthread_mutex_lock(&v->lock);
    snprintf(text, sizeof text, "%dx%d", image->w, image->h);
    ax_survey_count(s->size, &s->sizes, text);
    if (mask->h)
        ax_survey_count(s->target, &s->targets, ax_glance_kind(mask, kind));
    pthread_mutex_unlock(&v->lock);
}

static ax_code look_at(void *context, int thread, size_t i, ax_err *err)
{
    ax_surveying *v = context;
    ax_split split;
    ax_glance image = { .h = 0 }, mask = { .h = 0 };
    ax_err why = { AX_OK, "" };
    (void)thread;
    const ax_pair *pair = ax_survey_pair(v, i, &split);
    size_t at = i - (split == AX_SPLIT_VAL ? v->pairs->list[0].n : 0);
    ax_code code = ax_pair_check(v->pairs, pair, &image, &mask, &why);
    v->size[split][at] = image.size;
    v->broken[i] = code != AX_OK;
    if (v->pairs->optional && !pair->mask)
        ax_survey_find(v, AX_FINDING_OTHER, i, "%s: no target, so it is background all over", pair->image);
    if (code == AX_OK)
        note_kinds(v, &image, &mask);
    else
        ax_survey_find(v,
                       image.h && mask.h && !mask.jpeg && (mask.h != image.h || mask.w != image.w)
                           ? AX_FINDING_SIZE
                           : AX_FINDING_UNREADABLE,
                       i, "%s", why.msg);
    return ax_survey_progress(v, "headers", v->s->part[0].images + v->s->part[1].images, err);
}

static ax_code look_at_all(ax_surveying *v, size_t n, ax_err *err)
{
    v->done = 0;
    ax_code code = ax_each(n, ax_each_threads(n, MOST_THREADS), look_at, v, err);
    for (size_t i = 0; i < v->pairs->orphan.n; i++) {
        const ax_pair *half = &v->pairs->orphan.pair[i];
        ax_survey_find(v, half->image ? AX_FINDING_NO_TARGET : AX_FINDING_NO_IMAGE, i, "%s",
                       half->image ? half->image : half->mask);
    }
    return code;
}

/* ---- which pixels ---- */

/* Chooses images spread over each split, skipping broken ones. Returns their number. */
static size_t choose(const ax_surveying *v, size_t *pick)
{
    size_t n = 0, at = 0;
    uint64_t all = v->s->part[0].images + v->s->part[1].images, want = v->how->sample;
    for (int s = AX_SPLIT_TRAIN; s <= AX_SPLIT_VAL; s++) {
        uint64_t images = v->s->part[s].images, some = all ? want * images / all + 1 : 0;
        some = v->how->all || some > images ? images : some;
        for (uint64_t i = 0; i < images; i++, at++) {
            bool chosen = i * some / images != (i + 1) * some / images;
            if (chosen && !(v->broken[at]))
                pick[n++] = at;
        }
    }
    return n;
}

static int by_number(const void *a, const void *b)
{
    const ax_survey_kind *p = a, *q = b;
    return p->n != q->n ? (p->n > q->n ? -1 : 1) : strcmp(p->text, q->text);
}

/* ---- findings about whole splits ---- */

static int by_metres(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

static void conclude_depth(ax_surveying *v)
{
    ax_survey_depth *d = &v->s->depth;
    qsort(v->median, v->medians, sizeof *v->median, by_metres);
    d->maps = v->medians;
    if (!v->medians)
        return;
    d->least = (double)v->median[0];
    d->median = (double)v->median[v->medians / 2];
    d->most = (double)v->median[v->medians - 1];
}

static void conclude(ax_surveying *v)
{
    ax_survey *s = v->s;
    static const char *const part[] = { [AX_SPLIT_TRAIN] = "training", [AX_SPLIT_VAL] = "validation" };
    s->all = s->part[0].read + s->part[1].read == s->part[0].images + s->part[1].images;
    for (int p = AX_SPLIT_TRAIN; s->classes && p <= AX_SPLIT_VAL; p++) {
        const ax_survey_part *of = &s->part[p];
        if (of->read && of->pixels == of->unlabelled)
            ax_survey_find(v, AX_FINDING_NO_LABELS, (uint64_t)p, "%s", part[p]);
        for (int c = 0; of->read && c < s->info.task.outputs; c++)
            if (!of->of_class[c])
                ax_survey_find(v, AX_FINDING_ABSENT, (uint64_t)p * AX_TASK_OUTPUTS + (uint64_t)c, "%s: %s%s", part[p],
                               s->info.task.name[c], s->all ? "" : " (of the images read)");
    }
    if (s->classes && s->part[0].read + s->part[1].read && s->info.task.outputs < 2)
        ax_survey_find(v, AX_FINDING_CLASSES, 0, s->info.task.outputs ? "one class only: %s" : "no class",
                       s->info.task.name[0]);
    if (v->pairs && s->part[0].images + s->part[1].images > 0)
        for (int p = AX_SPLIT_TRAIN; p <= AX_SPLIT_VAL; p++)
            if (!s->part[p].images)
                ax_survey_find(v, AX_FINDING_NO_LABELS, (uint64_t)p, "%s has no images", part[p]);
    conclude_depth(v);
    qsort(s->size, (size_t)s->sizes, sizeof *s->size, by_number);
    qsort(s->target, (size_t)s->targets, sizeof *s->target, by_number);
}

static ax_code survey(ax_surveying *v, ax_err *err)
{
    size_t n = (size_t)(v->s->part[0].images + v->s->part[1].images);
    size_t *pick = calloc(n + 1, sizeof *pick);
    v->value = calloc(AX_SURVEY_VALUES, sizeof *v->value);
    ax_code code = pick && v->value ? AX_OK : AX_ENOMEM;
    v->broken = calloc(n + 1, sizeof *v->broken);
    v->median = calloc(n + 1, sizeof *v->median);
    if (!v->broken || !v->median)
        code = AX_ENOMEM;
    if (v->pairs) {
        for (int s = 0; s < 2; s++)
            v->size[s] = calloc(v->pairs->list[s].n + 1, sizeof *v->size[s]);
        if (!v->size[0] || !v->size[1])
            code = AX_ENOMEM;
    }
    if (code == AX_ENOMEM)
        ax_fail(err, AX_ENOMEM, "no memory to look at %zu images", n);
    if (code == AX_OK && v->pairs)
        code = look_at_all(v, n, err);
    if (code == AX_OK && v->people)
        code = ax_survey_people_look(v, err);
    if (code == AX_OK)
        code = ax_survey_pixels(v, pick, choose(v, pick), err);
    if (code == AX_OK && v->pairs)
        code = ax_survey_twins(v, err);
    if (code == AX_OK || code == AX_ECANCEL) {
        if (v->pairs)
            ax_survey_values(v);
        conclude(v);
        code = AX_OK;
    }
    free(pick);
    free(v->value);
    free(v->broken);
    free(v->median);
    free(v->size[0]);
    free(v->size[1]);
    return code;
}

ax_survey *ax_data_survey(const char *text, const ax_survey_how *how, ax_err *err)
{
    ax_dataset_spec spec;
    if (ax_dataset_parse(text, &spec, err) != AX_OK)
        return NULL;
    spec.inspect = true;
    ax_source *source = ax_source_open_spec(&spec, how->task, err);
    if (!source)
        return NULL;
    ax_surveying v = { .s = calloc(1, sizeof *v.s),
                       .how = how,
                       .source = source,
                       .pairs = ax_pairs_of(source),
                       .people = ax_people_list_of(source),
                       .maybe_depth = ax_dataset_lists(spec.set->tasks, "depth") };
    ax_code code = v.s ? AX_OK : ax_fail(err, AX_ENOMEM, "no memory to look at a data set");
    if (v.s) {
        v.s->info = source->info;
        snprintf(v.s->info.spec, sizeof v.s->info.spec, "%s", text);
        v.s->files = v.pairs || v.people;
        v.s->people_known = v.people;
        v.s->classes = source->info.task.task->id == AX_TASK_SEGMENTATION;
        if (v.pairs && v.pairs->classes)
            snprintf(v.s->classes_of, sizeof v.s->classes_of, "%s",
                     !v.pairs->classes->n  ? "ids in the masks"
                     : v.pairs->class_file ? v.pairs->class_file
                                           : "");
        v.s->part[0].images = source->info.n_train;
        v.s->part[1].images = source->info.n_val;
        pthread_mutex_init(&v.lock, NULL);
        code = survey(&v, err);
        pthread_mutex_destroy(&v.lock);
    }
    source->ops->close(source);
    if (code != AX_OK) {
        free(v.s);
        return NULL;
    }
    return v.s;
}
