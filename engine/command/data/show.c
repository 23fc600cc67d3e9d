/* auxcell data show: shows the first images of a data set with their targets, in the terminal or as PNG. */
#include "engine/base/normalise.h"
#include "engine/base/out.h"
#include "engine/base/output.h"
#include "engine/command/data/canvas_out.h"
#include "engine/command/data/data.h"
#include "engine/command/data/pixels_out.h"
#include "engine/config/option.h"
#include "viz/mask.h"

#include <langinfo.h>
#include <limits.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { MOST_SAMPLES = 1000, WIDEST = 160, HIGHEST = 24 };

static const char synopsis[] = "auxcell data show SPEC [OPTION...]";
static const char about[] =
    "Shows the first images with their targets as training sees them, without its random changes: in the terminal\n"
    "(class letters where it has no colours), and with -o as PNG: NAME-target.png and NAME-overlay.png.\n";

typedef struct options {
    const char *spec, *task, *dir;
    int32_t samples;
    bool val, color;
} options;

static ax_parsed parse(int argc, char **argv, options *o, ax_err *err)
{
    const ax_option table[] = {
        AX_TEXT("--task", "T", &o->task, "the truth of which task (the data set's first)"),
        AX_WHOLE("--samples", "N", &o->samples, 1, MOST_SAMPLES, "how many (2)"),
        AX_FLAG("--val", &o->val, "those of validation"),
        AX_FLAG("--color", &o->color, "colours although the output is no terminal"),
        AX_PATH("-o", "DIR", &o->dir, "PNG files there (made when it isn't there)"),
    };
    const ax_usage u = { synopsis, about, AX_OPTIONS(table), NULL, 1 };
    return ax_data_parse(&u, "show", argc, argv, &o->spec, err);
}

/* ---- converting a sample for the masks view ---- */

static ax_code picture_of(const ax_sample *s, const ax_task_spec *task, ax_maskfile *m, ax_err *err)
{
    size_t n = (size_t)s->h * (size_t)s->w;
    *m = (ax_maskfile) { .h = s->h, .w = s->w, .images = 1, .channels = 1 };
    task->task->legend(task, m);
    m->rgb[0] = malloc(3 * n);
    m->truth[0] = malloc((size_t)m->channels * n);
    if (!m->rgb[0] || !m->truth[0])
        return ax_fail(err, AX_ENOMEM, "no memory for %dx%d pixels", s->w, s->h);
    for (size_t i = 0; i < 3 * n; i++)
        m->rgb[0][i] = ax_denormalise(s->image[i], (unsigned)(i % 3));
    task->task->draw(task, s->truth, false, s->h, s->w, m->truth[0]);
    return AX_OK;
}

/* ---- in the terminal ---- */

static int columns(void)
{
    struct winsize size;
    const char *env = getenv("COLUMNS");
    int n = env ? (int)strtol(env, NULL, 10) : 0;
    if (n <= 0 && ioctl(1, TIOCGWINSZ, &size) == 0)
        n = size.ws_col;
    return n < 20 ? 80 : n < WIDEST ? n : WIDEST;
}

/* Uses real pixels where the terminal has them and its window is high enough. */
static ax_code draw(const ax_maskfile *m, bool color, bool unicode, ax_shown_pixels *pixels, ax_err *err)
{
    ax_canvas c;
    ax_canvas_init(&c, unicode ? &ax_glyphs_unicode : &ax_glyphs_ascii);
    int wide = columns(), rows = (int)((double)m->h * (wide - 4) / 2 / m->w / 2 + 0.999) + 1; /* side by side */
    rows = rows < 3 ? 3 : rows < HIGHEST ? rows : HIGHEST;
    c.graphics = pixels->way != AX_PIXELS_NONE && rows < pixels->rows;
    c.cell_aspect = c.graphics ? (double)pixels->cell_h / pixels->cell_w : 2;
    ax_code code = ax_canvas_resize(&c, rows, wide, err);
    const ax_mask_window all = { .zoom = 0 };
    if (code == AX_OK)
        code = ax_mask_draw(ax_pane_of(&c, (ax_rect) { 0, 1, rows, wide - 2 }), m, 0, &all, color && unicode, err);
    if (code == AX_OK) {
        ax_canvas_out(&c);
        ax_pixels_out(pixels, &c);
    }
    ax_canvas_release(&c);
    return code;
}

/* Lists the classes that occur, the most frequent ones in order of id, with colours or letters. */
static void print_legend(const ax_maskfile *m, bool color)
{
    uint64_t count[256] = { 0 }, n = (uint64_t)m->h * (uint64_t)m->w;
    int at = 0, wide = columns();
    if (m->channels != 1)
        return;
    for (uint64_t i = 0; i < n; i++)
        count[m->truth[0][i]]++;
    for (int c = 0; c < 256; c++) {
        char text[2 * AX_MASK_NAME];
        bool class = c < m->classes;
        if (!count[c] || (!class && c != AX_MASK_UNLABELLED))
            continue;
        int length = snprintf(text, sizeof text, "%s %.1f %%", class ? m->name[c] : "unlabelled",
                              100 * (double)count[c] / (double)n);
        if (at && at + length + 5 > wide) {
            ax_out("\n");
            at = 0;
        }
        ax_out("  ");
        ax_canvas_key_out(class ? m->color[c] : NULL, class ? ax_mask_letter((uint8_t)c) : '.', color);
        ax_out(" %s", text);
        at += length + 5;
    }
    ax_out("\n");
}

/* ---- files ---- */

/* The image's name as a file name: without extension, folders joined by '-'. */
static ax_code path_of(const char *dir, const char *name, const char *end, char path[PATH_MAX], ax_err *err)
{
    char flat[1024];
    const char *slash = strrchr(name, '/'), *dot = strrchr(slash ? slash : name, '.');
    int n = (int)(dot && dot != name ? (size_t)(dot - name) : strlen(name));
    snprintf(flat, sizeof flat, "%.*s", n, name);
    for (char *c = flat; *c; c++)
        *c = *c == '/' ? '-' : *c;
    if ((size_t)snprintf(path, PATH_MAX, "%s/%s%s.png", dir, flat, end) >= PATH_MAX)
        return ax_fail(err, AX_EINVAL, "%s: name is too long", name);
    return AX_OK;
}

static ax_code write_files(const ax_program *prog, const char *dir, const char *name, const ax_maskfile *m, ax_err *err)
{
    char path[PATH_MAX];
    const uint8_t(*palette)[3] = (const uint8_t(*)[3])m->color;
    ax_code code = path_of(dir, name, "-target", path, err);
    if (code == AX_OK)
        code = m->channels == 1 ? prog->writers.write_mask(path, m->truth[0], m->h, m->w, palette, m->classes, err)
                                : prog->write_picture(path, m->truth[0], m->h, m->w, err);
    if (code == AX_OK)
        ax_out_line("%s", path);
    if (code == AX_OK && m->channels == 1) {
        code = path_of(dir, name, "-overlay", path, err);
        if (code == AX_OK)
            code = prog->writers.write_overlay(path, m->rgb[0], m->truth[0], m->h, m->w, palette, m->classes, err);
        if (code == AX_OK)
            ax_out_line("%s", path);
    }
    return code;
}

/* No file may overwrite one of the data set, or another output. */
static ax_code check_files(const options *o, ax_source *s, ax_split split, uint64_t n, ax_err *err)
{
    char name[1024], path[PATH_MAX];
    ax_files *f = ax_files_new();
    ax_code code = f ? s->ops->files(s, f, err) : ax_fail(err, AX_ENOMEM, "no memory for the names of files");
    for (uint64_t i = 0; i < 2 * n && code == AX_OK; i++) {
        s->ops->name(s, split, i / 2, name, sizeof name);
        code = path_of(o->dir, name, i % 2 ? "-overlay" : "-target", path, err);
        if (code == AX_OK)
            code = ax_files_write(f, path, name, err);
    }
    if (code == AX_OK)
        code = ax_files_check(f, err);
    ax_files_free(f);
    return code == AX_OK ? ax_output_folder(o->dir, err) : code;
}

/* ---- the command ---- */

static ax_code show_one(const ax_program *prog, const options *o, ax_source *s, ax_split split, uint64_t i,
                        ax_shown_pixels *pixels, ax_err *err)
{
    const ax_sample_spec whole = { .split = split, .scale_min = 1, .scale_max = 1 };
    ax_sample sample;
    ax_maskfile m;
    char name[1024];
    bool unicode = !strcmp(nl_langinfo(CODESET), "UTF-8"), color = o->color || isatty(1);
    ax_code code = s->ops->sample(s, &whole, i, &sample, err);
    if (code != AX_OK)
        return code;
    code = picture_of(&sample, &s->info.task, &m, err);
    s->ops->name(s, split, i, name, sizeof name);
    if (code == AX_OK) {
        ax_out_line("%s  %dx%d", name, sample.w, sample.h);
        code = draw(&m, color, unicode, pixels, err);
    }
    if (code == AX_OK)
        print_legend(&m, color && unicode);
    if (code == AX_OK && o->dir)
        code = write_files(prog, o->dir, name, &m, err);
    ax_maskfile_release(&m);
    ax_sample_release(&sample);
    return code;
}

int ax_data_show(const ax_program *prog, int argc, char **argv)
{
    ax_err err = { AX_OK, "" };
    options o = { .task = "", .samples = 2 };
    ax_parsed parsed = parse(argc, argv, &o, &err);
    if (parsed != AX_PARSED_GO)
        return parsed;
    setlocale(LC_CTYPE, ""); /* tells whether the terminal uses UTF-8 */
    ax_source *s = err.code ? NULL : prog->open_source(o.spec, o.task, &err);
    if (!s)
        return ax_complain_of(&err);
    ax_split split = o.val ? AX_SPLIT_VAL : AX_SPLIT_TRAIN;
    uint64_t n = split == AX_SPLIT_VAL ? s->info.n_val : s->info.n_train;
    n = n < (uint64_t)o.samples ? n : (uint64_t)o.samples;
    ax_code code = o.dir ? check_files(&o, s, split, n, &err) : AX_OK;
    ax_shown_pixels pixels = ax_pixels_ask();
    for (uint64_t i = 0; i < n && code == AX_OK && ax_out_flush(); i++) {
        if (i)
            ax_out("\n");
        code = show_one(prog, &o, s, split, i, &pixels, &err);
    }
    s->ops->close(s);
    return code == AX_OK ? 0 : ax_complain_of(&err);
}
