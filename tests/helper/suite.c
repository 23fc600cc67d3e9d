#include "tests/helper/suite.h"

#include <stdlib.h>
#include <string.h>

/* around is what all the tests share: its set-up and tear-down, if they have one for each. */
static int run(const struct CMUnitTest *around, CMFixtureFunction set_up, CMFixtureFunction tear_down,
               const char *names, const CMUnitTestFunction *tests)
{
    size_t n = 0;
    while (tests[n])
        n++;
    int failed = 1;
    char *name = strdup(names), *rest = NULL;
    struct CMUnitTest *each = calloc(n, sizeof *each);
    if (name && each) {
        for (size_t i = 0; i < n; i++) {
            each[i] = *around;
            each[i].name = strtok_r(i ? NULL : name, ", ", &rest);
            each[i].test_func = tests[i];
        }
        failed = _cmocka_run_group_tests("tests", each, n, set_up, tear_down);
    }
    free(each);
    free(name);
    return failed;
}

int suite_run(CMFixtureFunction set_up, CMFixtureFunction tear_down, const char *names, const CMUnitTestFunction *tests)
{
    return run(&(struct CMUnitTest) { .name = NULL }, set_up, tear_down, names, tests);
}

int suite_run_each(CMFixtureFunction set_up, CMFixtureFunction tear_down, const char *names,
                   const CMUnitTestFunction *tests)
{
    const struct CMUnitTest around = { .setup_func = set_up, .teardown_func = tear_down };
    return run(&around, NULL, NULL, names, tests);
}
