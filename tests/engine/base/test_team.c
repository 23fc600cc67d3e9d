/* A team's jobs: each task is done once, by whoever comes, and their results are seen. */
#include "engine/base/team.h"
#include "tests/helper/suite.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 100 };

typedef struct tally {
    _Atomic int times[MOST];
    int squares[MOST]; /* plain: the team makes it visible */
} tally;

static void count(const void *job, int task)
{
    tally *t = *(tally *const *)job;
    atomic_fetch_add(&t->times[task], 1);
    t->squares[task] = task * task;
}

static bool each_once(const tally *t, int tasks)
{
    bool once = true;
    for (int i = 0; i < MOST; i++)
        once &= atomic_load(&t->times[i]) == (i < tasks) && t->squares[i] == (i < tasks ? i * i : 0);
    return once;
}

static bool does_each_once(ax_team *team, int tasks)
{
    tally t = { 0 }, *job = &t;
    ax_team_run(team, tasks, count, &job);
    return each_once(&t, tasks);
}

TEST(each_task_once)
{
    for (int threads = 1; threads <= 9; threads += 2) {
        ax_team *team = ax_team_new(threads);
        assert_non_null(team);
        for (int round = 0; round < 200; round++)
            assert_true(does_each_once(team, round % 4 ? threads : round % MOST));
        ax_team_free(team);
    }
}

TEST(nothing_to_do)
{
    ax_team *team = ax_team_new(4);
    assert_true(does_each_once(team, 0));
    ax_team_free(team);
    ax_team_free(ax_team_new(4)); /* no thread was started */
    ax_team_free(NULL);
}

/* Threads that had gone to sleep. */
TEST(after_a_pause)
{
    ax_team *team = ax_team_new(3);
    for (int i = 0; i < 20; i++) {
        const struct timespec pause = { .tv_nsec = 2000000 };
        nanosleep(&pause, NULL);
        assert_true(does_each_once(team, 1 + i % 7));
    }
    ax_team_free(team);
}

/* A job whose tasks wait for each other: they must be on threads of their own. */
static void meet(const void *job, int task)
{
    (void)task;
    _Atomic int *here = *(_Atomic int *const *)job;
    atomic_fetch_add(here, 1);
    while (atomic_load(here) < 2)
        sched_yield();
}

TEST(tasks_side_by_side)
{
    ax_team *team = ax_team_new(2);
    for (int i = 0; i < 50; i++) {
        _Atomic int here = 0, *job = &here;
        ax_team_run(team, 2, meet, &job);
        assert_int_equal(atomic_load(&here), 2);
    }
    ax_team_free(team);
}

typedef struct slow_job {
    _Atomic int began, ended;
} slow_job;

/* The first task waits until the caller must have gone to sleep; it may be done by either thread. */
static void be_slow(const void *job, int task)
{
    slow_job *s = *(slow_job *const *)job;
    atomic_fetch_add(&s->began, 1);
    const struct timespec pause = { .tv_nsec = task ? 0 : 5000000 };
    nanosleep(&pause, NULL);
    atomic_fetch_add(&s->ended, 1);
}

TEST(waits_for_the_slowest)
{
    ax_team *team = ax_team_new(2);
    for (int i = 0; i < 20; i++) {
        slow_job s = { 0 }, *job = &s;
        ax_team_run(team, 8, be_slow, &job);
        assert_int_equal(atomic_load(&s.began), 8);
        assert_int_equal(atomic_load(&s.ended), 8);
    }
    ax_team_free(team);
}

typedef struct nested {
    ax_team *team;
    tally inner[4];
} nested;

static void nest(const void *job, int task)
{
    nested *n = *(nested *const *)job;
    tally *inner = &n->inner[task];
    ax_team_run(n->team, 5, count, &inner);
}

TEST(a_job_within_a_job)
{
    ax_team *team = ax_team_new(2);
    nested n = { .team = team }, *job = &n;
    ax_team_run(team, 4, nest, &job);
    for (int k = 0; k < 4; k++)
        assert_true(each_once(&n.inner[k], 5));
    ax_team_free(team);
}

static void *use(void *team)
{
    bool *once = malloc(sizeof *once);
    if (once)
        *once = true;
    for (int i = 0; once && i < 500; i++)
        *once &= does_each_once(team, 6);
    return once;
}

TEST(several_callers)
{
    ax_team *team = ax_team_new(2);
    pthread_t other;
    assert_int_equal(pthread_create(&other, NULL, use, team), 0);
    void *mine = use(team), *others = NULL;
    assert_int_equal(pthread_join(other, &others), 0);
    assert_true(mine && *(bool *)mine);
    assert_true(others && *(bool *)others);
    free(mine);
    free(others);
    ax_team_free(team);
}

static pthread_t handled_by;
static volatile sig_atomic_t handled;

static void handle(int signal)
{
    (void)signal;
    handled_by = pthread_self();
    handled = 1;
}

TEST(signals_are_the_callers)
{
    ax_team *team = ax_team_new(4);
    assert_true(does_each_once(team, 4));
    struct sigaction action = { .sa_handler = handle }, before;
    sigemptyset(&action.sa_mask);
    assert_int_equal(sigaction(SIGUSR1, &action, &before), 0);
    for (int i = 0; i < 20; i++) {
        handled = 0;
        assert_int_equal(kill(getpid(), SIGUSR1), 0);
        while (!handled)
            sched_yield();
        assert_true(pthread_equal(handled_by, pthread_self()));
    }
    sigaction(SIGUSR1, &before, NULL);
    ax_team_free(team);
}

int main(void)
{
    return RUN_TESTS(each_task_once, nothing_to_do, after_a_pause, tasks_side_by_side, waits_for_the_slowest,
                     a_job_within_a_job, several_callers, signals_are_the_callers);
}
