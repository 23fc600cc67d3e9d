#include "tui/ui/edit.h"

#include "tui/term/keycode.h"

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

static void step(ax_edit *e, int by)
{
    int d = decision_of(e), n = ax_space_of(&e->now)->decision[d].choices;
    e->now.value[d] = (uint8_t)((e->now.value[d] + by + n) % n);
}

/* A second digit makes a number of two where there is one. */
static void type(ax_edit *e, unsigned digit)
{
    int d = decision_of(e);
    unsigned n = ax_space_of(&e->now)->decision[d].choices, longer = e->now.value[d] * 10 + digit;
    if (e->typing && longer < n)
        e->now.value[d] = (uint8_t)longer;
    else if (digit < n)
        e->now.value[d] = (uint8_t)digit;
}

static void move(ax_edit *e, int down, int right)
{
    int n = ax_space_of(&e->now)->n_lines;
    e->line = (e->line + down + n) % n;
    int last = line_of(e)->fields - 1, field = e->field + right;
    e->field = field < 0 ? 0 : field > last ? last : field;
}

ax_edited ax_edit_key(ax_edit *e, uint32_t key)
{
    bool digit = key >= '0' && key <= '9';
    int here = decision_of(e);
    switch (key) {
    case AX_KEY_ENTER:
    case '\n':
        return AX_EDIT_DONE;
    case AX_KEY_ESCAPE:
    case 'q':
        return AX_EDIT_DROPPED;
    case AX_KEY_DOWN:
    case 'j':
        move(e, 1, 0);
        break;
    case AX_KEY_UP:
    case 'k':
        move(e, -1, 0);
        break;
    case AX_KEY_RIGHT:
    case '\t':
    case 'l':
        move(e, 0, key == '\t' && e->field + 1 == line_of(e)->fields ? -e->field : 1);
        break;
    case AX_KEY_LEFT:
    case 'h':
        move(e, 0, -1);
        break;
    case '+':
    case ' ':
    case ']':
        step(e, 1);
        break;
    case '-':
    case '[':
        step(e, -1);
        break;
    case 'r':
        e->now.value[here] = e->from.value[here];
        break;
    case 'R':
        e->now = e->from;
        break;
    default:
        if (digit)
            type(e, key - '0');
    }
    e->typing = digit;
    return AX_EDIT_GOES_ON;
}
