#include "tui/ui/asking.h"

#include "tui/ui/complete.h"
#include "tui/ui/ui.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

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
    p->before = ax_ui_selection(ui)->filter;
    p->listing = false;
    p->recalled = 0;
    p->wrong[0] = '\0';
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
    case AX_ASK_SEARCH:
        return "search: ";
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

static void set_find(ax_ui *ui, const char *text)
{
    ax_err err;
    ax_filter *find = &ax_ui_selection(ui)->find;
    if (ax_ui_parse_filter(ui, text, find, &err) != AX_OK)
        ax_ui_say(ui, true, "%s", err.msg);
    else if (find->n)
        ax_ui_find(ui, 1);
}

/* Removes a last word that may become the name of a column: as a text to search for it would hide nearly all rows. */
static void cut_column(const ax_ui *ui, char *text)
{
    char *word = strrchr(text, ' ');
    word = word ? word + 1 : text;
    size_t n = strlen(word);
    for (int i = 0; i < ax_filter_columns(ui->state->task) && n; i++)
        if (!strncasecmp(ax_filter_column(i, ui->state->task), word, n)) {
            *word = '\0';
            return;
        }
}

/* Applies the filter while it is typed; text that isn't a filter yet leaves the last valid one. */
static void try_filter(ax_ui *ui)
{
    ax_prompted *p = ax_ui_prompted(ui);
    ax_selection *t = ax_ui_selection(ui);
    ax_err err;
    p->wrong[0] = '\0';
    if (p->what != AX_ASK_FILTER)
        return;
    char text[AX_PROMPT_TEXT];
    snprintf(text, sizeof text, "%s", p->line.text);
    cut_column(ui, text);
    if (ax_ui_parse_filter(ui, text, &t->filter, &err) != AX_OK)
        snprintf(p->wrong, sizeof p->wrong, "%.*s", (int)sizeof p->wrong - 1, err.msg);
    t->first = 0;
}

static void set_filter(ax_ui *ui, const char *text)
{
    ax_err err;
    ax_selection *t = ax_ui_selection(ui);
    if (ax_ui_parse_filter(ui, text, &t->filter, &err) != AX_OK) {
        t->filter = ax_ui_prompted(ui)->before;
        ax_ui_say(ui, true, "%s", err.msg);
    }
    t->first = 0;
}

static void write_note(ax_ui *ui, const char *text)
{
    if (*text)
        ax_ui_send(ui, AX_VERB_NOTE, ax_ui_prompted(ui)->target, text);
}

static void search(ax_ui *ui, const char *text)
{
    if (ax_views[ui->view]->search)
        ax_views[ui->view]->search(ui, text);
}

static void accept(ax_ui *ui, ax_asking what)
{
    static void (*const accepts[AX_ASK_COUNT])(ax_ui *, const char *) = { [AX_ASK_FILTER] = set_filter,
                                                                          [AX_ASK_FIND] = set_find,
                                                                          [AX_ASK_COMMAND] = ax_ui_command,
                                                                          [AX_ASK_NOTE] = write_note,
                                                                          [AX_ASK_SEARCH] = search };
    char text[AX_PROMPT_TEXT]; /* the answer may open a prompt again */
    ax_prompted *p = ax_ui_prompted(ui);
    snprintf(text, sizeof text, "%s", p->line.text);
    ax_recall_add(&p->recall, (int)what - AX_ASK_FILTER, text);
    ui->remember = true;
    accepts[what](ui, text);
}

void ax_prompt_type(ax_ui *ui, uint32_t key)
{
    ax_prompted *p = ax_ui_prompted(ui);
    ax_typed typed = ax_prompt_key(&p->line, key);
    p->listing = false;
    p->recalled = 0;
    p->lost = typed == AX_UNKNOWN;
    if (typed == AX_TYPED || p->lost) {
        try_filter(ui);
        return;
    }
    ax_ui_close(ui, AX_CONTEXT_PROMPT);
    if (typed == AX_ACCEPTED)
        accept(ui, p->what);
    else if (p->what == AX_ASK_FILTER)
        ax_ui_selection(ui)->filter = p->before;
}

void ax_prompt_answer(ax_ui *ui, const char *text)
{
    ax_prompt_start(&ax_ui_prompted(ui)->line, text);
    ax_prompt_type(ui, AX_KEY_ENTER);
}

void ax_prompt_take(ax_ui *ui, const char *line, bool whole)
{
    ax_prompted *p = ax_ui_prompted(ui);
    ax_prompt_paste(&p->line, line);
    p->line.full = p->line.full || !whole;
    try_filter(ui);
}

bool ax_prompt_holds(const ax_ui *ui)
{
    return ax_ui_prompted(ui)->what != AX_ASK_FILTER;
}

void ax_prompt_complete(ax_ui *ui)
{
    ax_prompted *p = ax_ui_prompted(ui);
    p->line.full = p->lost = false;
    char several[64];
    bool longer = ax_complete(ui, p->what, &p->line);
    ax_complete_list(ui, p->what, &p->line, several, sizeof several);
    p->listing = !longer || (p->line.text[p->line.at ? p->line.at - 1 : 0] != ' ' && strchr(several, ' '));
    try_filter(ui);
}

void ax_prompt_recall(ax_ui *ui, int by)
{
    ax_prompted *p = ax_ui_prompted(ui);
    int kind = (int)p->what - AX_ASK_FILTER, to = p->recalled + by;
    if (!p->recalled)
        snprintf(p->typed, sizeof p->typed, "%s", p->line.text);
    const char *line = to > 0 ? ax_recall_line(&p->recall, kind, p->typed, to) : to == 0 ? p->typed : NULL;
    p->listing = p->lost = false;
    if (!line)
        return;
    p->recalled = to;
    ax_prompt_start(&p->line, line);
    try_filter(ui);
}

/* ---- filters with names ---- */

ax_code ax_ui_parse_filter(const ax_ui *ui, const char *text, ax_filter *f, ax_err *err)
{
    char out[AX_PROMPT_TEXT] = "";
    size_t used = 0;
    for (const char *at = text; *at && used < sizeof out;) {
        size_t n = strcspn(at, " ");
        const char *known = *at == '@' ? ax_recall_filter(&ax_ui_prompted(ui)->recall, at + 1, n - 1) : NULL;
        if (*at == '@' && !known)
            return ax_fail(err, AX_EINVAL, "filter: %.*s is not the name of a filter; :keep NAME gives one", (int)n,
                           at);
        used += (size_t)snprintf(out + used, sizeof out - used, "%.*s ", known ? (int)strlen(known) : (int)n,
                                 known ? known : at);
        at += n + strspn(at + n, " ");
    }
    if (used >= sizeof out)
        return ax_fail(err, AX_EINVAL, "filter: longer than %d bytes", AX_FILTER_TEXT - 1);
    while (used && out[used - 1] == ' ')
        out[--used] = '\0';
    return ax_filter_parse(out, ui->state->task, f, err);
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
