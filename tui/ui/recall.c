#include "tui/ui/recall.h"

#include <stdio.h>
#include <string.h>

static const char *const kinds[AX_RECALL_KINDS] = { "filter", "find", "command", "note", "search" };

/* ---- lines ---- */

static void drop_line(ax_recall *r, int kind, int i)
{
    r->n[kind]--;
    memmove(r->line[kind][i], r->line[kind][i + 1], (size_t)(r->n[kind] - i) * AX_PROMPT_TEXT);
}

void ax_recall_add(ax_recall *r, int kind, const char *line)
{
    if (!*line)
        return;
    for (int i = 0; i < r->n[kind]; i++)
        if (!strcmp(r->line[kind][i], line))
            drop_line(r, kind, i);
    if (r->n[kind] == AX_RECALL_LINES)
        drop_line(r, kind, 0);
    snprintf(r->line[kind][r->n[kind]++], AX_PROMPT_TEXT, "%s", line);
}

const char *ax_recall_line(const ax_recall *r, int kind, const char *beginning, int k)
{
    size_t n = strlen(beginning);
    for (int i = r->n[kind]; i-- > 0;)
        if (!strncmp(r->line[kind][i], beginning, n) && strcmp(r->line[kind][i], beginning) != 0 && !--k)
            return r->line[kind][i];
    return NULL;
}

/* ---- filters with names ---- */

static int find_name(const ax_recall *r, const char *name, size_t n)
{
    int i = 0;
    while (i < r->n_named && !(strlen(r->named[i].name) == n && !strncmp(r->named[i].name, name, n)))
        i++;
    return i;
}

const char *ax_recall_filter(const ax_recall *r, const char *name, size_t n)
{
    int i = find_name(r, name, n);
    return i < r->n_named ? r->named[i].text : NULL;
}

ax_code ax_recall_name(ax_recall *r, const char *name, const char *text, ax_err *err)
{
    static const char good[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
    size_t n = strlen(name);
    int i = find_name(r, name, n);
    if (!n || n >= AX_FILTER_NAME || strspn(name, good) != n)
        return ax_fail(err, AX_EINVAL, "'%.40s' is not a name for a filter: up to %d letters, digits, - and _", name,
                       AX_FILTER_NAME - 1);
    if (!*text) {
        if (i == r->n_named)
            return ax_fail(err, AX_EINVAL, "no filter has the name %s", name);
        r->n_named--;
        memmove(&r->named[i], &r->named[i + 1], (size_t)(r->n_named - i) * sizeof *r->named);
        return AX_OK;
    }
    if (i == AX_NAMED_FILTERS)
        return ax_fail(err, AX_EINVAL, "there are %d filters with names already; drop one", AX_NAMED_FILTERS);
    r->n_named = i < r->n_named ? r->n_named : i + 1;
    snprintf(r->named[i].name, sizeof r->named[i].name, "%s", name);
    snprintf(r->named[i].text, sizeof r->named[i].text, "%s", text);
    return AX_OK;
}

/* ---- the file ---- */

void ax_recall_print(const ax_recall *r, ax_str *out)
{
    for (int kind = 0; kind < AX_RECALL_KINDS; kind++)
        for (int i = 0; i < r->n[kind]; i++)
            ax_str_printf(out, "%s %s\n", kinds[kind], r->line[kind][i]);
    for (int i = 0; i < r->n_named; i++)
        ax_str_printf(out, "@%s %s\n", r->named[i].name, r->named[i].text);
    if (r->toured)
        ax_str_add(out, "tour seen\n");
}

static bool is_plain(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            return false;
    return true;
}

static void take_line(ax_recall *r, char *line)
{
    ax_err err;
    char *rest = strchr(line, ' ');
    if (!rest || !is_plain(line) || strlen(rest) > AX_PROMPT_TEXT)
        return;
    *rest++ = '\0';
    if (*line == '@' && strlen(rest) < AX_FILTER_TEXT)
        ax_recall_name(r, line + 1, rest, &err);
    r->toured = r->toured || !strcmp(line, "tour");
    for (int kind = 0; kind < AX_RECALL_KINDS; kind++)
        if (!strcmp(line, kinds[kind]))
            ax_recall_add(r, kind, rest);
}

void ax_recall_parse(ax_recall *r, char *text)
{
    while (*text) {
        char *end = text + strcspn(text, "\n");
        char *next = *end ? end + 1 : end;
        *end = '\0';
        take_line(r, text);
        text = next;
    }
}

void ax_recall_merge(ax_recall *r, const ax_recall *newer)
{
    for (int kind = 0; kind < AX_RECALL_KINDS; kind++)
        for (int i = 0; i < newer->n[kind]; i++)
            ax_recall_add(r, kind, newer->line[kind][i]);
    memcpy(r->named, newer->named, sizeof r->named);
    r->n_named = newer->n_named;
    r->toured = r->toured || newer->toured;
}
