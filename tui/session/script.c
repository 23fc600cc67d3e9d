#include "tui/session/script.h"

#include "engine/base/file.h"
#include "engine/base/output.h"
#include "engine/base/utf8.h"
#include "engine/wire/run.h"
#include "tui/session/export.h"
#include "tui/ui/keymap.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_BYTES = 1 << 20 };
static const double patience = 60;

struct ax_script {
    char *path, *text;
    size_t n, at; /* n: bytes of the text; at: where the next line begins, or the next key of the line */
    int line;     /* counted from 1 */
    bool in_keys; /* `at` is in a line of keys */
    double since; /* when a wait or sleep began; < 0 = none */
};

static ax_code complain(const ax_script *s, ax_err *err, ax_code code, const char *what)
{
    return ax_fail(err, code, "%s, line %d: %s", s->path, s->line, what);
}

/* The key at text, and in *n the bytes of its name; 0 = there is no such key. */
static uint32_t key_at(const char *text, size_t *n)
{
    uint32_t code = 0;
    if (*text == '<') {
        const char *end = strchr(text, '>');
        if (!end)
            return 0;
        *n = (size_t)(end - text) + 1;
        return !strncmp(text, "<lt>", 4) ? '<' : ax_key_named(text + 1, *n - 2);
    }
    *n = ax_utf8_decode(text, &code);
    return *n ? code : 0;
}

static bool keys_are_good(const char *text)
{
    for (size_t n = 0; *text; text += n)
        if (!key_at(text, &n))
            return false;
    return true;
}

/* The rest of a line that begins with the word, else NULL. */
static const char *after(const char *line, const char *word)
{
    size_t n = strlen(word);
    return !strncmp(line, word, n) && line[n] == ' ' ? line + n + 1 : NULL;
}

static ax_code check_line(const ax_script *s, const char *line, ax_err *err)
{
    const char *rest;
    char *end;
    if (!*line || *line == '#' || after(line, "wait") || after(line, "save"))
        return AX_OK;
    if ((rest = after(line, "keys")))
        return keys_are_good(rest) ? AX_OK : complain(s, err, AX_EINVAL, "no key of that name (<lt> is a '<')");
    if ((rest = after(line, "sleep")))
        return strtod(rest, &end) >= 0 && end != rest && !*end ? AX_OK : complain(s, err, AX_EINVAL, "sleep SECONDS");
    return complain(s, err, AX_EINVAL, "not one of keys, wait, sleep, save");
}

/* Splits the text into lines, from any editor: with or without a byte-order mark, with LF or CR LF. */
static ax_code split(ax_script *s, ax_err *err)
{
    static const char mark[] = "\xef\xbb\xbf";
    size_t kept = 0;
    for (size_t i = strncmp(s->text, mark, 3) ? 0 : 3; i < s->n; i++) {
        if (s->text[i] == '\r' && s->text[i + 1] == '\n')
            continue;
        if (!s->text[i] || s->text[i] == '\r')
            return ax_fail(err, AX_EINVAL, "%s: not a text file", s->path);
        s->text[kept++] = s->text[i] == '\n' ? '\0' : s->text[i];
    }
    s->n = kept;
    s->text[kept] = '\0';
    for (size_t i = 0; i < s->n; i += strlen(s->text + i) + 1) {
        s->line++;
        if (check_line(s, s->text + i, err) != AX_OK)
            return AX_EINVAL;
    }
    s->line = 0;
    return AX_OK;
}

/* Checks that no saved screen replaces the script, another saved screen, or a file of the run. */
static ax_code check_saves(const ax_script *s, const char *run, ax_err *err)
{
    ax_files *f = ax_files_new();
    ax_code code = f ? ax_files_read(f, s->path, err) : ax_fail(err, AX_ENOMEM, "no memory");
    int line = 0;
    if (code == AX_OK)
        code = ax_run_read_files(run, f, err);
    for (size_t i = 0; i < s->n && code == AX_OK; i += strlen(s->text + i) + 1) {
        const char *file = after(s->text + i, "save");
        char of[32];
        snprintf(of, sizeof of, "line %d", ++line);
        if (file)
            code = ax_files_write(f, file, of, err);
    }
    if (code == AX_OK && ax_files_check(f, err) != AX_OK)
        code = ax_fail_prefix(err, s->path);
    ax_files_free(f);
    return code;
}

ax_script *ax_script_read(const char *path, const char *run, ax_err *err)
{
    ax_script *s = calloc(1, sizeof *s);
    if (!s || !(s->path = strdup(path))) {
        free(s);
        ax_fail(err, AX_ENOMEM, "no memory");
        return NULL;
    }
    s->since = -1;
    if (ax_file_read(AT_FDCWD, path, MOST_BYTES, &s->text, &s->n, err) == AX_OK && split(s, err) == AX_OK &&
        check_saves(s, run, err) == AX_OK)
        return s;
    ax_script_free(s);
    return NULL;
}

void ax_script_free(ax_script *s)
{
    if (!s)
        return;
    free(s->path);
    free(s->text);
    free(s);
}

/* ---- playing ---- */

static ax_code screen_text(const ax_canvas *screen, ax_str *out)
{
    ax_str_init(out, 0);
    ax_canvas_text(screen, out);
    return ax_str_ok(out) ? AX_OK : AX_ENOMEM;
}

static bool shows(const ax_canvas *screen, const char *text)
{
    ax_str out;
    bool found = screen_text(screen, &out) == AX_OK && strstr(out.text, text);
    ax_str_release(&out);
    return found;
}

static ax_code save(const ax_canvas *screen, const char *file, ax_err *err)
{
    ax_str out;
    ax_str_init(&out, 0);
    ax_export_screen(screen, file, "auxcell", &out);
    ax_code code = ax_str_ok(&out) ? AX_OK : AX_ENOMEM;
    code = code == AX_OK ? ax_output_write(file, out.text, out.len, err) : ax_fail(err, code, "no memory");
    ax_str_release(&out);
    return code;
}

/* Plays a line other than keys. AX_SCRIPT_KEY: the line is done. */
static ax_scripted play_line(ax_script *s, const char *line, const ax_canvas *screen, double now, double *until,
                             ax_err *err)
{
    const char *rest;
    if ((rest = after(line, "save")))
        return save(screen, rest, err) == AX_OK ? AX_SCRIPT_KEY : AX_SCRIPT_FAILED;
    bool waits = (rest = after(line, "wait")) != NULL;
    if (!waits && !(rest = after(line, "sleep")))
        return AX_SCRIPT_KEY;
    if (s->since < 0)
        s->since = now;
    *until = s->since + (waits ? patience : strtod(rest, NULL));
    if (waits ? shows(screen, rest) : now >= *until)
        return AX_SCRIPT_KEY;
    if (now < *until)
        return AX_SCRIPT_WAIT;
    char what[160];
    snprintf(what, sizeof what, "'%.100s' never appeared on the screen", rest);
    complain(s, err, AX_EIO, what);
    return AX_SCRIPT_FAILED;
}

ax_scripted ax_script_next(ax_script *s, const ax_canvas *screen, double now, uint32_t *key, double *until, ax_err *err)
{
    while (s->at < s->n) {
        const char *at = s->text + s->at;
        const char *keys = s->in_keys ? at : after(at, "keys");
        if (!s->in_keys && s->since < 0)
            s->line++;
        if (keys && *keys) {
            size_t n = 0;
            *key = key_at(keys, &n);
            s->at = (size_t)(keys - s->text) + n;
            s->in_keys = true;
            return AX_SCRIPT_KEY;
        }
        if (!keys) {
            ax_scripted what = play_line(s, at, screen, now, until, err);
            if (what != AX_SCRIPT_KEY)
                return what;
        }
        const char *rest = keys ? keys : at;
        s->at = (size_t)(rest - s->text) + strlen(rest) + 1;
        s->in_keys = false;
        s->since = -1;
    }
    return AX_SCRIPT_END;
}
