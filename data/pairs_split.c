/* Splits the pairs of a data set into training and validation. */
#include "data/pairs.h"
#include "engine/base/hash.h"
#include "engine/base/rng.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_PARTS = 1000000 };

typedef struct place {
    uint64_t key; /* from name and seed; gives the order */
    ax_pair pair;
} place;

static int by_key(const void *a, const void *b)
{
    const place *p = a, *q = b;
    return p->key != q->key ? (p->key < q->key ? -1 : 1) : strcmp(p->pair.name, q->pair.name);
}

static int by_name(const void *a, const void *b)
{
    const ax_pair *p = a, *q = b;
    return strcmp(p->name, q->name);
}

ax_code ax_split_parse(const char *split, uint64_t parts[2], uint64_t *seed, ax_err *err)
{
    unsigned a = 0, b = 0, s = 0;
    char more;
    int n = sscanf(split, "%7u/%7u/%9u%c", &a, &b, &s, &more);
    bool good = (n == 2 || n == 3) && strspn(split, "0123456789/") == strlen(split) && !strstr(split, "//") &&
                split[strlen(split) - 1] != '/' && (n == 3) == (strchr(strchr(split, '/') + 1, '/') != NULL);
    parts[0] = a;
    parts[1] = b;
    *seed = s;
    if (!good || a < 1 || b < 1 || a > MOST_PARTS || b > MOST_PARTS)
        return ax_fail(err, AX_EINVAL, "split=%s: not A/B or A/B/SEED, parts from 1 to %d", split, MOST_PARTS);
    return AX_OK;
}

/* Moves all pairs of both lists into one array, sorted by key. NULL without memory. */
static place *pool(ax_pairs *p, uint64_t seed, size_t n)
{
    place *all = calloc(n, sizeof *all);
    size_t at = 0;
    for (int split = AX_SPLIT_TRAIN; all && split <= AX_SPLIT_VAL; split++) {
        for (size_t i = 0; i < p->list[split].n; i++) {
            const ax_pair *pair = &p->list[split].pair[i];
            ax_rng rng = ax_rng_new(seed, ax_hash(AX_HASH_START, pair->name, strlen(pair->name)));
            all[at++] = (place) { ax_rng_next(&rng), *pair };
        }
        p->list[split].n = 0;
    }
    if (all)
        qsort(all, n, sizeof *all, by_key);
    return all;
}

ax_code ax_pairs_split(ax_pairs *p, const char *split, ax_err *err)
{
    uint64_t parts[2], seed;
    size_t n = p->list[0].n + p->list[1].n;
    if (ax_split_parse(split, parts, &seed, err) != AX_OK)
        return AX_EINVAL;
    if (n < 2)
        return ax_fail(err, AX_EFORMAT, "%s: %s; training and validation need one each", p->dir,
                       n ? "one image" : "no images");
    place *all = pool(p, seed, n);
    if (!all)
        return ax_fail(err, AX_ENOMEM, "no memory for a data set");
    size_t n_val = (size_t)((double)n * (double)parts[1] / (double)(parts[0] + parts[1]) + 0.5);
    n_val = n_val < 1 ? 1 : n_val > n - 1 ? n - 1 : n_val;
    ax_code code = AX_OK;
    for (size_t i = 0; i < n; i++) { /* on failure, adding a pair frees it */
        ax_code got = ax_pairlist_take(&p->list[i < n_val ? AX_SPLIT_VAL : AX_SPLIT_TRAIN], all[i].pair, err);
        code = code == AX_OK ? got : code;
    }
    free(all);
    for (int s = AX_SPLIT_TRAIN; s <= AX_SPLIT_VAL; s++)
        qsort(p->list[s].pair, p->list[s].n, sizeof *p->list[s].pair, by_name);
    return code;
}

ax_code ax_pairs_part(ax_pairs *p, const ax_dataset_spec *spec, bool in_parts, ax_err *err)
{
    const char *split = spec->option[AX_DATASET_split];
    bool few = p->list[AX_SPLIT_TRAIN].n + p->list[AX_SPLIT_VAL].n < 2; /* an inspection reports the orphans instead */
    if ((!split && in_parts) || (spec->inspect && few))
        return AX_OK;
    return ax_pairs_split(p, split ? split : "90/10", err);
}
