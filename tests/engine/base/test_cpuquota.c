/* CPU quotas of control groups, read from files of the test: both versions, parent groups, and inside a container. */
#include "engine/base/cpuquota.h"
#include "tests/helper/suite.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char place[] = "/tmp/ax-cpuquota-XXXXXX";

static void shell(const char *command)
{
    char line[512];
    snprintf(line, sizeof line, "cd %s && %s", place, command);
    assert_int_equal(system(line), 0);
}

/* A file in the folder `place`; '@' in its text stands for that folder. */
static void write_file(const char *name, const char *text)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", place, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    for (; *text; text++)
        if (*text == '@')
            fputs(place, f);
        else
            fputc(*text, f);
    fclose(f);
}

static int quota(const char *cgroup)
{
    char a[64], b[64];
    write_file("cgroup", cgroup);
    snprintf(a, sizeof a, "%s/cgroup", place);
    snprintf(b, sizeof b, "%s/mountinfo", place);
    return ax_cpu_quota(a, b);
}

static int setup(void **state)
{
    (void)state;
    strcpy(place + strlen(place) - 6, "XXXXXX");
    return mkdtemp(place) ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    shell("rm -rf \"$PWD\"");
    return 0;
}

TEST(version_2_is_the_least_of_the_groups_above)
{
    write_file("mountinfo", "24 29 0:22 / /sys rw - sysfs sysfs rw\n"
                            "30 24 0:27 / @ rw,nosuid shared:4 master:1 - cgroup2 cgroup2 rw,nsdelegate\n");
    shell("mkdir -p a/b");
    assert_int_equal(quota("0::/a/b\n"), 0); /* no file: no limit */
    write_file("a/b/cpu.max", "max 100000\n");
    assert_int_equal(quota("0::/a/b\n"), 0);
    write_file("a/cpu.max", "250000 100000\n");
    assert_int_equal(quota("0::/a/b\n"), 3);
    write_file("cpu.max", "100000 50000\n");
    assert_int_equal(quota("0::/a/b\n"), 2);
    assert_int_equal(quota("0::/\n"), 2);
    write_file("a/b/cpu.max", "5000 100000\n");
    assert_int_equal(quota("0::/a/b\n"), 1);
    assert_int_equal(quota("0::/a\n"), 2);
}

TEST(version_1_counts_alike)
{
    write_file("mountinfo", "33 31 0:29 / @/cpuset rw - cgroup cgroup rw,cpuset\n"
                            "34 31 0:30 / @/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
                            "41 31 0:38 / @/unified rw - cgroup2 cgroup2 rw\n");
    const char *groups = "3:cpuset:/x\n2:cpu,cpuacct:/a/b\n1:name=systemd:/\n0::/u\n";
    shell("mkdir -p cpuset/x cpu,cpuacct/a/b unified/u");
    assert_int_equal(quota(groups), 0);
    write_file("cpu,cpuacct/a/b/cpu.cfs_quota_us", "-1\n"); /* no quota */
    write_file("cpu,cpuacct/a/b/cpu.cfs_period_us", "100000\n");
    assert_int_equal(quota(groups), 0);
    write_file("cpu,cpuacct/a/b/cpu.cfs_quota_us", "350000\n");
    assert_int_equal(quota(groups), 4);
    write_file("cpu,cpuacct/a/cpu.cfs_quota_us", "100000\n");
    assert_int_equal(quota(groups), 4); /* a quota without a period has no meaning */
    write_file("cpu,cpuacct/a/cpu.cfs_period_us", "50000\n");
    assert_int_equal(quota(groups), 2);
    write_file("unified/u/cpu.max", "90000 100000\n"); /* both versions side by side: the smallest quota */
    assert_int_equal(quota(groups), 1);
    write_file("cpuset/x/cpu.cfs_quota_us", "1\n"); /* another controller's group */
    write_file("cpuset/x/cpu.cfs_period_us", "100000\n");
    write_file("unified/u/cpu.max", "max 100000\n");
    assert_int_equal(quota(groups), 2);
}

/* /proc/self/cgroup has the path on the host, but only our own group is mounted. */
TEST(a_container_sees_its_own_group)
{
    const char *groups = "4:cpu,cpuacct:/docker/0123\n";
    shell("mkdir -p 'c pu/sub' cpu/docker/0123");
    write_file("c pu/cpu.cfs_quota_us", "150000\n");
    write_file("c pu/cpu.cfs_period_us", "100000\n");
    write_file("c pu/sub/cpu.cfs_quota_us", "20000\n");
    write_file("c pu/sub/cpu.cfs_period_us", "100000\n");
    write_file("mountinfo", "34 31 0:30 /docker/0123 @/c\\040pu ro - cgroup cgroup rw,cpu,cpuacct\n");
    assert_int_equal(quota(groups), 2);
    assert_int_equal(quota("4:cpu,cpuacct:/docker/0123/sub\n"), 1);
    assert_int_equal(quota("4:cpu,cpuacct:/docker/01234\n"), 2); /* not below the mounted group */
    assert_int_equal(quota("4:cpu,cpuacct:/../other\n"), 2);
    assert_int_equal(quota("4:cpu,cpuacct:/\n"), 2);
}

TEST(what_is_not_there_limits_nothing)
{
    assert_int_equal(ax_cpu_quota("/nowhere/cgroup", "/nowhere/mountinfo"), 0);
    assert_int_equal(quota("0::/\n2:cpu:/\n"), 0); /* no mountinfo */
    write_file("mountinfo", "nonsense\n1 2 3 - \n34 31 0:30 / @ - cgroup\n");
    assert_int_equal(quota("0::/\n2:cpu:/\nnonsense\n:\n"), 0);
    write_file("mountinfo", "34 31 0:30 / @ rw - cgroup cgroup rw,cpu\n");
    write_file("cpu.cfs_quota_us", "100000\n");
    write_file("cpu.cfs_period_us", "0\n");
    assert_int_equal(quota("2:cpu:/\n"), 0);
}

int main(void)
{
    return RUN_EACH_TEST_WITHIN(setup, teardown, version_2_is_the_least_of_the_groups_above, version_1_counts_alike,
                                a_container_sees_its_own_group, what_is_not_there_limits_nothing);
}
