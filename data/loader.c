#include "data/loader.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_THREADS = 64, AHEAD = 4 }; /* samples made ahead per thread */

typedef struct slot {
    bool ready;
    ax_sample sample;
    ax_err err; /* code AX_OK: sample is good */
} slot;

typedef struct loader {
    ax_source *source;
    ax_sample_spec spec;
    uint64_t first, count;
    pthread_mutex_t lock;
    pthread_cond_t made, taken;    /* a slot became ready / free */
    uint64_t next_make, next_take; /* relative to first */
    slot *slot;                    /* ring of n_slots: sample i lies in slot i % n_slots */
    size_t n_slots;
    bool stop;
    pthread_t thread[MAX_THREADS];
    int n_threads;
} loader;

static void *work(void *context)
{
    loader *l = context;
    pthread_mutex_lock(&l->lock);
    for (;;) {
        while (!l->stop && l->next_make < l->count && l->next_make >= l->next_take + l->n_slots)
            pthread_cond_wait(&l->taken, &l->lock);
        if (l->stop || l->next_make >= l->count)
            break;
        uint64_t i = l->next_make++;
        pthread_mutex_unlock(&l->lock);
        slot made = { .ready = true, .err = { AX_OK, "" } };
        ax_code code = l->source->ops->sample(l->source, &l->spec, l->first + i, &made.sample, &made.err);
        if (code != AX_OK && made.err.code == AX_OK)
            made.err.code = code;
        pthread_mutex_lock(&l->lock);
        l->slot[i % l->n_slots] = made;
        pthread_cond_broadcast(&l->made);
    }
    pthread_mutex_unlock(&l->lock);
    return NULL;
}

void *ax_loader_open(ax_source *source, const ax_sample_spec *spec, uint64_t first, uint64_t count, int threads,
                     ax_err *err)
{
    threads = threads < 1 ? 1 : threads > MAX_THREADS ? MAX_THREADS : threads;
    loader *l = calloc(1, sizeof *l);
    slot *slots = calloc((size_t)threads * AHEAD, sizeof *slots);
    if (!l || !slots) {
        free(l);
        free(slots);
        ax_fail(err, AX_ENOMEM, "no memory for a loader");
        return NULL;
    }
    *l = (loader) { .source = source,
                    .spec = *spec,
                    .first = first,
                    .count = count,
                    .slot = slots,
                    .n_slots = (size_t)threads * AHEAD };
    pthread_mutex_init(&l->lock, NULL);
    pthread_cond_init(&l->made, NULL);
    pthread_cond_init(&l->taken, NULL);
    for (int i = 0; i < threads; i++) {
        if (pthread_create(&l->thread[i], NULL, work, l))
            break;
        l->n_threads++;
    }
    if (l->n_threads)
        return l;
    ax_loader_close(l);
    ax_fail(err, AX_ENOMEM, "cannot start a loader thread");
    return NULL;
}

ax_code ax_loader_next(void *context, ax_sample *out, ax_err *err)
{
    loader *l = context;
    pthread_mutex_lock(&l->lock);
    if (l->next_take >= l->count) {
        pthread_mutex_unlock(&l->lock);
        return ax_fail(err, AX_EINVAL, "the stream of samples has ended");
    }
    slot *s = &l->slot[l->next_take % l->n_slots];
    while (!s->ready)
        pthread_cond_wait(&l->made, &l->lock);
    slot taken = *s;
    memset(s, 0, sizeof *s);
    l->next_take++;
    pthread_cond_broadcast(&l->taken);
    pthread_mutex_unlock(&l->lock);
    if (taken.err.code == AX_OK) {
        *out = taken.sample;
        return AX_OK;
    }
    if (err)
        *err = taken.err;
    return taken.err.code;
}

void ax_loader_close(void *context)
{
    loader *l = context;
    pthread_mutex_lock(&l->lock);
    l->stop = true;
    pthread_cond_broadcast(&l->taken);
    pthread_mutex_unlock(&l->lock);
    for (int i = 0; i < l->n_threads; i++)
        pthread_join(l->thread[i], NULL);
    for (size_t i = 0; i < l->n_slots; i++)
        ax_sample_release(&l->slot[i].sample);
    pthread_cond_destroy(&l->made);
    pthread_cond_destroy(&l->taken);
    pthread_mutex_destroy(&l->lock);
    free(l->slot);
    free(l);
}
