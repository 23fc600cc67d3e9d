/* The number of loader threads on a machine with seven cores. */
#include "engine/base/cores.h"
#include "engine/train/trainer_internal.h"
#include "tests/helper/suite.h"

#include <sched.h>

enum { CORES = 7 };

int sched_getaffinity(pid_t pid, size_t size, cpu_set_t *set)
{
    (void)pid;
    CPU_ZERO_S(size, set);
    for (int i = 0; i < CORES; i++)
        CPU_SET_S((size_t)i, size, set);
    return 0;
}

TEST(all_cores_unless_told_otherwise)
{
    ax_trainer t = { .settings.threads = 0 };
    if (ax_cores_allowed() < CORES)
        skip(); /* the machine has a quota */
    assert_int_equal(ax_trainer_loaders(&t), CORES);
    t.settings.threads = 3;
    assert_int_equal(ax_trainer_loaders(&t), 3);
}

int main(void)
{
    return RUN_TESTS(all_cores_unless_told_otherwise);
}
