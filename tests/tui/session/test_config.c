/* config.ini: valid lines are read, and errors name the line. */
#include "tui/session/config.h"
#include "tests/helper/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static ax_code parse(ax_config *c, const char *text, ax_err *err)
{
    char copy[256];
    snprintf(copy, sizeof copy, "%s", text);
    return ax_config_parse(c, "config.ini", copy, err);
}

TEST(settings_are_read)
{
    ax_config c = { .ascii = -1, .rate = 4 };
    ax_err err;
    assert_int_equal(parse(&c,
                           "# mine\ntheme = light\n\n glyphs=ascii\r\ncolumns = id,reward,by\nrate = 0.5\nmouse = on\n"
                           "pictures = sixel",
                           &err),
                     AX_OK);
    assert_string_equal(c.theme->name, "light");
    assert_true(c.ascii == 1 && c.columns.n == 3 && c.rate > 0.49 && c.rate < 0.51 && c.mouse &&
                c.pictures == AX_GRAPHICS_SIXEL);
    assert_int_equal(parse(&c, "theme = auto\nglyphs = auto\ncolumns = auto\nmouse = off", &err), AX_OK);
    assert_true(!c.theme && c.ascii == -1 && !c.columns.n && !c.mouse);
}

TEST(what_is_wrong_is_named)
{
    static const struct {
        const char *text, *says;
    } wrong[] = {
        { "theme = dark", "config.ini, line 1: there is no theme 'dark'; there are: auto, 8, 256, true, light, mono" },
        { "mouse = off\nrate = 99", "config.ini, line 2: rate: from 0.1 to 30, not '99'" },
        { "columns = id,size", "config.ini, line 1: columns: 'size' is none; e.g. id,state,reward,params,epoch,by" },
        { "pictures = ascii", "config.ini, line 1: pictures: auto, cells, kitty or sixel, not 'ascii'" },
        { "color = red", "config.ini, line 1: there is no 'color'; there are: theme, glyphs, columns, rate, pictures, "
                         "mouse" },
        { "glyphs = braille", "config.ini, line 1: glyphs: auto, unicode or ascii, not 'braille'" },
        { "mouse = yes", "config.ini, line 1: mouse: on or off, not 'yes'" },
        { "rate = 4\n\nrate = 5", "config.ini, line 3: rate is in line 1 already" },
        { "theme light", "config.ini, line 1: write NAME = VALUE, the value without blanks" },
        { "= light", "config.ini, line 1: write NAME = VALUE, the value without blanks" },
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        ax_config c = { .ascii = -1, .rate = 4 };
        ax_err err;
        assert_int_equal(parse(&c, wrong[i].text, &err), AX_EINVAL);
        assert_string_equal(err.msg, wrong[i].says);
        assert_true(!c.theme && c.ascii == -1 && c.rate > 3.9);
    }
}

static void write_text(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

TEST(files_are_found)
{
    char folder[] = "/tmp/auxcell-config-XXXXXX", path[128];
    ax_config *c = malloc(sizeof *c);
    assert_true(c && mkdtemp(folder));
    setenv("XDG_CONFIG_HOME", folder, 1);
    ax_config_read(c);
    assert_true(!c->wrong[0] && !c->theme);
    snprintf(path, sizeof path, "%s/auxcell", folder);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(path, sizeof path, "%s/auxcell/config.ini", folder);
    write_text(path, "theme = mono\n");
    snprintf(path, sizeof path, "%s/auxcell/keys.ini", folder);
    write_text(path, "prune = p\n");
    ax_config_read(c);
    assert_string_equal(c->theme->name, "mono");
    assert_non_null(strstr(c->wrong, "/auxcell/keys.ini: p is both pause and prune"));
    assert_int_equal(c->keys.key[AX_DO_PRUNE], 'x');
    unlink(path);
    snprintf(path, sizeof path, "%s/auxcell/config.ini", folder);
    unlink(path);
    snprintf(path, sizeof path, "%s/auxcell", folder);
    rmdir(path);
    rmdir(folder);
    free(c);
}

int main(void)
{
    return RUN_TESTS(settings_are_read, what_is_wrong_is_named, files_are_found);
}
