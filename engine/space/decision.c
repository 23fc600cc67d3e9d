#include "engine/space/decision.h"

#include <stdio.h>
#include <string.h>

#define OP(name, where)                                                                                                \
    {                                                                                                                  \
        name, "op", "ops", where, AX_CELL_OPS, true                                                                    \
    }
#define PICK(name, what, choices, where)                                                                               \
    {                                                                                                                  \
        name, what, what "s of " where, where, choices, false                                                          \
    }
#define LAYER(a, b, positions, where)                                                                                  \
    PICK("in" a, "position", positions, where), PICK("in" b, "position", positions, where), OP("op" a, where),         \
        OP("op" b, where)
#define BLOCK(n, inputs, where) PICK("block" n "a", "input", inputs, where), PICK("block" n "b", "input", inputs, where)
const ax_decision ax_decisions[AX_DECISIONS] = {
    OP("op1", "the cell's first op"), LAYER("2", "3", 2, "layer 1"), LAYER("5", "6", 5, "layer 2"),
    LAYER("8", "9", 8, "layer 3"),    BLOCK("4", 4, "block 0"),      BLOCK("5", 5, "block 1"),
    BLOCK("6", 6, "block 2"),
};

unsigned ax_genotype_get(const ax_genotype *g, int decision)
{
    uint8_t value[AX_DECISIONS];
    memcpy(value, g, sizeof value);
    return value[decision];
}

void ax_genotype_put(ax_genotype *g, int decision, unsigned value)
{
    uint8_t all[AX_DECISIONS];
    memcpy(all, g, sizeof all);
    all[decision] = (uint8_t)value;
    memcpy(g, all, sizeof all);
}

/* ---- changes ---- */

static int find(const char *name, size_t n)
{
    for (int i = 0; i < AX_DECISIONS; i++)
        if (strlen(ax_decisions[i].name) == n && !strncmp(ax_decisions[i].name, name, n))
            return i;
    return -1;
}

/* A number or an operation's name; -1 when it is neither, or out of range. */
static int value_of(const ax_decision *d, const char *text, size_t n)
{
    int value = 0;
    for (int op = 0; d->op && op < AX_CELL_OPS; op++)
        if (strlen(ax_cellop_name((unsigned)op)) == n && !strncmp(ax_cellop_name((unsigned)op), text, n))
            return op;
    if (!n || strspn(text, "0123456789") < n)
        return -1;
    for (size_t i = 0; i < n && value < d->choices; i++)
        value = 10 * value + (text[i] - '0');
    return value < d->choices ? value : -1;
}

static ax_code edit_word(ax_genotype *g, const char *word, size_t n, ax_err *err)
{
    const char *equals = memchr(word, '=', n);
    int cut = n < 40 ? (int)n : 40;
    if (!equals)
        return ax_fail(err, AX_EINVAL, "'%.*s': write DECISION=VALUE, like op5=sep3x3 or in5=2", cut, word);
    size_t name = (size_t)(equals - word);
    int decision = find(word, name);
    if (decision < 0)
        return ax_fail(err, AX_EINVAL,
                       "'%.*s' is not a decision: op1, in2 in3 op2 op3, in5 in6 op5 op6, in8 in9 op8 op9, "
                       "block4a block4b, block5a block5b, block6a block6b",
                       name < 40 ? (int)name : 40, word);
    const ax_decision *d = &ax_decisions[decision];
    int value = value_of(d, equals + 1, n - name - 1);
    if (value < 0)
        return ax_fail(err, AX_EINVAL, "'%.*s': %s are 0 to %d%s", cut, word, d->plural, d->choices - 1,
                       d->op ? ", or their names" : "");
    ax_genotype_put(g, decision, (unsigned)value);
    return AX_OK;
}

ax_code ax_genotype_edit(ax_genotype *g, const char *changes, ax_err *err)
{
    static const char between[] = " ,\t";
    ax_genotype made = *g;
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
    size_t used = 0;
    buf[0] = '\0';
    for (int i = 0; i < AX_DECISIONS; i++) {
        unsigned value = ax_genotype_get(to, i);
        if (value != ax_genotype_get(from, i) && used < AX_CHANGES_TEXT)
            used += (size_t)snprintf(buf + used, AX_CHANGES_TEXT - used, "%s%s=%u", used ? " " : "",
                                     ax_decisions[i].name, value);
    }
    return buf;
}

const char *ax_decision_value(int decision, unsigned value, char buf[static 16])
{
    if (ax_decisions[decision].op)
        return ax_cellop_name(value);
    snprintf(buf, 16, "%u", value);
    return buf;
}

char *ax_genotype_describe(const ax_genotype *from, const ax_genotype *to, char *buf, size_t cap)
{
    size_t used = 0;
    buf[0] = '\0';
    for (int i = 0; i < AX_DECISIONS; i++) {
        unsigned a = ax_genotype_get(from, i), b = ax_genotype_get(to, i);
        char was[16], is[16], one[64];
        if (a == b)
            continue;
        snprintf(one, sizeof one, "%s%s %s -> %s", used ? ", " : "", ax_decisions[i].name, ax_decision_value(i, a, was),
                 ax_decision_value(i, b, is));
        if (used + strlen(one) + sizeof ", ..." > cap) {
            snprintf(buf + used, cap - used, "%s", used ? ", ..." : "...");
            break;
        }
        used += (size_t)snprintf(buf + used, cap - used, "%s", one);
    }
    return buf;
}
