#include "tui/ui/complete.h"

#include "engine/space/space.h"
#include "tui/ui/palette.h"
#include "tui/ui/ui.h"

#include <stdio.h>
#include <string.h>

enum { WORD = 64 };

/* The i-th possible word, with what is appended when it is the only one. False: past the last. */
typedef bool (*words)(const ax_ui *ui, const char *typed, int i, char out[static WORD]);

static bool commands(const ax_ui *ui, const char *typed, int i, char out[static WORD])
{
    (void)ui;
    (void)typed;
    ax_palette_word w;
    int n = AX_VERB_COUNT + AX_WORD_COUNT;
    if (ax_palette(i, &w)) {
        snprintf(out, WORD, "%s%s", w.word, w.operands[0] ? " " : "");
        return true;
    }
    for (int a = 0; a < AX_ACTION_COUNT; a++) {
        char name[24];
        ax_action_word((ax_action)a, name);
        if (!(ax_actions[a].contexts & AX_IN_VIEWS) || ax_palette_find(name, &w) || n++ != i)
            continue;
        snprintf(out, WORD, "%s", name);
        return true;
    }
    return false;
}

static bool ids(const ax_ui *ui, const char *typed, int i, char out[static WORD])
{
    const ax_rows *rows = &ax_ui_selection(ui)->rows;
    if ((uint32_t)i >= rows->n)
        return false;
    snprintf(out, WORD, "%s%u ", *typed == '#' ? "#" : "", rows->id[i]);
    return true;
}

/* "op1=", and the values after the sign. */
static bool decisions(const ax_ui *ui, const char *typed, int i, char out[static WORD])
{
    const ax_candidate *c = ax_ui_selected(ui);
    const ax_space *s = c ? ax_space_of(&c->genotype) : ax_space_at(0);
    const char *sign = strchr(typed, '=');
    char value[16];
    if (!sign) {
        if (i < s->n_decisions)
            snprintf(out, WORD, "%s=", s->decision[i].name);
        return i < s->n_decisions;
    }
    size_t n = (size_t)(sign - typed);
    for (int d = 0; d < s->n_decisions; d++)
        if (strlen(s->decision[d].name) == n && !strncmp(s->decision[d].name, typed, n)) {
            if (i < s->decision[d].choices)
                snprintf(out, WORD, "%.20s=%.20s ", s->decision[d].name,
                         ax_decision_text(&s->decision[d], (unsigned)i, value));
            return i < s->decision[d].choices;
        }
    return false;
}

static bool named(const ax_ui *ui, const char *typed, int i, char out[static WORD])
{
    (void)typed;
    const ax_recall *r = &ax_ui_prompted(ui)->recall;
    if (i < r->n_named)
        snprintf(out, WORD, "%s", r->named[i].name);
    return i < r->n_named;
}

/* Columns, named filters, and the operations that occur in the text of a genotype. */
static bool filters(const ax_ui *ui, const char *typed, int i, char out[static WORD])
{
    (void)typed;
    const ax_recall *r = &ax_ui_prompted(ui)->recall;
    const char *column = ax_filter_column(i, ui->state->task);
    if (column) {
        snprintf(out, WORD, "%s", column);
        return true;
    }
    i -= ax_filter_columns(ui->state->task);
    if (i < r->n_named) {
        snprintf(out, WORD, "@%s", r->named[i].name);
        return true;
    }
    i -= r->n_named;
    const ax_decision *d = &ax_space_at(0)->decision[0]; /* others with named values have the same */
    if (d->option && i < d->choices)
        snprintf(out, WORD, "%s", d->option[i]);
    return d->option && i < d->choices;
}

static bool sorts(const ax_ui *ui, const char *typed, int i, char out[static WORD])
{
    (void)ui;
    if (i < AX_SORT_COUNT)
        snprintf(out, WORD, "%s%s", *typed == '-' ? "-" : "", ax_sort_word(i));
    return i < AX_SORT_COUNT;
}

static bool settings(const ax_ui *ui, const char *typed, int i, char out[static WORD])
{
    (void)typed;
    const char *name;
    char value[AX_SETTING_TEXT];
    if (!ui->settings || !ax_settings_at(ui->settings, i, &name, value))
        return false;
    snprintf(out, WORD, "%s", name);
    return true;
}

static bool views(const ax_ui *ui, const char *typed, int i, char out[static WORD])
{
    (void)typed;
    if (i > AX_VIEW_COUNT)
        return false;
    snprintf(out, WORD, "%s", i < AX_VIEW_COUNT ? ax_view_name(ui, i) : "screen");
    for (char *at = out; *at; at++)
        *at = (char)(*at >= 'A' && *at <= 'Z' ? *at + 32 : *at);
    return true;
}

static bool formats(const ax_ui *ui, const char *typed, int i, char out[static WORD])
{
    (void)ui;
    (void)typed;
    if (i < AX_SCREEN_FORMATS)
        snprintf(out, WORD, "%s", ax_screen_formats[i]);
    return i < AX_SCREEN_FORMATS;
}

static bool themes(const ax_ui *ui, const char *typed, int i, char out[static WORD])
{
    (void)ui;
    (void)typed;
    const ax_theme *t = ax_theme_at(i);
    if (t)
        snprintf(out, WORD, "%s", t->name);
    return t != NULL;
}

/* ---- which of them ---- */

static words after_command(const char *line)
{
    static const words own[AX_WORD_COUNT] = {
        [AX_WORD_GOTO] = ids,     [AX_WORD_SORT] = sorts,       [AX_WORD_MARK] = filters, [AX_WORD_KEEP] = named,
        [AX_WORD_FORGET] = named, [AX_WORD_SETTING] = settings, [AX_WORD_SVG] = views,    [AX_WORD_SCREEN] = formats,
        [AX_WORD_THEME] = themes, [AX_WORD_COLUMNS] = sorts
    };
    char word[24];
    ax_verb verb;
    snprintf(word, sizeof word, "%.*s", (int)strcspn(line, " "), line);
    ax_word w = ax_palette_own(word);
    if (w != AX_WORD_COUNT)
        return own[w];
    if (!ax_verb_find(word, &verb) || verb == AX_VERB_NOTE || ax_verb_acts_on(verb) == AX_ON_NOTHING)
        return NULL;
    return verb == AX_VERB_FORK ? decisions : ids;
}

static words words_of(ax_asking what, const char *line, size_t at)
{
    if (what == AX_ASK_FILTER || what == AX_ASK_FIND)
        return filters;
    if (what != AX_ASK_COMMAND)
        return NULL;
    return memchr(line, ' ', at) ? after_command(line) : commands;
}

/* Offset of the word before the cursor. */
static size_t word_start(const ax_prompt *line)
{
    size_t from = line->at;
    while (from > 0 && line->text[from - 1] != ' ' && line->text[from - 1] != ',')
        from--;
    return from;
}

static void typed_word(const ax_prompt *line, char out[static AX_PROMPT_TEXT])
{
    size_t from = word_start(line);
    snprintf(out, AX_PROMPT_TEXT, "%.*s", (int)(line->at - from), line->text + from);
}

/* Whether the letters that were typed occur in the word in their order: "dmt" means "demote". */
static bool is_loosely(const char *typed, const char *word)
{
    for (; *typed && *word; word++)
        typed += *typed == *word;
    return !*typed;
}

/* When no word begins with what was typed: replaces it by the only word that has its letters in order, if there is
   one. */
static bool complete_loosely(const ax_ui *ui, words of, const char *typed, ax_prompt *line)
{
    char word[WORD], only[WORD] = "";
    for (int i = 0; of && *typed && of(ui, typed, i, word); i++) {
        if (!is_loosely(typed, word))
            continue;
        if (only[0])
            return false;
        snprintf(only, sizeof only, "%s", word);
    }
    for (size_t n = strlen(typed); only[0] && n; n--)
        ax_prompt_key(line, AX_KEY_BACKSPACE);
    ax_prompt_paste(line, only);
    return only[0] != '\0';
}

bool ax_complete(const ax_ui *ui, ax_asking what, ax_prompt *line)
{
    char typed[AX_PROMPT_TEXT], word[WORD], all[WORD] = "";
    words of = words_of(what, line->text, line->at);
    typed_word(line, typed);
    size_t n = strlen(typed), same = 0;
    int found = 0;
    for (int i = 0; of && of(ui, typed, i, word); i++) {
        if (strncmp(word, typed, n) != 0)
            continue;
        if (!found++) {
            snprintf(all, sizeof all, "%s", word);
            same = strlen(all);
        }
        size_t k = 0;
        while (k < same && word[k] == all[k])
            k++;
        same = k;
    }
    if (!found)
        return complete_loosely(ui, of, typed, line);
    if (same <= n)
        return false;
    all[same] = '\0';
    ax_prompt_paste(line, all + n);
    return true;
}

void ax_complete_list(const ax_ui *ui, ax_asking what, const ax_prompt *line, char *out, size_t cap)
{
    char typed[AX_PROMPT_TEXT], word[WORD];
    words of = words_of(what, line->text, line->at);
    typed_word(line, typed);
    size_t used = 0, n = strlen(typed);
    bool begins = false;
    out[0] = '\0';
    for (int i = 0; of && !begins && of(ui, typed, i, word); i++)
        begins = !strncmp(word, typed, n);
    for (int i = 0; of && of(ui, typed, i, word); i++) {
        word[strcspn(word, " ")] = '\0';
        if ((begins ? !strncmp(word, typed, n) : is_loosely(typed, word)) && used + strlen(word) + 2 < cap)
            used += (size_t)snprintf(out + used, cap - used, "%s%s", used ? " " : "", word);
    }
}
