/* Prune, undo, promote and pastes: the commands that they send to the engine. */
#include "tests/helper/desk.h"
#include "tests/helper/suite.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void pruned(ax_desk *d, uint32_t id, int phase, double until, int64_t batch)
{
    ax_event ev;
    memset(&ev, 0, sizeof ev);
    ev.kind = AX_EVENT_PRUNED;
    ev.id = id;
    ev.u.PRUNED.phase = phase;
    ev.u.PRUNED.until = until;
    ev.u.PRUNED.batch = batch;
    ax_desk_event(d, ev);
}

static void a_prune_of_an_unfinished_one_can_be_undone_for_a_while(void **state)
{
    ax_desk *d = *state;
    uint32_t running = ax_ui_selection(&d->ui)->rows.id[0];
    ax_prunes what;
    assert_int_equal(ax_state_candidate(&d->state, running)->status, AX_RUNNING);
    pruned(d, running, 1, d->state.last_at + 11, 77);
    assert_true(ax_ui_undo_left(&d->ui, &what) > 9);
    assert_int_equal(what.id, running);
    assert_true(ax_ui_next_tick(&d->ui) <= 1);
    ax_desk_keys(d, "u");
    ax_desk_check_command(d, 1, AX_VERB_UNDO, 0, "");
    assert_int_equal(d->ui.out[0].batch, 77);
    pruned(d, running, 2, NAN, 77);
    assert_true(ax_ui_undo_left(&d->ui, &what) == 0);
    ax_desk_keys(d, "u");
    assert_int_equal(d->ui.n_out, 1);
    assert_non_null(strstr(d->ui.message, "for good"));
    ax_desk_keys(d, "u:goto ");
    char id[16];
    snprintf(id, sizeof id, "%u\r", running);
    ax_desk_keys(d, id);
    ax_desk_keys(d, "u");
    assert_int_equal(d->ui.n_out, 1);
    assert_non_null(strstr(d->ui.message, "wasn't finished when it was pruned"));
}

static void a_prune_of_a_finished_one_can_be_undone_at_any_time(void **state)
{
    ax_desk *d = *state;
    uint32_t best = d->state.best, other = best == 7 ? 8 : 7;
    pruned(d, best, 1, NAN, 5);
    assert_int_not_equal(d->state.best, best);
    uint32_t batch[4], n = 0; /* pruned later */
    for (uint32_t id = 20; n < 4; id++)
        if (ax_state_candidate(&d->state, id)->status == AX_DONE)
            pruned(d, batch[n++] = id, 1, NAN, 6);
    d->ui.now += 1e6;
    ax_desk_keys(d, ":goto 10\ru"); /* the selected row isn't pruned: the last batch is undone */
    ax_desk_check_command(d, 1, AX_VERB_UNDO, 0, "");
    assert_int_equal(d->ui.out[0].batch, 6);
    char go[32];
    snprintf(go, sizeof go, ":goto %u\ru", batch[1]);
    ax_desk_keys(d, go); /* a row of the batch: likewise */
    ax_desk_check_command(d, 2, AX_VERB_UNDO, 0, "");
    snprintf(go, sizeof go, ":goto %u\r", best);
    ax_desk_keys(d, go);
    ax_desk_keys(d, "x");
    assert_non_null(strstr(d->ui.message, "is pruned already; u takes that back"));
    ax_desk_keys(d, "u"); /* only that row, although it was pruned before the others */
    ax_desk_check_command(d, 3, AX_VERB_UNDO, best, "");
    ax_desk_keys(d, "+"); /* a pruned candidate can be promoted; the pruning is undone first */
    assert_int_equal(ax_ui_asks(&d->ui), AX_ASK_PROMOTE);
    ax_desk_keys(d, "n");
    assert_int_equal(d->ui.n_out, 3);
    ax_desk_keys(d, "+y");
    ax_desk_check_command(d, 5, AX_VERB_PROMOTE, best, "");
    assert_int_equal(d->ui.out[3].verb, AX_VERB_UNDO);
    assert_int_equal(d->ui.out[3].id, best);
    pruned(d, best, 0, NAN, 5);
    assert_int_equal(d->state.best, best);
    assert_int_equal(d->state.n_undoable, 4);
    ax_desk_keys(d, ":undo 21 #22\r");
    assert_int_equal(d->ui.out[5].n_ids, 2);
    assert_int_equal(d->ui.out[5].batch, 0);
    snprintf(go, sizeof go, ":prune %u\r", other);
    ax_desk_keys(d, go); /* the named candidate, not the selected one */
    ax_desk_check_command(d, 7, AX_VERB_PRUNE, other, "");
    ax_desk_keys(d, ":prune 3 x4\r");
    assert_non_null(strstr(d->ui.message, "prune: 'x4' is not a candidate; numbers go from 1 to "));
    ax_desk_keys(d, ":promote 3 4\r");
    assert_non_null(strstr(d->ui.message, "promote takes one candidate"));
    ax_desk_keys(d, ":promote 3\r:undo\r");
    ax_desk_check_command(d, 9, AX_VERB_UNDO, 0, "");
    assert_int_equal(d->ui.out[7].id, 3);
}

static void destructive_keys_ask(void **state)
{
    ax_desk *d = *state;
    ax_desk_keys(d, "Q");
    assert_int_equal(ax_ui_asks(&d->ui), AX_ASK_STOP);
    ax_desk_keys(d, "Q"); /* the same key again doesn't confirm */
    assert_int_equal(d->ui.n_out, 0);
    ax_desk_keys(d, "Q\r");
    assert_int_equal(d->ui.n_out, 0);
    ax_desk_keys(d, "Qy");
    ax_desk_check_command(d, 1, AX_VERB_STOP, 0, "");
    assert_true(d->ui.stopping);
    ax_desk_keys(d, "gjmmx");
    assert_int_equal(ax_ui_asks(&d->ui), AX_ASK_PRUNE);
    ax_desk_keys(d, "n");
    assert_int_equal(d->ui.n_out, 1);
    ax_desk_keys(d, "xy");
    assert_int_equal(d->ui.n_out, 2);
    assert_int_equal(d->ui.out[1].n_ids, 2);
    assert_true(d->ui.out[1].batch);
    assert_int_equal(ax_ui_selection(&d->ui)->n_marked, 0);
}

/* All marked candidates are pruned, however many fit into one command. */
TEST(all_marked_ones_are_pruned)
{
    ax_desk *d = calloc(1, sizeof *d);
    assert_non_null(d);
    ax_desk_play(d, &(ax_history) { .candidates = 300 });
    ax_desk_keys(d, "g");
    for (int i = 0; i < 290; i++)
        ax_desk_keys(d, "m");
    assert_int_equal(ax_ui_selection(&d->ui)->n_marked, 290);
    ax_desk_keys(d, "xy");
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
    assert_int_equal(ax_ui_selection(&d->ui)->n_marked, 0);
    free(seen);
    void *made = d;
    ax_desk_tear_down(&made);
}

#define PASTED "[[8,[0,0,5,2],[0,2,8,8],[0,5,1,4]],[[3,3],[3,2],[3,0]]]"

static void a_paste_outside_a_prompt_does_nothing(void **state)
{
    ax_desk *d = *state;
    uint32_t selected = ax_ui_selection(&d->ui)->selected;
    ax_ui_paste(&d->ui, "prune xx [3,[0,0,8,5]] example\ry\rQy", true);
    assert_non_null(strstr(d->ui.message, "pasted text is ignored"));
    ax_desk_keys(d, "jmx"); /* nor does a paste answer a question */
    ax_ui_paste(&d->ui, "y", true);
    assert_int_equal(ax_ui_asks(&d->ui), AX_ASK_PRUNE);
    ax_desk_keys(d, "nkm\x1b");
    ax_desk_keys(d, "c");
    ax_ui_paste(&d->ui, PASTED "\r", true); /* nor does the editor take it */
    assert_int_equal(ax_ui_asks(&d->ui), AX_ASK_NOTHING);
    ax_desk_keys(d, "\x1b");
    assert_int_equal(d->ui.n_out, 0);
    assert_int_equal(d->ui.view, AX_VIEW_OVERVIEW);
    assert_int_equal(ax_ui_selection(&d->ui)->selected, selected);
}

static void a_pasted_genotype_is_offered(void **state)
{
    ax_desk *d = *state;
    ax_ui_paste(&d->ui, "\r\n  [[8, [0,0,5,2],\t[0,2,8,8],[0,5,1,4]],\r\n[[3,3],[3,2],[3,0]]]\n", true);
    assert_int_equal(ax_ui_asks(&d->ui), AX_ASK_SUBMIT);
    ax_desk_keys(d, "\r"); /* Enter means no */
    assert_int_equal(d->ui.n_out, 0);
    ax_ui_paste(&d->ui, PASTED, true);
    ax_desk_keys(d, "y");
    ax_desk_check_command(d, 1, AX_VERB_SUBMIT, 0, PASTED);
    d->ui.readonly = true;
    ax_ui_paste(&d->ui, PASTED, true);
    assert_int_equal(ax_ui_asks(&d->ui), AX_ASK_NOTHING);
    assert_non_null(strstr(d->ui.message, "only reads"));
}

static void a_prompt_takes_a_paste_as_one_line(void **state)
{
    ax_desk *d = *state;
    uint32_t best = d->state.best;
    ax_desk_keys(d, "aold \x1b"); /* Escape cancels */
    ax_desk_keys(d, "asee .");
    ax_ui_key(&d->ui, AX_KEY_LEFT);
    ax_ui_paste(&d->ui, "\ttwo\r\nlines\n\033[31m\x07 \u20ac\xff\xc2\x9b!\n", true);
    assert_int_equal(ax_ui_asks(&d->ui), AX_ASK_NOTE);
    assert_false(ax_ui_prompted(&d->ui)->line.full);
    ax_desk_keys(d, "\r");
    ax_desk_check_command(d, 1, AX_VERB_NOTE, best, "see two lines [31m \u20ac!.");
    char much[4000];
    memset(much, 'x', sizeof much - 1);
    much[sizeof much - 1] = '\0';
    ax_desk_keys(d, "a");
    ax_ui_paste(&d->ui, much, true);
    assert_true(ax_ui_prompted(&d->ui)->line.full);
    assert_int_equal(ax_ui_prompted(&d->ui)->line.len, AX_PROMPT_TEXT - 1);
    ax_desk_keys(d, "\x15");
    assert_false(ax_ui_prompted(&d->ui)->line.full);
    ax_ui_paste(&d->ui, "short, but its rest was lost", false);
    assert_true(ax_ui_prompted(&d->ui)->line.full);
}

int main(void)
{
    return RUN_EACH_TEST_WITHIN(
        ax_desk_set_up, ax_desk_tear_down, a_prune_of_an_unfinished_one_can_be_undone_for_a_while,
        a_prune_of_a_finished_one_can_be_undone_at_any_time, destructive_keys_ask, all_marked_ones_are_pruned,
        a_paste_outside_a_prompt_does_nothing, a_pasted_genotype_is_offered, a_prompt_takes_a_paste_as_one_line);
}
