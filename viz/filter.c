#include "viz/filter.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- columns that can be compared ---- */

static double known(int64_t n)
{
    return n < 0 ? NAN : (double)n;
}

#define COLUMN_LIST(X)                                                                                                 \
    X(id, c->id)                                                                                                       \
    X(reward, c->reward)                                                                                               \
    X(miou, c->miou)                                                                                                   \
    X(macc, c->accuracy)                                                                                               \
    X(fwiou, c->fwiou)                                                                                                 \
    X(loss, c->loss)                                                                                                   \
    X(params, known(c->params))                                                                                        \
    X(macs, known(c->macs))                                                                                            \
    X(latency, c->latency_ms)                                                                                          \
    X(time, c->seconds)                                                                                                \
    X(stage, c->stage)                                                                                                 \
    X(parent, c->parent)
#define GETTER(name, value)                                                                                            \
    static double get_##name(const ax_candidate *c)                                                                    \
    {                                                                                                                  \
        return value;                                                                                                  \
    }
COLUMN_LIST(GETTER)
#define ROW(name, value) { #name, get_##name },
static const struct column {
    const char *name;
    double (*get)(const ax_candidate *c); /* NULL: the state's letter */
} columns[] = { COLUMN_LIST(ROW) { "state", NULL } };
enum { COLUMNS = sizeof columns / sizeof *columns };

/* ---- parsing ---- */

static bool parse_number(const char *text, double *out)
{
    char *end;
    *out = strtod(text, &end);
    if (end == text || !isfinite(*out))
        return false;
    static const char unit[] = "kMG";
    const char *u = *end ? strchr(unit, *end) : NULL;
    if (u) {
        *out *= pow(1000, 1 + (double)(u - unit));
        end++;
    }
    return *end == '\0';
}

static ax_code parse_term(const char *word, ax_filter_term *t, ax_err *err)
{
    size_t n = strcspn(word, "<>=!");
    *t = (ax_filter_term) { .column = -1 };
    if (!word[n]) {
        snprintf(t->text, sizeof t->text, "%s", word);
        return AX_OK;
    }
    for (int i = 0; i < COLUMNS; i++)
        if (strlen(columns[i].name) == n && !strncasecmp(columns[i].name, word, n))
            t->column = i;
#define COMMA(name, value) #name ", "
    if (t->column < 0)
        return ax_fail(err, AX_EINVAL, "filter: '%.*s' is not a column; there are " COLUMN_LIST(COMMA) "state", (int)n,
                       word);
    const char *value = word + n + 1;
    t->relation = word[n];
    bool equal = *value == '=';
    value += equal;
    if (t->relation == '<' || t->relation == '>')
        t->relation = !equal ? t->relation : t->relation == '<' ? 'l' : 'g';
    else if (t->relation == '!' && !equal)
        return ax_fail(err, AX_EINVAL, "filter: '%s': write !=", word);
    if (!columns[t->column].get) {
        if (!*value || (t->relation != '=' && t->relation != '!'))
            return ax_fail(err, AX_EINVAL, "filter: '%s': write state=R or state!=X", word);
        snprintf(t->text, sizeof t->text, "%s", value);
        return AX_OK;
    }
    if (!parse_number(value, &t->value))
        return ax_fail(err, AX_EINVAL, "filter: '%s': '%s' is not a number", word, value);
    return AX_OK;
}

ax_code ax_filter_parse(const char *text, ax_filter *f, ax_err *err)
{
    ax_filter made = { .n = 0 };
    size_t len = strlen(text);
    if (len >= AX_FILTER_TEXT)
        return ax_fail(err, AX_EINVAL, "filter: longer than %d bytes", AX_FILTER_TEXT - 1);
    memcpy(made.text, text, len + 1);
    for (const char *at = text + strspn(text, " "); *at; at += strspn(at, " ")) {
        char word[AX_FILTER_TEXT];
        size_t n = strcspn(at, " ");
        snprintf(word, sizeof word, "%.*s", (int)n, at);
        if (made.n == AX_FILTER_TERMS)
            return ax_fail(err, AX_EINVAL, "filter: more than %d words", AX_FILTER_TERMS);
        if (parse_term(word, &made.term[made.n++], err) != AX_OK)
            return AX_EINVAL;
        at += n;
    }
    *f = made;
    return AX_OK;
}

/* ---- matching ---- */

static bool contains(const char *text, const char *word)
{
    return strcasestr(text, word) != NULL;
}

static bool text_anywhere(const ax_candidate *c, const char *word)
{
    char id[16], genotype[AX_GENOTYPE_TEXT];
    snprintf(id, sizeof id, "#%u", c->id);
    if (contains(id, word) || contains(ax_genotype_print(&c->genotype, genotype), word) || contains(c->origin, word) ||
        contains(c->note, word) || contains(c->failure, word))
        return true;
    if (contains(ax_cellop_name(c->genotype.stem_op), word))
        return true;
    for (int l = 0; l < AX_CELL_LAYERS; l++)
        if (contains(ax_cellop_name(c->genotype.layer[l].op[0]), word) ||
            contains(ax_cellop_name(c->genotype.layer[l].op[1]), word))
            return true;
    return false;
}

static bool compare(double v, char relation, double with)
{
    switch (relation) {
    case '<':
        return v < with;
    case '>':
        return v > with;
    case 'l':
        return v <= with;
    case 'g':
        return v >= with;
    case '=':
        return v == with;
    default:
        return v != with && !isnan(v);
    }
}

bool ax_filter_pass(const ax_filter *f, const ax_candidate *c)
{
    for (int i = 0; i < f->n; i++) {
        const ax_filter_term *t = &f->term[i];
        bool pass;
        if (t->column < 0) {
            pass = text_anywhere(c, t->text);
        } else if (!columns[t->column].get) {
            bool has = strchr(t->text, (int)c->status) != NULL; /* state=QR: either */
            pass = has == (t->relation == '=');
        } else {
            pass = compare(columns[t->column].get(c), t->relation, t->value);
        }
        if (!pass)
            return false;
    }
    return true;
}
