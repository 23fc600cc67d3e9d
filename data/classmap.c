/* Maps from a data set's classes to others. */
#include "data/classfile.h"

#include "data/lines.h"

#include <stdlib.h>
#include <string.h>

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
    if (!ax_read_digits(&p, AX_LABEL_IDS - 1, &id) || *p)
        return NULL;
    for (size_t i = 0; i < c->n; i++)
        if (c->label[i].id == id)
            return &c->label[i];
    return NULL;
}

typedef struct reading {
    ax_classes *classes;
    char *others; /* name in the line of *, NULL = none yet; owned */
} reading;

static ax_code map_line(void *context, char *line, ax_err *err)
{
    reading *r = context;
    char *arrow = strstr(line, "->"), *end = arrow;
    if (!arrow)
        return ax_fail(err, AX_EFORMAT, "not of the form OLD -> NEW");
    while (end > line && ax_is_blank(end[-1]))
        end--;
    *end = '\0';
    const char *to = ax_skip_blanks(arrow + 2);
    if (!*line || !*to)
        return ax_fail(err, AX_EFORMAT, "not of the form OLD -> NEW");
    if (strlen(to) >= AX_TASK_OUTPUT_NAME)
        return ax_fail(err, AX_EFORMAT, "a name of more than %d bytes", AX_TASK_OUTPUT_NAME - 1);
    if (!strcmp(line, "*")) {
        if (r->others)
            return ax_fail(err, AX_EFORMAT, "a second line for *");
        return (r->others = strdup(to)) ? AX_OK : ax_fail(err, AX_ENOMEM, "no memory for classes");
    }
    ax_label *l = label_of(r->classes, line);
    if (!l)
        return ax_fail(err, AX_EFORMAT, "the data set has no class '%s'", line);
    return rename_label(l, !strcmp(to, "-") || !strcmp(to, "ignore") ? NULL : to, err);
}

ax_code ax_classmap_read(ax_classes *c, const char *path, ax_err *err)
{
    reading r = { .classes = c };
    ax_code code = ax_lines_each(path, map_line, &r, err);
    const char *to = r.others && strcmp(r.others, "-") != 0 && strcmp(r.others, "ignore") != 0 ? r.others : NULL;
    for (size_t i = 0; code == AX_OK && r.others && i < c->n; i++)
        if (!c->label[i].touched && !c->label[i].dropped)
            code = rename_label(&c->label[i], to, err);
    free(r.others);
    return code;
}
