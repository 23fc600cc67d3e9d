#include "data/loader.h"

#include "engine/base/process.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_THREADS = 64 };

typedef struct slot {
    bool ready;
    ax_sample sample;
    ax_err err; /* AX_OK when there is a sample */
} slot;

typedef struct loader {
    ax_source *source;
    ax_sample_spec spec;
    const uint32_t *order; /* borrowed; NULL = in numerical order */
    uint64_t first, count;
    uint64_t claimed, delivered; /* samples claimed by threads; samples returned by next; both from 0 */
    uint64_t cap;
    slot *ring; /* sample i is in ring[i % cap] from claim to delivery */
    bool stop;
    pthread_mutex_t lock;
    pthread_cond_t room, ready;
    int threads;
    pthread_t thread[MOST_THREADS];
} loader;

static void *work(void *arg)
{
    loader *l = arg;
    pthread_mutex_lock(&l->lock);
    for (;;) {
        while (!l->stop && l->claimed < l->count && l->claimed - l->delivered >= l->cap)
            pthread_cond_wait(&l->room, &l->lock);
        if (l->stop || l->claimed >= l->count)
            break;
        uint64_t i = l->claimed++;
        pthread_mutex_unlock(&l->lock);
        slot made = { .ready = true };
        uint64_t number = l->first + (l->order ? l->order[i] : i);
        ax_code code = l->source->ops->sample(l->source, &l->spec, number, &made.sample, &made.err);
        made.err.code = code;
        pthread_mutex_lock(&l->lock);
        l->ring[i % l->cap] = made;
        if (i == l->delivered)
            pthread_cond_signal(&l->ready);
    }
    pthread_mutex_unlock(&l->lock);
    return NULL;
}

void *ax_loader_open(ax_source *source, const ax_sample_spec *spec, const uint32_t *order, uint64_t first,
                     uint64_t count, int threads, ax_err *err)
{
    threads = threads < 1 ? 1 : threads > MOST_THREADS ? MOST_THREADS : threads;
    size_t cap = 2 * (size_t)threads + 2;
    loader *l = calloc(1, sizeof *l);
    slot *ring = calloc(cap, sizeof *ring);
    if (!l || !ring) {
        free(l);
        free(ring);
        ax_fail(err, AX_ENOMEM, "%s: no memory for a loader", source->info.spec);
        return NULL;
    }
    l->source = source;
    l->spec = *spec;
    l->order = order;
    l->first = first;
    l->count = count;
    l->ring = ring;
    l->cap = cap;
    pthread_mutex_init(&l->lock, NULL);
    pthread_cond_init(&l->room, NULL);
    pthread_cond_init(&l->ready, NULL);
    int why = ax_process_threads(l->thread, threads, work, l, &l->threads);
    if (!l->threads) { /* fewer threads than requested are only slower */
        ax_loader_close(l);
        ax_fail(err, AX_EIO, "%s: cannot start a loader thread: %s", source->info.spec, strerror(why));
        return NULL;
    }
    return l;
}

ax_code ax_loader_next(void *stream, ax_sample *out, ax_err *err)
{
    loader *l = stream;
    *out = (ax_sample) { 0 };
    pthread_mutex_lock(&l->lock);
    if (l->delivered >= l->count) {
        pthread_mutex_unlock(&l->lock);
        return ax_fail(err, AX_EINVAL, "%s: the stream has ended", l->source->info.spec);
    }
    slot *s = &l->ring[l->delivered % l->cap];
    while (!s->ready)
        pthread_cond_wait(&l->ready, &l->lock);
    slot taken = *s;
    *s = (slot) { 0 };
    l->delivered++;
    pthread_cond_signal(&l->room);
    pthread_mutex_unlock(&l->lock);
    if (taken.err.code == AX_OK)
        *out = taken.sample;
    else if (err)
        *err = taken.err;
    return taken.err.code;
}

void ax_loader_close(void *stream)
{
    loader *l = stream;
    if (!l)
        return;
    pthread_mutex_lock(&l->lock);
    l->stop = true;
    pthread_cond_broadcast(&l->room);
    pthread_mutex_unlock(&l->lock);
    for (int i = 0; i < l->threads; i++)
        pthread_join(l->thread[i], NULL);
    for (uint64_t i = 0; i < l->cap; i++)
        ax_sample_release(&l->ring[i].sample);
    free(l->ring);
    pthread_cond_destroy(&l->room);
    pthread_cond_destroy(&l->ready);
    pthread_mutex_destroy(&l->lock);
    free(l);
}
