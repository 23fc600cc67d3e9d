#include "engine/config/settings.h"
#include "tests/helper/suite.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

TEST(presets_have_the_reference_values)
{
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
    assert_non_null(strstr(err.msg, AX_PRESETS));
    assert_int_equal(ax_settings_preset(&s, "cpu-full", NULL), AX_OK);
    assert_int_equal(s.train_samples, 367);
    assert_int_equal(s.stage2_crop, 352);
    char names[] = AX_PRESETS, *rest = names;
    for (char *name; (name = strtok_r(rest, ", ", &rest));) {
        assert_int_equal(ax_settings_preset(&s, name, NULL), AX_OK);
        assert_string_equal(s.preset, name);
    }
}

TEST(wrong_values_are_named)
{
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
        { "population", "2147483647", "population = 2147483647: not between 2 and 1000000" },
        { "seed", "-1", "seed = -1: not between 0 and 9007199254740992" },
        { "objective-target", "1e99", "objective_target = 1e+99: not between 0 and 1e+15" },
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

TEST(written_settings_read_back)
{
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
    assert_memory_equal(&s, &back, sizeof s); /* an invalid file changes nothing */
    unlinkat(fd, "bad.ini", 0);
    unlinkat(fd, "run.ini", 0);
    close(fd);
    rmdir(dir);
}

/* Every accepted value can be written and read back: each setting with its longest and oddest values. */
TEST(every_value_that_is_taken_reads_back)
{
    char dir[] = "/tmp/ax-settings-XXXXXX", longest[AX_SETTING_TEXT], blanks[AX_SETTING_TEXT];
    assert_non_null(mkdtemp(dir));
    int fd = open(dir, O_RDONLY | O_DIRECTORY);
    memset(longest, 'd', sizeof longest - 1);
    memset(blanks, ' ', sizeof blanks - 1);
    longest[sizeof longest - 1] = blanks[sizeof blanks - 1] = '\0';
    blanks[100] = '"';
    const char *const odd[] = {
        longest,
        blanks,
        "",
        "camvid:/a;b",
        "; all of it",
        "# all",
        "a ; b",
        "a #b",
        "a\\",
        "\\",
        "\"",
        "\"\"",
        "\"a\" b",
        "a \"b\"",
        "\"\\\"",
        " a",
        "a ",
        "  ",
        "a = b",
        "= b",
        "a: b",
        "[run]",
        "]",
        "'",
        "\xc3\xa4 \xe4\xb8\xad",
        "\xef\xbb\xbf"
        "a",
        "caf\xe9",
        "a\xc2\xa0",
        "\xc2\x85",
        "%s %n",
        "preset = x",
        "1/2",
        "7",
        "0",
        "32",
        "4096",
        "1e9",
        "9007199254740992",
        "0.1",
        "1e-9",
        "0.30000000000000004",
        "2.2250738585072014e-308",
        "4GiB",
        "cuda:0,2",
    };
    int taken = 0, texts = 0;
    ax_settings s, back;
    ax_err err;
    const char *name;
    char value[AX_SETTING_TEXT];
    ax_settings_preset(&s, "cpu", NULL);
    for (int i = 0; ax_settings_at(&s, i, &name, value); i++)
        for (size_t k = 0; k < sizeof odd / sizeof *odd; k++) {
            ax_settings_preset(&s, "cpu", NULL);
            if (ax_settings_set(&s, name, odd[k], NULL) != AX_OK)
                continue;
            ax_settings_preset(&back, "paper", NULL);
            if (ax_settings_write(&s, fd, "run.ini", &err) != AX_OK ||
                ax_settings_read(&back, fd, "run.ini", &err) != AX_OK)
                fail_msg("%s = '%s': %s", name, odd[k], err.msg);
            assert_memory_equal(&s, &back, sizeof s);
            taken++;
            texts += odd[k] == longest;
        }
    assert_true(taken > 300);
    assert_true(texts >= 4); /* data, teacher, device, leave_out */
    unlinkat(fd, "run.ini", 0);
    close(fd);
    rmdir(dir);
}

TEST(what_is_too_long_is_said)
{
    char text[AX_SETTING_TEXT + 1];
    memset(text, 'd', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    ax_settings s;
    ax_err err;
    ax_settings_preset(&s, "demo", NULL);
    assert_int_equal(ax_settings_set(&s, "data", text, &err), AX_EINVAL);
    assert_string_equal(err.msg, "data: 512 bytes, more than the 511 allowed");
    assert_int_equal(ax_settings_set(&s, "data", text + 1, &err), AX_OK);
    assert_int_equal(ax_settings_set(&s, "data", "a\tb", &err), AX_EINVAL);
    assert_string_equal(err.msg, "data: control characters are not allowed");
}

static ax_code read_text(const char *text, ax_settings *s, ax_err *err)
{
    FILE *f = tmpfile();
    char path[64];
    assert_non_null(f);
    fputs(text, f);
    fflush(f);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fileno(f));
    ax_settings_preset(s, "demo", NULL);
    ax_code code = ax_settings_read(s, AT_FDCWD, path, err);
    fclose(f);
    return code;
}

TEST(what_only_a_search_uses)
{
    const ax_settings_choice without = { .without = AX_SETTINGS_OF_SEARCH }, only = { .only = AX_SETTINGS_OF_SEARCH };
    const ax_settings none = { .seed = 0 };
    const char *heading, *group = "", *name;
    char value[AX_SETTING_TEXT];
    size_t bytes = 0;
    for (int k = 0, i; (i = ax_settings_in_order(k, &heading)) >= 0; k++) {
        group = heading ? heading : group;
        assert_true(ax_settings_at(&none, i, &name, value));
        bool chosen = ax_settings_chosen(&only, name);
        assert_int_equal(ax_settings_chosen(&without, name), !chosen);
        bytes += chosen ? strlen(name) + 1 : 0;
        if (!strcmp(group, "Search")) /* all of these, but what a training has, too */
            assert_int_equal(chosen, strcmp(name, "seed") && strcmp(name, "stages"));
    }
    assert_int_equal(bytes, sizeof AX_SETTINGS_OF_SEARCH); /* each name is that of a setting */
}

TEST(files_written_by_hand)
{
    static const struct {
        const char *line, *says; /* says: the error; NULL: batch is 3 and teacher is "a b" */
    } row[] = {
        { "batch = 3\nteacher = a b\n", NULL },
        { "  batch=3 ; crops\r\n\tteacher:a b\t\r\n", NULL },
        { "# hi\n\n; ho\n  \nbatch = 3\nteacher = \"a b\" ; quoted", NULL },
        { "batch = \"3\"\n[run]\nteacher = a b", NULL },
        { "batch\n", "line 2: not of the form name = value" },
        { "batch = 3\nteacher = \"a b\n", "line 3: teacher: the quotes around the value aren't closed" },
        { "teacher = \"a\" b\n", "line 2: teacher: the quotes around the value aren't closed, or text follows them" },
        { "[walk]\n", "line 2: section [walk] is not known" },
        { "[run\n", "line 2: a section's name ends with ']'" },
        { "preset = voc\n", "line 2: preset 'voc': not one of" },
        { "val_crop = 32\nbatch = 3\nval-crop = 32\n", "line 4: val-crop is in line 2 already" },
        { "preset = cpu\n[run]\npreset = cpu\n", "line 4: preset is in line 2 already" },
        { "; batch = 3\n", ": no setting is in the file" },
        { "wibble = 3\n", "line 2: unknown setting 'wibble'" },
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        ax_settings s;
        ax_err err = { AX_OK, "" };
        char text[300];
        snprintf(text, sizeof text, "%s[run]\n%s", i % 2 ? "\xef\xbb\xbf" : "", row[i].line);
        ax_code code = read_text(text, &s, &err);
        if (row[i].says) {
            assert_int_equal(code, AX_EFORMAT);
            if (!strstr(err.msg, row[i].says))
                fail_msg("'%s' does not say '%s'", err.msg, row[i].says);
        } else {
            assert_string_equal(err.msg, "");
            assert_true(code == AX_OK && s.batch == 3 && !strcmp(s.teacher, "a b"));
        }
    }
    ax_settings s;
    ax_err err;
    assert_int_equal(read_text("batch = 3\n", &s, &err), AX_EFORMAT);
    assert_non_null(strstr(err.msg, "line 1: settings stand below [run]"));
    assert_int_equal(read_text("", &s, &err), AX_EFORMAT);
    assert_non_null(strstr(err.msg, ": no setting is in the file"));
}

int main(void)
{
    return RUN_TESTS(presets_have_the_reference_values, wrong_values_are_named, written_settings_read_back,
                     every_value_that_is_taken_reads_back, what_is_too_long_is_said, what_only_a_search_uses,
                     files_written_by_hand);
}
