#include "data/each.h"
#include "tests/helper/suite.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { N = 1000 };

typedef struct counts {
    atomic_int of[N];
    size_t bad[3];
} counts;

static ax_code count(void *context, int thread, size_t i, ax_err *err)
{
    counts *c = context;
    c->of[i]++;
    if (thread < 0 || thread >= 8)
        return ax_fail(err, AX_EINVAL, "thread %d", thread);
    for (int k = 0; k < 3; k++)
        if (c->bad[k] == i)
            return ax_fail(err, AX_EFORMAT, "thing %zu", i);
    return AX_OK;
}

TEST(each_thing_once)
{
    for (int threads = 1; threads <= 8; threads++) {
        counts c = { .bad = { N, N, N } };
        assert_int_equal(ax_each(N, threads, count, &c, NULL), AX_OK);
        for (int i = 0; i < N; i++)
            assert_int_equal(c.of[i], 1);
    }
    assert_int_equal(ax_each(0, 4, count, NULL, NULL), AX_OK);
    assert_int_equal(ax_each_threads(0, 8), 1);
    assert_int_equal(ax_each_threads(100, 1), 1);
    assert_true(ax_each_threads(2, 8) <= 2);
}

/* Whatever the threads do, the reported failure is the first by number, and all items before it are done. */
TEST(the_first_failure_is_told)
{
    for (int round = 0; round < 200; round++) {
        counts c = { .bad = { 700, 310, 311 } };
        ax_err err = { AX_OK, "" };
        assert_int_equal(ax_each(N, 1 + round % 8, count, &c, &err), AX_EFORMAT);
        assert_string_equal(err.msg, "thing 310");
        for (int i = 0; i <= 310; i++)
            assert_int_equal(c.of[i], 1);
        assert_int_equal(c.of[N - 1], 0);
    }
}

int main(void)
{
    return RUN_TESTS(each_thing_once, the_first_failure_is_told);
}
