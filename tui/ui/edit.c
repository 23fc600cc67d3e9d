#include "tui/ui/edit.h"

#include <string.h>

void ax_edit_start(ax_edit *e, uint32_t parent, const ax_genotype *from)
{
    *e = (ax_edit) { .parent = parent, .from = *from, .now = *from };
}

static const ax_form_line *line_of(const ax_edit *e)
{
    return &ax_space_of(&e->now)->line[e->line];
}

static int decision_of(const ax_edit *e)
{
    return line_of(e)->decision[e->field];
}

int ax_edit_choices(const ax_edit *e)
{
    return ax_space_of(&e->now)->decision[decision_of(e)].choices;
}

static void step(ax_edit *e, int by)
{
    int d = decision_of(e), n = ax_edit_choices(e);
    e->now.value[d] = (uint8_t)((e->now.value[d] + by + n) % n);
}

/* Types a digit; a second one makes a number of two digits where such a value exists. */
static bool type(ax_edit *e, unsigned digit)
{
    int d = decision_of(e);
    unsigned n = (unsigned)ax_edit_choices(e), longer = e->now.value[d] * 10 + digit;
    if (e->typing && longer < n)
        e->now.value[d] = (uint8_t)longer;
    else if (digit < n)
        e->now.value[d] = (uint8_t)digit;
    return digit < n || (e->typing && longer < n);
}

static void move(ax_edit *e, int down, int right)
{
    int n = ax_space_of(&e->now)->n_lines;
    e->line = (e->line + down + n) % n;
    int last = line_of(e)->fields - 1, field = e->field + right;
    e->field = field < 0 ? 0 : field > last ? last : field;
}

void ax_edit_do(ax_edit *e, ax_action a)
{
    int here = decision_of(e);
    bool last = e->field + 1 == line_of(e)->fields;
    e->typing = false;
    switch (a) {
    case AX_DO_EDIT_DOWN:
    case AX_DO_EDIT_UP:
        move(e, a == AX_DO_EDIT_DOWN ? 1 : -1, 0);
        break;
    case AX_DO_EDIT_RIGHT:
    case AX_DO_EDIT_LEFT:
        move(e, 0, a == AX_DO_EDIT_RIGHT ? 1 : -1);
        break;
    case AX_DO_EDIT_NEXT:
        move(e, 0, last ? -e->field : 1);
        break;
    case AX_DO_EDIT_MORE:
    case AX_DO_EDIT_LESS:
        step(e, a == AX_DO_EDIT_MORE ? 1 : -1);
        break;
    case AX_DO_EDIT_RESET:
        e->now.value[here] = e->from.value[here];
        break;
    case AX_DO_EDIT_RESET_ALL:
        e->now = e->from;
        break;
    default:
        break;
    }
}

bool ax_edit_type(ax_edit *e, uint32_t key)
{
    bool digit = key >= '0' && key <= '9', taken = digit && type(e, key - '0');
    e->typing = digit;
    return taken;
}

static bool same(const ax_genotype *a, const ax_genotype *b)
{
    return !memcmp(a, b, sizeof *a);
}

static bool is_counted(const ax_edit_cost *cost, const ax_genotype *g)
{
    return cost->known != AX_COST_ASKED && same(&cost->of, g);
}

const ax_genotype *ax_edit_uncounted(const ax_edit *e)
{
    return !is_counted(&e->from_cost, &e->from) ? &e->from : !is_counted(&e->now_cost, &e->now) ? &e->now : NULL;
}

void ax_edit_counted(ax_edit *e, const ax_genotype *g, const ax_edit_cost *cost)
{
    if (same(g, &e->from)) {
        e->from_cost = *cost;
        e->from_cost.of = *g;
    }
    e->now_cost = *cost; /* the cost of an earlier `now` is close at least, and drawn as such */
    e->now_cost.of = *g;
}

bool ax_edit_is_counted(const ax_edit *e)
{
    return is_counted(&e->now_cost, &e->now);
}
