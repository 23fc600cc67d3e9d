/* Keys to what they do. */
#include "engine/space/change.h"
#include "tui/ui/find.h"
#include "tui/ui/palette.h"
#include "tui/ui/ui.h"

#include <stdio.h>
#include <string.h>

/* Why a small window doesn't show what the action is about; NULL: it would. */
static const char *too_small(ax_ui *ui, ax_action a)
{
    bool elsewhere = a == AX_DO_OPEN || a == AX_DO_WIRING || a == AX_DO_VIEW_BACK || a == AX_DO_VIEW_ON ||
                     (a >= AX_DO_ZOOM_IN && a <= AX_DO_ZOOM_NONE) || a == AX_DO_IMAGE_BACK || a == AX_DO_IMAGE_ON;
    return elsewhere && ui->layout.status.rows > 0 && !ui->layout.tabs.rows
               ? "only the table fits here; other views need 60 columns and 16 rows"
               : NULL;
}

bool ax_ui_can(const ax_ui *ui, ax_action a, const char **why)
{
    int needs = ax_actions[a].needs;
    const char *reason = needs & AX_NEEDS_ENGINE ? ax_ui_refuses(ui, needs & AX_WAKES) : NULL;
    if (needs & AX_NEEDS_RESUMABLE)
        reason = ax_ui_resume_refused(ui);
    if (!reason && (needs & AX_NEEDS_PRUNED) && !ui->state->n_pruned)
        reason = "nothing is pruned";
    if (!reason && (needs & AX_NEEDS_ROW) && !ax_ui_selected(ui))
        reason = "no candidate is selected";
    if (why)
        *why = reason;
    return !reason;
}

/* ---- acts ---- */

static void mark(ax_ui *ui)
{
    if (ui->selected == 0 || ui->selected > ui->n_marked_cap)
        return;
    bool *m = &ui->marked[ui->selected - 1];
    *m = !*m;
    ui->n_marked = *m ? ui->n_marked + 1 : ui->n_marked - 1;
    ax_ui_select_row(ui, ax_rows_find(&ui->rows, ui->selected) + 1);
}

static void unmark_all(ax_ui *ui)
{
    if (ui->marked)
        memset(ui->marked, 0, ui->n_marked_cap * sizeof *ui->marked);
    ui->n_marked = 0;
}

static void ask(ax_ui *ui, ax_asking what, const char *text)
{
    ui->asking = what;
    ui->target = ui->selected; /* events may change the selection; the note goes where it was meant to go */
    ax_prompt_start(&ui->prompt, text);
}

static void next_view(ax_ui *ui, int by)
{
    do /* panes without a key are none */
        ui->view = (ax_view_id)(((int)ui->view + by + AX_VIEW_COUNT) % AX_VIEW_COUNT);
    while (!ax_views[ui->view]->key);
}

static void toggle_pause(ax_ui *ui, uint32_t id, bool paused)
{
    ax_ui_send(ui, paused ? AX_VERB_CONTINUE : AX_VERB_PAUSE, id, "");
}

static void copy(ax_ui *ui)
{
    ax_genotype_print(&ax_ui_selected(ui)->genotype, ui->copy);
    ax_ui_say(ui, false, "copied the genotype of #%u", ui->selected);
}

/* The view that is shown is asked first. */
static bool view_does(ax_ui *ui, ax_action a)
{
    const ax_view *shown = ax_views[ui->view];
    bool done = shown->action && shown->action(ui, a);
    for (int i = 0; i < AX_VIEW_COUNT && !done; i++)
        if (ax_views[i] != shown && ax_views[i]->action)
            done = ax_views[i]->action(ui, a);
    return done;
}

static void act(ax_ui *ui, ax_action a)
{
    const ax_candidate *c = ax_ui_selected(ui);
    switch (a) {
    case AX_DO_RESUME:
        ui->resume = true;
        break;
    case AX_DO_PAUSE:
        toggle_pause(ui, c->id, c->status == AX_PAUSED);
        break;
    case AX_DO_PAUSE_RUN:
        toggle_pause(ui, 0, ui->state->paused);
        break;
    case AX_DO_PRUNE:
        ax_ui_prune(ui);
        break;
    case AX_DO_UNDO:
        ax_ui_undo(ui);
        break;
    case AX_DO_PROMOTE:
        ax_ui_promote(ui, c->id);
        break;
    case AX_DO_PIN:
        ax_ui_send(ui, AX_VERB_PIN, c->id, "");
        break;
    case AX_DO_EDIT:
        ax_edit_start(&ui->edit, c->id, &c->genotype);
        break;
    case AX_DO_COMPARE:
        ax_ui_compare(ui);
        break;
    case AX_DO_FIND:
        ask(ui, AX_ASK_FIND, ui->find.text);
        break;
    case AX_DO_FIND_ON:
    case AX_DO_FIND_BACK:
        ax_ui_find(ui, a == AX_DO_FIND_ON ? 1 : -1);
        break;
    case AX_DO_EXPORT_TABLE:
        ui->export_table = true;
        break;
    case AX_DO_MARK:
        mark(ui);
        break;
    case AX_DO_UNMARK:
        unmark_all(ui);
        break;
    case AX_DO_FILTER:
        ask(ui, AX_ASK_FILTER, ui->filter.text);
        break;
    case AX_DO_COMMAND:
        ask(ui, AX_ASK_COMMAND, "");
        break;
    case AX_DO_NOTE:
        ask(ui, AX_ASK_NOTE, "");
        break;
    case AX_DO_SORT:
        ui->sort = ax_sort_next(ui->sort);
        ui->reverse = false;
        break;
    case AX_DO_REVERSE:
        ui->reverse = !ui->reverse;
        break;
    case AX_DO_HELP:
        ui->help = true;
        ui->help_first = 0;
        break;
    case AX_DO_DETACH:
        ui->leave = true;
        break;
    case AX_DO_STOP:
        ui->asking = AX_ASK_STOP;
        break;
    case AX_DO_COPY:
        copy(ui);
        break;
    case AX_DO_EXPORT:
        ui->export = true;
        break;
    case AX_DO_VIEW_BACK:
        next_view(ui, -1);
        break;
    case AX_DO_VIEW_ON:
        next_view(ui, 1);
        break;
    case AX_DO_GLYPHS:
        ui->toggle_glyphs = true;
        break;
    case AX_DO_REDRAW:
        ui->redraw = true;
        break;
    case AX_DO_SUSPEND:
        ui->suspend = true;
        break;
    default:
        break;
    }
}

void ax_ui_do(ax_ui *ui, ax_action a)
{
    const char *why;
    if (!ax_ui_can(ui, a, &why) || (why = too_small(ui, a))) {
        ax_ui_say(ui, true, "%s: %s", ax_actions[a].label, why);
        return;
    }
    if (ax_actions[a].needs & AX_NEEDS_ROW)
        ui->moved = true; /* who acts on a candidate has chosen it: a new best one must not take its place */
    long by = ax_action_moves(a, ui->layout.message.row - 4, 100);
    if (ui->help && by)
        ui->help_first += (int)by;
    else if (!view_does(ui, a))
        act(ui, a);
    ax_ui_refresh(ui);
}

/* ---- prompts ---- */

static void set_filter(ax_ui *ui)
{
    ax_err err;
    if (ax_filter_parse(ui->prompt.text, &ui->filter, &err) != AX_OK)
        ax_ui_say(ui, true, "%s", err.msg);
    ui->first = 0;
}

static void set_find(ax_ui *ui)
{
    ax_err err;
    if (ax_filter_parse(ui->prompt.text, &ui->find, &err) != AX_OK)
        ax_ui_say(ui, true, "%s", err.msg);
    else if (ui->find.n)
        ax_ui_find(ui, 1);
}

static void accept(ax_ui *ui, ax_asking what)
{
    if (what == AX_ASK_FILTER)
        set_filter(ui);
    else if (what == AX_ASK_FIND)
        set_find(ui);
    else if (what == AX_ASK_COMMAND)
        ax_ui_command(ui, ui->prompt.text);
    else if (ui->prompt.len)
        ax_ui_send(ui, AX_VERB_NOTE, ui->target, ui->prompt.text);
}

static void answer(ax_ui *ui, uint32_t key)
{
    ax_asking what = ui->asking;
    ui->asking = AX_ASK_NOTHING;
    if (key != 'y' && key != 'Y')
        ax_ui_say(ui, false,
                  what == AX_ASK_STOP      ? "not stopped"
                  : what == AX_ASK_SUBMIT  ? "not submitted"
                  : what == AX_ASK_PROMOTE ? "not promoted"
                                           : "nothing pruned");
    else if (what == AX_ASK_PRUNE)
        ax_ui_prune_marked(ui);
    else if (what == AX_ASK_PROMOTE)
        ax_ui_promote_pruned(ui);
    else if (what == AX_ASK_SUBMIT)
        ax_ui_send(ui, AX_VERB_SUBMIT, 0, ui->offered);
    else {
        ax_ui_send(ui, AX_VERB_STOP, 0, "");
        ui->stopping = true;
    }
}

static void edit_key(ax_ui *ui, uint32_t key)
{
    ax_edit *e = &ui->edit;
    char changes[AX_CHANGES_TEXT];
    ax_edited what = ax_edit_key(e, key);
    if (what == AX_EDIT_DONE && !ax_genotype_changes(&e->from, &e->now, changes)[0]) {
        ax_ui_say(ui, true, "nothing is changed: + and - change a value, Esc leaves");
        return;
    }
    if (what == AX_EDIT_DONE)
        ax_ui_send(ui, AX_VERB_FORK, e->parent, changes);
    if (what != AX_EDIT_GOES_ON)
        e->parent = 0;
}

/* AX_VIEW_COUNT: it shows none. */
static ax_view_id view_of(uint32_t key)
{
    int i = 0;
    while (i < AX_VIEW_COUNT && !(key && (uint32_t)ax_views[i]->key == key))
        i++;
    return (ax_view_id)i;
}

static bool over_everything(uint32_t key)
{
    return key == AX_CTRL('L') || key == AX_CTRL('Z');
}

void ax_ui_key(ax_ui *ui, uint32_t key)
{
    ui->message[0] = '\0';
    if (ui->asking >= AX_ASK_PRUNE && !over_everything(key)) {
        answer(ui, key);
        ax_ui_refresh(ui);
        return;
    }
    if (ui->asking != AX_ASK_NOTHING && !over_everything(key)) {
        ax_asking what = ui->asking;
        if (key == '\t' && what == AX_ASK_COMMAND && ui->prompt.at == ui->prompt.len && !strchr(ui->prompt.text, ' ')) {
            ax_palette_complete(ui->prompt.text, sizeof ui->prompt.text);
            ui->prompt.len = ui->prompt.at = strlen(ui->prompt.text);
        }
        ax_typed typed = ax_prompt_key(&ui->prompt, key);
        if (typed != AX_TYPED)
            ui->asking = AX_ASK_NOTHING;
        if (typed == AX_ACCEPTED)
            accept(ui, what);
        ax_ui_refresh(ui);
        return;
    }
    if (ui->edit.parent && !over_everything(key) && key != '~') {
        edit_key(ui, key);
        return;
    }
    ax_action a = ax_action_of(key);
    bool scrolls = a >= AX_DO_DOWN && a <= AX_DO_LAST && a != AX_DO_VIEW_BACK && a != AX_DO_VIEW_ON;
    if (ui->help && !scrolls && a != AX_DO_REDRAW && a != AX_DO_SUSPEND && a != AX_DO_GLYPHS) {
        ui->help = false;
        return;
    }
    bool stays = scrolls || a == AX_DO_WIRING || a == AX_DO_MARK || a == AX_DO_REDRAW || a == AX_DO_SUSPEND ||
                 a == AX_DO_GLYPHS || a == AX_DO_FIND_ON || a == AX_DO_FIND_BACK || a == AX_DO_HELP;
    if (ui->compare && !stays) {
        ui->compare = 0;
        return;
    }
    ax_view_id view = view_of(key);
    if (view != AX_VIEW_COUNT) {
        const char *why = too_small(ui, AX_DO_VIEW_ON);
        if (why)
            ax_ui_say(ui, true, "%c: %s", (int)key, why);
        else
            ui->view = view;
    } else if (a != AX_DO_NOTHING) {
        ax_ui_do(ui, a);
    } else if (key == AX_KEY_ESCAPE) {
        if (ui->filter.n)
            ax_filter_parse("", &ui->filter, NULL);
        else
            ui->view = AX_VIEW_OVERVIEW;
        ui->moved = false;
        ax_ui_refresh(ui);
    } else if (key > 0x20 && key < 0x7f) {
        ax_ui_say(ui, true, "%c has no meaning; ? lists the keys", (int)key);
    }
}
