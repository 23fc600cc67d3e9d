#include "engine/config/settings.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void presets_have_the_reference_values(void **state)
{
    (void)state;
    ax_settings s;
    assert_int_equal(ax_settings_preset(&s, "paper", NULL), AX_OK);
    assert_int_equal(s.train_samples, 4000);
    assert_int_equal(s.batch, 64);
    assert_int_equal(s.val_crop, 400);
    assert_true(s.scale_min == 0.7 && s.scale_max == 1.4 && s.lr == 3e-3 && s.aux_weight == 0.15);
    assert_int_equal(ax_settings_preset(&s, "cpu", NULL), AX_OK);
    assert_int_equal(s.train_samples, 367);
    ax_err err;
    assert_int_equal(ax_settings_preset(&s, "gpu", &err), AX_EINVAL);
    assert_non_null(strstr(err.msg, "demo, cpu, paper"));
}

static void wrong_values_are_named(void **state)
{
    (void)state;
    static const struct {
        const char *name, *value, *says;
    } wrong[] = {
        { "batch", "0", "not between 1 and" },
        { "batch", "4x", "not a whole number" },
        { "lr", "nan", "not a number" },
        { "lr", "-1", "not between" },
        { "crop", "100", "multiple of 32" },
        { "epoch", "3", "did you mean 'epochs'" },
        { "wibble", "3", "unknown setting" },
        { "mirror", "2", "not between 0 and 1" },
        { "seed", "99999999999999999999", "not a whole number" },
    };
    ax_settings s, before;
    ax_settings_preset(&s, "demo", NULL);
    before = s;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        ax_err err;
        assert_int_equal(ax_settings_set(&s, wrong[i].name, wrong[i].value, &err), AX_EINVAL);
        if (!strstr(err.msg, wrong[i].says))
            fail_msg("'%s' does not say '%s'", err.msg, wrong[i].says);
    }
    assert_memory_equal(&s, &before, sizeof s);
    assert_int_equal(ax_settings_set(&s, "train-samples", "7", NULL), AX_OK);
    assert_int_equal(s.train_samples, 7);
}

static void written_settings_read_back(void **state)
{
    (void)state;
    char dir[] = "/tmp/ax-settings-XXXXXX";
    assert_non_null(mkdtemp(dir));
    int fd = open(dir, O_RDONLY | O_DIRECTORY);
    ax_settings s, back;
    ax_err err;
    ax_settings_preset(&s, "paper", NULL);
    ax_settings_set(&s, "data", "camvid:/some where/x = y", NULL);
    ax_settings_set(&s, "lr", "0.1234567890123", NULL);
    assert_int_equal(ax_settings_write(&s, fd, "run.ini", NULL), AX_OK);
    ax_settings_preset(&back, "demo", NULL);
    assert_int_equal(ax_settings_read(&back, fd, "run.ini", &err), AX_OK);
    assert_memory_equal(&s, &back, sizeof s);

    FILE *f = fdopen(openat(fd, "bad.ini", O_WRONLY | O_CREAT, 0600), "w");
    fputs("[run]\nbatch = 3\nepochs = many\n", f);
    fclose(f);
    assert_int_equal(ax_settings_read(&back, fd, "bad.ini", &err), AX_EFORMAT);
    assert_string_equal(err.msg, "bad.ini: line 3: epochs = 'many': not a whole number");
    assert_memory_equal(&s, &back, sizeof s); /* nothing was half taken over */
    unlinkat(fd, "bad.ini", 0);
    unlinkat(fd, "run.ini", 0);
    close(fd);
    rmdir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(presets_have_the_reference_values),
        cmocka_unit_test(wrong_values_are_named),
        cmocka_unit_test(written_settings_read_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
