/* Parts of the cores: no core is in two parts or in none, hyperthreads stay together, and the affinity is really
   set. */
#include "engine/base/cores.h"
#include "tests/helper/suite.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

TEST(parts_are_read_strictly)
{
    int part = 0, parts = 0;
    assert_true(ax_cores_parse_part("2/3", &part, &parts));
    assert_true(part == 2 && parts == 3);
    static const char *const wrong[] = { "", "1", "1/", "/2", "0/2", "3/2", "1/2x", " 1/2", "-1/2", "1/0", "1/32769" };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (ax_cores_parse_part(wrong[i], &part, &parts))
            fail_msg("'%s' was taken", wrong[i]);
}

TEST(parts_of_parts_fill_them)
{
    char text[32];
    int part, parts, next = 1;
    for (int k = 1; k <= 3; k++)
        for (int i = 1; i <= 4; i++, next++) {
            char run[16];
            snprintf(run, sizeof run, "%d/3", k);
            ax_cores_part_of(run, i, 4, text, sizeof text);
            assert_true(ax_cores_parse_part(text, &part, &parts));
            assert_true(part == next && parts == 12);
        }
}

/* Two packages of four cores with two hyperthreads each, in the kernel's numbering: all first threads come first. */
enum { CPUS = 16 };
static void fill(ax_core core[CPUS])
{
    for (int i = 0; i < CPUS; i++)
        core[i] = (ax_core) { .cpu = i, .package = i / 4 % 2, .core = i % 4 };
}

TEST(parts_cover_all_cores_once)
{
    for (int parts = 1; parts <= CPUS; parts++) {
        int seen[CPUS] = { 0 };
        for (int part = 1; part <= parts; part++) {
            ax_core core[CPUS];
            size_t first, count;
            fill(core);
            ax_cores_divide(core, CPUS, part, parts, &first, &count);
            assert_true(count >= 1 && first + count <= CPUS);
            assert_true(count == CPUS / (size_t)parts || CPUS % parts); /* equal parts if possible */
            for (size_t i = first; i < first + count; i++)
                seen[core[i].cpu]++;
        }
        for (int i = 0; i < CPUS; i++)
            assert_int_equal(seen[i], 1);
    }
}

TEST(hyperthreads_and_packages_stay_together)
{
    ax_core core[CPUS];
    size_t first, count;
    fill(core);
    ax_cores_divide(core, CPUS, 2, 2, &first, &count);
    assert_int_equal(count, 8);
    for (size_t i = first; i < first + count; i++)
        assert_int_equal(core[i].package, 1);
    fill(core);
    ax_cores_divide(core, CPUS, 3, 8, &first, &count);
    assert_int_equal(count, 2);
    assert_true(core[first].core == core[first + 1].core && core[first].package == core[first + 1].package);
    ax_core two[2] = { { .cpu = 5, .core = 5 }, { .cpu = 1, .core = 1 } };
    ax_cores_divide(two, 2, 3, 4, &first, &count); /* more parts than cores */
    assert_true(count == 1 && two[first].cpu == 1);
}

/* Runs in a child, since a chosen part can't be given back. Its exit status: the cores in its affinity, 99 = an
   error. */
static int taken(const char *text, int cpu_limit)
{
    pid_t pid = fork();
    if (!pid) {
        ax_err err;
        cpu_set_t set;
        CPU_ZERO(&set);
        for (int i = 0, n = 0; i < CPU_SETSIZE && n < cpu_limit; i++) {
            cpu_set_t one;
            CPU_ZERO(&one);
            CPU_SET(i, &one);
            if (!sched_setaffinity(0, sizeof one, &one)) {
                CPU_SET(i, &set);
                n++;
            }
        }
        sched_setaffinity(0, sizeof set, &set);
        if (ax_cores_take_part(text, &err) != AX_OK || sched_getaffinity(0, sizeof set, &set))
            _exit(99);
        _exit(CPU_COUNT(&set) == ax_cores_allowed() ? CPU_COUNT(&set) : 98);
    }
    int status = 0;
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(a_part_is_of_what_is_allowed)
{
    int n = ax_cores_allowed();
    assert_true(n >= 1);
    assert_int_equal(taken("1/1", 1), 1);
    assert_int_equal(taken("2/2", 1), 1); /* they share it */
    assert_int_equal(taken("nonsense", 1), 99);
    if (n >= 2)
        assert_int_equal(taken("2/2", 2), 1);
}

int main(void)
{
    return RUN_TESTS(parts_are_read_strictly, parts_of_parts_fill_them, parts_cover_all_cores_once,
                     hyperthreads_and_packages_stay_together, a_part_is_of_what_is_allowed);
}
