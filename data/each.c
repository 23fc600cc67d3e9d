#include "data/each.h"

#include "engine/base/cores.h"

#include <pthread.h>
#include <stdbool.h>

enum { MOST_THREADS = 64 };

typedef struct work {
    pthread_mutex_t lock;
    size_t next, n, failed; /* failed: the first item that failed */
    ax_each_do call;
    void *context;
    ax_err *err;
    ax_code code;
} work;

typedef struct hand {
    work *of;
    int thread;
} hand;

/* Items before a failure have been started and are finished, so the first failure never depends on threads. */
static bool take(work *w, size_t *i)
{
    pthread_mutex_lock(&w->lock);
    bool more = w->code == AX_OK && w->next < w->n;
    *i = more ? w->next++ : 0;
    pthread_mutex_unlock(&w->lock);
    return more;
}

static void *run(void *argument)
{
    const hand *h = argument;
    work *w = h->of;
    size_t i;
    while (take(w, &i)) {
        ax_err err = { AX_OK, "" };
        ax_code code = w->call(w->context, h->thread, i, &err);
        if (code == AX_OK)
            continue;
        pthread_mutex_lock(&w->lock);
        if (w->code == AX_OK || i < w->failed) {
            w->code = code;
            w->failed = i;
            if (w->err)
                *w->err = err;
        }
        pthread_mutex_unlock(&w->lock);
    }
    return NULL;
}

int ax_each_threads(size_t n, int most)
{
    int cores = ax_cores_allowed();
    most = most < MOST_THREADS ? most : MOST_THREADS;
    cores = cores < most ? cores : most;
    return n < (size_t)cores ? (n ? (int)n : 1) : cores;
}

ax_code ax_each(size_t n, int threads, ax_each_do call, void *context, ax_err *err)
{
    work w = { .n = n, .call = call, .context = context, .err = err };
    pthread_t id[MOST_THREADS];
    hand hands[MOST_THREADS];
    int started = 0;
    pthread_mutex_init(&w.lock, NULL);
    for (int t = 1; t < threads && t < MOST_THREADS; t++) {
        hands[started] = (hand) { &w, t };
        if (pthread_create(&id[started], NULL, run, &hands[started]))
            break; /* continue with fewer threads */
        started++;
    }
    run(&(hand) { &w, 0 });
    for (int t = 0; t < started; t++)
        pthread_join(id[t], NULL);
    pthread_mutex_destroy(&w.lock);
    return w.code;
}
