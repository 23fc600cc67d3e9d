/* The editor of a hand-made candidate: its decisions, their drawing, and the differences from its parent. */
#include "tui/view/view.h"

#include "engine/space/change.h"
#include "tui/ui/edit.h"
#include "viz/dag.h"
#include "viz/figure.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { LIST_COLS = 35, LEAST_DRAWING = 16, WIDE = 58 }; /* columns */

static void draw_field(ax_pane p, int r, int at, const ax_edit *e, int line, int field)
{
    const ax_space *s = ax_space_of(&e->now);
    char value[16], text[32];
    bool here = line == e->line && field == e->field;
    int d = s->line[line].decision[field], now = e->now.value[d];
    snprintf(text, sizeof text, here ? "[%s]" : " %s ", ax_decision_text(&s->decision[d], (unsigned)now, value));
    ax_role role = here ? AX_ROLE_SELECTED : now != e->from.value[d] ? AX_ROLE_GOOD : AX_ROLE_TEXT;
    ax_pane_print(p, r, at, role, text);
}

static bool line_changed(const ax_edit *e, const ax_form_line *line)
{
    for (int field = 0; field < line->fields; field++)
        if (e->now.value[line->decision[field]] != e->from.value[line->decision[field]])
            return true;
    return false;
}

/* The section of the line that is edited. */
static const ax_form_section *section_of(const ax_edit *e)
{
    const ax_form_section *section = ax_space_of(&e->now)->section;
    for (int first = 0; e->line >= first + section->lines; section++)
        first += section->lines;
    return section;
}

/* Row of the line that is edited, in the whole list. */
static int row_of_line(const ax_edit *e)
{
    const ax_form_section *section = ax_space_of(&e->now)->section;
    int headings = 1;
    for (int first = 0; e->line >= first + section->lines; section++, headings++)
        first += section->lines;
    return e->line + headings;
}

/* Draws the list, scrolled so that the line that is edited is in sight. */
static void draw_list(ax_pane p, const ax_edit *e)
{
    const ax_space *s = ax_space_of(&e->now);
    int at = row_of_line(e), r = at < p.at.rows ? 0 : p.at.rows - 1 - at, line = 0;
    for (int i = 0; i < s->n_sections; i++) {
        const ax_form_section *section = &s->section[i];
        ax_pane_print(p, r++, 3, AX_ROLE_TITLE, section->heading);
        for (int end = line + section->lines; line < end; line++, r++) {
            ax_pane_put(p, r, 0, line == e->line ? '>' : ' ', AX_ROLE_STRONG);
            if (line_changed(e, &s->line[line]))
                ax_pane_put(p, r, 1, '+', AX_ROLE_GOOD);
            ax_pane_printf(p, r, 3, AX_ROLE_TEXT, "%3d", s->line[line].number);
            for (int field = 0; field < s->line[line].fields; field++)
                draw_field(p, r, section->column[field], e, line, field);
        }
    }
}

/* Parameters of the part that the first drawing shows. */
static int64_t params(const ax_genotype *g, const ax_ui *ui)
{
    ax_drawing d;
    int64_t n = 0;
    ax_space_of(g)->draw(g, 0, ui->channels, ui->repeats, &d);
    for (int r = 0; r < d.rows; r++)
        n += d.row[r].params > 0 ? d.row[r].params : 0;
    return n;
}

enum { COST_ROWS = 3, COST_AT = 8, COST_COLUMN = 15, COSTS = 4 };

typedef struct cost_row {
    char text[COSTS][AX_FIGURE];
} cost_row;

static cost_row figures(const ax_edit_cost *cost)
{
    cost_row row = { { "...", "...", "...", "..." } };
    if (cost->known == AX_COST_KNOWN) {
        ax_figure_count(cost->params, row.text[0]);
        ax_figure_count(cost->macs, row.text[1]);
        ax_figure_count(cost->stride, row.text[2]);
        ax_figure_bytes(cost->memory, row.text[3]);
    }
    return row;
}

static void change(int64_t now, int64_t was, char *(*print)(int64_t, char *), char out[static AX_FIGURE])
{
    char figure[AX_FIGURE];
    snprintf(out, AX_FIGURE, "%s%.*s",
             now > was   ? "+"
             : now < was ? "-"
                         : "",
             AX_FIGURE - 2, print(now > was ? now - was : was - now, figure));
}

/* The differences in cost between the parent and the edited network. */
static cost_row changes(const ax_edit_cost *now, const ax_edit_cost *was)
{
    cost_row row = { { "...", "...", "...", "..." } };
    if (now->known == AX_COST_KNOWN && was->known == AX_COST_KNOWN) {
        change(now->params, was->params, ax_figure_count, row.text[0]);
        change(now->macs, was->macs, ax_figure_count, row.text[1]);
        change(now->stride, was->stride, ax_figure_count, row.text[2]);
        change(now->memory, was->memory, ax_figure_bytes, row.text[3]);
    }
    return row;
}

static void draw_cost(ax_pane p, int row, ax_role role, const char *name, const cost_row *cost)
{
    ax_pane_print(p, row, 1, role, name);
    for (int i = 0; i < COSTS; i++)
        ax_pane_print(p, row, COST_AT + (i + 1) * COST_COLUMN - (int)strlen(cost->text[i]), role, cost->text[i]);
}

/* Draws the cost of encoder and decoder, and of a training: a table, or one line where there is no room. The cost of an
   earlier value is dim until that of this one is known. */
static void draw_costs(ax_pane p, const ax_edit *e)
{
    static const cost_row head = { { "parameters", "multiply-adds", "output stride", "memory" } };
    char text[240], from[AX_FIGURE];
    ax_role role = ax_edit_is_counted(e) ? AX_ROLE_STRONG : AX_ROLE_DIM;
    cost_row now = figures(&e->now_cost), change = changes(&e->now_cost, &e->from_cost);
    if (e->now_cost.known == AX_COST_FAILED) {
        snprintf(text, sizeof text, "what it costs isn't known: %s", e->now_cost.error);
        ax_pane_print_cut(p, 0, 1, p.at.cols - 2, AX_ROLE_WARN, text);
    } else if (p.at.rows < COST_ROWS) {
        snprintf(text, sizeof text, "%s parameters, %s multiply-adds, stride %s, %s memory", now.text[0], now.text[1],
                 now.text[2], now.text[3]);
        ax_pane_print_cut(p, 0, 1, p.at.cols - 2, role, text);
    } else {
        draw_cost(p, 0, AX_ROLE_DIM, "", &head);
        draw_cost(p, 1, role, ax_edit_is_counted(e) ? "now" : "...", &now);
        snprintf(from, sizeof from, "to #%u", e->parent);
        draw_cost(p, 2, role == AX_ROLE_STRONG ? AX_ROLE_TEXT : role, from, &change);
    }
}

enum { CHECK_ROWS = 3 };

static void draw_check(ax_pane p, const ax_ui *ui)
{
    const ax_edit *e = ui->context_slot[AX_CONTEXT_EDIT];
    char changes[400], text[480], now[AX_FIGURE], was[AX_FIGURE], genotype[AX_GENOTYPE_TEXT];
    bool any = ax_genotype_describe(&e->from, &e->now, changes, sizeof changes)[0] != '\0';
    int row = 0, width = p.at.cols - 2;
    ax_pane_print_cut(p, row++, 1, width, AX_ROLE_DIM, ax_genotype_print(&e->now, genotype));
    snprintf(text, sizeof text, "+ %s", changes);
    ax_pane_print_cut(p, row++, 1, width, any ? AX_ROLE_GOOD : AX_ROLE_DIM, any ? text : "nothing changed yet");
    uint32_t same = any ? ax_state_find(ui->state, &e->now) : 0;
    const ax_candidate *c = same ? ax_state_candidate(ui->state, same) : NULL;
    if (c) {
        snprintf(text, sizeof text, "this is #%u already%s%s", same, isnan(c->outcome.reward) ? "" : ", reward ",
                 isnan(c->outcome.reward) ? "" : ax_figure_share(c->outcome.reward, 4, now));
        ax_pane_print_cut(p, row++, 1, width, AX_ROLE_WARN, text);
    } else if (any && ui->channels > 0 && (!ui->can_count || p.at.rows > CHECK_ROWS)) {
        snprintf(text, sizeof text, "not tried yet; a %s's operations: %s parameters, parent %s",
                 ax_space_of(&e->now)->drawing[0].name, ax_figure_count(params(&e->now, ui), now),
                 ax_figure_count(params(&e->from, ui), was));
        ax_pane_print_cut(p, row++, 1, width, AX_ROLE_TEXT, text);
    }
    if (ui->can_count && p.at.rows >= CHECK_ROWS + COST_ROWS)
        draw_costs(ax_pane_part(p, CHECK_ROWS, 0, COST_ROWS, p.at.cols), e);
    else if (ui->can_count && row < CHECK_ROWS)
        draw_costs(ax_pane_part(p, row, 0, 1, p.at.cols), e);
}

static void draw(ax_pane p, const ax_ui *ui)
{
    const ax_edit *e = ui->context_slot[AX_CONTEXT_EDIT];
    char title[64];
    ax_dag now, was;
    ax_pane_clear(p);
    snprintf(title, sizeof title, p.at.cols < WIDE ? "new, from #%u" : "a new candidate, made from #%u", e->parent);
    ax_pane_frame(p, true, title, "Enter queues it");
    ax_pane inner = ax_pane_inner(p);
    const ax_space *space = ax_space_of(&e->now);
    unsigned drawing = section_of(e)->drawing;
    ax_dag_make(&e->now, drawing, 0, 0, &now);
    ax_dag_make(&e->from, drawing, 0, 0, &was);
    int list = space->n_lines + space->n_sections;
    int check = CHECK_ROWS + (ui->can_count && inner.at.rows >= list + CHECK_ROWS + COST_ROWS ? COST_ROWS : 0);
    int high = inner.at.rows > list + check ? list + 1 : inner.at.rows - check;
    draw_list(ax_pane_part(inner, 0, 0, high, LIST_COLS), e);
    if (inner.at.cols - LIST_COLS >= LEAST_DRAWING)
        ax_dag_draw_changes(ax_pane_part(inner, 0, LIST_COLS, high, inner.at.cols - LIST_COLS), &now, &was);
    draw_check(ax_pane_part(inner, high, 0, inner.at.rows - high, inner.at.cols), ui);
}

static bool open(ax_ui *ui)
{
    const ax_candidate *c = ax_ui_selected(ui);
    ax_edit_start(ui->context_slot[AX_CONTEXT_EDIT], c->id, &c->genotype);
    return true;
}

static void queue(ax_ui *ui, const ax_edit *e)
{
    char changes[AX_CHANGES_TEXT];
    if (!ax_genotype_changes(&e->from, &e->now, changes)[0]) {
        ax_ui_say(ui, true, "nothing is changed: + and - change a value, Esc leaves");
        return;
    }
    ax_ui_send(ui, AX_VERB_FORK, e->parent, changes);
    ax_ui_close(ui, AX_CONTEXT_EDIT);
}

static void do_edit(ax_ui *ui, ax_edit *e, ax_action a)
{
    ax_genotype before = e->now;
    ax_edit_do(e, a);
    if ((a == AX_DO_EDIT_RESET || a == AX_DO_EDIT_RESET_ALL) && !memcmp(&before, &e->now, sizeof before))
        ax_ui_say(ui, false, a == AX_DO_EDIT_RESET ? "this isn't changed" : "nothing is changed");
}

static bool act(ax_ui *ui, ax_action a)
{
    ax_edit *e = ui->context_slot[AX_CONTEXT_EDIT];
    if (ax_actions[a].contexts != AX_IN_EDIT)
        return false;
    if (a == AX_DO_EDIT_QUEUE)
        queue(ui, e);
    else if (a == AX_DO_EDIT_LEAVE)
        ax_ui_close(ui, AX_CONTEXT_EDIT);
    else
        do_edit(ui, e, a);
    return true;
}

static void type(ax_ui *ui, uint32_t key)
{
    ax_edit *e = ui->context_slot[AX_CONTEXT_EDIT];
    if (ax_edit_type(e, key))
        return;
    if (key >= '0' && key <= '9')
        ax_ui_say(ui, true, "there is no value %c here; there are 0 to %d", (int)key, ax_edit_choices(e) - 1);
    else
        ax_ui_say_unknown(ui, key, "? lists the keys");
}

static void refuse_paste(ax_ui *ui, const char *line, bool whole)
{
    (void)line;
    (void)whole;
    ax_ui_say(ui, true, "pasted text is ignored here: keys are typed, and prompts (: / f a) take pastes");
}

static void replaced(ax_ui *ui)
{
    const ax_edit *e = ui->context_slot[AX_CONTEXT_EDIT];
    if (e->parent > ui->state->n_candidates)
        ax_ui_close(ui, AX_CONTEXT_EDIT);
}

static void hints(ax_pane p, const ax_ui *ui)
{
    (void)ui;
    ax_draw_hint(p, "arrows move  + - digits change  r take back  Enter queue  Esc leave  ? help");
}

const ax_context ax_context_edit = { .state = sizeof(ax_edit),
                                     .open = open,
                                     .action = act,
                                     .key = type,
                                     .paste = refuse_paste,
                                     .draw = draw,
                                     .hints = hints,
                                     .replaced = replaced };
