/* Commands: what is typed after ':'. */
#include "engine/base/near.h"
#include "tui/ui/asking.h"
#include "tui/ui/palette.h"
#include "tui/ui/ui.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static void unknown(ax_ui *ui, const char *text)
{
    ax_palette_word w, near = { NULL, NULL, NULL };
    size_t nearest = AX_NEAR + 1;
    char all[256];
    for (int i = 0; ax_palette(i, &w); i++) {
        size_t d = ax_edit_distance(text, w.word);
        if (d < nearest && d < strlen(w.word)) {
            nearest = d;
            near = w;
        }
    }
    ax_palette_list("", 0, all, sizeof all);
    if (near.word)
        ax_ui_say(ui, true, "'%s' is not a command; did you mean '%s'?", text, near.word);
    else
        ax_ui_say(ui, true, "'%s' is not a command; there are: %s", text, all);
}

static void go_to(ax_ui *ui, const char *text)
{
    char *end;
    unsigned long id = strtoul(text + (*text == '#'), &end, 10);
    if (*end || end == text || !id || id > UINT32_MAX || !ax_state_candidate(ui->state, (uint32_t)id)) {
        ax_ui_say(ui, true, "goto: '%s' is not a candidate; numbers go from 1 to %u", text, ui->state->n_candidates);
        return;
    }
    ax_selection *t = ax_ui_selection(ui);
    ax_ui_select(ui, (uint32_t)id);
    if (ax_rows_find(&t->rows, t->selected) < 0)
        ax_filter_parse("", ui->state->task, &t->filter, NULL);
}

static void submit(ax_ui *ui, const char *text)
{
    ax_genotype g;
    ax_err err;
    if (ax_genotype_parse(text, &g, &err) != AX_OK)
        ax_ui_say(ui, true, "%s", err.msg);
    else
        ax_ui_send(ui, AX_VERB_SUBMIT, 0, text);
}

/* Reads "12 #13". False, with a message: these aren't candidates, or more than the verb takes. */
static bool read_ids(ax_ui *ui, ax_verb verb, const char *text, uint32_t ids[static AX_COMMAND_IDS], uint32_t *n)
{
    ax_verb_on on = ax_verb_acts_on(verb);
    uint32_t most = on == AX_ON_SEVERAL || on == AX_ON_SEVERAL_OR_LAST ? AX_COMMAND_IDS : 1;
    for (*n = 0; *text; text += strspn(text, " ,")) {
        char *end;
        const char *digits = text + (*text == '#');
        unsigned long id = *digits >= '0' && *digits <= '9' ? strtoul(digits, &end, 10) : 0;
        size_t length = strcspn(text, " ,");
        if (!id || end != text + length || id > UINT32_MAX || !ax_state_candidate(ui->state, (uint32_t)id)) {
            ax_ui_say(ui, true, "%s: '%.*s' is not a candidate; numbers go from 1 to %u", ax_verb_word(verb),
                      (int)length, text, ui->state->n_candidates);
            return false;
        }
        if (*n == most) {
            ax_ui_say(ui, true, "%s takes one candidate: %s ID", ax_verb_word(verb), ax_verb_word(verb));
            return false;
        }
        ids[(*n)++] = (uint32_t)id;
        text += length;
    }
    return true;
}

/* Runs a verb on the candidates that are named; without any it does what its key does. */
static void act_on(ax_ui *ui, ax_verb verb, const char *rest)
{
    uint32_t ids[AX_COMMAND_IDS], n, selected = ax_ui_selection(ui)->selected;
    if (!read_ids(ui, verb, rest, ids, &n))
        return;
    if (!n && verb == AX_VERB_UNDO)
        ax_ui_undo_last(ui);
    else if (!n && !selected)
        ax_ui_say(ui, true, "%s: no candidate is selected; %s ID names one", ax_verb_word(verb), ax_verb_word(verb));
    else if (!n && verb == AX_VERB_PRUNE)
        ax_ui_prune(ui);
    else if (verb == AX_VERB_PROMOTE)
        ax_ui_promote(ui, n ? ids[0] : selected);
    else if (n > 1)
        ax_ui_send_ids(ui, verb, ids, n);
    else
        ax_ui_send(ui, verb, n ? ids[0] : selected, "");
}

/* ---- words of the screens' own ---- */

static void do_sort(ax_ui *ui, const char *text)
{
    ax_err err;
    if (ax_order_parse(text, &ax_ui_selection(ui)->order, &err) != AX_OK)
        ax_ui_say(ui, true, "%s", err.msg);
}

static void do_mark(ax_ui *ui, const char *text)
{
    ax_filter f;
    ax_err err;
    if (!*text)
        ax_ui_mark_all(ui, NULL);
    else if (ax_ui_parse_filter(ui, text, &f, &err) != AX_OK)
        ax_ui_say(ui, true, "%s", err.msg);
    else
        ax_ui_mark_all(ui, &f);
}

static void do_unmark(ax_ui *ui, const char *text)
{
    (void)text;
    ax_ui_unmark_all(ui);
}

static void name_filter(ax_ui *ui, const char *name, const char *filter)
{
    ax_err err;
    if (ax_recall_name(&ax_ui_prompted(ui)->recall, name, filter, &err) != AX_OK)
        ax_ui_say(ui, true, "%s", err.msg);
    else if (*filter)
        ax_ui_say(ui, false, "@%s stands for: %s", name, filter);
    else
        ax_ui_say(ui, false, "@%s is forgotten", name);
    ui->remember = true;
}

static void do_keep(ax_ui *ui, const char *name)
{
    const ax_filter *f = &ax_ui_selection(ui)->filter;
    if (f->n)
        name_filter(ui, name, f->text);
    else
        ax_ui_say(ui, true, "keep: there is no filter; / sets one");
}

static void do_forget(ax_ui *ui, const char *name)
{
    name_filter(ui, name, "");
}

static void do_setting(ax_ui *ui, const char *text)
{
    const char *name;
    char value[AX_SETTING_TEXT];
    for (int i = 0; ui->settings && ax_settings_at(ui->settings, i, &name, value); i++)
        if (!strcmp(name, text)) {
            ax_ui_say(ui, false, "%s = %s", name, value);
            return;
        }
    ax_ui_say(ui, true, "setting: there is no '%s'; Tab lists them", text);
}

/* The picture of a view, by its title; "screen": AX_PICTURE_SCREEN; 0 = there is no such name. */
static int picture_of(const ax_ui *ui, const char *name)
{
    for (int i = 0; i < AX_VIEW_COUNT; i++)
        if (!strcasecmp(ax_view_name(ui, i), name) || !strcasecmp(ax_views[i]->title, name))
            return i + 1;
    return strcasecmp(name, "screen") ? 0 : AX_PICTURE_SCREEN;
}

static void do_svg(ax_ui *ui, const char *name)
{
    ui->picture = *name ? picture_of(ui, name) : (int)ui->view + 1;
    if (!ui->picture)
        ax_ui_say(ui, true, "svg: there is no view '%s'; Tab lists them", name);
    else if (ui->picture <= AX_VIEW_COUNT && !ax_views[ui->picture - 1]->draw)
        ui->picture = AX_PICTURE_SCREEN; /* its panes are those of other views */
}

const char *const ax_screen_formats[AX_SCREEN_FORMATS] = { "text", "ansi", "svg" };

static void do_screen(ax_ui *ui, const char *format)
{
    ui->picture = *format ? 0 : AX_PICTURE_TEXT;
    for (int i = 0; i < AX_SCREEN_FORMATS && !ui->picture; i++)
        if (!strcasecmp(format, ax_screen_formats[i]))
            ui->picture = AX_PICTURE_TEXT + i;
    if (!ui->picture)
        ax_ui_say(ui, true, "screen: it can be text, ansi or svg, not '%s'", format);
}

static void do_theme(ax_ui *ui, const char *name)
{
    char names[80];
    const ax_theme *theme = ax_theme_named(name);
    if (theme)
        ui->theme = theme;
    else
        ax_ui_say(ui, true, "theme: there is no '%s'; there are: %s", name, ax_theme_names(names, sizeof names));
}

static void do_columns(ax_ui *ui, const char *text)
{
    ax_err err;
    ax_columns *c = &ax_ui_selection(ui)->columns;
    if (!strcmp(text, "auto"))
        c->n = 0;
    else if (ax_columns_parse(text, c, &err) != AX_OK)
        ax_ui_say(ui, true, "%s", err.msg);
}

static void do_resume(ax_ui *ui, const char *text)
{
    (void)text;
    ax_ui_do(ui, AX_DO_RESUME);
}

static void do_leave(ax_ui *ui, const char *text)
{
    (void)text;
    ui->leave = true;
}

static bool do_own(ax_ui *ui, const char *word, const char *rest)
{
    static void (*const own[AX_WORD_COUNT])(ax_ui *, const char *) = {
        [AX_WORD_GOTO] = go_to,         [AX_WORD_SORT] = do_sort,       [AX_WORD_MARK] = do_mark,
        [AX_WORD_UNMARK] = do_unmark,   [AX_WORD_KEEP] = do_keep,       [AX_WORD_FORGET] = do_forget,
        [AX_WORD_SETTING] = do_setting, [AX_WORD_RESUME] = do_resume,   [AX_WORD_DETACH] = do_leave,
        [AX_WORD_QUIT] = do_leave,      [AX_WORD_SVG] = do_svg,         [AX_WORD_SCREEN] = do_screen,
        [AX_WORD_THEME] = do_theme,     [AX_WORD_COLUMNS] = do_columns,
    };
    ax_word w = ax_palette_own(word);
    if (w != AX_WORD_COUNT)
        own[w](ui, rest);
    return w != AX_WORD_COUNT;
}

void ax_ui_command(ax_ui *ui, const char *line)
{
    char word[24];
    line += strspn(line, " ");
    size_t n = strcspn(line, " ");
    if (!n)
        return;
    snprintf(word, sizeof word, "%.*s", (int)(n < 23 ? n : 23), line);
    const char *rest = line + n + strspn(line + n, " ");
    const char *why;
    ax_verb verb;
    bool genotype = line[0] == '[';
    ax_action a = ax_action_named(word);
    if (do_own(ui, word, rest))
        return;
    if (a != AX_DO_NOTHING && (ax_actions[a].contexts & AX_IN_VIEWS) && !ax_verb_find(word, &verb)) {
        ax_ui_do(ui, a); /* every action can be typed, followed by what its prompt would take */
        if (*rest && ax_ui_top(ui) == AX_CONTEXT_PROMPT)
            ax_prompt_answer(ui, rest);
        return;
    }
    if (!genotype && !ax_verb_find(word, &verb)) {
        unknown(ui, word);
    } else if ((why = ax_ui_why_no_command(ui, genotype || ax_verb_wakes_engine(verb)))) {
        ax_ui_say(ui, true, "%s: %s", word, why);
    } else if (genotype || verb == AX_VERB_SUBMIT) {
        submit(ui, genotype ? line : rest);
    } else if (verb == AX_VERB_STOP) {
        ax_ui_question(ui, AX_ASK_STOP, 0, NULL);
    } else if (verb == AX_VERB_SAVE) {
        ax_ui_send(ui, verb, 0, "");
    } else if (verb != AX_VERB_NOTE && verb != AX_VERB_FORK) {
        act_on(ui, verb, rest);
    } else if (!ax_ui_selected(ui)) {
        ax_ui_say(ui, true, "%s: no candidate is selected; goto ID selects one", word);
    } else {
        ax_ui_send(ui, verb, ax_ui_selected(ui)->id, rest);
    }
}
