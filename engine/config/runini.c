/* Reads and writes run.ini. The reader is our own because libinih truncates lines at 199 bytes, too short for paths,
   and takes the rest for another line. It accepts every file that libinih accepted, unless a setting comes twice or
   none at all. */
#include "engine/base/file.h"
#include "engine/config/settings_internal.h"

#include <stdlib.h>
#include <string.h>

/* ---- reading ---- */

typedef struct reader {
    ax_settings settings;
    bool section;                 /* [run] has been seen */
    int line, n;                  /* n: settings so far */
    int line_of[AX_SETTINGS + 1]; /* the line of each setting and, last, of the preset; 0 = not there yet */
} reader;

static bool is_space(char c)
{
    return c && strchr(" \t\r\n\v\f", c);
}

/* Strips white space from both ends, in place. */
static char *trim(char *text)
{
    while (is_space(*text))
        text++;
    size_t n = strlen(text);
    while (n && is_space(text[n - 1]))
        n--;
    text[n] = '\0';
    return text;
}

static bool is_comment(const char *text)
{
    return *text == ';' || *text == '#';
}

/* Unquotes "..." with \" and \\, in place; a comment may follow. NULL: not closed, or followed by other text. */
static char *unquote(char *text)
{
    char *out = text, *in = text + 1;
    for (; *in && *in != '"'; in++) {
        if (*in == '\\' && (in[1] == '"' || in[1] == '\\'))
            in++;
        *out++ = *in;
    }
    if (!*in)
        return NULL;
    in = trim(in + 1);
    *out = '\0';
    return !*in || is_comment(in) ? text : NULL;
}

/* Ends the text at a comment: ';' after white space. */
static void cut_comment(char *text)
{
    for (char *c = text; *c; c++)
        if (*c == ';' && (c == text || is_space(c[-1]))) {
            *c = '\0';
            return;
        }
}

/* Of two lines neither is known to be the one that counts. */
static ax_code note_line(reader *r, const char *name, ax_err *err)
{
    int *line = &r->line_of[ax_setting_named(name)];
    bool known = line < &r->line_of[AX_SETTINGS] || !strcmp(name, "preset");
    if (known && *line)
        return ax_fail(err, AX_EFORMAT, "%s is in line %d already", name, *line);
    if (known)
        *line = r->line;
    r->n++;
    return AX_OK;
}

static ax_code take_setting(reader *r, char *line, ax_err *err)
{
    char *value = line + strcspn(line, "=:");
    if (!*value)
        return ax_fail(err, AX_EFORMAT, "not of the form name = value");
    *value++ = '\0';
    char *name = trim(line);
    value = trim(value);
    if (*value == '"') {
        if (!(value = unquote(value)))
            return ax_fail(err, AX_EFORMAT, "%s: the quotes around the value aren't closed, or text follows them",
                           name);
    } else {
        cut_comment(value);
        value = trim(value);
    }
    if (note_line(r, name, err) != AX_OK)
        return AX_EFORMAT;
    if (!strcmp(name, "preset")) {
        ax_settings preset;
        ax_code code = ax_settings_preset(&preset, value, err);
        memcpy(r->settings.preset, preset.preset, code == AX_OK ? sizeof preset.preset : 0);
        return code;
    }
    return ax_settings_set(&r->settings, name, value, err);
}

static ax_code take_line(reader *r, char *line, ax_err *err)
{
    line = trim(line);
    if (!*line || is_comment(line))
        return AX_OK;
    if (*line == '[') {
        char *end = strchr(line, ']');
        if (!end)
            return ax_fail(err, AX_EFORMAT, "a section's name ends with ']'");
        *end = '\0';
        r->section = !strcmp(line + 1, "run");
        return r->section ? AX_OK : ax_fail(err, AX_EFORMAT, "section [%s] is not known", line + 1);
    }
    if (!r->section)
        return ax_fail(err, AX_EFORMAT, "settings stand below [run]");
    return take_setting(r, line, err);
}

ax_code ax_settings_read(ax_settings *s, int dirfd, const char *path, ax_err *err)
{
    static const char mark[] = "\xef\xbb\xbf"; /* byte-order mark of some editors */
    char *text;
    size_t n;
    ax_err why = { AX_OK, "" };
    if (ax_file_read(dirfd, path, 1 << 20, &text, &n, err) != AX_OK)
        return err ? err->code : AX_EIO;
    reader r = { .settings = *s };
    char *line = text + (strncmp(text, mark, 3) ? 0 : 3);
    ax_code code = strlen(text) == n ? AX_OK : ax_fail(&why, AX_EFORMAT, "a zero byte is in the file");
    while (code == AX_OK && line) {
        char *end = strchr(line, '\n');
        if (end)
            *end = '\0';
        r.line++;
        code = take_line(&r, line, &why);
        line = end ? end + 1 : NULL;
    }
    free(text);
    if (code != AX_OK && r.line)
        return ax_fail(err, AX_EFORMAT, "%s: line %d: %s", path, r.line, why.msg);
    if (code == AX_OK && !r.n)
        code = ax_fail(&why, AX_EFORMAT, "no setting is in the file");
    if (code != AX_OK)
        return ax_fail(err, AX_EFORMAT, "%s: %s", path, why.msg);
    *s = r.settings;
    return AX_OK;
}

ax_code ax_settings_read_run(ax_settings *s, int dirfd, ax_err *err)
{
    static const char *const earlier[][2] = { { "finals", "0" } };
    ax_code code = ax_settings_preset(s, "demo", err);
    for (size_t i = 0; i < sizeof earlier / sizeof *earlier && code == AX_OK; i++)
        code = ax_settings_set(s, earlier[i][0], earlier[i][1], err);
    return code == AX_OK ? ax_settings_read(s, dirfd, "run.ini", err) : code;
}

/* ---- writing ---- */

static void add_value(ax_str *out, const char *value)
{
    size_t n = strlen(value);
    bool plain = !n || (*value != '"' && !is_space(*value) && !is_space(value[n - 1]) && !strchr(value, ';'));
    if (plain) {
        ax_str_add(out, value);
        return;
    }
    ax_str_add(out, "\"");
    for (; *value; value++) {
        if (*value == '"' || *value == '\\')
            ax_str_add(out, "\\");
        ax_str_bytes(out, value, 1);
    }
    ax_str_add(out, "\"");
}

ax_code ax_settings_write(const ax_settings *s, int dirfd, const char *path, ax_err *err)
{
    ax_str text;
    const char *name, *heading;
    char value[AX_SETTING_TEXT];
    ax_str_init(&text, 0);
    ax_str_add(&text, "; the settings of this run, complete; can be given to: auxcell search --config FILE\n[run]\n");
    ax_str_printf(&text, "preset = %s\n", s->preset);
    for (int k = 0, i; (i = ax_settings_in_order(k, &heading)) >= 0; k++) {
        ax_settings_at(s, i, &name, value);
        if (heading)
            ax_str_printf(&text, "\n; %s\n", heading);
        ax_str_printf(&text, "%s = ", name);
        add_value(&text, value);
        ax_str_add(&text, "\n");
    }
    ax_code code = ax_str_ok(&text) ? ax_file_replace(dirfd, path, text.text, text.len, err)
                                    : ax_fail(err, AX_ENOMEM, "%s: no memory", path);
    ax_str_release(&text);
    return code;
}
