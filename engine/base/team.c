/* Why not OpenMP: at the end of a parallel region it waits for every thread of its team, even for those that had no
   part of the work left to do. On a shared machine a thread may be waiting for a core for milliseconds, hundreds of
   times as long as a region takes. Here a job ends with its last task, and a thread that comes late finds nothing to
   do.

   Why not condition variables: to wake a sleeper, glibc's may wait until those that were woken before have had a core.
   Here waking is one system call that waits for nobody. */
#include "engine/base/team.h"

#include "engine/base/clock.h"
#include "engine/base/process.h"

#include <linux/futex.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

/* How long threads watch for news before they sleep. Shorter than a sleeper takes to wake up on many virtual machines,
   longer than the pauses between most jobs; longer still would take the core from the threads waited for. */
static const double patience = 50e-6;

/* Threads that sleep until there is news. */
typedef struct sleepers {
    _Atomic uint32_t call; /* a futex: changes with every call that wakes them */
    _Atomic int n;
} sleepers;

struct ax_team {
    ax_team_work *work;
    const void *job;
    _Atomic uint64_t ticket; /* the job's number of tasks << 32 | the next one to be done */
    _Atomic int done;        /* tasks that have ended */
    _Atomic bool ends;
    atomic_flag used; /* by a caller */
    sleepers threads, caller;
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

/* Sleeps until it is there. */
static void sleep_until(ax_team *team, sleepers *of, bool (*is_here)(ax_team *))
{
    atomic_fetch_add(&of->n, 1); /* before it looks, as those who call look after they have brought news */
    for (;;) {
        const uint32_t heard = atomic_load(&of->call);
        if (is_here(team))
            break;
        syscall(SYS_futex, &of->call, FUTEX_WAIT_PRIVATE, heard, NULL, NULL, 0);
    }
    atomic_fetch_sub(&of->n, 1);
}

static void wake(sleepers *of, int most)
{
    if (!atomic_load(&of->n))
        return;
    atomic_fetch_add(&of->call, 1);
    syscall(SYS_futex, &of->call, FUTEX_WAKE_PRIVATE, most, NULL, NULL, 0);
}

/* Does tasks until none is left to begin. A job's fields don't change while one of its tasks is being done. */
static void take_part(ax_team *team)
{
    while (tasks_left(atomic_load(&team->ticket))) {
        const uint64_t ticket = atomic_fetch_add(&team->ticket, 1);
        if (!tasks_left(ticket))
            return;
        team->work(team->job, (int)(uint32_t)ticket);
        if (atomic_fetch_add(&team->done, 1) + 1 == (int)(ticket >> 32))
            wake(&team->caller, 1);
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

static void await(ax_team *team, sleepers *of, bool (*is_here)(ax_team *))
{
    if (!comes_soon(team, is_here))
        sleep_until(team, of, is_here);
}

static void *serve(void *of)
{
    ax_team *team = of;
    for (;;) {
        await(team, &team->threads, has_news);
        if (atomic_load(&team->ends))
            return NULL;
        take_part(team);
    }
}

ax_team *ax_team_new(int n)
{
    const size_t others = n > 1 ? (size_t)n - 1 : 0;
    ax_team *team = calloc(1, sizeof *team + others * sizeof *team->thread);
    if (!team)
        return NULL;
    team->size = (int)others;
    atomic_flag_clear(&team->used);
    return team;
}

void ax_team_free(ax_team *team)
{
    if (!team)
        return;
    atomic_store(&team->ends, true);
    wake(&team->threads, team->started);
    for (int i = 0; i < team->started; i++)
        pthread_join(team->thread[i], NULL);
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
    wake(&team->threads, tasks - 1);
    take_part(team);
    await(team, &team->caller, is_done);
}

void ax_team_run(ax_team *team, int tasks, ax_team_work *work, const void *job)
{
    if (tasks <= 1 || atomic_flag_test_and_set_explicit(&team->used, memory_order_acquire)) {
        do_alone(tasks, work, job);
        return;
    }
    if (!team->started && team->size) {
        ax_process_threads(team->thread, team->size, serve, team, &team->started);
        team->size = team->started; /* a system that refuses threads isn't asked again */
    }
    if (team->started)
        do_together(team, tasks, work, job);
    else
        do_alone(tasks, work, job);
    atomic_flag_clear_explicit(&team->used, memory_order_release);
}
