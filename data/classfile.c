#include "data/classfile.h"

#include "data/lines.h"
#include "engine/base/str.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

/* A parsed line. */
typedef struct entry {
    const char *name;
    size_t n;
    int32_t id, color; /* -1 = none */
} entry;

static const char *skip_blanks(const char *at)
{
    while (ax_is_blank(*at))
        at++;
    return at;
}

/* Parses up to `most` digits at *at. */
static bool whole(const char **at, int32_t most, int32_t *out)
{
    const char *p = *at;
    int32_t v = 0;
    if (*p < '0' || *p > '9')
        return false;
    for (; *p >= '0' && *p <= '9'; p++)
        if ((v = 10 * v + (*p - '0')) > most)
            return false;
    *at = p;
    *out = v;
    return true;
}

enum { TOO_MUCH = -2 }; /* colour with a component above 255 */

/* Parses three numbers separated by blanks or commas. */
static bool color(const char **at, int32_t *out)
{
    const char *p = *at;
    bool fits = true;
    *out = 0;
    for (int i = 0; i < 3; i++) {
        int32_t v;
        const char *before = p;
        if (i) {
            p = skip_blanks(p);
            p = skip_blanks(*p == ',' ? p + 1 : p);
        }
        if ((i && p == before) || !whole(&p, 999, &v))
            return false;
        fits = fits && v < 256;
        *out = *out << 8 | (v & 255);
    }
    if (!fits)
        *out = TOO_MUCH;
    *at = p;
    return true;
}

/* Takes a name that extends to the end, and removes quotes around it. */
static bool rest(const char *at, entry *e)
{
    size_t n = strlen(at);
    if (n >= 2 && *at == '"' && at[n - 1] == '"')
        at++, n -= 2;
    e->name = at;
    e->n = n;
    return n;
}

/* Parses name:r,g,b:parts:actions; the name may contain colons. */
static bool labelmap(const char *line, entry *e)
{
    for (const char *at = strchr(line, ':'); at; at = strchr(at + 1, ':')) {
        const char *p = skip_blanks(at + 1);
        int32_t c = -1;
        if (*p != ':' && !color(&p, &c))
            continue;
        p = skip_blanks(p);
        if (*p != ':' || (c < 0 && !strchr(p + 1, ':')))
            continue;
        *e = (entry) { line, (size_t)(at - line), -1, c };
        while (e->n && ax_is_blank(line[e->n - 1]))
            e->n--;
        return true;
    }
    return false;
}

static bool color_name(const char *line, entry *e)
{
    const char *p = line;
    *e = (entry) { .id = -1 };
    if (!color(&p, &e->color) || (!ax_is_blank(*p) && *p != ','))
        return false;
    p = skip_blanks(p);
    return rest(skip_blanks(*p == ',' ? p + 1 : p), e);
}

static bool id_name(const char *line, entry *e)
{
    const char *p = line;
    *e = (entry) { .color = -1 };
    if (!whole(&p, AX_LABEL_IDS - 1, &e->id) || (!ax_is_blank(*p) && *p != ',' && *p != ':'))
        return false;
    p = skip_blanks(p);
    return rest(skip_blanks(*p == ',' || *p == ':' ? p + 1 : p), e);
}

/* parses name, or name r,g,b separated by a blank or a comma */
static bool name_color(const char *line, entry *e)
{
    *e = (entry) { line, strlen(line), -1, -1 };
    for (const char *at = line; *(at += strcspn(at, " \t,")); at++) {
        const char *p = skip_blanks(at + 1);
        int32_t c;
        if (at == line || !color(&p, &c) || *p)
            continue;
        e->color = c;
        for (e->n = (size_t)(at - line); e->n && ax_is_blank(line[e->n - 1]);)
            e->n--;
        break;
    }
    return e->n;
}

typedef struct form {
    bool (*parse)(const char *line, entry *e);
    const char *header, *says; /* header: first line of the form, without blanks, in lower case */
} form;
static const form forms[] = {
    { id_name, "pixelvalue,class", "id, name" },
    { name_color, "name,r,g,b", "name,r,g,b" },
    { labelmap, NULL, "name:r,g,b::" },
    { color_name, NULL, "r,g,b name" },
    { id_name, NULL, "id name" },
    { name_color, NULL, "name" },
};
enum { FORMS = sizeof forms / sizeof *forms };

static bool is_header(const char *line, const char *header)
{
    for (; *header; header++, line++) {
        line = skip_blanks(line);
        if (strncasecmp(line, header, 1) != 0)
            return false;
    }
    return !*skip_blanks(line);
}

/* The form of a file that begins with this line. */
static const form *form_of(const char *line)
{
    entry e;
    for (int i = 0; i < FORMS; i++)
        if (forms[i].header ? is_header(line, forms[i].header) : forms[i].parse(line, &e))
            return &forms[i];
    return &forms[FORMS - 1];
}

static ax_code at_line(const ax_lines *l, const char *path, ax_err *err)
{
    char where[PATH_MAX + 32];
    snprintf(where, sizeof where, "%s: line %zu", path, l->number);
    return ax_fail_prefix(err, where);
}

/* Reports a line that isn't text. */
static ax_code terminate(const ax_lines *l, const char *path, char *line, size_t n, ax_err *err)
{
    if (memchr(line, 0, n))
        return ax_fail(err, AX_EFORMAT, "%s: line %zu: a zero byte in it; this is no text", path, l->number);
    line[n] = '\0';
    return AX_OK;
}

static ax_code add_line(ax_classes *c, const form *f, const char *line, ax_err *err)
{
    entry e;
    if (!f->parse(line, &e))
        return ax_fail(err, AX_EFORMAT, "not of the form of the lines before it: %s", f->says);
    if (e.color == TOO_MUCH)
        return ax_fail(err, AX_EFORMAT, "a colour is R,G,B, each up to 255");
    return ax_classes_add(c, e.name, e.n, e.id >= 0 ? e.id : (int32_t)c->n, e.color, err);
}

ax_code ax_classfile_read(ax_classes *c, const char *path, ax_err *err)
{
    ax_lines lines;
    char *line;
    size_t n, first = c->n;
    const form *f = NULL;
    ax_code code = ax_lines_read(&lines, path, err);
    while (code == AX_OK && ax_lines_next(&lines, &line, &n)) {
        code = terminate(&lines, path, line, n, err);
        if (code != AX_OK)
            break;
        if (!f && (f = form_of(line))->header)
            continue;
        code = add_line(c, f, line, err);
        if (code != AX_OK)
            at_line(&lines, path, err);
    }
    ax_lines_release(&lines);
    if (code == AX_OK && c->n == first)
        code = ax_fail(err, AX_EFORMAT, "%s: names no classes", path);
    return code;
}

bool ax_classfile_find(const char *dir, char *path)
{
    static const char *const name[] = { "labelmap.txt",     "_classes.csv",   "classes.txt",
                                        "label_colors.txt", "class_dict.csv", "classes.csv" };
    struct stat st;
    for (size_t i = 0; i < sizeof name / sizeof *name; i++)
        if ((size_t)snprintf(path, PATH_MAX, "%s/%s", dir, name[i]) < PATH_MAX && !stat(path, &st) &&
            S_ISREG(st.st_mode))
            return true;
    return false;
}

/* ---- maps ---- */

/* Maps label l to another name, NULL = none. */
static ax_code rename_label(ax_label *l, const char *to, ax_err *err)
{
    if (l->touched)
        return ax_fail(err, AX_EFORMAT, "class '%s' is mapped twice", l->name);
    l->touched = true;
    l->dropped = !to;
    if (to && !(l->mapped = strdup(to)))
        return ax_fail(err, AX_ENOMEM, "no memory for classes");
    return AX_OK;
}

static ax_label *label_of(ax_classes *c, const char *text)
{
    for (size_t i = 0; i < c->n; i++)
        if (!strcmp(c->label[i].name, text))
            return &c->label[i];
    const char *p = text;
    int32_t id;
    if (!whole(&p, AX_LABEL_IDS - 1, &id) || *p)
        return NULL;
    for (size_t i = 0; i < c->n; i++)
        if (c->label[i].id == id)
            return &c->label[i];
    return NULL;
}

/* others: set to the name in the line of *, on the heap. */
static ax_code map_line(ax_classes *c, char *line, char **others, ax_err *err)
{
    char *arrow = strstr(line, "->"), *end = arrow;
    if (!arrow)
        return ax_fail(err, AX_EFORMAT, "not of the form OLD -> NEW");
    while (end > line && ax_is_blank(end[-1]))
        end--;
    *end = '\0';
    const char *to = skip_blanks(arrow + 2);
    if (!*line || !*to)
        return ax_fail(err, AX_EFORMAT, "not of the form OLD -> NEW");
    if (strlen(to) >= AX_TASK_OUTPUT_NAME)
        return ax_fail(err, AX_EFORMAT, "a name of more than %d bytes", AX_TASK_OUTPUT_NAME - 1);
    if (!strcmp(line, "*")) {
        if (*others)
            return ax_fail(err, AX_EFORMAT, "a second line for *");
        return (*others = strdup(to)) ? AX_OK : ax_fail(err, AX_ENOMEM, "no memory for classes");
    }
    ax_label *l = label_of(c, line);
    if (!l)
        return ax_fail(err, AX_EFORMAT, "the data set has no class '%s'", line);
    return rename_label(l, !strcmp(to, "-") || !strcmp(to, "ignore") ? NULL : to, err);
}

ax_code ax_classmap_read(ax_classes *c, const char *path, ax_err *err)
{
    ax_lines lines;
    char *line, *others = NULL;
    size_t n;
    ax_code code = ax_lines_read(&lines, path, err);
    while (code == AX_OK && ax_lines_next(&lines, &line, &n)) {
        code = terminate(&lines, path, line, n, err);
        if (code != AX_OK)
            break;
        code = map_line(c, line, &others, err);
        if (code != AX_OK)
            at_line(&lines, path, err);
    }
    ax_lines_release(&lines);
    const char *to = others && strcmp(others, "-") != 0 && strcmp(others, "ignore") != 0 ? others : NULL;
    for (size_t i = 0; code == AX_OK && others && i < c->n; i++)
        if (!c->label[i].touched && !c->label[i].dropped)
            code = rename_label(&c->label[i], to, err);
    free(others);
    return code;
}
