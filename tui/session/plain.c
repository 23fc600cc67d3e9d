#include "tui/session/plain.h"

#include "engine/base/out.h"
#include "tui/session/keys_text.h"
#include "viz/figure.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* ---- out ---- */

static void tell_run(const ax_ui *ui)
{
    const ax_state *s = ui->state;
    char reward[AX_FIGURE], best[64] = "no reward yet";
    uint32_t id = ax_state_best_of_all(s);
    if (id)
        snprintf(best, sizeof best, "best %s, candidate %u",
                 ax_figure_share(s->candidate[id - 1].outcome.reward, 4, reward), id);
    ax_out_line("run %s: %s, %u of %lld ended, %u in training, %u queued, %s", ui->run, ax_ui_state_word(ui),
                s->n_done + s->n_failed + s->n_pruned, (long long)s->planned, s->n_running, s->n_queued, best);
}

static void tell_candidate(const ax_ui *ui, const ax_candidate *c)
{
    char reward[AX_FIGURE], params[AX_FIGURE], epochs[40] = "", genotype[AX_GENOTYPE_TEXT];
    if (c->epochs > 0)
        snprintf(epochs, sizeof epochs, ", epoch %d of %d", c->epoch, c->epochs);
    ax_out_line("candidate %u%s: %s%s, reward %s, %s parameters, %s%s%s", c->id,
                ax_ui_selection(ui)->selected == c->id ? ", selected" : "", ax_status_word(c->status), epochs,
                ax_figure_share(c->outcome.reward, 4, reward), ax_figure_count(c->outcome.params, params),
                ax_genotype_print(&c->genotype, genotype), c->note[0] ? ", note: " : "", c->note);
}

static void tell_line(const ax_log_line *l)
{
    char time[AX_FIGURE], id[32] = "";
    if (l->id)
        snprintf(id, sizeof id, " candidate %u", l->id);
    ax_out_line("%s %s%s: %s", ax_figure_time(l->at, time), ax_log_line_word(l), id, l->text);
}

static void tell_rows(const ax_ui *ui)
{
    enum { ROWS = 10 };
    const ax_rows *rows = &ax_ui_selection(ui)->rows;
    for (uint32_t i = 0; i < rows->n && i < ROWS; i++)
        tell_candidate(ui, ax_state_candidate(ui->state, rows->id[i]));
    ax_out_line("%u of %u row%s", rows->n < ROWS ? rows->n : ROWS, rows->n, rows->n == 1 ? "" : "s");
}

void ax_plain_tell(ax_plain *p, ax_ui *ui)
{
    const ax_state *s = ui->state;
    uint64_t all = s->log_dropped + s->n_log;
    if (ui->loading < 1)
        return;
    if (!p->begun) { /* `auxcell log` prints the past */
        tell_run(ui);
        ax_out_line("a line each: commands (prune 12, goto 3, save), keys (x, +, j), run, list, help, q");
        p->told = all;
        p->at = ax_ui_selection(ui)->selected;
        p->begun = true;
    }
    for (p->told = p->told > all ? all : p->told; p->told < all; p->told++)
        if (p->told >= s->log_dropped)
            tell_line(ax_state_log(s, (uint32_t)(p->told - s->log_dropped)));
    if (ui->message[0])
        ax_out_line("%s%s", ui->message_bad ? "not done: " : "", ui->message);
    ui->message[0] = '\0';
    ax_out_flush();
}

/* ---- in ---- */

static bool is_help(const char *line)
{
    return !strcmp(line, "help") || !strcmp(line, ":help") || !strcmp(line, "?");
}

/* Closes again what a key opened only to be looked at, since it would take all further lines. */
static void close_screens(ax_ui *ui, const char *line)
{
    bool opened = false;
    for (ax_context_id top;
         (top = ax_ui_top(ui)) != AX_CONTEXT_VIEWS && top != AX_CONTEXT_PROMPT && top != AX_CONTEXT_QUESTION;
         opened = true)
        ax_ui_close(ui, top);
    if (opened)
        ax_ui_say(ui, true,
                  "'%s' is for the screens only; help lists the commands (fork takes the place of the editor)", line);
}

/* A prompt takes the line as its text, a question its first letter. Otherwise a letter or the name of a key is that
   key, text after / is what its prompt gets, and anything else is a command. */
static void obey(ax_ui *ui, const char *line)
{
    ax_context_id top = ax_ui_top(ui);
    const ax_candidate *c = ax_ui_selected(ui);
    uint32_t key = ax_key_read(line);
    if (top == AX_CONTEXT_PROMPT) {
        ax_prompt_answer(ui, line);
    } else if (top == AX_CONTEXT_QUESTION) {
        ax_ui_key(ui, line[0] ? (unsigned char)line[0] : 'n');
    } else if (!strcmp(line, "run") || !line[0]) {
        tell_run(ui);
    } else if (!strcmp(line, "list")) {
        tell_rows(ui);
    } else if (!strcmp(line, "show") && c) {
        tell_candidate(ui, c);
    } else if (is_help(line)) {
        ax_str out;
        ax_str_init(&out, 0);
        ax_keys_text("", &out);
        ax_out_text(out.text);
        ax_str_release(&out);
    } else if (key) {
        ax_ui_key(ui, key);
    } else if (line[0] == '/') {
        ax_ui_key(ui, '/');
        ax_prompt_answer(ui, line + 1);
    } else {
        ax_ui_command(ui, line + (*line == ':'));
        ax_ui_refresh(ui);
    }
}

static void end_line(ax_plain *p, ax_ui *ui, void (*pressed)(void *context), void *context)
{
    char label[64];
    p->line[p->n] = '\0';
    p->n = 0;
    obey(ui, p->line);
    close_screens(ui, p->line);
    ax_ui_refresh(ui);
    const ax_candidate *c = ax_ui_selected(ui);
    if (c && c->id != p->at && !ui->message[0])
        tell_candidate(ui, c);
    p->at = c ? c->id : 0;
    if (ax_ui_asks(ui) != AX_ASK_NOTHING)
        ax_out_line("%s", ax_ui_asking_label(ui, label));
    pressed(context);
}

void ax_plain_take(ax_plain *p, ax_ui *ui, void (*pressed)(void *context), void *context)
{
    char bytes[512];
    ssize_t n = read(STDIN_FILENO, bytes, sizeof bytes);
    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    p->open = n > 0;
    for (ssize_t i = 0; i < n && !ui->leave; i++) {
        if (bytes[i] == '\n')
            end_line(p, ui, pressed, context);
        else if (bytes[i] != '\r' && p->n + 1 < sizeof p->line)
            p->line[p->n++] = bytes[i];
    }
}
