#include "engine/space/change.h"

#include "engine/space/space.h"

#include <stdio.h>
#include <string.h>

static int find(const ax_space *s, const char *name, size_t n)
{
    for (int i = 0; i < s->n_decisions; i++)
        if (strlen(s->decision[i].name) == n && !strncmp(s->decision[i].name, name, n))
            return i;
    return -1;
}

/* "op1, in2 in3 op2 op3, in5 ...": a comma separates parts of the network. */
static void list_names(const ax_space *s, char *out, size_t cap)
{
    size_t used = 0;
    for (int i = 0; i < s->n_decisions && used < cap; i++) {
        const char *between = !i ? "" : strcmp(s->decision[i].where, s->decision[i - 1].where) != 0 ? ", " : " ";
        used += (size_t)snprintf(out + used, cap - used, "%s%s", between, s->decision[i].name);
    }
}

/* Parses a number or the name of a value; -1 for anything else, or out of range. */
static int value_of(const ax_decision *d, const char *text, size_t n)
{
    int value = 0;
    for (int i = 0; d->option && i < d->choices; i++)
        if (strlen(d->option[i]) == n && !strncmp(d->option[i], text, n))
            return i;
    if (!n || strspn(text, "0123456789") < n)
        return -1;
    for (size_t i = 0; i < n && value < d->choices; i++)
        value = 10 * value + (text[i] - '0');
    return value < d->choices ? value : -1;
}

static ax_code edit_word(ax_genotype *g, const char *word, size_t n, ax_err *err)
{
    const ax_space *s = ax_space_of(g);
    const char *equals = memchr(word, '=', n);
    int cut = n < 40 ? (int)n : 40;
    if (!equals)
        return ax_fail(err, AX_EINVAL, "'%.*s': write DECISION=VALUE, like %s", cut, word, s->example);
    size_t name = (size_t)(equals - word);
    int decision = find(s, word, name);
    if (decision < 0) {
        char names[400];
        list_names(s, names, sizeof names);
        return ax_fail(err, AX_EINVAL, "'%.*s' is not a decision: %s", name < 40 ? (int)name : 40, word, names);
    }
    const ax_decision *d = &s->decision[decision];
    int value = value_of(d, equals + 1, n - name - 1);
    if (value < 0)
        return ax_fail(err, AX_EINVAL, "'%.*s': %s are 0 to %d%s", cut, word, d->plural, d->choices - 1,
                       d->option ? ", or their names" : "");
    g->value[decision] = (uint8_t)value;
    return AX_OK;
}

ax_code ax_genotype_edit(ax_genotype *g, const char *changes, ax_err *err)
{
    static const char between[] = " ,\t";
    ax_genotype made = *g;
    if (changes[strspn(changes, between)] == '[') {
        if (ax_genotype_parse(changes, &made, err) != AX_OK)
            return AX_EINVAL;
        if (made.space != g->space)
            return ax_fail(err, AX_EINVAL, "genotype: it is of %s, and this one of %s", ax_space_of(&made)->name,
                           ax_space_of(g)->name);
        *g = made;
        return AX_OK;
    }
    for (const char *at = changes + strspn(changes, between); *at; at += strspn(at, between)) {
        size_t n = strcspn(at, between);
        if (edit_word(&made, at, n, err) != AX_OK)
            return AX_EINVAL;
        at += n;
    }
    *g = made;
    return AX_OK;
}

char *ax_genotype_changes(const ax_genotype *from, const ax_genotype *to, char buf[static AX_CHANGES_TEXT])
{
    const ax_space *s = ax_space_of(to);
    size_t used = 0;
    buf[0] = '\0';
    for (int i = 0; i < s->n_decisions; i++)
        if (to->value[i] != from->value[i] && used < AX_CHANGES_TEXT)
            used += (size_t)snprintf(buf + used, AX_CHANGES_TEXT - used, "%s%s=%u", used ? " " : "",
                                     s->decision[i].name, to->value[i]);
    _Static_assert((int)AX_CHANGES_TEXT > (int)AX_GENOTYPE_TEXT, "a whole genotype fits");
    return used < AX_CHANGES_TEXT ? buf : ax_genotype_print(to, buf);
}

char *ax_genotype_describe(const ax_genotype *from, const ax_genotype *to, char *buf, size_t cap)
{
    const ax_space *s = ax_space_of(to);
    size_t used = 0;
    buf[0] = '\0';
    for (int i = 0; i < s->n_decisions; i++) {
        const ax_decision *d = &s->decision[i];
        char was[16], is[16], one[64];
        if (from->value[i] == to->value[i])
            continue;
        snprintf(one, sizeof one, "%s%s %s -> %s", used ? ", " : "", d->name, ax_decision_text(d, from->value[i], was),
                 ax_decision_text(d, to->value[i], is));
        if (used + strlen(one) + sizeof ", ..." > cap) {
            snprintf(buf + used, cap - used, "%s", used ? ", ..." : "...");
            break;
        }
        used += (size_t)snprintf(buf + used, cap - used, "%s", one);
    }
    return buf;
}
