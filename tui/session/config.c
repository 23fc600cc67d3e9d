#include "tui/session/config.h"

#include "engine/base/file.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_BYTES = 1 << 16 };

/* ---- values; false: *wrong says what is expected ---- */

static bool take_theme(ax_config *c, const char *value, char wrong[static 160])
{
    char names[80];
    c->theme = ax_theme_named(value);
    snprintf(wrong, 160, "there is no theme '%.40s'; there are: auto, %s", value, ax_theme_names(names, sizeof names));
    return c->theme || !strcmp(value, "auto");
}

static bool take_glyphs(ax_config *c, const char *value, char wrong[static 160])
{
    c->ascii = !strcmp(value, "ascii") ? 1 : !strcmp(value, "unicode") ? 0 : -1;
    snprintf(wrong, 160, "glyphs: auto, unicode or ascii, not '%.40s'", value);
    return c->ascii >= 0 || !strcmp(value, "auto");
}

static bool take_columns(ax_config *c, const char *value, char wrong[static 160])
{
    ax_err err;
    c->columns = (ax_columns) { .n = 0 };
    if (!strcmp(value, "auto") || ax_columns_parse(value, &c->columns, &err) == AX_OK)
        return true;
    snprintf(wrong, 160, "%.159s", err.msg);
    return false;
}

static bool take_rate(ax_config *c, const char *value, char wrong[static 160])
{
    char *end;
    c->rate = strtod(value, &end);
    snprintf(wrong, 160, "rate: from 0.1 to 30, not '%.40s'", value);
    return end != value && !*end && c->rate >= 0.1 && c->rate <= 30;
}

static bool take_pictures(ax_config *c, const char *value, char wrong[static 160])
{
    c->pictures = ax_graphics_named(value);
    snprintf(wrong, 160, "pictures: auto, cells, kitty or sixel, not '%.40s'", value);
    return c->pictures < AX_GRAPHICS_COUNT;
}

static bool take_mouse(ax_config *c, const char *value, char wrong[static 160])
{
    c->mouse = !strcmp(value, "on");
    snprintf(wrong, 160, "mouse: on or off, not '%.40s'", value);
    return c->mouse || !strcmp(value, "off");
}

static const struct {
    const char *name;
    bool (*take)(ax_config *c, const char *value, char wrong[static 160]);
} settings[] = {
#define SETTING(name, takes, doc) { #name, take_##name },
    AX_CONFIG_LIST(SETTING)
};
enum { SETTINGS = sizeof settings / sizeof *settings };

/* ---- files ---- */

/* line_of: the line of each setting, 0 = not there yet. */
static ax_code take_line(ax_config *c, const char *path, int line, const char *text, int line_of[SETTINGS], ax_err *err)
{
    char name[24], value[200], end, wrong[160];
    int i = 0, n = sscanf(text, " %23[a-z] = %199[^\n\r \t] %c", name, value, &end);
    while (n >= 1 && i < SETTINGS && strcmp(settings[i].name, name) != 0)
        i++;
    if (n >= 1 && i == SETTINGS)
        return ax_fail(err, AX_EINVAL,
                       "%s, line %d: there is no '%s'; there are: theme, glyphs, columns, rate, pictures, "
                       "mouse",
                       path, line, name);
    if (n != 2)
        return ax_fail(err, AX_EINVAL, "%s, line %d: write NAME = VALUE, the value without blanks", path, line);
    if (line_of[i])
        return ax_fail(err, AX_EINVAL, "%s, line %d: %s is in line %d already", path, line, name, line_of[i]);
    line_of[i] = line;
    return settings[i].take(c, value, wrong) ? AX_OK : ax_fail(err, AX_EINVAL, "%s, line %d: %s", path, line, wrong);
}

ax_code ax_config_parse(ax_config *c, const char *path, char *text, ax_err *err)
{
    ax_config next = *c;
    int line_of[SETTINGS] = { 0 };
    ax_code code = AX_OK;
    for (int line = 1; *text && code == AX_OK; line++) {
        char *end = text + strcspn(text, "\n"), *after = *end ? end + 1 : end;
        *end = '\0';
        const char *first = text + strspn(text, " \t\r");
        if (*first && *first != '#' && *first != ';')
            code = take_line(&next, path, line, first, line_of, err);
        text = after;
    }
    if (code == AX_OK)
        *c = next;
    return code;
}

/* The path of a file in the user's folder of settings; "" = there is no such folder. */
static void path_of(const char *name, char path[static PATH_MAX])
{
    const char *home = getenv("XDG_CONFIG_HOME");
    bool set = home && home[0] == '/';
    if (!set)
        home = getenv("HOME");
    path[0] = '\0';
    if (home && home[0] == '/' &&
        snprintf(path, PATH_MAX, "%s%s/auxcell/%s", home, set ? "" : "/.config", name) >= PATH_MAX)
        path[0] = '\0';
}

/* The text of a file, which the caller frees. NULL: there is no file (err is untouched), or it can't be read. */
static char *read_text(const char *path, ax_err *err)
{
    char *text = NULL;
    size_t n;
    if (!path[0] || access(path, F_OK) || ax_file_read(AT_FDCWD, path, MOST_BYTES, &text, &n, err) != AX_OK)
        return NULL;
    if (strlen(text) == n)
        return text;
    ax_fail(err, AX_EFORMAT, "%s: not a text file", path);
    free(text);
    return NULL;
}

void ax_config_read(ax_config *c)
{
    char path[PATH_MAX];
    ax_err err = { AX_OK, "" };
    *c = (ax_config) { .ascii = -1, .rate = 4 };
    ax_keymap_init(&c->keys);
    path_of("config.ini", path);
    char *text = read_text(path, &err);
    if (text)
        ax_config_parse(c, path, text, &err);
    free(text);
    path_of("keys.ini", path);
    text = read_text(path, &err);
    if (text)
        ax_keymap_parse(&c->keys, path, text, &err);
    free(text);
    snprintf(c->wrong, sizeof c->wrong, "%.*s", (int)sizeof c->wrong - 1, err.msg);
}

bool ax_config_ascii(const ax_config *c, bool asked, const ax_term *term)
{
    return asked || c->ascii == 1 || (c->ascii < 0 && !ax_term_unicode(term));
}

const ax_theme *ax_config_theme(const ax_config *c, const ax_term *term)
{
    return c->theme ? c->theme : ax_theme_for(term ? ax_term_colors(term) : 1 << 24);
}
