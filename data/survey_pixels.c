/* Reads the pixels of a data set's targets and counts their values. */
#include "data/each.h"
#include "data/image.h"
#include "data/survey_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_THREADS = 16, OWN_VALUES = 64 };

/* Counts of one image. */
typedef struct tally {
    uint64_t of_class[AX_TASK_OUTPUTS]; /* AX_CLASS_IGNORE: unlabelled */
    size_t values;
    struct {
        uint32_t value;
        uint64_t pixels;
        size_t first; /* first pixel with the value */
    } value[OWN_VALUES];
    uint64_t more; /* pixels with further values */
} tally;

static void add_value(tally *t, uint32_t value, size_t at)
{
    size_t i = 0;
    while (i < t->values && t->value[i].value != value)
        i++;
    if (i == OWN_VALUES) {
        t->more++;
        return;
    }
    if (i == t->values) {
        t->values++;
        t->value[i].value = value;
        t->value[i].first = at;
        t->value[i].pixels = 0;
    }
    t->value[i].pixels++;
}

/* Keeps values without a class, since all of them are to be reported, not just the first. */
static void count_mask(const ax_mask *m, const ax_classes *c, tally *t)
{
    for (size_t i = 0, n = (size_t)m->h * (size_t)m->w; i < n; i++) {
        uint32_t v = ax_mask_value(m, i);
        int16_t class = m->size == 3 ? ax_classes_of_color(c, v) : ax_classes_of_id(c, v);
        if (class == AX_CLASS_WRONG)
            add_value(t, v, i);
        else
            t->of_class[class]++;
    }
}

static void count_classes(const uint8_t *labels, int32_t h, int32_t w, tally *t)
{
    for (size_t i = 0, n = (size_t)h * (size_t)w; i < n; i++)
        t->of_class[labels[i]]++;
}

static ax_code draw(const ax_pairs *p, const ax_pair *pair, tally *t, ax_err *err)
{
    uint8_t *rgb;
    int32_t h, w;
    ax_code code = ax_picture_read(pair->image, &rgb, &h, &w, err);
    if (code != AX_OK)
        return code;
    uint8_t *labels = malloc((size_t)h * (size_t)w);
    code = labels ? p->draw(p, pair, h, w, labels, err) : ax_fail(err, AX_ENOMEM, "%s: no memory", pair->image);
    if (code == AX_OK)
        count_classes(labels, h, w, t);
    free(labels);
    free(rgb);
    return code;
}

/* Median depths of most rooms and streets lie between these; with a wrong scale they hardly ever do. */
static ax_code read_depth(ax_surveying *v, size_t i, const ax_pair *pair, ax_err *err)
{
    double median;
    uint64_t pixels, missing;
    ax_code code = ax_pairs_median_depth(v->pairs, pair, &median, &pixels, &missing, err);
    if (code == AX_OK) {
        pthread_mutex_lock(&v->lock);
        v->s->depth.pixels += pixels;
        v->s->depth.missing += missing;
        if (median > 0)
            v->median[v->medians++] = (float)median;
        pthread_mutex_unlock(&v->lock);
    }
    if (code == AX_OK && median <= 0)
        ax_survey_find(v, AX_FINDING_BLANK, i, "%s", pair->mask);
    else if (code == AX_OK && (median < 0.5 || median > 50))
        ax_survey_find(v, AX_FINDING_DEPTH, i, "%s: %.3g m", pair->mask, median);
    return code;
}

/* Reads image and mask separately: a value without a class isn't an error here. */
static ax_code read_pair(ax_surveying *v, size_t i, const ax_pair *pair, tally *t, ax_mask *m, ax_err *err)
{
    if (v->pairs->metres)
        return read_depth(v, i, pair, err);
    if (v->pairs->draw)
        return draw(v->pairs, pair, t, err);
    uint8_t *rgb = NULL;
    int32_t h, w;
    ax_code code = ax_picture_read(pair->image, &rgb, &h, &w, err);
    free(rgb);
    if (code == AX_OK)
        code = ax_mask_read(pair->mask, m, err);
    if (code == AX_OK && (m->h != h || m->w != w)) /* their stored sizes agree */
        ax_survey_find(v, AX_FINDING_TURNED, i, "%s", pair->mask);
    if (code == AX_OK)
        count_mask(m, v->pairs->classes, t);
    return code;
}

static ax_survey_value *find_value(ax_surveying *v, uint32_t value, bool color)
{
    for (size_t i = 0; i < v->values; i++)
        if (v->value[i].value == value && v->value[i].color == color)
            return &v->value[i];
    if (v->values == AX_SURVEY_VALUES)
        return NULL;
    v->value[v->values] = (ax_survey_value) { .value = value, .color = color, .order = UINT64_MAX };
    return &v->value[v->values++];
}

/* Adds one image's counts to the survey. */
static void merge(ax_surveying *v, ax_split split, size_t i, const char *path, const tally *t, const ax_mask *m)
{
    ax_survey_part *part = &v->s->part[split];
    pthread_mutex_lock(&v->lock);
    part->read++;
    for (int c = 0; c < AX_TASK_OUTPUTS; c++) {
        part->pixels += t->of_class[c];
        if (c == AX_CLASS_IGNORE)
            part->unlabelled += t->of_class[c];
        else
            part->of_class[c] += t->of_class[c];
        part->images_with[c] += t->of_class[c] > 0;
    }
    for (size_t k = 0; k < t->values; k++) {
        part->pixels += t->value[k].pixels;
        ax_survey_value *own = find_value(v, t->value[k].value, m->size == 3);
        if (!own)
            continue;
        own->pixels[split] += t->value[k].pixels;
        own->images[split]++;
        if (i < own->order) {
            own->order = i;
            snprintf(own->first, sizeof own->first, "%.255s at x %zu, y %zu", path, t->value[k].first % (size_t)m->w,
                     t->value[k].first / (size_t)m->w);
        }
    }
    part->pixels += t->more;
    pthread_mutex_unlock(&v->lock);
}

static bool is_blank(const tally *t)
{
    for (int c = 0; c < AX_CLASS_IGNORE; c++)
        if (t->of_class[c])
            return false;
    return !t->values;
}

/* Reads a sample of a set without files. */
static ax_code read_sample(ax_surveying *v, size_t i, ax_split *split, tally *t, ax_err *err)
{
    uint64_t n_train = v->s->part[0].images;
    const ax_sample_spec whole = { .split = i < n_train ? AX_SPLIT_TRAIN : AX_SPLIT_VAL,
                                   .scale_min = 1,
                                   .scale_max = 1 };
    ax_sample sample;
    *split = whole.split;
    ax_code code = v->source->ops->sample(v->source, &whole, i < n_train ? i : i - n_train, &sample, err);
    if (code != AX_OK)
        return code;
    if (v->s->classes)
        count_classes(sample.truth, sample.h, sample.w, t);
    ax_sample_release(&sample);
    return AX_OK;
}

typedef struct picked {
    ax_surveying *v;
    const size_t *pick;
    size_t n;
} picked;

static ax_code read_one(void *context, int thread, size_t k, ax_err *err)
{
    const picked *p = context;
    ax_surveying *v = p->v;
    size_t i = p->pick[k];
    ax_split split;
    ax_mask m = { 0 };
    ax_err why = { AX_OK, "" };
    char name[AX_SURVEY_TEXT] = "";
    (void)thread;
    tally *t = calloc(1, sizeof *t);
    if (!t)
        return ax_fail(err, AX_ENOMEM, "no memory to look at an image");
    ax_code code;
    const ax_pair *pair = v->pairs ? ax_survey_pair(v, i, &split) : NULL;
    code = pair ? read_pair(v, i, pair, t, &m, &why) : read_sample(v, i, &split, t, &why);
    if (pair)
        snprintf(name, sizeof name, "%s", pair->mask ? pair->mask : pair->image);
    if (code == AX_OK)
        merge(v, split, i, name, t, &m);
    if (code == AX_OK && pair && v->s->classes && is_blank(t))
        ax_survey_find(v, AX_FINDING_BLANK, i, "%s", name);
    if (code != AX_OK && code != AX_ENOMEM)
        ax_survey_find(v, AX_FINDING_UNREADABLE, i, "%s", why.msg);
    free(m.bytes);
    free(t);
    if (code == AX_ENOMEM)
        return ax_fail(err, code, "%s", why.msg);
    return ax_survey_progress(v, "pixels", p->n, err);
}

ax_code ax_survey_pixels(ax_surveying *v, const size_t *pick, size_t n, ax_err *err)
{
    picked p = { v, pick, n };
    v->done = 0;
    return ax_each(n, ax_each_threads(n, MOST_THREADS), read_one, &p, err);
}

/* ---- values without a class ---- */

/* In a set that names no classes, the ids are the classes, as when it is opened. */
static bool ids_are_classes(ax_surveying *v)
{
    ax_survey *s = v->s;
    uint32_t most = 0;
    for (size_t i = 0; i < v->values; i++) {
        if (v->value[i].color || v->value[i].value >= AX_CLASS_IGNORE)
            return false;
        most = v->value[i].value > most ? v->value[i].value : most;
    }
    if (!v->values)
        return false;
    s->info.task.outputs = (int32_t)most + 1;
    for (uint32_t id = 0; id <= most; id++) {
        uint32_t color = ax_class_color(id);
        snprintf(s->info.task.name[id], AX_TASK_OUTPUT_NAME, "class %u", id);
        for (int c = 0; c < 3; c++)
            s->info.task.color[id][c] = (uint8_t)(color >> (16 - 8 * c));
    }
    for (size_t i = 0; i < v->values; i++)
        for (int p = AX_SPLIT_TRAIN; p <= AX_SPLIT_VAL; p++) {
            s->part[p].of_class[v->value[i].value] += v->value[i].pixels[p];
            s->part[p].images_with[v->value[i].value] += v->value[i].images[p];
        }
    return true;
}

void ax_survey_values(ax_surveying *v)
{
    const ax_classes *c = v->pairs->classes;
    bool none = c && !c->n;
    uint64_t unlabelled = v->s->part[0].unlabelled + v->s->part[1].unlabelled;
    if (none && ids_are_classes(v)) {
        if (v->s->info.task.outputs == 1 && unlabelled)
            ax_survey_find(v, AX_FINDING_CLASSES, 1,
                           "ids 0 and 255 only: for 255 to be a class and not unlabelled, a class file has lines like "
                           "'0 background' and '255 object'");
        return;
    }
    for (size_t i = 0; i < v->values; i++) {
        const ax_survey_value *own = &v->value[i];
        unsigned long long pixels = own->pixels[0] + own->pixels[1], images = own->images[0] + own->images[1];
        if (own->color)
            ax_survey_find(v, AX_FINDING_VALUE, own->order, "colour %u,%u,%u: %s (%llu pixel%s in %llu image%s)",
                           own->value >> 16, own->value >> 8 & 255, own->value & 255, own->first, pixels,
                           pixels == 1 ? "" : "s", images, images == 1 ? "" : "s");
        else
            ax_survey_find(v, AX_FINDING_VALUE, own->order, "id %u: %s (%llu pixel%s in %llu image%s)", own->value,
                           own->first, pixels, pixels == 1 ? "" : "s", images, images == 1 ? "" : "s");
    }
    if (none && v->values)
        ax_survey_find(v, AX_FINDING_CLASSES, 2,
                       "no class file says which of these are classes: lines R,G,B NAME, or ID NAME");
    if (none && v->values && v->maybe_depth && !v->value[0].color)
        ax_survey_find(v, AX_FINDING_CLASSES, 3, "--task depth if these aren't ids, but depth");
}
