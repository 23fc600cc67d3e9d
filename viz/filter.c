#include "viz/filter.h"

#include "engine/space/space.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- what can be compared: figures, and what isn't one ---- */

enum { ID = AX_METRIC_COUNT, STAGE, PARENT, STATE, COLUMNS };

static const char *word_of(int column)
{
    static const char *const other[] = { "id", "stage", "parent", "state" };
    return column < AX_METRIC_COUNT ? ax_metric_of((ax_metric)column)->word : other[column - AX_METRIC_COUNT];
}

static bool is_of(int column, ax_task_id task)
{
    return column >= AX_METRIC_COUNT || ax_metric_is_of((ax_metric)column, task);
}

const char *ax_filter_column(int i, ax_task_id task)
{
    for (int column = 0; column < COLUMNS; column++)
        if (is_of(column, task) && !i--)
            return word_of(column);
    return NULL;
}

int ax_filter_columns(ax_task_id task)
{
    int n = 0;
    while (ax_filter_column(n, task))
        n++;
    return n;
}

static double value_of(const ax_candidate *c, int column)
{
    return column < AX_METRIC_COUNT ? ax_outcome_figure(&c->outcome, (ax_metric)column)
           : column == ID           ? (double)c->id
           : column == STAGE        ? (double)c->stage
                                    : (double)c->parent;
}

static bool is_word(const char *word, size_t n, const char *name)
{
    return strlen(name) == n && !strncasecmp(name, word, n);
}

/* Finds a column by its word, or by its name in files. */
static int find_column(const char *word, size_t n, ax_task_id task)
{
    for (int i = 0; i < COLUMNS; i++)
        if (is_of(i, task) && (is_word(word, n, word_of(i)) ||
                               (i < AX_METRIC_COUNT && is_word(word, n, ax_metric_of((ax_metric)i)->name))))
            return i;
    return -1;
}

static ax_code no_column(const char *word, size_t n, ax_task_id task, ax_err *err)
{
    char all[200] = "";
    for (int i = 0; i < ax_filter_columns(task); i++)
        snprintf(all + strlen(all), sizeof all - strlen(all), "%s%s", i ? ", " : "", ax_filter_column(i, task));
    return ax_fail(err, AX_EINVAL, "filter: '%.*s' is not a column; there are %s", (int)n, word, all);
}

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

static ax_code parse_term(const char *word, ax_task_id task, ax_filter_term *t, ax_err *err)
{
    size_t n = strcspn(word, "<>=!");
    *t = (ax_filter_term) { .column = -1 };
    if (!word[n]) {
        snprintf(t->text, sizeof t->text, "%s", word);
        return AX_OK;
    }
    t->column = find_column(word, n, task);
    if (t->column < 0)
        return no_column(word, n, task, err);
    const char *value = word + n + 1;
    t->relation = word[n];
    bool equal = *value == '=';
    value += equal;
    if (t->relation == '<' || t->relation == '>')
        t->relation = !equal ? t->relation : t->relation == '<' ? 'l' : 'g';
    else if (t->relation == '!' && !equal)
        return ax_fail(err, AX_EINVAL, "filter: '%s': write !=", word);
    if (t->column == STATE) {
        if (!*value || (t->relation != '=' && t->relation != '!'))
            return ax_fail(err, AX_EINVAL, "filter: '%s': write state=R or state!=X", word);
        snprintf(t->text, sizeof t->text, "%s", value);
        return AX_OK;
    }
    if (!parse_number(value, &t->value))
        return ax_fail(err, AX_EINVAL, "filter: '%s': '%s' is not a number", word, value);
    return AX_OK;
}

ax_code ax_filter_parse(const char *text, ax_task_id task, ax_filter *f, ax_err *err)
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
        if (parse_term(word, task, &made.term[made.n++], err) != AX_OK)
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
    const ax_space *s = ax_space_of(&c->genotype);
    for (int d = 0; d < s->n_decisions; d++)
        if (s->decision[d].option && contains(s->decision[d].option[c->genotype.value[d]], word))
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
        } else if (t->column == STATE) {
            bool has = strchr(t->text, (int)c->status) != NULL; /* state=QR: either */
            pass = has == (t->relation == '=');
        } else {
            pass = compare(value_of(c, t->column), t->relation, t->value);
        }
        if (!pass)
            return false;
    }
    return true;
}
