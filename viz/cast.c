#include "viz/cast.h"

#include "engine/base/utf8.h"
#include "viz/looks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void ax_cast_init(ax_cast *c)
{
    *c = (ax_cast) { .began = 0 };
    ax_str_init(&c->text, AX_CAST_BYTES);
    ax_canvas_init(&c->before, &ax_glyphs_unicode);
}

void ax_cast_release(ax_cast *c)
{
    ax_str_release(&c->text);
    ax_canvas_release(&c->before);
}

/* ---- writing ---- */

static bool same_cell(const ax_canvas_cell *a, const ax_canvas_cell *b)
{
    return !memcmp(a, b, sizeof *a);
}

/* Moves to each piece that has changed and writes it. */
static void add_changes(ax_str *out, const ax_canvas *before, const ax_canvas *now)
{
    const ax_canvas_cell *look = NULL;
    for (int r = 0; r < now->rows; r++) {
        const ax_canvas_cell *is = now->cell + (size_t)r * (size_t)now->cols;
        const ax_canvas_cell *was = before->cell + (size_t)r * (size_t)now->cols;
        int at = -1;
        for (int k = 0; k < now->cols; k++) {
            char text[5];
            if (same_cell(&is[k], &was[k]))
                continue;
            if (at != k)
                ax_str_printf(out, "\033[%d;%dH", r + 1, k + 1);
            if (!look || look->role != is[k].role || look->fg != is[k].fg || look->bg != is[k].bg)
                ax_canvas_look(now, &is[k], out);
            look = &is[k];
            ax_str_bytes(out, text, ax_utf8_encode(is[k].code, text));
            at = k + 1;
        }
    }
    if (look)
        ax_str_add(out, "\033[0m");
}

static ax_code keep(ax_cast *c, const ax_canvas *now, ax_err *err)
{
    if (c->before.rows != now->rows || c->before.cols != now->cols) {
        ax_code code = ax_canvas_resize(&c->before, now->rows, now->cols, err);
        if (code != AX_OK)
            return code;
    }
    memcpy(c->before.cell, now->cell, (size_t)now->rows * (size_t)now->cols * sizeof *now->cell);
    return AX_OK;
}

ax_code ax_cast_frame(ax_cast *c, const ax_canvas *now, double at, double date, ax_err *err)
{
    ax_str bytes;
    bool first = !c->text.len;
    ax_code code = AX_OK;
    ax_str_init(&bytes, 0);
    if (first) {
        c->began = at;
        ax_str_printf(&c->text, "{\"version\":2,\"width\":%d,\"height\":%d,\"timestamp\":%.0f,\"title\":\"auxcell\"}\n",
                      now->cols, now->rows, date);
    }
    if (c->before.rows != now->rows || c->before.cols != now->cols) {
        ax_str_add(&bytes, first ? "\033[?25l\033[2J" : "\033[2J");
        code = ax_canvas_resize(&c->before, now->rows, now->cols, err); /* blank */
    }
    if (code == AX_OK)
        add_changes(&bytes, &c->before, now);
    if (code == AX_OK)
        code = keep(c, now, err);
    if (code == AX_OK && bytes.len) {
        ax_str_printf(&c->text, "[%.3f,\"o\",", at - c->began);
        ax_str_json(&c->text, bytes.text);
        ax_str_add(&c->text, "]\n");
    }
    if (code == AX_OK && (!ax_str_ok(&c->text) || !ax_str_ok(&bytes)))
        code = ax_fail(err, AX_ENOMEM, "the recording is too long, or there is no memory for it");
    ax_str_release(&bytes);
    return code;
}

/* ---- reading ---- */

static bool read_hex(const char *at, uint32_t *code)
{
    *code = 0;
    for (int i = 0; i < 4; i++) {
        const char *digits = "0123456789abcdef", *d = at[i] ? strchr(digits, at[i] | 0x20) : NULL;
        if (!d)
            return false;
        *code = *code * 16 + (uint32_t)(d - digits);
    }
    return true;
}

/* Reads \uXXXX, with the second half of a surrogate pair; returns the bytes read after the 'u', 0 = invalid. */
static size_t read_escape(const char *at, uint32_t *code)
{
    uint32_t low;
    if (!read_hex(at, code))
        return 0;
    bool pair = *code >= 0xd800 && *code < 0xdc00;
    if (!pair)
        return 4;
    if (at[4] != '\\' || at[5] != 'u' || !read_hex(at + 6, &low) || low < 0xdc00 || low > 0xdfff)
        return 0;
    *code = 0x10000 + ((*code - 0xd800) << 10) + (low - 0xdc00);
    return 10;
}

/* Reads a JSON string from its opening quote on; out has room for as many bytes as text. Returns its end, NULL =
   invalid. */
static const char *read_string(const char *text, char *out, size_t *n)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    *n = 0;
    for (text++; *text && *text != '"';) {
        if (*text != '\\') {
            out[(*n)++] = *text++;
            continue;
        }
        uint32_t code;
        const char *simple = text[1] ? strchr(from, text[1]) : NULL;
        size_t step = simple ? 0 : text[1] == 'u' ? read_escape(text + 2, &code) : 0;
        if (!simple && !step)
            return NULL;
        if (simple)
            out[(*n)++] = to[simple - from];
        else
            *n += ax_utf8_encode(code, out + *n);
        text += 2 + step;
    }
    return *text ? text + 1 : NULL;
}

ax_code ax_cast_line(const char *line, double *at, char **bytes, size_t *n, ax_err *err)
{
    char *end, kind[32];
    const char *next;
    size_t length;
    *bytes = NULL;
    if (*line != '[')
        return ax_fail(err, AX_EFORMAT, "not an event of a recording");
    *at = strtod(line + 1, &end);
    end += strspn(end, " ,");
    if (*end != '"' || strlen(end) > 1u << 24 || strcspn(end + 1, "\"") >= sizeof kind ||
        !(next = read_string(end, kind, &length)))
        return ax_fail(err, AX_EFORMAT, "not an event of a recording");
    next += strspn(next, " ,");
    if (length != 1 || kind[0] != 'o')
        return AX_OK;
    char *out = malloc(strlen(next) + 1);
    if (!out)
        return ax_fail(err, AX_ENOMEM, "no memory");
    if (*next != '"' || !read_string(next, out, n)) {
        free(out);
        return ax_fail(err, AX_EFORMAT, "not an event of a recording");
    }
    *bytes = out;
    return AX_OK;
}

static bool read_number(const char *line, const char *name, int *out)
{
    const char *at = strstr(line, name);
    return at && sscanf(at + strlen(name), " : %d", out) == 1 && *out > 0 && *out <= AX_CANVAS_SIDE;
}

ax_code ax_cast_size(const char *line, int *cols, int *rows, ax_err *err)
{
    int version;
    bool good = *line == '{' && read_number(line, "\"version\"", &version) && version == 2 &&
                read_number(line, "\"width\"", cols) && read_number(line, "\"height\"", rows);
    return good ? AX_OK : ax_fail(err, AX_EFORMAT, "not a recording (asciicast v2)");
}
