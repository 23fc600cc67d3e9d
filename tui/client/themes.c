/* `auxcell themes`: what each theme looks like on this terminal. */
#include "engine/base/out.h"
#include "engine/base/str.h"
#include "engine/config/option.h"
#include "tui/client/commands.h"
#include "viz/looks.h"
#include "viz/theme.h"

#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ROWS = 3, COLS = 78 };

static void draw(ax_canvas *c, const ax_theme *t)
{
    static const struct {
        ax_role role;
        const char *text;
    } sample[] = { { AX_ROLE_RUNNING, "R running" }, { AX_ROLE_GOOD, "* promoted" }, { AX_ROLE_WARN, "P paused" },
                   { AX_ROLE_BAD, "F failed" },      { AX_ROLE_DIM, "X pruned" },    { AX_ROLE_MARKED, "+ marked" } },
      plots[] = { { AX_ROLE_CURVE, "average" }, { AX_ROLE_BEST, "best so far" }, { AX_ROLE_POINT, "points" },
                  { AX_ROLE_LANE, "lanes" },    { AX_ROLE_TITLE, "titles" },     { AX_ROLE_SELECTED, " selected " } };
    ax_pane p = ax_pane_of(c, (ax_rect) { .rows = c->rows, .cols = c->cols });
    int col = 2, row = 2;
    ax_canvas_erase(c);
    c->theme = t;
    ax_pane_print(p, 0, 0, AX_ROLE_STRONG, t->name);
    ax_pane_print_cut(p, 0, 8, COLS - 8, AX_ROLE_TEXT, t->doc);
    for (size_t i = 0; i < sizeof sample / sizeof *sample; i++)
        col = ax_pane_print(p, 1, col, sample[i].role, sample[i].text) + 2;
    col = 2;
    for (size_t i = 0; i < sizeof plots / sizeof *plots; i++) {
        if (i < 3) {
            ax_pane_glyph(p, row, col, i == 1 ? AX_GLYPH_HLINE : AX_GLYPH_DOT, plots[i].role);
            col += 2;
        }
        col = ax_pane_print(p, row, col, plots[i].role, plots[i].text) + 2;
    }
}

/* Prints a canvas: in colours on a terminal, unless NO_COLOR is set. */
static void show(ax_canvas *c, bool color, ax_str *out)
{
    if (color)
        ax_canvas_ansi(c, out);
    else
        ax_canvas_text(c, out);
    ax_str_add(out, "\n");
}

int ax_cli_themes(int argc, char **argv)
{
    bool color = false;
    const ax_option option[] = { AX_FLAG("--color", &color, "in colours, also into a file") };
    ax_usage u = { "auxcell themes [OPTION...]",
                   "Shows the themes of the screens. 'theme = NAME' in config.ini chooses one, :theme NAME tries it.\n",
                   AX_OPTIONS(option), NULL, 0 };
    int n;
    ax_parsed parsed = ax_options_parse(&u, argc, argv, &n);
    if (parsed != AX_PARSED_GO)
        return parsed;
    const char *no = getenv("NO_COLOR");
    color = color || (isatty(STDOUT_FILENO) && !(no && *no));
    ax_canvas c;
    ax_str out;
    ax_err err;
    ax_canvas_init(&c, strcmp(nl_langinfo(CODESET), "UTF-8") ? &ax_glyphs_ascii : &ax_glyphs_unicode);
    ax_str_init(&out, 0);
    ax_code code = ax_canvas_resize(&c, ROWS, COLS, &err);
    for (int i = 0; code == AX_OK && ax_theme_at(i); i++) {
        draw(&c, ax_theme_at(i));
        show(&c, color, &out);
    }
    if (code == AX_OK && ax_str_ok(&out))
        ax_out_text(out.text);
    ax_str_release(&out);
    ax_canvas_release(&c);
    return code == AX_OK ? 0 : ax_complain_of(&err);
}
