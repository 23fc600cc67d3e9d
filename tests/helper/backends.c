#include "tests/helper/backends.h"
#include "engine/backend/list.h"
#include "tests/helper/emulated.h"
#include "tests/helper/suite.h"

typedef struct run {
    void (*test)(const ax_backend *);
    const ax_backend *be; /* NULL: CUDA */
} run;

static void one(void **state)
{
    const run *r = *state;
    const ax_backend *be = r->be ? r->be : ax_emulated_backend(true);
    if (!be)
        skip();
    r->test(be);
}

int backends_run(void (*test)(const ax_backend *))
{
    run ref = { test, &ax_backend_ref }, cpu = { test, &ax_backend_cpu }, cuda = { test, NULL };
    const struct CMUnitTest tests[] = {
        { "ref", one, NULL, NULL, &ref },
        { "cpu", one, NULL, NULL, &cpu },
        { "cuda", one, NULL, NULL, &cuda },
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
