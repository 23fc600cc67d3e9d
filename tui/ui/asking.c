#include "tui/ui/asking.h"

#include "tui/ui/palette.h"
#include "tui/ui/ui.h"

#include <stdio.h>
#include <string.h>

ax_prompted *ax_ui_prompted(const ax_ui *ui)
{
    return ui->context_slot[AX_CONTEXT_PROMPT];
}

ax_questioned *ax_ui_questioned(const ax_ui *ui)
{
    return ui->context_slot[AX_CONTEXT_QUESTION];
}

ax_asking ax_ui_asks(const ax_ui *ui)
{
    ax_context_id top = ax_ui_top(ui);
    return top == AX_CONTEXT_PROMPT     ? ax_ui_prompted(ui)->what
           : top == AX_CONTEXT_QUESTION ? ax_ui_questioned(ui)->what
                                        : AX_ASK_NOTHING;
}

void ax_ui_prompt(ax_ui *ui, ax_asking what, const char *text)
{
    ax_prompted *p = ax_ui_prompted(ui);
    p->what = what;
    p->target = ax_ui_selection(ui)->selected;
    ax_prompt_start(&p->line, text);
    ax_ui_open(ui, AX_CONTEXT_PROMPT);
}

void ax_ui_question(ax_ui *ui, ax_asking what, uint32_t target, const char *genotype)
{
    ax_questioned *q = ax_ui_questioned(ui);
    q->what = what;
    q->target = target;
    snprintf(q->genotype, sizeof q->genotype, "%s", genotype ? genotype : "");
    ax_ui_open(ui, AX_CONTEXT_QUESTION);
}

const char *ax_asking_text(ax_asking what)
{
#define TEXT(id, text) [AX_ASK_##id] = text,
    static const char *const text[AX_ASK_COUNT] = { AX_PROMPT_LIST(TEXT) AX_QUESTION_LIST(TEXT) };
    return text[what];
}

const char *ax_ui_asking_label(const ax_ui *ui, char text[static 64])
{
    uint32_t n = ax_ui_selection(ui)->n_marked;
    switch (ax_ui_asks(ui)) {
    case AX_ASK_FILTER:
        return "filter: ";
    case AX_ASK_FIND:
        return "find: ";
    case AX_ASK_COMMAND:
        return ": ";
    case AX_ASK_NOTE:
        snprintf(text, 64, "note on #%u: ", ax_ui_prompted(ui)->target);
        return text;
    case AX_ASK_PRUNE:
        snprintf(text, 64, "prune %u marked candidate%s?  y/N ", n, n == 1 ? "" : "s");
        return text;
    case AX_ASK_PROMOTE:
        snprintf(text, 64, "#%u is pruned: take that back and promote it?  y/N ", ax_ui_questioned(ui)->target);
        return text;
    case AX_ASK_SUBMIT:
        return "submit this?  y/N ";
    default:
        return "stop the engine? the run can be resumed.  y/N ";
    }
}

/* ---- prompts ---- */

static void set_filter(ax_ui *ui, const char *text)
{
    ax_err err;
    if (ax_filter_parse(text, &ax_ui_selection(ui)->filter, &err) != AX_OK)
        ax_ui_say(ui, true, "%s", err.msg);
    ax_ui_selection(ui)->first = 0;
}

static void set_find(ax_ui *ui, const char *text)
{
    ax_err err;
    ax_filter *find = &ax_ui_selection(ui)->find;
    if (ax_filter_parse(text, find, &err) != AX_OK)
        ax_ui_say(ui, true, "%s", err.msg);
    else if (find->n)
        ax_ui_find(ui, 1);
}

static void write_note(ax_ui *ui, const char *text)
{
    if (*text)
        ax_ui_send(ui, AX_VERB_NOTE, ax_ui_prompted(ui)->target, text);
}

void ax_prompt_type(ax_ui *ui, uint32_t key)
{
    static void (*const accept[AX_ASK_COUNT])(ax_ui *, const char *) = { [AX_ASK_FILTER] = set_filter,
                                                                         [AX_ASK_FIND] = set_find,
                                                                         [AX_ASK_COMMAND] = ax_ui_command,
                                                                         [AX_ASK_NOTE] = write_note };
    ax_prompted *p = ax_ui_prompted(ui);
    ax_typed typed = ax_prompt_key(&p->line, key);
    if (typed != AX_TYPED)
        ax_ui_close(ui, AX_CONTEXT_PROMPT);
    if (typed == AX_ACCEPTED)
        accept[p->what](ui, p->line.text);
}

void ax_prompt_complete(ax_ui *ui)
{
    ax_prompted *p = ax_ui_prompted(ui);
    if (p->what != AX_ASK_COMMAND || p->line.at != p->line.len || strchr(p->line.text, ' '))
        return;
    ax_palette_complete(p->line.text, sizeof p->line.text);
    p->line.len = p->line.at = strlen(p->line.text);
    p->line.full = false;
}

/* ---- questions ---- */

void ax_question_no(ax_ui *ui, uint32_t key)
{
    (void)key;
    ax_ui_close(ui, AX_CONTEXT_QUESTION);
    ax_ui_say(ui, false, "%s", ax_asking_text(ax_ui_questioned(ui)->what));
}

void ax_question_yes(ax_ui *ui)
{
    const ax_questioned *q = ax_ui_questioned(ui);
    ax_ui_close(ui, AX_CONTEXT_QUESTION);
    if (q->what == AX_ASK_PRUNE) {
        ax_ui_prune_marked(ui);
    } else if (q->what == AX_ASK_PROMOTE) {
        ax_ui_promote_pruned(ui, q->target);
    } else if (q->what == AX_ASK_SUBMIT) {
        ax_ui_send(ui, AX_VERB_SUBMIT, 0, q->genotype);
    } else {
        ax_ui_send(ui, AX_VERB_STOP, 0, "");
        ui->stopping = true;
    }
}
