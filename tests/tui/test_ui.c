/* What keys do, without a terminal: the selection, prompts, and the commands that go to the engine. */
#include "tests/helper/history.h"
#include "tui/palette.h"
#include "tui/ui.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

typedef struct desk {
    ax_state state;
    ax_ui ui;
    uint64_t seq;
} desk;

static void fold(void *context, ax_event *ev)
{
    ax_state_fold(context, ev);
}

static int set_up(void **state)
{
    desk *d = calloc(1, sizeof *d);
    if (!d)
        return -1;
    ax_state_init(&d->state);
    double now = ax_history_play(&(ax_history) { .candidates = 60 }, fold, &d->state);
    ax_ui_init(&d->ui, &d->state, "run");
    d->ui.now = now;
    d->ui.link = AX_LINK_LIVE;
    ax_ui_refresh(&d->ui);
    ax_ui_arrange(&d->ui, 24, 80);
    *state = d;
    return 0;
}

static int tear_down(void **state)
{
    desk *d = *state;
    ax_ui_release(&d->ui);
    ax_state_release(&d->state);
    free(d);
    return 0;
}

static void keys(desk *d, const char *text)
{
    for (; *text; text++)
        ax_ui_key(&d->ui, (unsigned char)*text);
}

static void event(desk *d, ax_event ev)
{
    ev.seq = d->state.seq + 1;
    ev.at = d->state.last_at + 1;
    ax_state_fold(&d->state, &ev);
    d->ui.now = ev.at;
    ax_ui_refresh(&d->ui);
    ax_ui_arrange(&d->ui, 24, 80);
}

static void score(desk *d, uint32_t id, double reward)
{
    ax_event ev;
    memset(&ev, 0, sizeof ev);
    ev.kind = AX_EVENT_SCORED;
    ev.id = id;
    ev.u.SCORED.reward = reward;
    ev.u.SCORED.stage = 1;
    event(d, ev);
}

static void the_selection_follows_the_candidate(void **state)
{
    desk *d = *state;
    uint32_t running = d->ui.rows.id[0];
    assert_int_equal(d->ui.selected, d->state.best); /* nobody chose: the best one */
    keys(d, "jj");
    uint32_t chosen = d->ui.selected;
    long row = ax_rows_find(&d->ui.rows, chosen);
    score(d, running, 0.99); /* a new best: rows move, the selection doesn't */
    assert_int_equal(d->state.best, running);
    assert_int_equal(d->ui.selected, chosen);
    keys(d, "s");
    assert_int_equal(d->ui.selected, chosen);
    assert_true(ax_rows_find(&d->ui.rows, chosen) != row);
    keys(d, "G");
    assert_int_equal(d->ui.selected, d->ui.rows.id[d->ui.rows.n - 1]);
    keys(d, "g");
    assert_int_equal(d->ui.selected, d->ui.rows.id[0]);
    ax_ui_key(&d->ui, AX_KEY_ESCAPE);
    assert_int_equal(d->ui.selected, running);
}

static void the_selected_row_is_in_sight(void **state)
{
    desk *d = *state;
    for (int i = 0; i < 200; i++) {
        keys(d, i % 3 ? "j" : i % 7 ? " " : "k");
        ax_ui_arrange(&d->ui, 24, 80);
        long at = ax_rows_find(&d->ui.rows, d->ui.selected);
        assert_true(at >= (long)d->ui.first && at < (long)d->ui.first + d->ui.layout.table.rows - 1);
    }
}

static void check_command(desk *d, int n, ax_verb verb, uint32_t id, const char *text)
{
    assert_int_equal(d->ui.n_out, n);
    const ax_command *c = &d->ui.out[n - 1];
    assert_int_equal(c->verb, verb);
    assert_int_equal(c->id, id);
    assert_string_equal(c->text, text);
}

static void keys_become_commands(void **state)
{
    desk *d = *state;
    uint32_t best = d->state.best;
    keys(d, "x");
    check_command(d, 1, AX_VERB_PRUNE, best, "");
    keys(d, "+");
    check_command(d, 2, AX_VERB_PROMOTE, best, "");
    keys(d, "p");
    check_command(d, 3, AX_VERB_PAUSE, best, "");
    keys(d, "P");
    check_command(d, 4, AX_VERB_PAUSE, 0, "");
    keys(d, "!");
    check_command(d, 5, AX_VERB_PIN, best, "");
    keys(d, "u"); /* nothing is pruned: says so, sends nothing */
    assert_int_equal(d->ui.n_out, 5);
    assert_non_null(strstr(d->ui.message, "nothing is pruned"));
    keys(d, "aan idea\r");
    check_command(d, 6, AX_VERB_NOTE, best, "an idea");
    keys(d, ":submit [[8,[0,0,5,2],[0,2,8,8],[0,5,1,4]],[[3,3],[3,2],[3,0]]]\r");
    check_command(d, 7, AX_VERB_SUBMIT, 0, "[[8,[0,0,5,2],[0,2,8,8],[0,5,1,4]],[[3,3],[3,2],[3,0]]]");
    keys(d, ":save\r");
    check_command(d, 8, AX_VERB_SAVE, 0, "");
    keys(d, ":nonsense\r");
    assert_int_equal(d->ui.n_out, 8);
    assert_non_null(strstr(d->ui.message, "'nonsense' is not a command"));
    ax_ui_command(&d->ui, "prun 1");
    assert_non_null(strstr(d->ui.message, "'prun' is not a command; did you mean 'prune'?"));
    ax_palette_word w;
    for (int v = 0; v < AX_VERB_COUNT; v++) /* and the list of them leaves none out */
        assert_true(ax_palette_find(ax_verb_word((ax_verb)v), &w) && w.doc[0] && ax_palette(v, &w));
    keys(d, ":pro\t");
    assert_string_equal(d->ui.prompt.text, "promote ");
    keys(d, "\x15p\t");
    assert_string_equal(d->ui.prompt.text, "p");
    keys(d, "\x15sub\t\t\x1b");
}

static void a_candidate_is_changed_and_queued(void **state)
{
    desk *d = *state;
    uint32_t best = d->state.best;
    ax_genotype from = ax_state_candidate(&d->state, best)->genotype, want;
    keys(d, "c\r"); /* nothing is changed: it stays open */
    assert_int_equal(d->ui.n_out, 0);
    assert_int_equal(d->ui.edit.parent, best);
    assert_non_null(strstr(d->ui.message, "nothing is changed"));
    for (int row = 0; row < AX_EDIT_ROWS; row++) /* every decision steps through all its values and comes back */
        for (int field = 0; field < 2; field++) {
            int decision = ax_edit_decision(row, field);
            d->ui.edit.row = row;
            d->ui.edit.field = field;
            for (int k = 0; decision >= 0 && k < ax_decisions[decision].choices; k++)
                keys(d, "+");
        }
    assert_memory_equal(&d->ui.edit.now, &from, sizeof from);
    d->ui.edit.row = d->ui.edit.field = 0;
    keys(d, "10jl"); /* op1 = none; then what value 2 reads */
    assert_int_equal(ax_genotype_get(&d->ui.edit.now, 0), 10);
    keys(d, "-rkh9kl5"); /* op1 = skip; up, around: block6b = 5 */
    want = from;
    assert_int_equal(ax_genotype_edit(&want, "op1=skip block6b=5", NULL), AX_OK);
    assert_memory_equal(&d->ui.edit.now, &want, sizeof want);
    keys(d, "\r");
    assert_int_equal(d->ui.n_out, 1);
    assert_int_equal(d->ui.out[0].verb, AX_VERB_FORK);
    assert_int_equal(d->ui.out[0].id, best);
    assert_int_equal(ax_genotype_edit(&from, d->ui.out[0].text, NULL), AX_OK);
    assert_memory_equal(&from, &want, sizeof want);
    keys(d, "c+\x1b"); /* dropped */
    assert_int_equal(d->ui.n_out, 1);
    assert_int_equal(d->ui.edit.parent, 0);
}

static void finding_goes_around(void **state)
{
    desk *d = *state;
    keys(d, "fstate=F\r");
    uint32_t first = d->ui.selected;
    assert_int_equal(ax_state_candidate(&d->state, first)->status, AX_FAILED);
    int n = 0;
    do {
        keys(d, "n");
        assert_int_equal(ax_state_candidate(&d->state, d->ui.selected)->status, AX_FAILED);
        n++;
    } while (d->ui.selected != first && n < 100);
    assert_int_equal(n, d->state.n_failed);
    keys(d, "n");
    uint32_t second = d->ui.selected;
    keys(d, "N");
    assert_int_equal(d->ui.selected, first);
    assert_int_not_equal(second, first);
    keys(d, "f\x15reward>2\r"); /* Ctrl-U: what was looked for before is offered */
    assert_int_equal(d->ui.selected, first);
    assert_non_null(strstr(d->ui.message, "no row has it"));
    keys(d, "f\x15size>2\r");
    assert_non_null(strstr(d->ui.message, "'size' is not a column"));
}

static void comparing_chooses_the_other(void **state)
{
    desk *d = *state;
    uint32_t best = d->state.best;
    keys(d, "=");
    assert_int_equal(d->ui.compare, 0); /* the best with itself */
    assert_non_null(strstr(d->ui.message, "mark it with m"));
    keys(d, "j=");
    assert_int_equal(d->ui.compare, best);
    uint32_t right = d->ui.selected;
    keys(d, "j"); /* moves on inside the comparison */
    assert_int_equal(d->ui.compare, best);
    assert_int_not_equal(d->ui.selected, right);
    keys(d, "x"); /* any other key leaves, and does nothing else */
    assert_int_equal(d->ui.compare, 0);
    assert_int_equal(d->ui.n_out, 0);
    keys(d, "Gmgj=");
    assert_int_equal(d->ui.compare, d->ui.rows.id[d->ui.rows.n - 1]); /* the marked one */
}

static void plot_and_masks_zoom_by_themselves(void **state)
{
    desk *d = *state;
    keys(d, "zz");
    assert_int_equal(d->ui.plot.width, 16);
    assert_int_equal(d->ui.mask_window.zoom, 0);
    keys(d, "5z>}");
    assert_int_equal(d->ui.mask_window.zoom, 1);
    assert_true(d->ui.mask_window.right > 0.49 && d->ui.mask_window.down > 0.49);
    assert_int_equal(d->ui.plot.width, 16);
    keys(d, "0");
    assert_int_equal(d->ui.mask_window.zoom + (int)d->ui.plot.width, 0);
}

static void pruned(desk *d, uint32_t id, int phase, double until, int64_t batch)
{
    ax_event ev;
    memset(&ev, 0, sizeof ev);
    ev.kind = AX_EVENT_PRUNED;
    ev.id = id;
    ev.u.PRUNED.phase = phase;
    ev.u.PRUNED.until = until;
    ev.u.PRUNED.batch = batch;
    event(d, ev);
}

static void a_prune_of_an_unfinished_one_can_be_undone_for_a_while(void **state)
{
    desk *d = *state;
    uint32_t running = d->ui.rows.id[0];
    ax_prunes what;
    assert_int_equal(ax_state_candidate(&d->state, running)->status, AX_RUNNING);
    pruned(d, running, 1, d->state.last_at + 11, 77);
    assert_true(ax_ui_undo_left(&d->ui, &what) > 9);
    assert_int_equal(what.id, running);
    assert_true(ax_ui_next_tick(&d->ui) <= 1);
    keys(d, "u");
    check_command(d, 1, AX_VERB_UNDO, 0, "");
    assert_int_equal(d->ui.out[0].batch, 77);
    pruned(d, running, 2, NAN, 77);
    assert_true(ax_ui_undo_left(&d->ui, &what) == 0);
    keys(d, "u");
    assert_int_equal(d->ui.n_out, 1);
    assert_non_null(strstr(d->ui.message, "for good"));
    keys(d, "u:goto ");
    char id[16];
    snprintf(id, sizeof id, "%u\r", running);
    keys(d, id);
    keys(d, "u");
    assert_int_equal(d->ui.n_out, 1);
    assert_non_null(strstr(d->ui.message, "wasn't finished when it was pruned"));
}

static void a_prune_of_a_finished_one_can_be_undone_at_any_time(void **state)
{
    desk *d = *state;
    uint32_t best = d->state.best, other = best == 7 ? 8 : 7;
    pruned(d, best, 1, NAN, 5);
    assert_int_not_equal(d->state.best, best);
    uint32_t batch[4], n = 0; /* later */
    for (uint32_t id = 20; n < 4; id++)
        if (ax_state_candidate(&d->state, id)->status == AX_DONE)
            pruned(d, batch[n++] = id, 1, NAN, 6);
    d->ui.now += 1e6;
    keys(d, ":goto 10\ru"); /* no pruned row: the last batch */
    check_command(d, 1, AX_VERB_UNDO, 0, "");
    assert_int_equal(d->ui.out[0].batch, 6);
    char go[32];
    snprintf(go, sizeof go, ":goto %u\ru", batch[1]);
    keys(d, go); /* a row of it: likewise */
    check_command(d, 2, AX_VERB_UNDO, 0, "");
    snprintf(go, sizeof go, ":goto %u\r", best);
    keys(d, go);
    keys(d, "x");
    assert_non_null(strstr(d->ui.message, "is pruned already; u takes that back"));
    keys(d, "u"); /* that row, although it was pruned before the others */
    check_command(d, 3, AX_VERB_UNDO, best, "");
    keys(d, "+"); /* and what is pruned can be promoted, once that is taken back */
    assert_int_equal(d->ui.asking, AX_ASK_PROMOTE);
    keys(d, "n");
    assert_int_equal(d->ui.n_out, 3);
    keys(d, "+y");
    check_command(d, 5, AX_VERB_PROMOTE, best, "");
    assert_int_equal(d->ui.out[3].verb, AX_VERB_UNDO);
    assert_int_equal(d->ui.out[3].id, best);
    pruned(d, best, 0, NAN, 5);
    assert_int_equal(d->state.best, best);
    assert_int_equal(d->state.n_undoable, 4);
    keys(d, ":undo 21 #22\r");
    assert_int_equal(d->ui.out[5].n_ids, 2);
    assert_int_equal(d->ui.out[5].batch, 0);
    snprintf(go, sizeof go, ":prune %u\r", other);
    keys(d, go); /* the one that is named, not the selected one */
    check_command(d, 7, AX_VERB_PRUNE, other, "");
    keys(d, ":prune 3 x4\r");
    assert_non_null(strstr(d->ui.message, "prune: 'x4' is not a candidate"));
    keys(d, ":promote 3 4\r");
    assert_non_null(strstr(d->ui.message, "promote takes one candidate"));
    keys(d, ":promote 3\r:undo\r");
    check_command(d, 9, AX_VERB_UNDO, 0, "");
    assert_int_equal(d->ui.out[7].id, 3);
}

static void destructive_keys_ask(void **state)
{
    desk *d = *state;
    keys(d, "Q");
    assert_int_equal(d->ui.asking, AX_ASK_STOP);
    keys(d, "Q"); /* the same key again is no yes */
    assert_int_equal(d->ui.n_out, 0);
    keys(d, "Q\r");
    assert_int_equal(d->ui.n_out, 0);
    keys(d, "Qy");
    check_command(d, 1, AX_VERB_STOP, 0, "");
    assert_true(d->ui.stopping);
    keys(d, "gjmmx");
    assert_int_equal(d->ui.asking, AX_ASK_PRUNE);
    keys(d, "n");
    assert_int_equal(d->ui.n_out, 1);
    keys(d, "xy");
    assert_int_equal(d->ui.n_out, 2);
    assert_int_equal(d->ui.out[1].n_ids, 2);
    assert_true(d->ui.out[1].batch);
    assert_int_equal(d->ui.n_marked, 0);
}

/* As many as are marked, whatever a command holds. */
static void all_marked_ones_are_pruned(void **state)
{
    (void)state;
    desk *d = calloc(1, sizeof *d);
    assert_non_null(d);
    ax_state_init(&d->state);
    ax_history_play(&(ax_history) { .candidates = 300 }, fold, &d->state);
    ax_ui_init(&d->ui, &d->state, "run");
    d->ui.link = AX_LINK_LIVE;
    ax_ui_refresh(&d->ui);
    ax_ui_arrange(&d->ui, 24, 80);
    keys(d, "g");
    for (int i = 0; i < 290; i++)
        keys(d, "m");
    assert_int_equal(d->ui.n_marked, 290);
    keys(d, "xy");
    uint32_t n = 0;
    bool *seen = calloc(d->state.n_candidates + 1, sizeof *seen);
    assert_non_null(seen);
    for (uint32_t i = 0; i < d->ui.n_out; i++)
        for (uint32_t k = 0; k < d->ui.out[i].n_ids; k++, n++) {
            assert_int_equal(d->ui.out[i].verb, AX_VERB_PRUNE);
            assert_true(d->ui.out[i].batch && !seen[d->ui.out[i].ids[k]]);
            seen[d->ui.out[i].ids[k]] = true;
        }
    assert_int_equal(n, 290);
    assert_int_equal(d->ui.n_marked, 0);
    free(seen);
    void *made = d;
    tear_down(&made);
}

static void nothing_moves_under_a_prompt(void **state)
{
    desk *d = *state;
    uint32_t target = d->state.best, running = d->ui.rows.id[0], n = d->ui.rows.n;
    keys(d, "ahm");
    score(d, running, 0.99);
    keys(d, "m\r");
    check_command(d, 1, AX_VERB_NOTE, target, "hmm");
    assert_int_equal(d->ui.rows.n, n);
}

static void without_an_engine_keys_say_so(void **state)
{
    desk *d = *state;
    d->ui.link = AX_LINK_LOST;
    keys(d, "xp+PQa!u");
    assert_int_equal(d->ui.n_out, 0);
    assert_int_equal(d->ui.asking, AX_ASK_NOTHING);
    assert_non_null(strstr(d->ui.message, "no engine runs"));
    assert_true(isinf(ax_ui_next_tick(&d->ui))); /* and no clock runs */
    keys(d, ":save\r");
    assert_int_equal(d->ui.n_out, 0);
    d->ui.link = AX_LINK_LIVE;
    d->ui.readonly = true;
    keys(d, "x");
    assert_int_equal(d->ui.n_out, 0);
    assert_non_null(strstr(d->ui.message, "only reads"));
}

#define PASTED "[[8,[0,0,5,2],[0,2,8,8],[0,5,1,4]],[[3,3],[3,2],[3,0]]]"

static void a_paste_outside_a_prompt_does_nothing(void **state)
{
    desk *d = *state;
    uint32_t selected = d->ui.selected;
    ax_ui_paste(&d->ui, "prune xx [3,[0,0,8,5]] example\ry\rQy", true);
    assert_non_null(strstr(d->ui.message, "pasted text is ignored"));
    keys(d, "jmx"); /* a question isn't answered by it either */
    ax_ui_paste(&d->ui, "y", true);
    assert_int_equal(d->ui.asking, AX_ASK_PRUNE);
    keys(d, "nkm\x1b");
    keys(d, "c");
    ax_ui_paste(&d->ui, PASTED "\r", true); /* nor does the editor take it */
    assert_int_equal(d->ui.asking, AX_ASK_NOTHING);
    keys(d, "\x1b");
    assert_int_equal(d->ui.n_out, 0);
    assert_int_equal(d->ui.view, AX_VIEW_OVERVIEW);
    assert_int_equal(d->ui.selected, selected);
}

static void a_pasted_genotype_is_offered(void **state)
{
    desk *d = *state;
    ax_ui_paste(&d->ui, "\r\n  [[8, [0,0,5,2],\t[0,2,8,8],[0,5,1,4]],\r\n[[3,3],[3,2],[3,0]]]\n", true);
    assert_int_equal(d->ui.asking, AX_ASK_SUBMIT);
    keys(d, "\r"); /* no */
    assert_int_equal(d->ui.n_out, 0);
    ax_ui_paste(&d->ui, PASTED, true);
    keys(d, "y");
    check_command(d, 1, AX_VERB_SUBMIT, 0, PASTED);
    d->ui.readonly = true;
    ax_ui_paste(&d->ui, PASTED, true);
    assert_int_equal(d->ui.asking, AX_ASK_NOTHING);
    assert_non_null(strstr(d->ui.message, "only reads"));
}

static void a_prompt_takes_a_paste_as_one_line(void **state)
{
    desk *d = *state;
    uint32_t best = d->state.best;
    keys(d, "aold \x1b"); /* Escape leaves it */
    keys(d, "asee .");
    ax_ui_key(&d->ui, AX_KEY_LEFT);
    ax_ui_paste(&d->ui, "\ttwo\r\nlines\n\033[31m\x07 \u20ac\xff\xc2\x9b!\n", true);
    assert_int_equal(d->ui.asking, AX_ASK_NOTE);
    assert_false(d->ui.prompt.full);
    keys(d, "\r");
    check_command(d, 1, AX_VERB_NOTE, best, "see two lines [31m \u20ac!.");
    char much[4000];
    memset(much, 'x', sizeof much - 1);
    much[sizeof much - 1] = '\0';
    keys(d, "a");
    ax_ui_paste(&d->ui, much, true);
    assert_true(d->ui.prompt.full);
    assert_int_equal(d->ui.prompt.len, AX_PROMPT_TEXT - 1);
    keys(d, "\x15");
    assert_false(d->ui.prompt.full);
    ax_ui_paste(&d->ui, "short, but its rest was lost", false);
    assert_true(d->ui.prompt.full);
}

static void an_engine_that_is_gone_can_be_started_again(void **state)
{
    desk *d = *state;
    keys(d, "R");
    assert_false(d->ui.resume);
    assert_non_null(strstr(d->ui.message, "R: the engine runs"));
    d->ui.link = AX_LINK_LOST;
    ax_state_engine_died(&d->state);
    keys(d, "R");
    assert_non_null(strstr(d->ui.message, "no engine can be started from here"));
    d->ui.can_resume = true;
    keys(d, "x");
    assert_non_null(strstr(d->ui.message, "no engine runs; R starts it again"));
    keys(d, "R");
    assert_true(d->ui.resume);
    d->ui.resume = false;
    keys(d, ":resume\r");
    assert_true(d->ui.resume);
    d->ui.resume = false;
    d->ui.readonly = true;
    keys(d, "R:resume\r");
    assert_false(d->ui.resume);
}

static void a_state_that_was_read_again_keeps_what_is_there(void **state)
{
    desk *d = *state;
    uint32_t last = d->state.n_candidates;
    keys(d, "2:goto 3\rm:goto ");
    ax_prompt_paste(&d->ui.prompt, "60");
    keys(d, "\rm");
    assert_int_equal(d->ui.n_marked, 2);
    keys(d, ":goto 3\r");
    assert_true(last >= 60);
    ax_state_release(&d->state); /* the engine that goes on has cut what wasn't in its snapshot */
    ax_state_init(&d->state);
    ax_history_play(&(ax_history) { .candidates = 40 }, fold, &d->state);
    ax_ui_replaced(&d->ui);
    ax_ui_refresh(&d->ui);
    assert_int_equal(d->ui.n_marked, 1);
    assert_int_equal(d->ui.selected, 3);
    assert_true(d->ui.rows.n >= 40 && d->ui.rows.n < 60);
}

/* What is read stays where it is while new lines come, until it is dropped: then the oldest that is kept is shown. */
static void the_log_holds_still_while_it_is_read(void **state)
{
    desk *d = *state;
    keys(d, "6");
    ax_ui_arrange(&d->ui, 24, 80);
    keys(d, "kkkk");
    uint64_t shown = d->state.n_log - d->ui.log_back;
    score(d, 1, 0.1);
    score(d, 2, 0.1);
    assert_int_equal(d->state.n_log - d->ui.log_back, shown);
    keys(d, "G");
    assert_int_equal(d->ui.log_back, 0);
    keys(d, "g");
    while (!d->state.log_dropped)
        score(d, 1, 0.1);
    shown = d->state.log_dropped + d->state.n_log - d->ui.log_back;
    assert_int_equal(shown, d->ui.layout.log.rows - 2); /* its first line is gone just now */
    for (int i = 0; i < 1000; i++)
        score(d, 1, 0.1);
    assert_int_equal(d->state.n_log, AX_STATE_LOG);
    assert_int_equal(d->state.n_log - d->ui.log_back, d->ui.layout.log.rows - 2 - 1); /* and the word about it */
    for (uint32_t i = 1; i < d->state.n_log; i++)
        assert_true(ax_state_log(&d->state, i)->at >= ax_state_log(&d->state, i - 1)->at);
}

static void every_key_has_one_meaning(void **state)
{
    (void)state;
    for (int a = 0; a < AX_ACTION_COUNT; a++) {
        assert_true(strlen(ax_actions[a].label) > 0 && strlen(ax_actions[a].label) <= 9);
        assert_true(strlen(ax_actions[a].help) > 0 && strlen(ax_actions[a].help) <= 66);
        for (int b = 0; b < a; b++)
            assert_int_not_equal(ax_actions[a].key, ax_actions[b].key);
        assert_int_equal(ax_action_of(ax_actions[a].key), a);
        assert_false(ax_actions[a].key >= '1' && ax_actions[a].key <= '6'); /* the views */
    }
}

static void text_is_edited(void **state)
{
    (void)state;
    ax_prompt p;
    ax_prompt_start(&p, "");
    static const uint32_t typed[] = { 'a', 0xe4, 'b', AX_KEY_LEFT, AX_KEY_BACKSPACE, 0x20ac, AX_KEY_END, 'c' };
    for (size_t i = 0; i < sizeof typed / sizeof *typed; i++)
        assert_int_equal(ax_prompt_key(&p, typed[i]), AX_TYPED);
    assert_string_equal(p.text, "a\u20acbc");
    ax_prompt_key(&p, AX_CTRL('A'));
    ax_prompt_key(&p, AX_KEY_RIGHT);
    ax_prompt_key(&p, AX_CTRL('K'));
    assert_string_equal(p.text, "a");
    for (int i = 0; i < 500; i++)
        ax_prompt_key(&p, 0x1f600);
    assert_true(p.len < sizeof p.text && strlen(p.text) == p.len);
    ax_prompt_key(&p, AX_CTRL('U'));
    assert_string_equal(p.text, "");
    assert_int_equal(ax_prompt_key(&p, AX_KEY_BACKSPACE), AX_DROPPED);
    ax_prompt_start(&p, "one two  ");
    ax_prompt_key(&p, AX_CTRL('W'));
    assert_string_equal(p.text, "one ");
    assert_int_equal(ax_prompt_key(&p, AX_KEY_ENTER), AX_ACCEPTED);
    assert_int_equal(ax_prompt_key(&p, AX_KEY_ESCAPE), AX_DROPPED);
}

int main(void)
{
#define WITH_DESK(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        WITH_DESK(the_selection_follows_the_candidate),
        WITH_DESK(the_selected_row_is_in_sight),
        WITH_DESK(keys_become_commands),
        WITH_DESK(a_candidate_is_changed_and_queued),
        WITH_DESK(finding_goes_around),
        WITH_DESK(comparing_chooses_the_other),
        WITH_DESK(plot_and_masks_zoom_by_themselves),
        WITH_DESK(a_prune_of_an_unfinished_one_can_be_undone_for_a_while),
        WITH_DESK(a_prune_of_a_finished_one_can_be_undone_at_any_time),
        cmocka_unit_test(all_marked_ones_are_pruned),
        WITH_DESK(destructive_keys_ask),
        WITH_DESK(nothing_moves_under_a_prompt),
        WITH_DESK(without_an_engine_keys_say_so),
        WITH_DESK(a_paste_outside_a_prompt_does_nothing),
        WITH_DESK(a_pasted_genotype_is_offered),
        WITH_DESK(a_prompt_takes_a_paste_as_one_line),
        WITH_DESK(an_engine_that_is_gone_can_be_started_again),
        WITH_DESK(a_state_that_was_read_again_keeps_what_is_there),
        WITH_DESK(the_log_holds_still_while_it_is_read),
        cmocka_unit_test(every_key_has_one_meaning),
        cmocka_unit_test(text_is_edited),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
