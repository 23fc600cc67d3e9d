/* Keys without a terminal: the selection, prompts, and the commands sent to the engine. */
#include "engine/space/change.h"
#include "tests/helper/desk.h"
#include "tests/helper/suite.h"
#include "tui/ui/edit.h"
#include "tui/ui/palette.h"
#include "tui/view/mask_view.h"
#include "viz/curve.h"

#include <math.h>
#include <string.h>

static ax_edit *editor(ax_desk *d)
{
    return d->ui.context_slot[AX_CONTEXT_EDIT];
}

/* The candidate that the selected one is compared with, 0 = none. */
static uint32_t compared(ax_desk *d)
{
    const uint32_t *with = d->ui.context_slot[AX_CONTEXT_COMPARE];
    return ax_ui_is_open(&d->ui, AX_CONTEXT_COMPARE) ? *with : 0;
}

static void fold(void *context, ax_event *ev)
{
    ax_state_fold(context, ev);
}

static void the_selection_follows_the_candidate(void **state)
{
    ax_desk *d = *state;
    uint32_t running = ax_ui_selection(&d->ui)->rows.id[0];
    /* without a choice by the user the best one is selected */
    assert_int_equal(ax_ui_selection(&d->ui)->selected, d->state.best);
    ax_desk_keys(d, "jj");
    uint32_t chosen = ax_ui_selection(&d->ui)->selected;
    long row = ax_rows_find(&ax_ui_selection(&d->ui)->rows, chosen);
    ax_desk_score(d, running, 0.99); /* a new best: rows move, but not the selection */
    assert_int_equal(d->state.best, running);
    assert_int_equal(ax_ui_selection(&d->ui)->selected, chosen);
    ax_desk_keys(d, "s");
    assert_int_equal(ax_ui_selection(&d->ui)->selected, chosen);
    assert_true(ax_rows_find(&ax_ui_selection(&d->ui)->rows, chosen) != row);
    ax_desk_keys(d, "G");
    assert_int_equal(ax_ui_selection(&d->ui)->selected,
                     ax_ui_selection(&d->ui)->rows.id[ax_ui_selection(&d->ui)->rows.n - 1]);
    ax_desk_keys(d, "g");
    assert_int_equal(ax_ui_selection(&d->ui)->selected, ax_ui_selection(&d->ui)->rows.id[0]);
    ax_ui_key(&d->ui, AX_KEY_ESCAPE);
    assert_int_equal(ax_ui_selection(&d->ui)->selected, running);
}

static void the_selected_row_is_in_sight(void **state)
{
    ax_desk *d = *state;
    for (int i = 0; i < 200; i++) {
        ax_desk_keys(d, i % 3 ? "j" : i % 7 ? " " : "k");
        ax_ui_arrange(&d->ui, 24, 80);
        long at = ax_rows_find(&ax_ui_selection(&d->ui)->rows, ax_ui_selection(&d->ui)->selected);
        assert_true(at >= (long)ax_ui_selection(&d->ui)->first &&
                    at < (long)ax_ui_selection(&d->ui)->first + d->ui.layout.pane[AX_VIEW_TABLE].rows - 1);
    }
}

/* Beside other panes the table scrolls by steps; the last one goes to the end rather than leave a single row unseen. */
static void a_step_leaves_no_single_row(void **state)
{
    ax_desk *d = *state;
    for (uint32_t n = 20; n < 30; n++) {
        ax_ui_release(&d->ui);
        ax_state_release(&d->state);
        ax_desk_play(d, &(ax_history) { .candidates = n });
        const ax_selection *t = ax_ui_selection(&d->ui);
        ax_desk_keys(d, "g");
        for (int i = 0; i < 2 * 40; i++) {
            ax_ui_arrange(&d->ui, 48, 160);
            uint32_t seen = (uint32_t)d->ui.layout.pane[AX_VIEW_TABLE].rows - 4, last = t->rows.n - seen;
            long at = ax_rows_find(&t->rows, t->selected);
            assert_true(d->ui.layout.table_framed && at >= (long)t->first && at < (long)(t->first + seen));
            assert_true(t->first != last - 1 && t->first != 1);
            ax_desk_keys(d, i < 40 ? "j" : "k");
        }
        assert_int_equal(t->first, 0);
    }
}

static void keys_become_commands(void **state)
{
    ax_desk *d = *state;
    uint32_t best = d->state.best;
    ax_desk_keys(d, "x");
    ax_desk_check_command(d, 1, AX_VERB_PRUNE, best, "");
    ax_desk_keys(d, "+");
    ax_desk_check_command(d, 2, AX_VERB_PROMOTE, best, "");
    ax_desk_keys(d, "p");
    ax_desk_check_command(d, 3, AX_VERB_PAUSE, best, "");
    ax_desk_keys(d, "P");
    ax_desk_check_command(d, 4, AX_VERB_PAUSE, 0, "");
    ax_desk_keys(d, "!");
    ax_desk_check_command(d, 5, AX_VERB_PIN, best, "");
    ax_desk_keys(d, "u"); /* nothing is pruned: reported, and nothing is sent */
    assert_int_equal(d->ui.n_out, 5);
    assert_non_null(strstr(d->ui.message, "nothing is pruned"));
    ax_desk_keys(d, "aan idea\r");
    ax_desk_check_command(d, 6, AX_VERB_NOTE, best, "an idea");
    ax_desk_keys(d, ":submit [[8,[0,0,5,2],[0,2,8,8],[0,5,1,4]],[[3,3],[3,2],[3,0]]]\r");
    ax_desk_check_command(d, 7, AX_VERB_SUBMIT, 0, "[[8,[0,0,5,2],[0,2,8,8],[0,5,1,4]],[[3,3],[3,2],[3,0]]]");
    ax_desk_keys(d, ":save\r");
    ax_desk_check_command(d, 8, AX_VERB_SAVE, 0, "");
    ax_desk_keys(d, "-");
    ax_desk_check_command(d, 9, AX_VERB_DEMOTE, best, "");
    ax_desk_keys(d, ":nonsense\r");
    assert_int_equal(d->ui.n_out, 9);
    assert_non_null(strstr(d->ui.message, "'nonsense' is not a command"));
    ax_ui_command(&d->ui, "prun 1");
    assert_non_null(strstr(d->ui.message, "'prun' is not a command; did you mean 'prune'?"));
    ax_palette_word w;
    for (int v = 0; v < AX_VERB_COUNT; v++) /* the list leaves none out */
        assert_true(ax_palette_find(ax_verb_word((ax_verb)v), &w) && w.doc[0] && ax_palette(v, &w));
    ax_desk_keys(d, ":pro\t");
    assert_string_equal(ax_ui_prompted(&d->ui)->line.text, "promote ");
    ax_desk_keys(d, "\x15p\t");
    assert_string_equal(ax_ui_prompted(&d->ui)->line.text, "p");
    ax_desk_keys(d, "\x15sub\t\t\x1b");
}

static void a_candidate_is_changed_and_queued(void **state)
{
    ax_desk *d = *state;
    uint32_t best = d->state.best;
    ax_genotype from = ax_state_candidate(&d->state, best)->genotype, want;
    ax_desk_keys(d, "c\r"); /* without changes the editor stays open */
    assert_int_equal(d->ui.n_out, 0);
    assert_int_equal(editor(d)->parent, best);
    assert_non_null(strstr(d->ui.message, "nothing is changed"));
    const ax_space *space = ax_space_of(&from);
    /* every decision steps through all its values and returns to the first */
    for (int line = 0; line < space->n_lines; line++)
        for (int field = 0; field < space->line[line].fields; field++) {
            editor(d)->line = line;
            editor(d)->field = field;
            for (int k = 0; k < space->decision[space->line[line].decision[field]].choices; k++)
                ax_desk_keys(d, "+");
        }
    assert_memory_equal(&editor(d)->now, &from, sizeof from);
    editor(d)->line = editor(d)->field = 0;
    ax_desk_keys(d, "10jl"); /* op1 = none; then the input of value 2 */
    assert_int_equal(editor(d)->now.value[0], 10);
    ax_desk_keys(d, "-rkh9kl5"); /* op1 = skip; up, past the first line: block6b = 5 */
    want = from;
    assert_int_equal(ax_genotype_edit(&want, "op1=skip block6b=5", NULL), AX_OK);
    assert_memory_equal(&editor(d)->now, &want, sizeof want);
    ax_desk_keys(d, "\r");
    assert_int_equal(d->ui.n_out, 1);
    assert_int_equal(d->ui.out[0].verb, AX_VERB_FORK);
    assert_int_equal(d->ui.out[0].id, best);
    assert_int_equal(ax_genotype_edit(&from, d->ui.out[0].text, NULL), AX_OK);
    assert_memory_equal(&from, &want, sizeof want);
    ax_desk_keys(d, "c+\x1b"); /* cancelled */
    assert_int_equal(d->ui.n_out, 1);
    assert_int_equal(ax_ui_top(&d->ui), AX_CONTEXT_VIEWS);
}

static void finding_goes_around(void **state)
{
    ax_desk *d = *state;
    ax_desk_keys(d, "fstate=F\r");
    uint32_t first = ax_ui_selection(&d->ui)->selected;
    assert_int_equal(ax_state_candidate(&d->state, first)->status, AX_FAILED);
    int n = 0;
    do {
        ax_desk_keys(d, "n");
        assert_int_equal(ax_state_candidate(&d->state, ax_ui_selection(&d->ui)->selected)->status, AX_FAILED);
        n++;
    } while (ax_ui_selection(&d->ui)->selected != first && n < 100);
    assert_int_equal(n, d->state.n_failed);
    ax_desk_keys(d, "n");
    uint32_t second = ax_ui_selection(&d->ui)->selected;
    ax_desk_keys(d, "N");
    assert_int_equal(ax_ui_selection(&d->ui)->selected, first);
    assert_int_not_equal(second, first);
    ax_desk_keys(d, "f\x15reward>2\r"); /* Ctrl-U: the last search is offered */
    assert_int_equal(ax_ui_selection(&d->ui)->selected, first);
    assert_non_null(strstr(d->ui.message, "no row has it"));
    ax_desk_keys(d, "f\x15size>2\r");
    assert_non_null(strstr(d->ui.message, "'size' is not a column"));
}

static void comparing_chooses_the_other(void **state)
{
    ax_desk *d = *state;
    uint32_t best = d->state.best;
    ax_desk_keys(d, "=");
    assert_int_equal(compared(d), 0); /* the best is selected itself */
    assert_non_null(strstr(d->ui.message, "mark it with m"));
    ax_desk_keys(d, "j=");
    assert_int_equal(compared(d), best);
    uint32_t right = ax_ui_selection(&d->ui)->selected;
    ax_desk_keys(d, "j"); /* the selection moves within the comparison */
    assert_int_equal(compared(d), best);
    assert_int_not_equal(ax_ui_selection(&d->ui)->selected, right);
    ax_desk_keys(d, "x"); /* any other key leaves the comparison, and does nothing else */
    assert_int_equal(compared(d), 0);
    assert_int_equal(d->ui.n_out, 0);
    ax_desk_keys(d, "Gmgj=");
    assert_int_equal(compared(d),
                     ax_ui_selection(&d->ui)->rows.id[ax_ui_selection(&d->ui)->rows.n - 1]); /* the marked candidate */
}

static void plot_and_masks_zoom_by_themselves(void **state)
{
    ax_desk *d = *state;
    ax_desk_keys(d, "zz");
    assert_int_equal(((const ax_curve_window *)d->ui.slot[AX_VIEW_REWARD])->width, 16);
    assert_int_equal(ax_ui_masks(&d->ui)->window.zoom, 0);
    ax_ui_key(&d->ui, '5');
    ax_ui_arrange(&d->ui, 24, 80);
    ax_desk_keys(d, "z>}");
    assert_int_equal(ax_ui_masks(&d->ui)->window.zoom, 1);
    assert_true(ax_ui_masks(&d->ui)->window.right > 0.49 && ax_ui_masks(&d->ui)->window.down > 0.49);
    assert_int_equal(((const ax_curve_window *)d->ui.slot[AX_VIEW_REWARD])->width, 16);
    ax_desk_keys(d, "0"); /* what can't be seen stays as it is */
    assert_int_equal(ax_ui_masks(&d->ui)->window.zoom, 0);
    assert_int_equal(((const ax_curve_window *)d->ui.slot[AX_VIEW_REWARD])->width, 16);
    ax_ui_key(&d->ui, '1');
    ax_ui_arrange(&d->ui, 24, 80);
    ax_desk_keys(d, "0");
    assert_int_equal(((const ax_curve_window *)d->ui.slot[AX_VIEW_REWARD])->width, 0);
}

/* What a key that zooms says when it can't is true of short runs, too. */
static void a_short_plot_is_told_as_it_is(void **state)
{
    ax_desk *d = *state;
    ax_ui_release(&d->ui);
    ax_state_release(&d->state);
    ax_desk_play(d, &(ax_history) { .candidates = 10 });
    ax_desk_keys(d, "z");
    assert_string_equal(d->ui.message, "the plot can't be enlarged further");
    ax_desk_keys(d, "<");
    assert_string_equal(d->ui.message, "this is the whole plot");
    ax_desk_keys(d, "Z");
    assert_string_equal(d->ui.message, "this is the whole plot");
}

static void nothing_moves_under_a_prompt(void **state)
{
    ax_desk *d = *state;
    uint32_t target = d->state.best, running = ax_ui_selection(&d->ui)->rows.id[0], n = ax_ui_selection(&d->ui)->rows.n;
    ax_desk_keys(d, "ahm");
    ax_desk_score(d, running, 0.99);
    ax_desk_keys(d, "m\r");
    ax_desk_check_command(d, 1, AX_VERB_NOTE, target, "hmm");
    assert_int_equal(ax_ui_selection(&d->ui)->rows.n, n);
}

static void without_an_engine_keys_say_so(void **state)
{
    ax_desk *d = *state;
    d->ui.link = AX_LINK_LOST;
    ax_desk_keys(d, "xp+PQa!u");
    assert_int_equal(d->ui.n_out, 0);
    assert_int_equal(ax_ui_asks(&d->ui), AX_ASK_NOTHING);
    assert_non_null(strstr(d->ui.message, "no engine runs"));
    assert_true(isinf(ax_ui_next_tick(&d->ui))); /* no clock runs either */
    ax_desk_keys(d, ":save\r");
    assert_int_equal(d->ui.n_out, 0);
    d->ui.link = AX_LINK_LIVE;
    d->ui.readonly = true;
    ax_desk_keys(d, "x");
    assert_int_equal(d->ui.n_out, 0);
    assert_non_null(strstr(d->ui.message, "only reads"));
}

static void an_engine_that_is_gone_can_be_started_again(void **state)
{
    ax_desk *d = *state;
    ax_desk_keys(d, "R");
    assert_false(d->ui.resume);
    assert_non_null(strstr(d->ui.message, "R: the engine runs"));
    d->ui.link = AX_LINK_LOST;
    ax_state_engine_died(&d->state);
    ax_desk_keys(d, "R");
    assert_non_null(strstr(d->ui.message, "no engine can be started from here"));
    d->ui.can_resume = true;
    ax_desk_keys(d, "x");
    assert_non_null(strstr(d->ui.message, "no engine runs; R starts it again"));
    ax_desk_keys(d, "R");
    assert_true(d->ui.resume);
    d->ui.resume = false;
    ax_desk_keys(d, ":resume\r");
    assert_true(d->ui.resume);
    d->ui.resume = false;
    d->ui.readonly = true;
    ax_desk_keys(d, "R:resume\r");
    assert_false(d->ui.resume);
}

static void a_state_that_was_read_again_keeps_what_is_there(void **state)
{
    ax_desk *d = *state;
    uint32_t last = d->state.n_candidates;
    ax_desk_keys(d, "2:goto 3\rm:goto ");
    ax_prompt_paste(&ax_ui_prompted(&d->ui)->line, "60");
    ax_desk_keys(d, "\rm");
    assert_int_equal(ax_ui_selection(&d->ui)->n_marked, 2);
    ax_desk_keys(d, ":goto 3\r");
    assert_true(last >= 60);
    ax_state_release(&d->state); /* the resumed engine has dropped the candidates that weren't in its snapshot */
    ax_state_init(&d->state);
    ax_history_play(&(ax_history) { .candidates = 40 }, fold, &d->state);
    ax_ui_replaced(&d->ui);
    ax_ui_refresh(&d->ui);
    assert_int_equal(ax_ui_selection(&d->ui)->n_marked, 1);
    assert_int_equal(ax_ui_selection(&d->ui)->selected, 3);
    assert_true(ax_ui_selection(&d->ui)->rows.n >= 40 && ax_ui_selection(&d->ui)->rows.n < 60);
}

static void what_a_key_does_can_be_typed(void **state)
{
    ax_desk *d = *state;
    ax_desk_keys(d, ":zoom-i\t");
    assert_string_equal(ax_ui_prompted(&d->ui)->line.text, "zoom-in");
    ax_desk_keys(d, "\x15"
                    "dmt\t"); /* fuzzy completion */
    assert_string_equal(ax_ui_prompted(&d->ui)->line.text, "demote ");
    ax_desk_keys(d, "\x15"
                    "help\r");
    assert_int_equal(ax_ui_top(&d->ui), AX_CONTEXT_HELP);
    ax_desk_keys(d, "x:mark-all\r");
    assert_int_equal(ax_ui_selection(&d->ui)->n_marked, ax_ui_selection(&d->ui)->rows.n);
    ax_desk_keys(d, ":xyz\t");
    assert_string_equal(ax_ui_prompted(&d->ui)->line.text, "xyz");
    ax_desk_keys(d, "\x1b");
}

static void every_key_has_one_meaning(void **state)
{
    const ax_desk *d = *state;
    for (int a = 0; a < AX_ACTION_COUNT; a++) {
        assert_true(strlen(ax_actions[a].label) > 0 && strlen(ax_actions[a].label) <= 9);
        assert_true(strlen(ax_actions[a].help) > 0 && strlen(ax_actions[a].help) <= 66);
        for (int b = 0; b < a; b++) /* actions of the same context */
            assert_true(ax_actions[a].key != ax_actions[b].key || !(ax_actions[a].contexts & ax_actions[b].contexts));
        for (int in = 0; in < AX_CONTEXT_COUNT; in++)
            if (ax_actions[a].contexts >> in & 1)
                assert_int_equal(ax_keymap_action(&d->ui.keys, (ax_context_id)in, ax_actions[a].key), a);
            else
                assert_int_not_equal(ax_keymap_action(&d->ui.keys, (ax_context_id)in, ax_actions[a].key), a);
        assert_false(ax_actions[a].key >= '1' && ax_actions[a].key <= '8'); /* the keys of the views */
    }
}

TEST(text_is_edited)
{
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
    return RUN_EACH_TEST_WITHIN(
        ax_desk_set_up, ax_desk_tear_down, the_selection_follows_the_candidate, the_selected_row_is_in_sight,
        a_step_leaves_no_single_row, keys_become_commands, a_candidate_is_changed_and_queued, finding_goes_around,
        comparing_chooses_the_other, plot_and_masks_zoom_by_themselves, a_short_plot_is_told_as_it_is,
        nothing_moves_under_a_prompt, without_an_engine_keys_say_so, an_engine_that_is_gone_can_be_started_again,
        a_state_that_was_read_again_keeps_what_is_there, what_a_key_does_can_be_typed, every_key_has_one_meaning,
        text_is_edited);
}
