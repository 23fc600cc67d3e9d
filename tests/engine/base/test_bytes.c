/* Amounts of memory. */
#include "engine/base/bytes.h"
#include "tests/helper/suite.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

TEST(amounts_are_read)
{
    static const struct {
        const char *text;
        uint64_t bytes;
    } good[] = {
        { "0", 0 },
        { "123", 123 },
        { "123B", 123 },
        { "4GiB", (uint64_t)4 << 30 },
        { "1.5 g", (uint64_t)3 << 29 },
        { "512MB", 512000000 },
        { "2k", 2048 },
        { "2 kb", 2000 },
        { "1T", (uint64_t)1 << 40 },
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        uint64_t bytes = 1;
        if (!ax_bytes_parse(good[i].text, &bytes) || bytes != good[i].bytes)
            fail_msg("'%s' is %llu", good[i].text, (unsigned long long)bytes);
    }
    static const char *const bad[] = {
        "", "-1", "many", "4GiBs", "4 X", "1e40", "nan", "inf", " 4", "4GB B", "9999999T"
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        uint64_t bytes;
        if (ax_bytes_parse(bad[i], &bytes))
            fail_msg("'%s' was accepted", bad[i]);
    }
}

/* The limit of the address space counts; it is lifted again so that the test program can go on. */
TEST(limits_count)
{
    struct rlimit before, now;
    assert_int_equal(getrlimit(RLIMIT_AS, &before), 0);
    uint64_t all = ax_bytes_allowed();
    assert_true(all > 1 << 20 && all <= (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE));
    now = before;
    now.rlim_cur = all / 2 + 4096;
    assert_int_equal(setrlimit(RLIMIT_AS, &now), 0);
    uint64_t less = ax_bytes_allowed();
    assert_int_equal(setrlimit(RLIMIT_AS, &before), 0);
    assert_int_equal(less, now.rlim_cur);
}

TEST(the_peak_is_seen)
{
    enum { MORE = 32 << 20 };
    ax_bytes_reset_peak();
    uint64_t before = ax_bytes_peak();
    char *p = malloc(MORE);
    assert_non_null(p);
    memset(p, 1, MORE);
    uint64_t with = ax_bytes_peak();
    assert_true(p[MORE - 1] == 1);
    free(p);
    assert_true(before > 0 && with >= before + MORE / 2);
}

int main(void)
{
    return RUN_TESTS(amounts_are_read, limits_count, the_peak_is_seen);
}
