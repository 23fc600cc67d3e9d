#include "data/match.h"

#include "data/tree.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A file with its stem. */
typedef struct half {
    const char *name; /* owned by the tree */
    char *stem;       /* owned */
    bool used;
} half;

typedef struct halves {
    ax_tree tree;
    half *of; /* sorted by stem */
    size_t n;
} halves;

static int by_stem(const void *a, const void *b)
{
    const half *p = a, *q = b;
    int order = strcmp(p->stem, q->stem);
    return order ? order : strcmp(p->name, q->name);
}

static void release(halves *h)
{
    for (size_t i = 0; i < h->n; i++)
        free(h->of[i].stem);
    free(h->of);
    ax_tree_release(&h->tree);
}

static bool ends_with(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);
    return n > m && !strcmp(text + n - m, end);
}

/* Lists the files of a folder with their stems, skipping names that don't end in suffix. */
static ax_code read_halves(halves *h, const char *dir, bool (*takes)(const char *name), const char *suffix, ax_err *err)
{
    ax_code code = ax_tree_read(&h->tree, dir, takes, err);
    if (code != AX_OK)
        return code;
    h->of = calloc(h->tree.n + 1, sizeof *h->of);
    if (!h->of)
        return ax_fail(err, AX_ENOMEM, "no memory for the names of files");
    for (size_t i = 0; i < h->tree.n; i++) {
        const char *name = h->tree.name[i];
        char *stem = strndup(name, ax_tree_stem(name));
        if (!stem)
            return ax_fail(err, AX_ENOMEM, "no memory for the names of files");
        if (*suffix && !ends_with(stem, suffix)) {
            free(stem);
            continue;
        }
        stem[strlen(stem) - strlen(suffix)] = '\0';
        h->of[h->n++] = (half) { name, stem, false };
    }
    qsort(h->of, h->n, sizeof *h->of, by_stem);
    return AX_OK;
}

static ax_code no_twins(const halves *h, const char *dir, ax_err *err)
{
    for (size_t i = 1; i < h->n; i++)
        if (!strcmp(h->of[i - 1].stem, h->of[i].stem))
            return ax_fail(err, AX_EFORMAT, "%s: '%s' and '%s' differ in their endings only; which one is meant?", dir,
                           h->of[i - 1].name, h->of[i].name);
    return AX_OK;
}

/* The file whose stem is the first n bytes of `stem` plus suffix, NULL = none. */
static half *find(const halves *h, const char *stem, const char *suffix)
{
    char wanted[PATH_MAX];
    half key = { .stem = wanted };
    if ((size_t)snprintf(wanted, sizeof wanted, "%s%s", stem, suffix) >= sizeof wanted)
        return NULL;
    size_t lo = 0, hi = h->n;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (strcmp(h->of[mid].stem, key.stem) < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < h->n && !strcmp(h->of[lo].stem, wanted) ? &h->of[lo] : NULL;
}

/* In a shared folder, x_mask is the target of x if x exists; it isn't an image then. */
static bool is_target_beside(const halves *images, const half *h, const ax_match *m)
{
    for (const char *const *s = m->suffix; *s; s++) {
        if (!**s || !ends_with(h->stem, *s))
            continue;
        char stem[PATH_MAX];
        snprintf(stem, sizeof stem, "%.*s", (int)(strlen(h->stem) - strlen(*s)), h->stem);
        if (find(images, stem, "") || s == m->suffix)
            return true;
    }
    return false;
}

static ax_code add(const ax_pairs *p, ax_pairlist *list, const ax_match *m, const half *image, const half *target,
                   ax_err *err)
{
    ax_pair pair = { 0 };
    const char *dir = image ? m->images : m->targets;
    size_t skip = strlen(p->dir);
    bool inside = !strncmp(dir, p->dir, skip - 1) && dir[skip - 1] == '/';
    int made = 0;
    if (image && (made = asprintf(&pair.image, "%s/%s", m->images, image->name)) < 0)
        pair.image = NULL;
    if (made >= 0 && target && (made = asprintf(&pair.mask, "%s/%s", m->targets, target->name)) < 0)
        pair.mask = NULL;
    if (made >= 0 && (made = asprintf(&pair.name, "%s%s%s", inside ? dir + skip : "", inside ? "/" : "",
                                      image ? image->name : target->name)) < 0)
        pair.name = NULL;
    if (made >= 0)
        return ax_pairlist_take(list, pair, err);
    free(pair.image);
    free(pair.mask);
    return ax_fail(err, AX_ENOMEM, "no memory for the names of files");
}

static ax_code match(ax_pairs *p, ax_pairlist *list, const ax_match *m, halves *images, halves *targets, ax_err *err)
{
    bool beside = !strcmp(m->images, m->targets) && m->is_target == ax_tree_is_picture;
    ax_code code = AX_OK;
    for (size_t i = 0; i < images->n && code == AX_OK; i++) {
        const half *image = &images->of[i];
        half *target = NULL;
        if (beside && is_target_beside(images, image, m))
            continue;
        for (const char *const *s = m->suffix; *s && !target; s++)
            target = beside && !**s ? NULL : find(targets, image->stem, *s);
        if (target)
            target->used = true;
        code = add(p, target || m->optional ? list : &p->orphan, m, image, target, err);
    }
    for (size_t i = 0; i < targets->n && code == AX_OK; i++) {
        const half *target = &targets->of[i];
        if (!target->used && (!beside || is_target_beside(images, target, m)))
            code = add(p, &p->orphan, m, NULL, target, err);
    }
    return code;
}

ax_code ax_match_add(ax_pairs *p, ax_pairlist *list, const ax_match *m, ax_err *err)
{
    halves images = { .n = 0 }, targets = { .n = 0 };
    ax_code code = read_halves(&images, m->images, ax_tree_is_picture, m->image_suffix, err);
    if (code == AX_OK)
        code = read_halves(&targets, m->targets, m->is_target, "", err);
    if (code == AX_OK)
        code = no_twins(&images, m->images, err);
    if (code == AX_OK)
        code = no_twins(&targets, m->targets, err);
    if (code == AX_OK)
        code = match(p, list, m, &images, &targets, err);
    release(&images);
    release(&targets);
    return code;
}

ax_code ax_match_part(ax_pairs *p, const ax_dataset_spec *spec, bool in_parts, ax_err *err)
{
    size_t n = p->orphan.n;
    if (!n || spec->inspect)
        return ax_pairs_part(p, spec, in_parts, err);
    const ax_pair *first = &p->orphan.pair[0];
    return ax_fail(err, AX_EFORMAT, "%s%s: %s; %zu of %zu files %s no counterpart ('auxcell data check' lists them)",
                   p->dir, first->name, first->image ? "an image without a target" : "a target without an image", n,
                   n + 2 * (p->list[0].n + p->list[1].n), n == 1 ? "has" : "have");
}

static bool has_targets(const ax_pairs *p)
{
    for (int part = 0; part < 2; part++)
        for (size_t i = 0; i < p->list[part].n; i++)
            if (p->list[part].pair[i].mask)
                return true;
    return false;
}

ax_code ax_match_known(ax_pairs *p, const ax_dataset_spec *spec, ax_code (*classes)(ax_pairs *p, ax_err *err),
                       const char *says, ax_source_info *info, ax_err *err)
{
    ax_code code = ax_match_part(p, spec, true, err);
    if (code == AX_OK)
        code = ax_pairs_check(p, spec, err);
    if (code == AX_OK)
        code = classes(p, err);
    return code == AX_OK ? ax_pairs_finish_classes(p, spec, says, info, err) : code;
}

ax_code ax_match_set(ax_pairs *p, const ax_dataset_spec *spec, const ax_matched_set *set, ax_source_info *info,
                     ax_err *err)
{
    ax_set_layout *l = malloc(sizeof *l);
    if (!l)
        return ax_fail(err, AX_ENOMEM, "no memory for a data set");
    ax_code code = ax_set_layout_find(l, spec, set->target_names, err);
    for (int part = 0; code == AX_OK && part < l->parts; part++) {
        bool beside = !strcmp(l->images[part], l->targets[part]);
        const ax_match m = { .images = l->images[part],
                             .targets = l->targets[part],
                             .image_suffix = "",
                             .suffix = beside ? set->beside : set->suffix,
                             .is_target = set->is_target,
                             .optional = set->optional };
        code = ax_match_add(p, &p->list[part], &m, err);
    }
    if (code == AX_OK && !has_targets(p) && !p->orphan.n)
        code = ax_fail(err, AX_EFORMAT, "%s: %s", spec->argument, set->none);
    if (code == AX_OK)
        code = ax_match_part(p, spec, l->parts == 2, err);
    if (code == AX_OK)
        code = set->classes(p, spec, l, info, err);
    if (code == AX_OK)
        code = ax_pairs_check(p, spec, err);
    free(l);
    return code;
}
