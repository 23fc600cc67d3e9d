/* No key is silent: it changes the screen, sends or asks for something, or says why it does nothing. */
#include "tests/helper/desk.h"
#include "tests/helper/masks.h"
#include "tests/helper/suite.h"
#include "tui/view/mask_view.h"
#include "tui/view/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void fold(void *context, ax_event *ev)
{
    ax_state_fold(context, ev);
}

typedef struct scene {
    ax_state state;
    ax_ui ui;
    ax_canvas canvas;
    ax_maskfile masks;
    int rows, cols;
} scene;

static void begin(scene *s, int rows, int cols, const char *keys)
{
    ax_err err;
    memset(s, 0, sizeof *s);
    s->rows = rows;
    s->cols = cols;
    ax_state_init(&s->state);
    double now = ax_history_play(&(ax_history) { .candidates = 60, .full = true, .policy = true }, fold, &s->state);
    assert_int_equal(ax_ui_init(&s->ui, &s->state, "voc-01", &err), AX_OK);
    s->ui.now = now;
    s->ui.link = AX_LINK_LIVE;
    ax_canvas_init(&s->canvas, &ax_glyphs_unicode);
    assert_int_equal(ax_canvas_resize(&s->canvas, rows, cols, &err), AX_OK);
    assert_true(ax_made_masks(AX_TASK_SEGMENTATION, &s->masks));
    ax_ui_show_masks(&s->ui, &s->masks);
    ax_ui_refresh(&s->ui);
    ax_ui_arrange(&s->ui, rows, cols);
    for (; *keys; keys++) {
        ax_ui_key(&s->ui, (unsigned char)*keys);
        ax_ui_arrange(&s->ui, rows, cols);
    }
}

static void end(scene *s)
{
    ax_canvas_release(&s->canvas);
    ax_ui_release(&s->ui);
    ax_maskfile_release(&s->masks);
    ax_state_release(&s->state);
}

static void draw(scene *s, ax_str *out)
{
    int cursor;
    ax_err err;
    ax_str_init(out, 0);
    assert_int_equal(ax_draw_screen(&s->canvas, &s->ui, &cursor, &err), AX_OK);
    ax_canvas_text(&s->canvas, out);
    ax_str_printf(out, "%d", cursor);
    for (int i = 0; i < s->rows * s->cols; i++)
        ax_str_printf(out, " %d %d %d", s->canvas.cell[i].role, s->canvas.cell[i].fg, s->canvas.cell[i].bg);
}

static bool asked(const ax_ui *ui)
{
    return ui->n_out || ui->copy[0] || ui->theme || ui->resume || ui->picture || ui->leave || ui->redraw ||
           ui->suspend || ui->export || ui->export_table || ui->toggle_glyphs;
}

/* Keys that may be silent: moves at an end, and the key of the view that is shown. */
static bool may_be_silent(const scene *s, const char *keys, uint32_t key)
{
    ax_context_id top = ax_ui_top(&s->ui);
    ax_action a = ax_keymap_action(&s->ui.keys, top, key);
    bool moves = ax_action_moves(a, 1, 1) || a == AX_DO_EDIT_LEFT || a == AX_DO_EDIT_RIGHT || a == AX_DO_EDIT_NEXT;
    bool edits = top == AX_CONTEXT_PROMPT && (key > 0x110000 || key < ' ');
    bool digit = top == AX_CONTEXT_EDIT && key >= '0' && key <= '9'; /* it may be the value already */
    return moves || edits || digit || (key < 0x80 && keys[0] == (char)key && top == AX_CONTEXT_VIEWS);
}

/* Whether a key does something after other keys. */
static bool answers(int rows, int cols, const char *keys, uint32_t key)
{
    scene s;
    ax_str before, after;
    begin(&s, rows, cols, keys);
    draw(&s, &before);
    ax_ui_key(&s.ui, key);
    ax_ui_arrange(&s.ui, rows, cols);
    draw(&s, &after);
    bool any = asked(&s.ui) || strcmp(before.text, after.text) != 0 || may_be_silent(&s, keys, key);
    ax_str_release(&before);
    ax_str_release(&after);
    end(&s);
    return any;
}

TEST(no_key_is_silent)
{
    static const struct {
        int rows, cols;
        const char *keys;
    } of[] = { { 24, 80, "1jjj" }, { 24, 80, "2jjj" }, { 24, 80, "4jjj" },  { 24, 80, "5jjj" }, { 24, 80, "6kkk" },
               { 24, 80, "7jjj" }, { 24, 80, "8jjj" }, { 48, 160, "1jjj" }, { 24, 80, "jjjc" } };
    for (size_t i = 0; i < sizeof of / sizeof *of; i++)
        for (uint32_t key = 1; key <= AX_KEY_F12; key = key == 0x7f ? AX_KEY_UP : key + 1)
            if (!answers(of[i].rows, of[i].cols, of[i].keys, key))
                fail_msg("%dx%d after %s: key %x is silent", of[i].cols, of[i].rows, of[i].keys, key);
}

/* F1 is no text, and ? is: a prompt lists its keys in the hint line. */
TEST(a_prompt_lists_its_keys)
{
    scene s;
    ax_str out;
    begin(&s, 24, 80, ":save");
    ax_ui_key(&s.ui, AX_KEY_F1);
    draw(&s, &out);
    assert_non_null(strstr(out.text, "Tab completes"));
    assert_non_null(strstr(out.text, "Ctrl-U K W cut"));
    assert_non_null(strstr(out.text, ": save"));
    ax_str_release(&out);
    ax_ui_key(&s.ui, '?');
    draw(&s, &out);
    assert_non_null(strstr(out.text, ": save?"));
    assert_null(strstr(out.text, "Tab completes"));
    ax_str_release(&out);
    end(&s);
}

int main(void)
{
    setenv("TZ", "UTC", 1);
    return RUN_TESTS(no_key_is_silent, a_prompt_lists_its_keys);
}
