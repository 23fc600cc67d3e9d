/* The meaning of the setting `device` with several workers. */
#include "engine/worker/devices.h"
#include "tests/helper/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

TEST(any_other_name_is_one_worker)
{
    static const char *const names[] = { "auto", "cpu", "ref", "cuda", "cuda:3" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        ax_worker_devices d;
        assert_int_equal(ax_worker_devices_of(names[i], &d, NULL), AX_OK);
        assert_int_equal(d.n, 1);
        assert_string_equal(d.name[0], names[i]);
    }
    static const char *const wrong[] = { "cuda:x", "cuda:99999", "no such thing", "" };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        ax_worker_devices d;
        assert_int_equal(ax_worker_devices_of(wrong[i], &d, NULL), AX_EINVAL);
    }
}

TEST(only_the_cpu_takes_several_workers)
{
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

TEST(who_shares_a_device)
{
    const ax_worker_devices d = { .n = 4, .name = { "cuda:0", "cuda:0", "cuda:1", "cuda:0" } };
    assert_int_equal(ax_worker_devices_sharers(&d, 0), 3);
    assert_int_equal(ax_worker_devices_sharers(&d, 2), 1);
    assert_int_equal(ax_worker_devices_sharers(&d, 3), 3);
}

TEST(wrong_lists_are_refused)
{
    static const char *const lists[] = { "cuda:0,0",      "cuda:0,",   "cuda:,1",   "cuda:0,,1",
                                         "cuda:1;2,3",    "cuda:0,-1", "cuda:0,32", "cuda:0,99999999999999999999",
                                         "cuda:0*0",      "cuda:0*",   "cuda:0*33", "cuda:0*-1",
                                         "cuda:0*20,1*20" };
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        ax_err err = { AX_OK, "" };
        ax_worker_devices d;
        assert_int_equal(ax_worker_devices_of(lists[i], &d, &err), AX_EINVAL);
        assert_non_null(strstr(err.msg, lists[i]));
    }
}

TEST(without_a_plugin_there_is_none)
{
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

TEST(each_device_has_its_own_reason)
{
    static const struct {
        const char *setting, *says;
    } cases[] = { { "cuda:0,1", "device 'cuda:0,1': cuda:0: reason 0" },
                  { "cuda:1,2", "device 'cuda:1,2': cuda:2: reason 2" },
                  { "cuda:1,3", "device 'cuda:1,3': there is no cuda:3" } };
    const char *build = getenv("AUXCELL_BUILD");
    char dir[4096];
    if (!build)
        skip(); /* tests/run.sh sets its path */
    snprintf(dir, sizeof dir, "%s/unusable", build);
    assert_int_equal(setenv("AUXCELL_PLUGIN_DIR", dir, 1), 0);
    ax_worker_devices d;
    ax_err err = { AX_OK, "" };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(ax_worker_devices_of(cases[i].setting, &d, &err), AX_EDEVICE);
        assert_string_equal(err.msg, cases[i].says);
    }
    assert_int_equal(ax_worker_devices_of("cuda:all", &d, &err), AX_OK);
    assert_int_equal(d.n, 1);
    assert_string_equal(d.name[0], "cuda:1");

    static const struct {
        const char *setting, *says; /* NULL: nothing speaks against it */
    } alone[] = { { "cuda", "device 'cuda': cuda:0: reason 0" },
                  { "cuda:2", "device 'cuda:2': cuda:2: reason 2" },
                  { "cuda:3", "device 'cuda:3': there is no cuda:3" },
                  { "cuda:1", NULL },
                  { "cpu", NULL },
                  { "auto", NULL },
                  { "cuda:0,2", NULL } }; /* lists have been asked about */
    for (size_t i = 0; i < sizeof alone / sizeof *alone; i++) {
        assert_int_equal(ax_worker_devices_check(alone[i].setting, &err), alone[i].says ? AX_EDEVICE : AX_OK);
        if (alone[i].says)
            assert_string_equal(err.msg, alone[i].says);
    }

    /* several workers on one device */
    assert_int_equal(ax_worker_devices_of("cuda:1*4", &d, &err), AX_OK);
    assert_int_equal(d.n, 4);
    for (size_t i = 0; i < 4; i++)
        assert_string_equal(d.name[i], "cuda:1");
    assert_int_equal(ax_worker_devices_of("cuda:1*2,2", &d, &err), AX_EDEVICE);
}

int main(void)
{
    return RUN_TESTS(any_other_name_is_one_worker, only_the_cpu_takes_several_workers, who_shares_a_device,
                     wrong_lists_are_refused, without_a_plugin_there_is_none, each_device_has_its_own_reason);
}
