/* Themes: the colours of the roles. All leave the background to the terminal, and none needs red told from green. */
#ifndef AX_VIZ_THEME_H
#define AX_VIZ_THEME_H

#include "viz/canvas.h"

/* A colour: -1 = the terminal's default, 0 to 255 of the palette (0 to 7 as ANSI numbers them), or AX_RGB. */
#define AX_RGB(rgb) (0x1000000 | (rgb))
typedef struct ax_theme {
    const char *name, *doc;
    int color[AX_ROLE_COUNT];
} ax_theme;

/* How a role looks: weight is the same in all themes. */
typedef struct ax_look {
    bool bold, dim, reverse;
    int color;
} ax_look;
ax_look ax_look_of(const ax_theme *t, ax_role role); /* NULL: the theme of eight colours */

const ax_theme *ax_theme_at(int i); /* NULL past the last */
const ax_theme *ax_theme_named(const char *name);
/* The theme that suits a terminal of so many colours; 0 or 1 = none. */
const ax_theme *ax_theme_for(int colors);
/* "8, 256, true, ..." */
char *ax_theme_names(char *out, size_t cap);

/* Red, green and blue of a colour of the 256-colour palette; the first 16 as xterm has them. */
void ax_color_rgb(uint8_t color, uint8_t rgb[static 3]);
/* The same for any colour but -1. */
void ax_theme_rgb(int color, uint8_t rgb[static 3]);
/* The nearest colour that a terminal of so many colours has; for >= 2^24 as red, green, blue in one number. */
int ax_theme_fit(int color, int colors);

#endif
