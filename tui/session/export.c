#include "tui/session/export.h"

#include "engine/base/output.h"
#include "tui/session/candidate_text.h"
#include "tui/view/mask_view.h"
#include "viz/looks.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static bool make_folder(ax_ui *ui, int dirfd, const char *run)
{
    if (!mkdirat(dirfd, "export", 0700) || errno == EEXIST)
        return true;
    ax_ui_say(ui, true, "%s/export: cannot create: %s", run, strerror(errno));
    return false;
}

void ax_export_table(ax_ui *ui, int dirfd, const char *run)
{
    static const char name[] = "export/candidates.csv";
    enum { MOST_BYTES = 1 << 30 };
    const ax_rows *rows = &ax_ui_selection(ui)->rows;
    ax_str out;
    ax_err err;
    if (!make_folder(ui, dirfd, run))
        return;
    ax_str_init(&out, MOST_BYTES);
    ax_candidate_csv_header(ui->state->task, &out);
    for (uint32_t i = 0; i < rows->n; i++)
        ax_candidate_csv(ui->state, ax_state_candidate(ui->state, rows->id[i]), &out);
    ax_code code = ax_str_ok(&out) ? ax_output_write_below(dirfd, name, out.text, out.len, &err)
                                   : ax_fail(&err, AX_ENOMEM, "no memory for %u rows", rows->n);
    if (code == AX_OK)
        ax_ui_say(ui, false, "wrote %u row%s: %s in the run %s", rows->n, rows->n == 1 ? "" : "s", name, run);
    else
        ax_ui_say(ui, true, "%s", err.msg);
    ax_str_release(&out);
}

static void count(void *context, const char *name)
{
    (void)name;
    ++*(int *)context;
}

void ax_export_masks(ax_ui *ui, int dirfd, const char *run)
{
    const ax_maskfile *m = ax_ui_masks(ui)->file;
    uint32_t id = ax_ui_selection(ui)->selected;
    const ax_task_words *words = ax_task_predicts(ui->state->task);
    int written = 0;
    ax_err err;
    if (!m || !m->images || !m->predicted[0])
        ax_ui_say(ui, true, "#%u: %s", id, ax_masks_lacking(ui));
    else if (ax_mask_export(dirfd, id, m, count, &written, &err) != AX_OK)
        ax_ui_say(ui, true, "%s", err.msg);
    else
        ax_ui_say(ui, false, "wrote %d %s: export/%u-*.png in the run %s", written,
                  written == 1 ? words->one : words->several, id, run);
}

/* A view without an SVG drawing of its own: the cells of its pane as SVG. */
static ax_code pane_svg(const ax_ui *ui, const ax_canvas *screen, ax_view_id view, ax_str *out, ax_err *err)
{
    ax_canvas c;
    ax_rect at = ui->layout.pane[view];
    ax_code code = AX_OK;
    if (at.rows < 1 || at.cols < 1)
        return ax_fail(err, AX_EINVAL, "svg: that view isn't on the screen");
    ax_canvas_init(&c, screen->glyphs);
    c.theme = screen->theme;
    code = ax_canvas_resize(&c, at.rows, at.cols, err);
    for (int r = 0; r < at.rows && code == AX_OK; r++)
        memcpy(c.cell + (size_t)r * (size_t)at.cols,
               screen->cell + (size_t)(at.row + r) * (size_t)screen->cols + (size_t)at.col,
               (size_t)at.cols * sizeof *c.cell);
    if (code == AX_OK)
        ax_canvas_svg(&c, ui->run, out);
    ax_canvas_release(&c);
    return code;
}

static bool ends(const char *file, const char *ending)
{
    size_t n = strlen(file), e = strlen(ending);
    return n > e && !strcmp(file + n - e, ending);
}

void ax_export_screen(const ax_canvas *screen, const char *file, const char *title, ax_str *out)
{
    if (ends(file, ".svg"))
        ax_canvas_svg(screen, title, out);
    else if (ends(file, ".ansi"))
        ax_canvas_ansi(screen, out);
    else
        ax_canvas_text(screen, out);
}

void ax_export_picture(ax_ui *ui, const ax_canvas *screen, int dirfd, const char *run)
{
    bool whole = ui->picture > AX_VIEW_COUNT;
    const ax_view *view = whole ? NULL : ax_views[ui->picture - 1];
    char name[64];
    ax_str out;
    ax_err err;
    snprintf(name, sizeof name, "export/%s.%s", whole ? "screen" : ax_view_name(ui, ui->picture - 1),
             ui->picture == AX_PICTURE_TEXT   ? "txt"
             : ui->picture == AX_PICTURE_ANSI ? "ansi"
                                              : "svg");
    for (char *at = name; *at; at++)
        *at = (char)(*at >= 'A' && *at <= 'Z' ? *at + 32 : *at);
    if (!make_folder(ui, dirfd, run))
        return;
    ax_str_init(&out, 0);
    ax_code code = AX_OK;
    if (whole)
        ax_export_screen(screen, name, ui->run, &out);
    else if (view->svg)
        code = view->svg(ui, &out, &err);
    else
        code = pane_svg(ui, screen, (ax_view_id)(ui->picture - 1), &out, &err);
    if (code == AX_OK)
        code = ax_str_ok(&out) ? ax_output_write_below(dirfd, name, out.text, out.len, &err)
                               : ax_fail(&err, AX_ENOMEM, "no memory for a picture");
    if (code == AX_OK)
        ax_ui_say(ui, false, "wrote %s in the run %s", name, run);
    else
        ax_ui_say(ui, true, "%s", err.msg);
    ax_str_release(&out);
}
