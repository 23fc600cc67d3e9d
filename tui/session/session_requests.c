/* How a session draws, and what it does for the user besides commands. */
#include "tui/session/session_internal.h"

#include "engine/base/clock.h"
#include "tui/session/export.h"
#include "tui/session/remember.h"
#include "tui/view/mask_view.h"
#include "tui/view/view.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* ---- masks ---- */

static bool same_file(const struct stat *a, const struct stat *b)
{
    return a->st_ino == b->st_ino && a->st_dev == b->st_dev && a->st_size == b->st_size &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* The images and their truth are the same for all candidates, and in a file of their own, which is large. */
static void load_truth(ax_session_state *s)
{
    struct stat now = { 0 };
    bool there = !fstatat(s->dirfd, "masks/validation.mpk", &now, 0);
    ax_maskfile_release_predictions(&s->masks);
    if (there && same_file(&now, &s->truth_file))
        return;
    ax_maskfile_release(&s->masks);
    s->truth_file = (struct stat) { 0 };
    ax_err err;
    if (there && ax_maskfile_read(s->dirfd, "masks/validation.mpk", &s->masks, &err) == AX_OK)
        s->truth_file = now;
    else
        ax_maskfile_release(&s->masks);
}

static void load_masks(ax_session_state *s)
{
    const ax_candidate *c = ax_ui_selected(&s->ui);
    uint32_t want = c && c->masks[0] ? c->id : 0, stage = want ? c->outcome.stage : 0;
    if (want == s->masks_of && stage == s->masks_stage)
        return;
    ax_canvas_drop_pictures(&s->canvas);
    ax_ui_show_masks(&s->ui, NULL);
    s->masks_of = want;
    s->masks_stage = stage;
    ax_err err;
    if (!want || c->masks[0] == '/' || strstr(c->masks, ".."))
        return;
    load_truth(s);
    if (ax_maskfile_read(s->dirfd, c->masks, &s->masks, &err) == AX_OK)
        ax_ui_show_masks(&s->ui, &s->masks);
}

/* ---- drawing ---- */

/* Most bytes per second: of a viewer with a low bandwidth; and for events of any other one, EVENTS and one more for so
   many cells of the screen. Faster changes can't be read anyway, and frames that are skipped often undo each other: a
   candidate ends, and the next one begins in its row. */
enum { LOW_BANDWIDTH = 200, EVENTS = 280, CELLS_PER_BYTE = 7 };
static const double longest_debt = 2; /* seconds for which events may have to wait, whatever was sent before */

/* Bytes that this process has written so far, as the system counts them: curses doesn't say how much it sends. */
static uint64_t written(void)
{
    char text[256];
    int fd = open("/proc/self/io", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof text - 1);
    if (fd >= 0)
        close(fd);
    text[n > 0 ? n : 0] = '\0';
    const char *at = strstr(text, "wchar: ");
    return at ? strtoull(at + strlen("wchar: "), NULL, 10) : 0;
}

/* Puts off the next draw for events until what was sent since `before` is paid for. */
static void pay(ax_session_state *s, uint64_t before)
{
    int cells = s->canvas.rows * s->canvas.cols, rate = EVENTS + cells / CELLS_PER_BYTE;
    double now = ax_clock(), sent = (double)(written() - before);
    if (s->options->low_bandwidth)
        s->paid_at = fmax(s->paid_at, now) + sent / LOW_BANDWIDTH;
    else
        s->paid_at = fmin(fmax(s->paid_at, now) + sent / rate, now + longest_debt);
}

void ax_session_draw(ax_session_state *s)
{
    int rows = s->rows, cols = s->cols;
    bool for_events = s->drawn_at > 0, pays = s->term && (for_events || s->options->low_bandwidth);
    ax_err err;
    ax_term_size(s->term, &rows, &cols);
    if (rows != s->canvas.rows || cols != s->canvas.cols) {
        if (ax_canvas_resize(&s->canvas, rows, cols, &err) != AX_OK)
            return;
        s->ui.hurried = false;
    }
    s->pictures = ax_term_shows_pictures(s->term, &s->canvas.cell_aspect);
    s->canvas.graphics = s->pictures && !s->ascii;
    s->canvas.glyphs = s->ascii ? &ax_glyphs_ascii : &ax_glyphs_unicode;
    ax_ui_refresh(&s->ui);
    ax_ui_arrange(&s->ui, s->canvas.rows, s->canvas.cols);
    if (s->options->plain) {
        ax_plain_tell(&s->plain, &s->ui);
        s->dirty = false;
        s->drawn_at = ax_clock();
        return;
    }
    if (s->ui.layout.pane[AX_VIEW_MASK].rows > 0 && !s->ui.hurried)
        load_masks(s);
    int col;
    if (ax_draw_screen(&s->canvas, &s->ui, &col, &err) != AX_OK)
        ax_ui_say(&s->ui, true, "%s", err.msg);
    ax_rect line = s->ui.layout.message.rows > 0 ? s->ui.layout.message : s->ui.layout.status;
    if (col > s->canvas.cols - 1)
        col = s->canvas.cols - 1;
    uint64_t before = pays ? written() : 0;
    ax_term_show(s->term, &s->canvas, col >= 0 ? line.row : -1, col);
    if (pays)
        pay(s, before);
    if (s->options->record && !s->cast_failed &&
        ax_cast_frame(&s->cast, &s->canvas, ax_clock(), (double)time(NULL), &err) != AX_OK) {
        ax_ui_say(&s->ui, true, "%s", err.msg);
        s->cast_failed = true;
    }
    s->dirty = false;
    s->view = s->ui.view;
    s->drawn_at = ax_clock();
}

/* ---- requests of the user ---- */

/* Starts the engine again, which takes a moment. */
static void resume(ax_session_state *s)
{
    ax_err err = { AX_OK, "" };
    ax_ui_say(&s->ui, false, "starting the engine ...");
    ax_session_draw(s);
    s->ui.message[0] = '\0';
    if (s->options->resume(s->options->context, s->path, &err) != AX_OK)
        ax_ui_say(&s->ui, true, "%s", err.msg);
    ax_session_look(s);
}

void ax_session_answer(ax_session_state *s)
{
    ax_ui *ui = &s->ui;
    ax_err err;
    ax_session_send(s);
    if (ui->copy[0]) {
        ax_term_copy(s->term, ui->copy);
        ui->copy[0] = '\0';
    }
    if (ui->export) {
        load_masks(s);
        ax_export_masks(ui, s->dirfd, s->target);
        ui->export = false;
    }
    if (ui->export_table)
        ax_export_table(ui, s->dirfd, s->target);
    ui->export_table = false;
    if (ui->picture) {
        ax_session_draw(s); /* so that the prompt that asked for it isn't in the picture */
        ax_export_picture(ui, &s->canvas, s->dirfd, s->target);
    }
    ui->picture = 0;
    ax_term_mouse(s->term, ui->mouse);
    if (ui->theme)
        s->canvas.theme = ui->theme;
    ui->theme = NULL;
    if (ui->toggle_glyphs) {
        s->ascii = !s->ascii;
        ui->toggle_glyphs = false;
        ax_term_forget(s->term);
    }
    bool kept = !ui->remember || s->script || ax_remember_write(&ax_ui_prompted(ui)->recall, &err) == AX_OK;
    if (!kept && !s->unkept && !ui->message[0]) { /* other messages are more important, and saying it once is enough */
        ax_ui_say(ui, true, "what is typed isn't kept for later sessions: %s", err.msg);
        s->unkept = true;
    }
    ui->remember = false;
    if (ui->resume)
        resume(s);
    ui->resume = false;
    if (ui->redraw)
        ax_term_forget(s->term);
    ui->redraw = false;
    if (ui->suspend)
        ax_term_suspend(s->term);
    ui->suspend = false;
}

/* ---- what networks cost ---- */

void ax_session_count(ax_session_state *s)
{
    ax_edit *e = ax_ui_is_open(&s->ui, AX_CONTEXT_EDIT) ? s->ui.context_slot[AX_CONTEXT_EDIT] : NULL;
    ax_genotype g;
    ax_edit_cost cost = { .known = AX_COST_FAILED };
    if (!e || !s->options->engine) {
        ax_counting_stop(&s->counting);
        return;
    }
    if (ax_counting_take(&s->counting, &g, &cost)) {
        ax_edit_counted(e, &g, &cost);
        s->dirty = true;
        ax_session_hurry(s);
    }
    const ax_genotype *next = ax_edit_uncounted(e);
    if (next && !ax_counting_ask(&s->counting, s->options->engine, s->path, next)) {
        snprintf(cost.error, sizeof cost.error, "%s: cannot start", s->options->engine);
        ax_edit_counted(e, next, &cost);
    }
}
