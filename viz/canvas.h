/* A screen in memory: cells of one character and a role. Views draw here; tests read it as text; tui/term copies it to
   a terminal. All drawing is clipped to a pane, so no size of a window can make it write outside. */
#ifndef AX_VIZ_CANVAS_H
#define AX_VIZ_CANVAS_H

#include "engine/base/err.h"
#include "engine/base/str.h"
#include "viz/glyphs.h"
#include "viz/raster.h"

/* The meaning of a cell; themes give it colour and weight. No information may be in the role alone. */
#define AX_ROLE_LIST(X)                                                                                                \
    X(TEXT)                                                                                                            \
    X(DIM)                                                                                                             \
    X(STRONG)                                                                                                          \
    X(FRAME)                                                                                                           \
    X(TITLE)                                                                                                           \
    X(FOCUS)                                                                                                           \
    X(BAR) X(KEY) X(SELECTED) X(MARKED) X(RUNNING) X(GOOD) X(WARN) X(BAD) X(CURVE) X(BEST) X(POINT) X(LANE) X(PIXEL)
#define AX_ROLE_ENUM(name) AX_ROLE_##name,
typedef enum ax_role { AX_ROLE_LIST(AX_ROLE_ENUM) AX_ROLE_COUNT } ax_role;

typedef struct ax_canvas_cell {
    uint32_t code;
    uint8_t role;
    uint8_t fg, bg;  /* PIXEL only: colours of the 256-colour palette */
    uint8_t picture; /* number of the canvas's picture that covers it, from 1 on; 0 = none */
} ax_canvas_cell;

enum { AX_CANVAS_SIDE = 1000 }; /* rows and columns past this are not drawn */
enum { AX_CANVAS_PICTURES = 8 };

struct ax_theme;
typedef struct ax_canvas {
    int rows, cols;
    ax_canvas_cell *cell; /* row by row */
    const ax_glyphs *glyphs;
    const struct ax_theme *theme; /* NULL: the theme of eight colours */
    bool graphics;                /* the one that shows the canvas can show pictures */
    double cell_aspect;           /* height of a cell over its width; 0 = not known, 2 is usual */
    int pictures;
    ax_raster picture[AX_CANVAS_PICTURES];
} ax_canvas;

/* An empty canvas; release it with ax_canvas_release. */
void ax_canvas_init(ax_canvas *c, const ax_glyphs *glyphs);
void ax_canvas_release(ax_canvas *c);
/* Changes the size and blanks it. AX_ENOMEM leaves the old one. */
ax_code ax_canvas_resize(ax_canvas *c, int rows, int cols, ax_err *err);
void ax_canvas_erase(ax_canvas *c);
/* Drops the pictures, and frees the pixels that the canvas owns. */
void ax_canvas_drop_pictures(ax_canvas *c);
/* Appends the characters, one line per row, without blanks at the end of a line. */
void ax_canvas_text(const ax_canvas *c, ax_str *out);
/* Appends one line per row with a letter for the role of each cell ('.' = TEXT, then 'a', 'b', ...). */
void ax_canvas_roles(const ax_canvas *c, ax_str *out);

/* A part of a canvas; rows and columns below count from its corner. */
typedef struct ax_pane {
    ax_canvas *canvas;
    ax_rect at;
} ax_pane;

ax_pane ax_pane_of(ax_canvas *c, ax_rect at); /* clipped to the canvas */
/* The part inside the frame. */
ax_pane ax_pane_inner(ax_pane p);
/* A part of the pane, clipped to it. */
ax_pane ax_pane_part(ax_pane p, int row, int col, int rows, int cols);
void ax_pane_put(ax_pane p, int row, int col, uint32_t code, ax_role role);
void ax_pane_glyph(ax_pane p, int row, int col, ax_glyph g, ax_role role);
void ax_pane_pixel(ax_pane p, int row, int col, uint32_t code, uint8_t fg, uint8_t bg);
/* Prints UTF-8 text; control characters and what isn't UTF-8 become '?', as does everything but ASCII in the ASCII set
   and what isn't one column wide. Returns the column after the last character, also when that was clipped. */
int ax_pane_print(ax_pane p, int row, int col, ax_role role, const char *text);
int ax_pane_printf(ax_pane p, int row, int col, ax_role role, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));
/* Prints text that ends at the last column before `end`; returns the column where it starts. */
int ax_pane_print_right(ax_pane p, int row, int end, ax_role role, const char *text);
/* Prints at most `width` columns; a longer text ends in the glyph MORE. */
void ax_pane_print_cut(ax_pane p, int row, int col, int width, ax_role role, const char *text);
/* Columns that text takes. */
int ax_text_width(const char *text);
/* Gives cells another role, keeping the characters. */
void ax_pane_role(ax_pane p, int row, int col, int cols, ax_role role);
void ax_pane_clear(ax_pane p); /* fills the pane with blanks */
bool ax_pane_is_blank(ax_pane p, int row, int col);
/* Lays a picture over cells that are drawn already; its `at` counts from the pane's corner. Takes its `owned`. Does
   nothing when the canvas shows no pictures, has no room for one more, or the rectangle isn't inside the pane. */
void ax_pane_picture(ax_pane p, const ax_raster *picture);
/* Copies the pane's cells out (malloc, caller frees; NULL without memory) and back in, for a pane of the same size. */
ax_canvas_cell *ax_pane_save(ax_pane p);
void ax_pane_restore(ax_pane p, const ax_canvas_cell *cell);
/* The pane's cells and pictures, taken out of the canvas to be put back, once. */
typedef struct ax_pane_kept ax_pane_kept;
ax_pane_kept *ax_pane_take(ax_pane p); /* NULL without memory */
void ax_pane_put_back(ax_pane p, ax_pane_kept *kept);
/* A frame around the pane, with a title at the left and one at the right (may be NULL). */
void ax_pane_frame(ax_pane p, bool focus, const char *title, const char *right);

/* Nearest colour of the 256-colour palette (the 6x6x6 cube and the greys). */
uint8_t ax_color_256(uint8_t r, uint8_t g, uint8_t b);

#endif
