/* Why not OpenMP: at the end of a parallel region it waits for every thread of its team, even for those that had no
   part of the work left to do. On a shared machine a thread may be waiting for a core for milliseconds, hundreds of
   times as long as a region takes. Here a job ends with its last task, and a thread that comes late finds nothing to
   do. */
#include "engine/base/team.h"

#include "engine/base/clock.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

/* How long threads watch for news before they sleep. Shorter than a sleeper takes to wake up on many virtual machines,
   longer than the pauses between most jobs; longer still would take the core from the threads waited for. */
static const double patience = 50e-6;

struct ax_team {
    ax_team_work *work;
    const void *job;
    _Atomic uint64_t ticket; /* the job's number of tasks << 32 | the next one to be done */
    _Atomic int done;        /* tasks that have ended */
    _Atomic int asleep;      /* threads that wait for a job */
    _Atomic bool caller_asleep, ends;
    atomic_flag used; /* by a caller */
    pthread_mutex_t lock;
    pthread_cond_t news, finished;
    int size, started; /* threads wanted, and those there are, without the caller */
    pthread_t thread[];
};

static bool tasks_left(uint64_t ticket)
{
    return (uint32_t)ticket < ticket >> 32;
}

static bool has_news(ax_team *team)
{
    return tasks_left(atomic_load(&team->ticket)) || atomic_load(&team->ends);
}

static bool is_done(ax_team *team)
{
    return (uint64_t)atomic_load(&team->done) == atomic_load(&team->ticket) >> 32;
}

static void pause_briefly(void)
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("isb");
#endif
}

/* Does tasks until none is left to begin. A job's fields don't change while one of its tasks is being done. */
static void take_part(ax_team *team)
{
    while (tasks_left(atomic_load(&team->ticket))) {
        const uint64_t ticket = atomic_fetch_add(&team->ticket, 1);
        if (!tasks_left(ticket))
            return;
        team->work(team->job, (int)(uint32_t)ticket);
        if (atomic_fetch_add(&team->done, 1) + 1 == (int)(ticket >> 32) && atomic_load(&team->caller_asleep)) {
            pthread_mutex_lock(&team->lock);
            pthread_cond_signal(&team->finished);
            pthread_mutex_unlock(&team->lock);
        }
    }
}

/* Watches for it. False: not before patience ended. */
static bool comes_soon(ax_team *team, bool (*is_here)(ax_team *))
{
    enum { TURNS = 32 }; /* pauses between two looks at the clock */
    const double start = ax_clock();
    do
        for (int i = 0; i < TURNS; i++) {
            if (is_here(team))
                return true;
            pause_briefly();
        }
    while (ax_clock() - start < patience);
    return false;
}

static void await_news(ax_team *team)
{
    if (comes_soon(team, has_news))
        return;
    pthread_mutex_lock(&team->lock);
    atomic_fetch_add(&team->asleep, 1); /* before it looks again, as a caller looks after it has brought news */
    while (!has_news(team))
        pthread_cond_wait(&team->news, &team->lock);
    atomic_fetch_sub(&team->asleep, 1);
    pthread_mutex_unlock(&team->lock);
}

static void await_end(ax_team *team)
{
    if (comes_soon(team, is_done))
        return;
    pthread_mutex_lock(&team->lock);
    atomic_store(&team->caller_asleep, true);
    while (!is_done(team))
        pthread_cond_wait(&team->finished, &team->lock);
    atomic_store(&team->caller_asleep, false);
    pthread_mutex_unlock(&team->lock);
}

static void *serve(void *team)
{
    for (await_news(team); !atomic_load(&((ax_team *)team)->ends); await_news(team))
        take_part(team);
    return NULL;
}

static void wake(ax_team *team, int most)
{
    const int asleep = atomic_load(&team->asleep);
    if (!asleep)
        return;
    pthread_mutex_lock(&team->lock);
    if (most >= asleep)
        pthread_cond_broadcast(&team->news);
    else
        for (int i = 0; i < most; i++)
            pthread_cond_signal(&team->news);
    pthread_mutex_unlock(&team->lock);
}

/* Signals are the caller's: the program's handlers expect its own threads. */
static void start(ax_team *team)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    while (team->started < team->size && !pthread_create(&team->thread[team->started], NULL, serve, team))
        team->started++;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    team->size = team->started;
}

ax_team *ax_team_new(int n)
{
    const size_t others = n > 1 ? (size_t)n - 1 : 0;
    ax_team *team = calloc(1, sizeof *team + others * sizeof *team->thread);
    if (!team)
        return NULL;
    team->size = (int)others;
    atomic_flag_clear(&team->used);
    pthread_mutex_init(&team->lock, NULL);
    pthread_cond_init(&team->news, NULL);
    pthread_cond_init(&team->finished, NULL);
    return team;
}

void ax_team_free(ax_team *team)
{
    if (!team)
        return;
    atomic_store(&team->ends, true);
    pthread_mutex_lock(&team->lock);
    pthread_cond_broadcast(&team->news);
    pthread_mutex_unlock(&team->lock);
    for (int i = 0; i < team->started; i++)
        pthread_join(team->thread[i], NULL);
    pthread_cond_destroy(&team->finished);
    pthread_cond_destroy(&team->news);
    pthread_mutex_destroy(&team->lock);
    free(team);
}

static void do_alone(int tasks, ax_team_work *work, const void *job)
{
    for (int i = 0; i < tasks; i++)
        work(job, i);
}

static void do_together(ax_team *team, int tasks, ax_team_work *work, const void *job)
{
    team->work = work;
    team->job = job;
    atomic_store(&team->done, 0);
    atomic_store(&team->ticket, (uint64_t)tasks << 32);
    wake(team, tasks - 1);
    take_part(team);
    await_end(team);
}

void ax_team_run(ax_team *team, int tasks, ax_team_work *work, const void *job)
{
    if (tasks <= 1 || atomic_flag_test_and_set_explicit(&team->used, memory_order_acquire)) {
        do_alone(tasks, work, job);
        return;
    }
    if (!team->started)
        start(team);
    if (team->started)
        do_together(team, tasks, work, job);
    else
        do_alone(tasks, work, job);
    atomic_flag_clear_explicit(&team->used, memory_order_release);
}
