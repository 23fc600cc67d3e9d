/* Gives keys to the context at the top of the stack, through the table of actions. */
#include "tui/ui/ui.h"

bool ax_ui_is_possible(const ax_ui *ui, ax_action a, const char **why)
{
    int needs = ax_actions[a].needs;
    const char *reason = needs & AX_NEEDS_ENGINE ? ax_ui_why_no_command(ui, needs & AX_WAKES) : NULL;
    bool small = ui->layout.status.rows > 0 && !ui->layout.tabs.rows;
    if (needs & AX_NEEDS_RESUMABLE)
        reason = ax_ui_resume_refused(ui);
    if (needs & AX_NEEDS_REPLAY && !ui->replay.on)
        reason = "only in a replay: 'auxcell replay RUN'";
    if (!reason && (needs & AX_NEEDS_PRUNED) && !ui->state->n_pruned)
        reason = "nothing is pruned; x prunes";
    if (!reason && (needs & AX_NEEDS_ROW) && !ax_ui_selected(ui))
        reason = ui->state->n_candidates ? "no candidate is selected; Esc shows all of them"
                                         : "there is no candidate yet; the first one comes in a moment";
    if (!reason && (needs & AX_NEEDS_ROOM) && small)
        reason = ui->layout.message.rows ? "only the table fits, below 60x16" : "too small, below 20x5";
    if (why)
        *why = reason;
    return !reason;
}

/* Whether a view does the action; the one that is shown is asked first. What changes a plot or a picture is done by one
   that can be seen. */
static bool view_does(ax_ui *ui, ax_action a)
{
    const ax_view *shown = ax_views[ui->view];
    bool done = shown->action && shown->action(ui, a);
    for (int i = 0; i < AX_VIEW_COUNT && !done; i++) {
        bool asked = !(ax_actions[a].needs & AX_PANES) || ui->layout.pane[i].rows > 0;
        if (ax_views[i] != shown && ax_views[i]->action && asked)
            done = ax_views[i]->action(ui, a);
    }
    return done;
}

void ax_ui_do(ax_ui *ui, ax_action a)
{
    const ax_context *top = ax_contexts[ax_ui_top(ui)];
    const char *why;
    if (!ax_ui_is_possible(ui, a, &why)) {
        ax_ui_say(ui, true, "%s: %s", ui->keys.label[a][0] ? ui->keys.label[a] : ax_actions[a].label, why);
        return;
    }
    if (ax_actions[a].needs & AX_NEEDS_ROW) /* the candidate counts as chosen: a new best one must not replace it */
        ax_ui_selection(ui)->moved = true;
    if (!(top->action && top->action(ui, a)) && !view_does(ui, a) && !ax_ui_act(ui, a))
        ax_ui_say(ui, true, "%s does nothing in this view (%s)", ui->keys.label[a], ax_actions[a].help);
    ax_ui_refresh(ui);
}

void ax_ui_say_unknown(ax_ui *ui, uint32_t key, const char *rest)
{
    char name[AX_KEY_LABEL];
    ax_ui_say(ui, true, "%s has no meaning here; %s", ax_key_name(key, name), rest);
}

void ax_ui_key(ax_ui *ui, uint32_t key)
{
    ax_context_id top = ax_ui_top(ui);
    ax_action a = ax_keymap_action(&ui->keys, top, key);
    ui->message[0] = '\0';
    if (a != AX_DO_NOTHING) {
        ax_ui_do(ui, a);
    } else {
        ax_contexts[top]->key(ui, key);
        ax_ui_refresh(ui);
    }
}

/* ---- the views as a context ---- */

/* The view that a key shows; AX_VIEW_COUNT: none. */
static ax_view_id view_of(uint32_t key)
{
    int i = 0;
    while (i < AX_VIEW_COUNT && !(key && (uint32_t)ax_views[i]->key == key))
        i++;
    return (ax_view_id)i;
}

void ax_ui_views_key(ax_ui *ui, uint32_t key)
{
    const char *why;
    ax_view_id view = view_of(key);
    if (view != AX_VIEW_COUNT && ax_ui_is_possible(ui, AX_DO_VIEW_ON, &why))
        ui->view = view;
    else if (view != AX_VIEW_COUNT)
        ax_ui_say(ui, true, "%c: %s", (int)key, why);
    else
        ax_ui_say_unknown(ui, key, "? lists the keys");
}
