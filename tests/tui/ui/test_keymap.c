/* keys.ini: other keys for actions, and errors. */
#include "tests/helper/desk.h"
#include "tests/helper/suite.h"

#include <stdio.h>
#include <string.h>

static ax_code parse(ax_keymap *k, const char *text, ax_err *err)
{
    char copy[256];
    snprintf(copy, sizeof copy, "%s", text);
    return ax_keymap_parse(k, "keys.ini", copy, err);
}

static void keys_can_be_others(void **state)
{
    ax_desk *d = *state;
    ax_err err;
    assert_int_equal(
        parse(&d->ui.keys, "# mine\n\n prune = D \r\nundo=none\nzoom-in = PgUp\npage-up = x\ndown = \303\266", &err),
        AX_OK);
    uint32_t best = d->state.best;
    ax_desk_keys(d, "D");
    ax_desk_check_command(d, 1, AX_VERB_PRUNE, best, "");
    assert_int_equal(ax_keymap_action(&d->ui.keys, AX_CONTEXT_VIEWS, 'x'), AX_DO_PAGE_UP);
    assert_int_equal(ax_keymap_action(&d->ui.keys, AX_CONTEXT_VIEWS, 'u'), AX_DO_NOTHING);
    assert_int_equal(ax_keymap_action(&d->ui.keys, AX_CONTEXT_VIEWS, AX_KEY_PAGE_UP), AX_DO_ZOOM_IN);
    assert_int_equal(ax_keymap_action(&d->ui.keys, AX_CONTEXT_VIEWS, 0xf6), AX_DO_DOWN);
    assert_int_equal(ax_keymap_action(&d->ui.keys, AX_CONTEXT_VIEWS, AX_KEY_DOWN), AX_DO_DOWN); /* arrow keys stay */
    assert_int_equal(ax_keymap_action(&d->ui.keys, AX_CONTEXT_EDIT, '-'), AX_DO_EDIT_LESS);
    assert_string_equal(d->ui.keys.label[AX_DO_PRUNE], "D");
}

/* With the keys of htop. */
static void function_keys_can_be_chosen(void **state)
{
    ax_desk *d = *state;
    ax_err err;
    assert_int_equal(ax_keymap_action(&d->ui.keys, AX_CONTEXT_VIEWS, AX_KEY_F1), AX_DO_HELP);
    assert_int_equal(ax_keymap_action(&d->ui.keys, AX_CONTEXT_VIEWS, AX_KEY_F1 + 8), AX_DO_NOTHING);
    assert_int_equal(parse(&d->ui.keys, "prune = F9\ndetach = f10\ncomplete = F2", &err), AX_OK);
    assert_int_equal(ax_keymap_action(&d->ui.keys, AX_CONTEXT_VIEWS, AX_KEY_F1 + 8), AX_DO_PRUNE);
    assert_int_equal(ax_keymap_action(&d->ui.keys, AX_CONTEXT_VIEWS, AX_KEY_F1 + 9), AX_DO_DETACH);
    assert_string_equal(d->ui.keys.label[AX_DO_PRUNE], "F9");
    assert_int_equal(parse(&d->ui.keys, "undo = F1", &err), AX_OK);
    assert_int_equal(ax_keymap_action(&d->ui.keys, AX_CONTEXT_VIEWS, AX_KEY_F1), AX_DO_UNDO);
}

TEST(what_is_wrong_is_named)
{
    static const struct {
        const char *text, *says;
    } wrong[] = {
        { "prune = D\ndemote = D", "keys.ini: D is both prune and demote" },
        { "filter = p", "keys.ini: p is both pause and filter" },
        { "prune = 3", "keys.ini: 3 is both prune and the view Cell" },
        { "kill = x", "keys.ini, line 1: there is no action 'kill'; 'auxcell help keys' lists them" },
        { "\nprune = xx", "keys.ini, line 2: 'xx' is not a key: a character, Enter, F5, Ctrl-X, none" },
        { "prune =", "keys.ini, line 1: '' is not a key: a character, Enter, F5, Ctrl-X, none" },
        { "prune", "keys.ini, line 1: write ACTION = KEY" },
        { "prune = D\n\nPrune = X", "keys.ini, line 3: Prune is in line 1 already" },
        { "complete = x", "keys.ini, line 1: in prompts x would be typed" },
    };
    ax_keymap k, plain;
    ax_err err;
    ax_keymap_init(&plain);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        ax_keymap_init(&k);
        assert_int_equal(parse(&k, wrong[i].text, &err), AX_EINVAL);
        assert_string_equal(err.msg, wrong[i].says);
        assert_memory_equal(k.key, plain.key, sizeof k.key);
    }
    assert_int_equal(parse(&k, "edit-more = x", &err), AX_OK); /* another context */
    for (int a = 0; a < AX_ACTION_COUNT; a++) {
        char word[24];
        ax_action_word((ax_action)a, word);
        assert_int_equal(ax_action_named(word), a);
    }
    assert_int_equal(ax_key_named("Ctrl-L", 6), AX_CTRL('L'));
    assert_int_equal(ax_key_named("pgdn", 4), AX_KEY_PAGE_DOWN);
    assert_int_equal(ax_key_named("F1", 2), AX_KEY_F1);
    assert_int_equal(ax_key_named("f12", 3), AX_KEY_F12);
    static const char *const none[] = { "F", "F0", "F01", "F13", "F1x", "F99", "F111" };
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        assert_int_equal(ax_key_named(none[i], strlen(none[i])), 0);
}

int main(void)
{
    return RUN_EACH_TEST_WITHIN(ax_desk_set_up, ax_desk_tear_down, keys_can_be_others, function_keys_can_be_chosen,
                                what_is_wrong_is_named);
}
