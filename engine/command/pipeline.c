#include "engine/command/pipeline.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_THREADS = 64 };

/* State of an item; BUSY: a thread works on it. */
typedef enum stage { FREE, TO_LOAD, LOADED, TO_STORE, BUSY, STORED } stage;

typedef struct slot {
    stage stage;
    size_t i;
    ax_err err;
    void *item;
} slot;

typedef struct line {
    const ax_pipeline *p;
    slot *slot;
    char *items;
    size_t slots;
    bool ends;
    pthread_mutex_t lock;
    /* work: there is something to load or store; progress: a slot was loaded or stored. */
    pthread_cond_t work, progress;
} line;

static void load(const ax_pipeline *p, slot *s)
{
    memset(s->item, 0, p->item_bytes);
    s->err = (ax_err) { AX_OK, "" };
    (void)p->load(p->context, s->i, s->item, &s->err);
}

/* The slot that has waited longest; storing comes first, since it frees a slot. NULL: nothing to do. */
static slot *find_work(line *l)
{
    slot *best = NULL;
    for (size_t k = 0; k < l->slots; k++) {
        slot *s = &l->slot[k];
        if (s->stage != TO_STORE && s->stage != TO_LOAD)
            continue;
        if (!best || (s->stage == best->stage ? s->i < best->i : s->stage == TO_STORE))
            best = s;
    }
    return best;
}

static void *work(void *context)
{
    line *l = context;
    pthread_mutex_lock(&l->lock);
    for (;;) {
        slot *s = find_work(l);
        if (!s && l->ends)
            break;
        if (!s) {
            pthread_cond_wait(&l->work, &l->lock);
            continue;
        }
        bool loads = s->stage == TO_LOAD;
        s->stage = BUSY;
        pthread_mutex_unlock(&l->lock);
        if (loads)
            load(l->p, s);
        else
            (void)l->p->store(l->p->context, s->i, s->item, &s->err);
        pthread_mutex_lock(&l->lock);
        s->stage = loads ? LOADED : STORED;
        pthread_cond_signal(&l->progress);
    }
    pthread_mutex_unlock(&l->lock);
    return NULL;
}

/* Waits until the slot is loaded; the lock is held. */
static void wait_for(line *l, const slot *s, stage wanted)
{
    while (s->stage != wanted)
        pthread_cond_wait(&l->progress, &l->lock);
}

static void hand_out(line *l, slot *s, size_t i, stage next)
{
    s->i = i;
    s->stage = next;
    pthread_cond_signal(&l->work);
}

/* Finishes the item in slot i and starts the next one there; the lock is held. */
static void retire(line *l, size_t i, size_t n)
{
    slot *s = &l->slot[i % l->slots];
    wait_for(l, s, STORED);
    s->stage = FREE;
    pthread_mutex_unlock(&l->lock);
    l->p->done(l->p->context, i, s->item, &s->err);
    pthread_mutex_lock(&l->lock);
    if (i + l->slots < n)
        hand_out(l, s, i + l->slots, TO_LOAD);
}

static void run(line *l, size_t slots, size_t n)
{
    size_t retired = 0;
    pthread_mutex_lock(&l->lock);
    for (size_t i = 0; i < slots && i < n; i++)
        hand_out(l, &l->slot[i], i, TO_LOAD);
    for (size_t i = 0; i < n; i++) {
        slot *s = &l->slot[i % slots];
        while (retired < i && (l->slot[retired % slots].stage == STORED || retired + slots <= i))
            retire(l, retired++, n);
        wait_for(l, s, LOADED);
        pthread_mutex_unlock(&l->lock);
        if (s->err.code == AX_OK)
            (void)l->p->compute(l->p->context, i, s->item, &s->err);
        pthread_mutex_lock(&l->lock);
        hand_out(l, s, i, s->err.code == AX_OK ? TO_STORE : STORED);
    }
    while (retired < n)
        retire(l, retired++, n);
    l->ends = true;
    pthread_cond_broadcast(&l->work);
    pthread_mutex_unlock(&l->lock);
}

static ax_code run_alone(const ax_pipeline *p, size_t n, ax_err *err)
{
    slot s = { .item = malloc(p->item_bytes) };
    if (!s.item)
        return ax_fail(err, AX_ENOMEM, "no memory for images");
    for (s.i = 0; s.i < n; s.i++) {
        load(p, &s);
        if (s.err.code == AX_OK && p->compute(p->context, s.i, s.item, &s.err) == AX_OK)
            (void)p->store(p->context, s.i, s.item, &s.err);
        p->done(p->context, s.i, s.item, &s.err);
    }
    free(s.item);
    return AX_OK;
}

ax_code ax_pipeline_run(const ax_pipeline *p, size_t n, int threads, ax_err *err)
{
    pthread_t thread[MOST_THREADS];
    int started = 0;
    threads = threads > MOST_THREADS ? MOST_THREADS : threads;
    if (threads < 1 || n < 2)
        return run_alone(p, n, err);
    line l = { .p = p, .slots = 2 * (size_t)threads + 2 };
    size_t each = (p->item_bytes + 63) / 64 * 64;
    l.slot = calloc(l.slots, sizeof *l.slot);
    l.items = calloc(l.slots, each);
    ax_code code = l.slot && l.items ? AX_OK : ax_fail(err, AX_ENOMEM, "no memory for images");
    for (size_t k = 0; k < l.slots && code == AX_OK; k++)
        l.slot[k].item = l.items + k * each;
    pthread_mutex_init(&l.lock, NULL);
    pthread_cond_init(&l.work, NULL);
    pthread_cond_init(&l.progress, NULL);
    while (code == AX_OK && started < threads && !pthread_create(&thread[started], NULL, work, &l))
        started++;
    if (code == AX_OK && started)
        run(&l, 2 * (size_t)threads + 2, n);
    else if (code == AX_OK)
        code = run_alone(p, n, err);
    for (int k = 0; k < started; k++)
        pthread_join(thread[k], NULL);
    pthread_cond_destroy(&l.work);
    pthread_cond_destroy(&l.progress);
    pthread_mutex_destroy(&l.lock);
    free(l.slot);
    free(l.items);
    return code;
}
