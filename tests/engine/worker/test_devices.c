/* What the setting `device` means when there are several workers. */
#include "engine/worker/devices.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static void any_other_name_is_one_worker(void **state)
{
    (void)state;
    static const char *const names[] = { "auto", "cpu", "ref", "cuda", "cuda:3", "cuda:x", "no such thing", "" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        ax_worker_devices d;
        assert_int_equal(ax_worker_devices_of(names[i], &d, NULL), AX_OK);
        assert_int_equal(d.n, 1);
        assert_string_equal(d.name[0], names[i]);
    }
}

static void only_the_cpu_takes_several_workers(void **state)
{
    (void)state;
    ax_err err = { AX_OK, "" };
    ax_worker_devices d;
    assert_int_equal(ax_worker_devices_of("cpu", &d, NULL), AX_OK);
    assert_int_equal(ax_worker_devices_repeat(&d, 1, NULL), AX_OK);
    assert_int_equal(d.n, 1);
    assert_int_equal(ax_worker_devices_repeat(&d, 3, NULL), AX_OK);
    assert_int_equal(d.n, 3);
    assert_string_equal(d.name[2], "cpu");
    assert_int_equal(ax_worker_devices_of("cuda:1", &d, NULL), AX_OK);
    assert_int_equal(ax_worker_devices_repeat(&d, 1, NULL), AX_OK);
    assert_int_equal(ax_worker_devices_repeat(&d, 2, &err), AX_EINVAL);
    assert_non_null(strstr(err.msg, "workers = 2: only on the CPU"));
}

static void wrong_lists_are_refused(void **state)
{
    (void)state;
    static const char *const lists[] = { "cuda:0,0",   "cuda:0,",   "cuda:,1",   "cuda:0,,1",
                                         "cuda:1;2,3", "cuda:0,-1", "cuda:0,32", "cuda:0,99999999999999999999" };
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        ax_err err = { AX_OK, "" };
        ax_worker_devices d;
        assert_int_equal(ax_worker_devices_of(lists[i], &d, &err), AX_EINVAL);
        assert_non_null(strstr(err.msg, lists[i]));
    }
}

static void without_a_plugin_there_is_none(void **state)
{
    (void)state;
    static const char *const lists[] = { "cuda:all", "cuda:0,1" };
    assert_int_equal(setenv("AUXCELL_PLUGIN_DIR", "/nowhere", 1), 0);
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        ax_err err = { AX_OK, "" };
        ax_worker_devices d;
        assert_int_equal(ax_worker_devices_of(lists[i], &d, &err), AX_EDEVICE);
        assert_non_null(strstr(err.msg, lists[i]));
        assert_non_null(strstr(err.msg, "this build has no CUDA plugin"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_other_name_is_one_worker),
        cmocka_unit_test(only_the_cpu_takes_several_workers),
        cmocka_unit_test(wrong_lists_are_refused),
        cmocka_unit_test(without_a_plugin_there_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
