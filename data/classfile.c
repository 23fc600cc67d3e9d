#include "data/classfile.h"

#include "data/lines.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

/* A parsed line. */
typedef struct entry {
    const char *name;
    size_t n;
    int32_t id, color; /* -1 = none */
} entry;

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
            p = ax_skip_blanks(p);
            p = ax_skip_blanks(*p == ',' ? p + 1 : p);
        }
        if ((i && p == before) || !ax_read_digits(&p, 999, &v))
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
        const char *p = ax_skip_blanks(at + 1);
        int32_t c = -1;
        if (*p != ':' && !color(&p, &c))
            continue;
        p = ax_skip_blanks(p);
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
    p = ax_skip_blanks(p);
    return rest(ax_skip_blanks(*p == ',' ? p + 1 : p), e);
}

static bool id_name(const char *line, entry *e)
{
    const char *p = line;
    *e = (entry) { .color = -1 };
    if (!ax_read_digits(&p, AX_LABEL_IDS - 1, &e->id) || (!ax_is_blank(*p) && *p != ',' && *p != ':'))
        return false;
    p = ax_skip_blanks(p);
    return rest(ax_skip_blanks(*p == ',' || *p == ':' ? p + 1 : p), e);
}

/* parses name, or name r,g,b separated by a blank or a comma */
static bool name_color(const char *line, entry *e)
{
    *e = (entry) { line, strlen(line), -1, -1 };
    for (const char *at = line; *(at += strcspn(at, " \t,")); at++) {
        const char *p = ax_skip_blanks(at + 1);
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
        line = ax_skip_blanks(line);
        if (strncasecmp(line, header, 1) != 0)
            return false;
    }
    return !*ax_skip_blanks(line);
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

typedef struct reading {
    ax_classes *classes;
    const form *form; /* NULL before the first line */
} reading;

static ax_code add_line(void *context, char *line, ax_err *err)
{
    reading *r = context;
    ax_classes *c = r->classes;
    entry e;
    if (!r->form && (r->form = form_of(line))->header)
        return AX_OK;
    if (!r->form->parse(line, &e))
        return ax_fail(err, AX_EFORMAT, "not of the form of the lines before it: %s", r->form->says);
    if (e.color == TOO_MUCH)
        return ax_fail(err, AX_EFORMAT, "a colour is R,G,B, each up to 255");
    return ax_classes_add(c, e.name, e.n, e.id >= 0 ? e.id : (int32_t)c->n, e.color, err);
}

ax_code ax_classfile_read(ax_classes *c, const char *path, ax_err *err)
{
    reading r = { .classes = c };
    const size_t first = c->n;
    ax_code code = ax_lines_each(path, add_line, &r, err);
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
