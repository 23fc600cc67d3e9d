/* Pruning and undo. The prune of a finished candidate can be undone at any time, since nothing is lost; that of another
   candidate becomes final after a while. Prunes of one batch are undone together. */
#include "engine/search/commands_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Numbers for batches that clients didn't name, from single commands. Clients use smaller numbers
   (ax_client_request). */
static const uint64_t unnamed = 1ull << 62;

/* Emits PRUNED. until: when it becomes final; NAN = never, or it isn't a soft prune. */
static void change_prune(ax_search *s, uint32_t id, int phase, double until, uint64_t batch, const char *by)
{
    ax_event ev = ax_search_event(AX_EVENT_PRUNED, id);
    ev.u.PRUNED.phase = phase;
    ev.u.PRUNED.until = until;
    ev.u.PRUNED.batch = (int64_t)batch;
    snprintf(ev.u.PRUNED.by, sizeof ev.u.PRUNED.by, "%s", by);
    ax_search_record(s, &ev);
}

static bool can_undo(const ax_entry *r)
{
    return r->status == AX_PRUNED && (r->prune_until > 0 || r->before == AX_DONE);
}

/* ---- prune ---- */

static void prune_one(ax_search *s, uint32_t id, uint64_t batch, const char *by)
{
    ax_entry *r = ax_search_touch(s, id);
    r->place = r->status == AX_QUEUED || r->status == AX_RUNNING ? ax_search_withdraw(s, id) : 0;
    change_prune(s, id, 1, r->status == AX_DONE ? NAN : s->now + AX_PRUNE_SECONDS, batch, by);
    s->batch.n++;
    s->batch.unfinished += r->before != AX_DONE;
}

/* The batch of a prune command, with its counts so far: its commands may arrive one by one. */
static uint64_t open_batch(ax_search *s, const ax_command *c)
{
    uint64_t number = c->batch ? c->batch : unnamed + s->prunes + 1;
    if (number == s->batch.number)
        return number;
    s->batch = (ax_prune_batch) { .number = number };
    for (uint32_t i = 0; c->batch && i < s->n_entries; i++) {
        bool in = s->entry[i].prune_batch == number && can_undo(&s->entry[i]);
        s->batch.n += in;
        s->batch.unfinished += in && s->entry[i].before != AX_DONE;
    }
    return number;
}

static void say_batch(const ax_search *s, uint32_t id, uint32_t skipped, ax_answer *a)
{
    const ax_prune_batch *b = &s->batch;
    char what[32], how[64], rest[64] = "";
    snprintf(what, sizeof what, b->n == 1 ? "#%u" : "%u candidates", b->n == 1 ? id : b->n);
    if (b->unfinished == b->n)
        snprintf(how, sizeof how, "undo within %d s", AX_PRUNE_SECONDS);
    else if (b->unfinished)
        snprintf(how, sizeof how, "undo takes them back, %u of them within %d s", b->unfinished, AX_PRUNE_SECONDS);
    else
        snprintf(how, sizeof how, "undo takes %s back", b->n == 1 ? "it" : "them");
    if (skipped)
        snprintf(rest, sizeof rest, " (%u had been pruned before, or failed)", skipped);
    ax_search_reply(a, AX_OK, "pruned %s%s; %s", what, rest, how);
    a->count = b->n;
}

void ax_search_prune(ax_search *s, const ax_command *c, ax_answer *a)
{
    const uint32_t *ids = c->n_ids ? c->ids : &c->id;
    uint32_t n = c->n_ids ? c->n_ids : 1, done = 0, last = 0;
    uint64_t batch = open_batch(s, c);
    for (uint32_t i = 0; i < n; i++) {
        const ax_entry *r = ax_search_get(s, ids[i]);
        if (r->status == AX_PRUNED || r->status == AX_FAILED)
            continue;
        prune_one(s, ids[i], batch, c->by);
        last = ids[i];
        done++;
    }
    ax_finals_rank(s);
    if (done)
        say_batch(s, last, n - done, a);
    else if (n == 1)
        ax_search_reply(a, AX_EINVAL, "#%u is %s already", ids[0], ax_entry_word(ax_search_get(s, ids[0])));
    else
        ax_search_reply(a, AX_EINVAL, "all %u had been pruned before, or failed", n);
}

/* ---- undo ---- */

/* The batch of the latest prune that can be undone; 0 = none. */
static uint64_t last_batch(const ax_search *s)
{
    const ax_entry *newest = NULL;
    for (uint32_t i = 0; i < s->n_entries; i++)
        if (s->entry[i].prune_order && can_undo(&s->entry[i]) &&
            (!newest || s->entry[i].prune_order > newest->prune_order))
            newest = &s->entry[i];
    return newest ? newest->prune_batch : 0;
}

/* Candidates that an undo concerns. */
typedef struct undo {
    uint32_t *id; /* those that can be restored */
    uint32_t n, final;
    uint32_t bad; /* the first that can't, 0 = none */
} undo;

static void add(const ax_search *s, undo *u, uint32_t id)
{
    if (can_undo(ax_search_get(s, id))) {
        u->id[u->n++] = id;
        return;
    }
    u->final++;
    u->bad = u->bad ? u->bad : id;
}

static bool named_before(const uint32_t *ids, uint32_t i)
{
    for (uint32_t k = 0; k < i; k++)
        if (ids[k] == ids[i])
            return true;
    return false;
}

/* False: no memory. */
static bool gather(const ax_search *s, const ax_command *c, undo *u)
{
    const uint32_t *ids = c->n_ids ? c->ids : &c->id;
    uint32_t n = c->n_ids ? c->n_ids : c->id != 0;
    uint64_t batch = n ? 0 : c->batch ? c->batch : last_batch(s);
    u->id = malloc((n ? n : s->n_entries) * sizeof *u->id + 1);
    if (!u->id)
        return false;
    for (uint32_t i = 0; i < n; i++)
        if (!named_before(ids, i))
            add(s, u, ids[i]);
    for (uint32_t i = 0; batch && i < s->n_entries; i++)
        if (s->entry[i].prune_batch == batch && s->entry[i].status == AX_PRUNED)
            add(s, u, i + 1);
    return true;
}

/* Order of restoring: finished candidates by number; then queued ones, the last pruned first, so that each gets its
   place back; then those that were in training, since they go to the front. */
static int turn(const ax_entry *r)
{
    return r->before == AX_DONE ? 0 : r->before == AX_RUNNING ? 2 : 1;
}

static int compare(const void *a, const void *b, void *search)
{
    uint32_t i = *(const uint32_t *)a, k = *(const uint32_t *)b;
    const ax_entry *x = ax_search_get(search, i), *y = ax_search_get(search, k);
    if (turn(x) != turn(y))
        return turn(x) - turn(y);
    if (!turn(x))
        return i < k ? -1 : i > k;
    return x->prune_order > y->prune_order ? -1 : x->prune_order < y->prune_order;
}

static void take_back(ax_search *s, uint32_t id, const char *by)
{
    const ax_entry *r = ax_search_get(s, id);
    change_prune(s, id, 0, NAN, r->prune_batch, by);
    if (r->before == AX_RUNNING || r->before == AX_QUEUED)
        ax_search_enqueue(s, id, r->before == AX_QUEUED ? r->place : 0);
}

static void say_undone(const ax_search *s, const ax_command *c, const undo *u, ax_answer *a)
{
    char rest[80] = "";
    if (u->final)
        snprintf(rest, sizeof rest, "; %u can't come back: %s", u->final,
                 c->n_ids ? "not pruned, or for good" : "not finished when pruned");
    if (u->n == 1)
        ax_search_reply(a, AX_OK, "#%u is %s again%s", u->id[0], ax_entry_word(ax_search_get(s, u->id[0])), rest);
    else
        ax_search_reply(a, AX_OK, "%u candidates are back%s", u->n, rest);
    a->id = u->n == 1 ? u->id[0] : 0;
    a->count = u->n;
}

static void refuse(const ax_search *s, const undo *u, ax_answer *a)
{
    const ax_entry *r = ax_search_get(s, u->bad);
    if (!r)
        ax_search_reply(a, AX_EINVAL, "there is nothing to undo");
    else if (r->status != AX_PRUNED)
        ax_search_reply(a, AX_EINVAL, "#%u isn't pruned: it is %s", u->bad, ax_entry_word(r));
    else
        ax_search_reply(a, AX_EINVAL, "#%u wasn't finished when it was pruned: after %d seconds that is final", u->bad,
                        AX_PRUNE_SECONDS);
}

void ax_search_undo(ax_search *s, const ax_command *c, ax_answer *a)
{
    undo u = { .id = NULL };
    if (!gather(s, c, &u)) {
        ax_search_reply(a, AX_ENOMEM, "no memory to undo that");
        return;
    }
    qsort_r(u.id, u.n, sizeof *u.id, compare, s);
    for (uint32_t i = 0; i < u.n; i++)
        take_back(s, u.id[i], c->by);
    ax_finals_rank(s);
    s->batch = (ax_prune_batch) { .number = 0 };
    if (u.n)
        say_undone(s, c, &u, a);
    else
        refuse(s, &u, a);
    free(u.id);
}

/* ---- time ---- */

void ax_search_tick(ax_search *s)
{
    bool final = false;
    for (uint32_t k = 0; k < s->n_open; k++) {
        uint32_t id = s->open[k];
        const ax_entry *r = ax_search_get(s, id);
        if (!(r->prune_until > 0) || r->prune_until > s->now)
            continue;
        s->dirty = true;
        /* The list may shift by one entry, since its parent becomes open. */
        change_prune(s, id, 2, NAN, r->prune_batch, "time is up");
        final = true;
    }
    if (final)
        ax_finals_rank(s);
}

void ax_search_shorten_prunes(ax_search *s)
{
    double latest = s->now + AX_PRUNE_SECONDS;
    for (uint32_t k = 0; k < s->n_open; k++)
        if (s->entry[s->open[k] - 1].prune_until > latest)
            s->entry[s->open[k] - 1].prune_until = latest;
}

double ax_search_deadline(const ax_search *s)
{
    double first = 0;
    for (uint32_t k = 0; k < s->n_open; k++) {
        double until = ax_search_get(s, s->open[k])->prune_until;
        if (until > 0 && (first == 0 || until < first))
            first = until;
    }
    return first;
}
