#include "tests/helper/fixture.h"

#include <stdlib.h>

int fixture_run(const struct CMUnitTest *tests, size_t n, CMFixtureFunction set_up, CMFixtureFunction tear_down)
{
    struct CMUnitTest *each = calloc(n, sizeof *each);
    if (!each)
        return 1;
    for (size_t i = 0; i < n; i++) {
        each[i] = tests[i];
        each[i].setup_func = set_up;
        each[i].teardown_func = tear_down;
    }
    int failed = _cmocka_run_group_tests("tests", each, n, NULL, NULL);
    free(each);
    return failed;
}
