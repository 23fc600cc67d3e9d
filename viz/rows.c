/* Which candidates a table shows, and in which order. */
#include "viz/table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

const char *ax_sort_word(ax_sort s)
{
    return s == AX_SORT_ID ? "id" : s == AX_SORT_STATE ? "state" : ax_metric_of((ax_metric)s)->word;
}

bool ax_sort_down(ax_sort s)
{
    return s < AX_METRIC_COUNT ? ax_metric_of((ax_metric)s)->column.down : s == AX_SORT_ID;
}

/* ---- the order ---- */

bool ax_order_same(const ax_order *a, const ax_order *b)
{
    bool same = a->first.by == b->first.by && a->first.reverse == b->first.reverse && a->n_then == b->n_then;
    for (int i = 0; i < a->n_then && same; i++)
        same = a->then[i].by == b->then[i].by && a->then[i].reverse == b->then[i].reverse;
    return same;
}

static ax_sort find_sort(const char *word, size_t n)
{
    for (int s = 0; s < AX_SORT_COUNT; s++)
        if (strlen(ax_sort_word(s)) == n && !strncasecmp(ax_sort_word(s), word, n))
            return s;
    return -1;
}

ax_code ax_order_parse(const char *text, ax_order *o, ax_err *err)
{
    ax_sort_key key[AX_SORT_KEYS];
    int n = 0;
    for (const char *at = text + strspn(text, ", "); *at; at += strspn(at, ", ")) {
        bool reverse = *at == '-';
        at += reverse;
        size_t length = strcspn(at, ", ");
        ax_sort by = find_sort(at, length);
        if (by < 0)
            return ax_fail(err, AX_EINVAL, "sort: '%.*s' is not a column of the table", (int)length, at);
        if (n == AX_SORT_KEYS)
            return ax_fail(err, AX_EINVAL, "sort: more than %d columns", AX_SORT_KEYS);
        key[n++] = (ax_sort_key) { .by = by, .reverse = reverse };
        at += length;
    }
    if (!n)
        return ax_fail(err, AX_EINVAL, "sort by which column? e.g. sort reward,-params");
    *o = (ax_order) { .first = key[0], .n_then = n - 1 };
    memcpy(o->then, key + 1, (size_t)(n - 1) * sizeof *key);
    return AX_OK;
}

char *ax_order_print(const ax_order *o, char out[static AX_ORDER_TEXT])
{
    int n = snprintf(out, AX_ORDER_TEXT, "%s%s", o->first.reverse ? "-" : "", ax_sort_word(o->first.by));
    for (int i = 0; i < o->n_then && n < AX_ORDER_TEXT; i++)
        n += snprintf(out + n, AX_ORDER_TEXT - (size_t)n, ",%s%s", o->then[i].reverse ? "-" : "",
                      ax_sort_word(o->then[i].by));
    return out;
}

typedef struct keyed {
    int group; /* groups stay in order whichever way the keys are sorted */
    double key[AX_SORT_KEYS];
    uint32_t id;
} keyed;

static int by_key(const void *va, const void *vb)
{
    const keyed *a = va, *b = vb;
    if (a->group != b->group)
        return a->group < b->group ? -1 : 1;
    for (int k = 0; k < AX_SORT_KEYS; k++)
        if (a->key[k] != b->key[k])
            return a->key[k] < b->key[k] ? -1 : 1;
    return a->id > b->id ? -1 : a->id < b->id;
}

static double key_of(const ax_candidate *c, ax_sort sort)
{
    if (sort < AX_METRIC_COUNT)
        return ax_outcome_figure(&c->outcome, (ax_metric)sort);
    return sort == AX_SORT_ID ? (double)c->id : ax_status_place(c->status);
}

/* When sorted by reward, candidates in training come first: a reward that they have is that of stage 1, which can't be
   compared, and no row moves when one ends as the next begins. Trainings of the finals come after all that can be the
   best, since their results are figures of their finalists. */
static int group_of(const ax_candidate *c, ax_sort sort, double key)
{
    if (sort == AX_SORT_REWARD && (c->status == AX_RUNNING || c->status == AX_PAUSED))
        return 0;
    if (!isnan(key))
        return sort < AX_METRIC_COUNT && ax_candidate_is_final(c) ? 4 : 1;
    return c->status == AX_QUEUED ? 2 : 3;
}

/* The value that a candidate is sorted by; an unknown one comes last, in either direction. */
static double sorted_by(const ax_candidate *c, const ax_sort_key *k)
{
    double v = key_of(c, k->by);
    return isnan(v) ? INFINITY : ax_sort_down(k->by) != k->reverse ? -v : v;
}

static keyed keyed_of(const ax_candidate *c, const ax_order *o)
{
    double first = key_of(c, o->first.by);
    keyed k = { .group = group_of(c, o->first.by, first), .id = c->id };
    k.key[0] = isnan(first) || !k.group ? 0 : sorted_by(c, &o->first);
    for (int i = 0; i < o->n_then; i++)
        k.key[i + 1] = sorted_by(c, &o->then[i]);
    return k;
}

ax_code ax_rows_build(ax_rows *rows, const ax_state *s, const ax_filter *f, const ax_order *order, ax_err *err)
{
    rows->n = 0;
    if (rows->cap < s->n_candidates) {
        uint32_t cap = s->n_candidates + s->n_candidates / 2 + 16;
        uint32_t *id = realloc(rows->id, cap * sizeof *id);
        if (!id)
            return ax_fail(err, AX_ENOMEM, "no memory for the table");
        rows->id = id;
        rows->cap = cap;
    }
    keyed *list = malloc((s->n_candidates ? s->n_candidates : 1) * sizeof *list);
    if (!list)
        return ax_fail(err, AX_ENOMEM, "no memory for the table");
    uint32_t n = 0;
    for (uint32_t i = 0; i < s->n_candidates; i++) {
        const ax_candidate *c = &s->candidate[i];
        if (!c->id || !ax_filter_pass(f, c))
            continue;
        list[n++] = keyed_of(c, order);
    }
    qsort(list, n, sizeof *list, by_key);
    for (uint32_t i = 0; i < n; i++)
        rows->id[i] = list[i].id;
    rows->n = n;
    free(list);
    return AX_OK;
}

void ax_rows_release(ax_rows *rows)
{
    free(rows->id);
    *rows = (ax_rows) { .id = NULL };
}

long ax_rows_find(const ax_rows *rows, uint32_t id)
{
    for (uint32_t i = 0; i < rows->n; i++)
        if (rows->id[i] == id)
            return (long)i;
    return -1;
}
