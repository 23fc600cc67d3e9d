/* What is typed after ':'. */
#include "tui/ui.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void go_to(ax_ui *ui, const char *text)
{
    char *end;
    unsigned long id = strtoul(text + (*text == '#'), &end, 10);
    if (*end || end == text || !id || id > UINT32_MAX || !ax_state_candidate(ui->state, (uint32_t)id)) {
        ax_ui_say(ui, true, "goto: '%s' is not a candidate", text);
        return;
    }
    ui->selected = (uint32_t)id;
    ui->moved = true;
    if (ax_rows_find(&ui->rows, ui->selected) < 0)
        ax_filter_parse("", &ui->filter, NULL);
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

void ax_ui_command(ax_ui *ui, const char *line)
{
    char word[16];
    line += strspn(line, " ");
    size_t n = strcspn(line, " ");
    if (!n)
        return;
    snprintf(word, sizeof word, "%.*s", (int)(n < 15 ? n : 15), line);
    const char *rest = line + n + strspn(line + n, " ");
    const char *why;
    ax_verb verb;
    bool genotype = line[0] == '[';
    if (!strcmp(word, "goto")) {
        go_to(ui, rest);
    } else if (!strcmp(word, "q") || !strcmp(word, "detach")) {
        ui->leave = true;
    } else if (!strcmp(word, "resume")) {
        ax_ui_do(ui, AX_DO_RESUME);
    } else if (!genotype && !ax_verb_find(word, &verb)) {
        ax_ui_say(ui, true, "'%s' is not a command: submit, note, save, stop, pause, prune, promote, pin, goto", word);
    } else if ((why = ax_ui_refuses(ui, genotype || ax_verb_wakes(verb)))) {
        ax_ui_say(ui, true, "%s: %s", word, why);
    } else if (genotype || verb == AX_VERB_SUBMIT) {
        submit(ui, genotype ? line : rest);
    } else if (verb == AX_VERB_STOP) {
        ui->asking = AX_ASK_STOP;
    } else if (verb == AX_VERB_SAVE || verb == AX_VERB_UNDO) {
        ax_ui_send(ui, verb, verb == AX_VERB_UNDO ? ax_ui_undoable(ui) : 0, "");
    } else if (!ui->selected) {
        ax_ui_say(ui, true, "%s: no candidate is selected", word);
    } else {
        ax_ui_send(ui, verb, ui->selected, rest);
    }
}
