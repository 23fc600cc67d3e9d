/* A terminal's bytes become keys and pastes, however reads split them. */
#include "tui/ui/action.h"
#include "tui/term/input.h"
#include "tests/helper/suite.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static ax_input in;

static int set_up(void **state)
{
    (void)state;
    ax_input_init(&in);
    return 0;
}

/* Feeds a text; exactly these keys must come out. */
static void expect(const char *text, double now, int n, const uint32_t *want)
{
    uint32_t key;
    assert_int_equal(ax_input_feed(&in, text, strlen(text), now), strlen(text));
    for (int i = 0; i < n; i++) {
        assert_true(ax_input_next(&in, now, &key));
        assert_int_equal(key, want[i]);
    }
    assert_false(ax_input_next(&in, now, &key));
}
#define EXPECT(text, now, ...)                                                                                         \
    expect(text, now, sizeof((uint32_t[]) { __VA_ARGS__ }) / sizeof(uint32_t), (uint32_t[]) { __VA_ARGS__ })
#define NOTHING(text, now) expect(text, now, 0, NULL)

TEST(keys_are_known)
{
    EXPECT("aQ\r\x7f\x0c", 1, 'a', 'Q', AX_KEY_ENTER, AX_KEY_BACKSPACE, AX_CTRL('L'));
    EXPECT("\033[A\033OB\033[C\033OD", 1, AX_KEY_UP, AX_KEY_DOWN, AX_KEY_RIGHT, AX_KEY_LEFT);
    EXPECT("\033[H\033[4~\033[5~\033[6~\033[3~\033[Z\033OM", 1, AX_KEY_HOME, AX_KEY_END, AX_KEY_PAGE_UP,
           AX_KEY_PAGE_DOWN, AX_KEY_DELETE, AX_KEY_BACKTAB, AX_KEY_ENTER);
    EXPECT("\033OP\033OS\033[15~\033[21~\033[24~", 1, AX_KEY_F1, AX_KEY_F1 + 3, AX_KEY_F1 + 4, AX_KEY_F1 + 9,
           AX_KEY_F12);
    EXPECT("\033[11~\033[14~\033[[A\033[[E\033[15;2~", 1, AX_KEY_F1, AX_KEY_F1 + 3, AX_KEY_F1, AX_KEY_F1 + 4);
    EXPECT("\u00e4\u20ac\U0001f600", 1, 0xe4, 0x20ac, 0x1f600);
    ax_input_add(&in, "\033A", AX_KEY_UP); /* a VT52 */
    EXPECT("\033A\033x", 1, AX_KEY_UP, AX_KEY_ESCAPE, 'x');
    assert_true(isinf(in.due));
}

/* Focus events are no keys, not even between keys. */
TEST(focus_is_no_key)
{
    NOTHING("\033[O", 1);
    assert_true(in.unfocused);
    EXPECT("a\033[Ib", 1, 'a', 'b');
    assert_false(in.unfocused);
    EXPECT("\033[Oc\033[1;2O", 1, 'c'); /* a sequence that only ends like one is neither */
    assert_true(in.unfocused);
    NOTHING("\033[1I", 1);
    assert_true(in.unfocused);
}

/* Answers of the terminal are no keys, whether they come at once, byte by byte, or late. */
TEST(answers_are_no_keys)
{
    static const char kitty[] = "\033_Gi=1;OK\033\\\033[6;20;10t\033[?62;4;22c";
    NOTHING(kitty, 1);
    assert_true(in.reply.whole && in.reply.kitty && in.reply.sixel && in.reply.cell_h == 20 && in.reply.cell_w == 10);
    ax_input_init(&in);
    in.asked_until = 100;
    for (size_t i = 0; i < sizeof kitty - 1; i++)
        NOTHING(((char[]) { kitty[i], 0 }), 1 + 0.1 * (double)i);
    assert_true(in.reply.whole && in.reply.kitty && in.reply.sixel);
    EXPECT("q", 90, 'q');
    for (int mode = 0; mode <= 4; mode++) { /* answers for mode 2026: 1 and 2 can be switched */
        char text[32];
        snprintf(text, sizeof text, "\033[?2026;%d$y\033[?62;4c", mode);
        ax_input_init(&in);
        NOTHING(text, 1);
        assert_true(in.reply.whole && in.reply.sync == (mode == 1 || mode == 2));
    }
    ax_input_init(&in);
    NOTHING("\033[?2026;0$y\033[?1004;2$y\033[?62c", 1);
    assert_true(in.reply.whole && !in.reply.sync && in.reply.focus);
    ax_input_init(&in);
    NOTHING("\033[?2026;2$y\033[?1004;0$y\033[?62c", 1);
    assert_true(in.reply.whole && in.reply.sync && !in.reply.focus);
    ax_input_init(&in);
    NOTHING("\033_Gi=1;ENOTSUPPORTED:no\033\\\033[?1;2c", 1);
    assert_true(in.reply.whole && !in.reply.kitty && !in.reply.sixel && !in.reply.cell_h);
    NOTHING("\033[6;0;99999t\033[6;t\033[t\033[?c\033_G\033\\", 1);
    assert_true(!in.reply.cell_h && !in.reply.cell_w);
    /* an unterminated string isn't waited for, and doesn't swallow keys for ever */
    uint32_t key;
    NOTHING("\033_Gi=1;OKqqq", 2);
    assert_false(ax_input_next(&in, 2.4, &key));
    assert_false(ax_input_next(&in, 2.6, &key));
    EXPECT("q", 3, 'q');
    /* Alt-_ typed by the user */
    NOTHING("\033_", 4);
    assert_true(ax_input_next(&in, 4.1, &key) && key == AX_KEY_ESCAPE && ax_input_next(&in, 4.1, &key) && key == '_');
    EXPECT("\033_x", 5, AX_KEY_ESCAPE, '_', 'x');
    /* the Escape was taken for a key, since the rest came too late */
    in.asked_until = 100;
    NOTHING("\033", 6);
    assert_true(ax_input_next(&in, 6.3, &key) && key == AX_KEY_ESCAPE);
    NOTHING("_Gi=1;OK\033\\", 6.4);
}

TEST(the_mouse_is_read)
{
    EXPECT("\033[<0;5;3M", 1, AX_KEY_MOUSE);
    assert_true(in.mouse.button == 0 && in.mouse.col == 4 && in.mouse.row == 2 && in.mouse.pressed);
    EXPECT("\033[<0;5;3m", 1, AX_KEY_MOUSE);
    assert_false(in.mouse.pressed);
    EXPECT("\033[<65;160;48Mx", 1, AX_KEY_MOUSE, 'x');
    assert_true(in.mouse.button == 65 && in.mouse.col == 159 && in.mouse.row == 47);
    NOTHING("\033[<0;5", 1); /* the rest comes late */
    EXPECT(";9M", 1.2, AX_KEY_MOUSE);
    EXPECT("\033[<0;0;3M\033[<0;5M\033[<;;M\033[<99999;5;3M\033[<-1;5;3M\033[0;5;3Mz", 2, 'z');
}

TEST(what_has_no_meaning_is_no_key)
{
    /* Shift-F5 and F13, a sequence that no console sends, Ctrl-Right, focus, a report, a NUL, the end of a paste that
       never began */
    EXPECT("\033[15;2~\033[25~\033[[F\033[1;5C\033[I\033[?1;2cx", 1, 'x');
    expect("\033[201~", 1, 0, NULL);
    ax_input_feed(&in, "\0y", 2, 1);
    EXPECT("\xff\xc3z", 1, 'y', 'z');
    EXPECT("\033[12\nj", 1, '\n', 'j'); /* an incomplete sequence */
}

TEST(escape_waits_for_the_rest_but_not_long)
{
    uint32_t key;
    NOTHING("\033", 1);
    assert_true(in.due > 1 && in.due < 1.1);
    assert_true(ax_input_next(&in, in.due, &key));
    assert_int_equal(key, AX_KEY_ESCAPE);
    assert_true(!ax_input_next(&in, 2, &key) && isinf(in.due));
    EXPECT("\033\033[A", 2, AX_KEY_ESCAPE, AX_KEY_UP);
    NOTHING("\033", 3); /* the rest may come with the next read */
    EXPECT("[A", 3.01, AX_KEY_UP);
    NOTHING("\033[", 4);
    EXPECT("5~", 4.2, AX_KEY_PAGE_UP);
    NOTHING("\033[5", 5); /* if it never comes, the pieces aren't keys */
    assert_false(ax_input_next(&in, 6, &key));
    NOTHING("\xe2\x82", 7);
    EXPECT("\xac", 7.01, 0x20ac);
    NOTHING("\xe2", 8);
    EXPECT("j", 9, 'j');
}

TEST(a_paste_is_no_keys)
{
    static const char text[] = "prune xx\r[3,[0,0,8,5]]\033[A \033[20 \u20ac\n";
    char sent[128];
    int n = snprintf(sent, sizeof sent, "\033[200~%s\033[201~q", text);
    EXPECT(sent, 1, AX_KEY_PASTE, 'q');
    assert_string_equal(in.paste, text);
    for (int cut = 1; cut < n; cut++) { /* however the reads split the text */
        uint32_t key;
        ax_input_init(&in);
        ax_input_feed(&in, sent, (size_t)cut, 1);
        bool early = ax_input_next(&in, 1, &key); /* everything but the q may have arrived */
        ax_input_feed(&in, sent + cut, (size_t)(n - cut), 1.02);
        assert_true(early || ax_input_next(&in, 1.02, &key));
        assert_int_equal(key, AX_KEY_PASTE);
        assert_string_equal(in.paste, text);
        assert_int_equal(in.lost, 0);
        assert_true(ax_input_next(&in, 1.02, &key) && key == 'q');
    }
    NOTHING("\033[200~ab", 1);
    for (int i = 0; i < 6; i++) /* byte by byte, slowly */
        expect((char[]) { "\033[201~"[i], 0 }, 2 + i, i == 5, (uint32_t[]) { AX_KEY_PASTE });
    assert_string_equal(in.paste, "ab");
    EXPECT("\033[200~\033[201~", 10, AX_KEY_PASTE);
    assert_string_equal(in.paste, "");
}

TEST(its_beginning_may_come_late)
{
    uint32_t key;
    NOTHING("\033", 1);
    assert_true(ax_input_next(&in, 2, &key) && key == AX_KEY_ESCAPE);
    EXPECT("[200~prune\r\033[201~", 2, AX_KEY_PASTE);
    assert_string_equal(in.paste, "prune\r");
}

TEST(a_paste_without_an_end_ends)
{
    uint32_t key;
    NOTHING("\033[200~xx\033[20", 1);
    assert_true(in.due > 2);
    NOTHING("more", in.due - 0.5); /* the paste goes on while data arrive */
    assert_false(ax_input_next(&in, in.due - 0.1, &key));
    assert_true(ax_input_next(&in, in.due, &key));
    assert_int_equal(key, AX_KEY_PASTE);
    assert_string_equal(in.paste, "xx\033[20more");
    EXPECT("j", 20, 'j');
}

TEST(a_huge_paste_is_kept_in_part)
{
    uint32_t key;
    char block[AX_INPUT_HELD];
    memset(block, 'x', sizeof block);
    NOTHING("\033[200~", 1);
    size_t sent = 0;
    for (int i = 0; i < 10000; i++) {
        sent += ax_input_feed(&in, block, sizeof block, 1);
        assert_false(ax_input_next(&in, 1, &key));
    }
    EXPECT("\033[201~p", 1, AX_KEY_PASTE, 'p');
    assert_int_equal(strlen(in.paste), AX_PASTE_TEXT - 1);
    assert_int_equal(in.pasted + in.lost, sent);
    EXPECT("\033[200~short\033[201~", 1, AX_KEY_PASTE);
    assert_int_equal(in.lost, 0);
}

int main(void)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(keys_are_known, set_up),
        cmocka_unit_test_setup(focus_is_no_key, set_up),
        cmocka_unit_test_setup(answers_are_no_keys, set_up),
        cmocka_unit_test_setup(the_mouse_is_read, set_up),
        cmocka_unit_test_setup(what_has_no_meaning_is_no_key, set_up),
        cmocka_unit_test_setup(escape_waits_for_the_rest_but_not_long, set_up),
        cmocka_unit_test_setup(a_paste_is_no_keys, set_up),
        cmocka_unit_test_setup(its_beginning_may_come_late, set_up),
        cmocka_unit_test_setup(a_paste_without_an_end_ends, set_up),
        cmocka_unit_test_setup(a_huge_paste_is_kept_in_part, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
