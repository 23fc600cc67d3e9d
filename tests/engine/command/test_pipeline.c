/* Reading, computing and writing in several threads: order, failures, and the number of items held at a time. */
#include "engine/command/pipeline.h"
#include "tests/helper/suite.h"

#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>

enum { N = 500, BAD_LOAD = 7, BAD_COMPUTE = 100, BAD_STORE = 499 };

typedef struct seen {
    pthread_mutex_t lock;
    pthread_t caller;
    int held, most_held, loaded[N], stored[N];
    size_t computed, done; /* the next item of each */
    bool others;           /* a thread other than the caller loaded or stored */
} seen;

typedef struct item {
    size_t value;
    char more[100];
} item;

static void note(seen *s, int *count, int held)
{
    pthread_mutex_lock(&s->lock);
    s->others = s->others || !pthread_equal(pthread_self(), s->caller);
    (*count)++;
    s->held += held;
    s->most_held = s->held > s->most_held ? s->held : s->most_held;
    pthread_mutex_unlock(&s->lock);
}

static ax_code load(void *context, size_t i, void *to, ax_err *err)
{
    seen *s = context;
    item *t = to;
    assert_int_equal(t->value, 0);
    note(s, &s->loaded[i], 1);
    t->value = i + 1;
    for (size_t k = 0; k < (i * 7919) % 5; k++)
        sched_yield();
    return i == BAD_LOAD ? ax_fail(err, AX_EIO, "load %zu", i) : AX_OK;
}

static ax_code compute(void *context, size_t i, void *to, ax_err *err)
{
    seen *s = context;
    item *t = to;
    assert_true(pthread_equal(pthread_self(), s->caller));
    assert_int_not_equal(i, BAD_LOAD);
    assert_true(i >= s->computed && t->value == i + 1);
    s->computed = i + 1;
    t->value *= 3;
    return i == BAD_COMPUTE ? ax_fail(err, AX_ENOMEM, "compute %zu", i) : AX_OK;
}

static ax_code store(void *context, size_t i, void *to, ax_err *err)
{
    seen *s = context;
    const item *t = to;
    assert_int_equal(t->value, 3 * (i + 1));
    note(s, &s->stored[i], 0);
    return i == BAD_STORE ? ax_fail(err, AX_EIO, "store %zu", i) : AX_OK;
}

static void done(void *context, size_t i, void *to, const ax_err *err)
{
    seen *s = context;
    assert_true(pthread_equal(pthread_self(), s->caller));
    assert_int_equal(i, s->done);
    s->done++;
    assert_int_equal(((item *)to)->value, i == BAD_LOAD ? i + 1 : 3 * (i + 1));
    assert_int_equal(err->code, i == BAD_COMPUTE ? AX_ENOMEM : i == BAD_LOAD || i == BAD_STORE ? AX_EIO : AX_OK);
    pthread_mutex_lock(&s->lock);
    s->held--;
    pthread_mutex_unlock(&s->lock);
}

TEST(all_is_done_in_order)
{
    static const int threads[] = { 0, 1, 2, 5, 1000 };
    for (size_t k = 0; k < sizeof threads / sizeof *threads; k++) {
        seen *s = calloc(1, sizeof *s);
        assert_non_null(s);
        pthread_mutex_init(&s->lock, NULL);
        s->caller = pthread_self();
        const ax_pipeline p = { s, sizeof(item), load, compute, store, done };
        assert_int_equal(ax_pipeline_run(&p, N, threads[k], NULL), AX_OK);
        assert_int_equal(s->done, N);
        for (int i = 0; i < N; i++) {
            assert_int_equal(s->loaded[i], 1);
            assert_int_equal(s->stored[i], i != BAD_LOAD && i != BAD_COMPUTE);
        }
        assert_int_equal(s->held, 0);
        assert_true(s->others == (threads[k] > 0));
        assert_true(s->most_held <= (threads[k] ? 2 * threads[k] + 2 : 1));
        pthread_mutex_destroy(&s->lock);
        free(s);
    }
}

TEST(few)
{
    for (size_t n = 0; n < 4; n++) {
        seen *s = calloc(1, sizeof *s);
        assert_non_null(s);
        pthread_mutex_init(&s->lock, NULL);
        s->caller = pthread_self();
        const ax_pipeline p = { s, sizeof(item), load, compute, store, done };
        assert_int_equal(ax_pipeline_run(&p, n, 3, NULL), AX_OK);
        assert_int_equal(s->done, n);
        pthread_mutex_destroy(&s->lock);
        free(s);
    }
}

int main(void)
{
    return RUN_TESTS(all_is_done_in_order, few);
}
