/* Draws prompts and questions in the message line. */
#include "tui/view/view.h"

#include "tui/ui/complete.h"
#include "tui/ui/palette.h"

#include <stdio.h>
#include <string.h>

/* ---- prompts ---- */

static int draw_prompt(ax_pane p, const ax_ui *ui)
{
    const ax_prompt *line = &ax_ui_prompted(ui)->line;
    char label[64], before[AX_PROMPT_TEXT];
    int at = ax_pane_print(p, 0, 1, AX_ROLE_STRONG, ax_ui_asking_label(ui, label));
    snprintf(before, sizeof before, "%.*s", (int)line->at, line->text);
    int cursor = at + ax_text_width(before), over = cursor - (p.at.cols - 1);
    /* a long text is shifted so that the cursor stays in sight */
    ax_pane_print(ax_pane_part(p, 0, at, 1, p.at.cols - at), 0, over > 0 ? -over : 0, AX_ROLE_TEXT, line->text);
    return cursor;
}

/* Hints for a command: first the words with this beginning, then the operands of the word. */
static void tell_command(const char *typed, char *out, size_t cap)
{
    ax_palette_word w;
    ax_action a = ax_action_named(typed);
    if (ax_palette_find(typed, &w))
        snprintf(out, cap, "%s%s%s", w.operands, w.operands[0] ? "  " : "", w.doc);
    else if (a != AX_DO_NOTHING)
        snprintf(out, cap, "%s", ax_actions[a].help);
    else
        ax_palette_list(typed, strlen(typed), out, cap);
    if (!out[0] && typed[0] == '[')
        snprintf(out, cap, "Enter: submit this genotype   Esc: leave");
    else if (!out[0])
        snprintf(out, cap, "no command begins like this   Esc: leave");
}

static void hint_prompt(ax_pane p, const ax_ui *ui)
{
    const ax_prompted *prompted = ax_ui_prompted(ui);
    char text[256];
    if (prompted->line.full) {
        ax_draw_hint(p, "the line is full: the rest was left out");
    } else if (prompted->lost) {
        ax_draw_hint(p, "Enter: do it  Esc: leave  Tab completes  up down: history  Ctrl-U K W cut");
    } else if (prompted->wrong[0]) {
        ax_pane_print_cut(p, 0, 1, p.at.cols - 1, AX_ROLE_WARN, prompted->wrong);
    } else if (prompted->listing) {
        ax_complete_list(ui, prompted->what, &prompted->line, text, sizeof text);
        ax_draw_hint(p, text[0] ? text : "no word begins like this");
    } else if (prompted->what == AX_ASK_COMMAND) {
        tell_command(prompted->line.text, text, sizeof text);
        if (!strncmp(text, "no command", 10)) { /* also names of actions, and words that are found by their letters */
            char found[200];
            ax_complete_list(ui, prompted->what, &prompted->line, found, sizeof found);
            if (found[0])
                snprintf(text, sizeof text, "Tab: %s", found);
        }
        ax_draw_hint(p, text);
    } else {
        ax_draw_hint(p, ax_asking_text(prompted->what));
    }
}

static bool act_prompt(ax_ui *ui, ax_action a)
{
    if (a == AX_DO_COMPLETE)
        ax_prompt_complete(ui);
    else if (a == AX_DO_RECALL_BACK || a == AX_DO_RECALL_ON)
        ax_prompt_recall(ui, a == AX_DO_RECALL_BACK ? 1 : -1);
    else
        return false;
    return true;
}

const ax_context ax_context_prompt = { .state = sizeof(ax_prompted),
                                       .holds = ax_prompt_holds,
                                       .action = act_prompt,
                                       .key = ax_prompt_type,
                                       .paste = ax_prompt_take,
                                       .message = draw_prompt,
                                       .hints = hint_prompt };

/* ---- questions ---- */

static int draw_question(ax_pane p, const ax_ui *ui)
{
    char label[64];
    int at = ax_pane_print(p, 0, 1, AX_ROLE_STRONG, ax_ui_asking_label(ui, label));
    ax_pane_print_cut(p, 0, at + 1, p.at.cols - at - 1, AX_ROLE_TEXT, ax_ui_questioned(ui)->genotype);
    return at;
}

static bool always(const ax_ui *ui)
{
    (void)ui;
    return true;
}

static void hint_question(ax_pane p, const ax_ui *ui)
{
    (void)ui;
    ax_draw_hint(p, "y: yes   any other key: no");
}

static bool act_question(ax_ui *ui, ax_action a)
{
    if (a == AX_DO_YES)
        ax_question_yes(ui);
    return a == AX_DO_YES;
}

const ax_context ax_context_question = { .state = sizeof(ax_questioned),
                                         .holds = always,
                                         .action = act_question,
                                         .key = ax_question_no,
                                         .message = draw_question,
                                         .hints = hint_question };
