#include "tui/ui/edit.h"

#include "tui/term/keycode.h"

void ax_edit_start(ax_edit *e, uint32_t parent, const ax_genotype *from)
{
    *e = (ax_edit) { .parent = parent, .from = *from, .now = *from };
}

int ax_edit_decision(int row, int field)
{
    enum { FIRST_BLOCK = 13, PER_LAYER = 4 }; /* in the order of the text: op1, then position position op op */
    if (row == 0)
        return field ? -1 : 0;
    if (row >= AX_EDIT_OPS)
        return FIRST_BLOCK + 2 * (row - AX_EDIT_OPS) + field;
    int layer = (row - 1) / 2, k = (row - 1) % 2;
    return 1 + PER_LAYER * layer + k + (field ? 0 : 2);
}

int ax_edit_number(int row)
{
    if (row == 0)
        return 1;
    return row >= AX_EDIT_OPS ? AX_CELLS_TAPS + row - AX_EDIT_OPS : 2 + 3 * ((row - 1) / 2) + (row - 1) % 2;
}

static void step(ax_edit *e, int by)
{
    int d = ax_edit_decision(e->row, e->field), n = ax_space_of(&e->now)->decision[d].choices;
    e->now.value[d] = (uint8_t)((e->now.value[d] + by + n) % n);
}

/* A second digit makes a number of two where there is one. */
static void type(ax_edit *e, unsigned digit)
{
    int d = ax_edit_decision(e->row, e->field);
    unsigned n = ax_space_of(&e->now)->decision[d].choices, longer = e->now.value[d] * 10 + digit;
    if (e->typing && longer < n)
        e->now.value[d] = (uint8_t)longer;
    else if (digit < n)
        e->now.value[d] = (uint8_t)digit;
}

static void move(ax_edit *e, int down, int right)
{
    e->row = (e->row + down + AX_EDIT_ROWS) % AX_EDIT_ROWS;
    e->field = e->field + right > 0;
    if (e->row == 0)
        e->field = 0;
}

ax_edited ax_edit_key(ax_edit *e, uint32_t key)
{
    bool digit = key >= '0' && key <= '9';
    int here = ax_edit_decision(e->row, e->field);
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
        move(e, 0, key == '\t' && e->field ? -1 : 1);
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
