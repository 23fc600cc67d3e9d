/* Short turns: asked for by a process for itself, and not inherited by those that it starts. */
#include "engine/base/process.h"
#include "tests/helper/suite.h"

#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* The length of a turn in nanoseconds; 0 = the system doesn't say. */
static uint64_t turn_of_this_process(void)
{
    uint64_t attr[7] = { 0 }; /* struct sched_attr: the fourth member of 8 bytes is its runtime */
    return syscall(SYS_sched_getattr, 0, attr, sizeof attr, 0) ? 0 : attr[3];
}

TEST(turns_are_short_and_not_inherited)
{
    uint64_t before = turn_of_this_process();
    ax_process_short_turns();
    uint64_t after = turn_of_this_process();
    if (!before || after == before)
        skip(); /* Linux before 6.12 */
    assert_int_equal(after, 100 * 1000);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (!pid)
        _exit(turn_of_this_process() == before ? 0 : 1);
    int status = 1;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

int main(void)
{
    return RUN_TESTS(turns_are_short_and_not_inherited);
}
