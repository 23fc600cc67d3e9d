/* The user's preferences: $XDG_CONFIG_HOME/auxcell/config.ini and keys.ini (else ~/.config/auxcell/). */
#ifndef AX_TUI_CONFIG_H
#define AX_TUI_CONFIG_H

#include "tui/term/term.h"
#include "tui/ui/keymap.h"
#include "viz/table.h"
#include "viz/theme.h"

/* name, what it takes, what it is; each has a function in config.c that reads it */
#define AX_CONFIG_LIST(X)                                                                                              \
    X(theme, "auto, or a theme", "colours ('auxcell themes' shows them)")                                              \
    X(glyphs, "auto, unicode, ascii", "line drawing and Braille, or plain characters")                                 \
    X(columns, "auto, or COLUMN[,COLUMN...]", "columns of the table, from left to right, as many as fit")              \
    X(rate, "0.1 to 30", "screens per second, at most, when nothing is typed (4)")                                     \
    X(pictures, "auto, cells, kitty, sixel", "how to show pictures (auto: as well as the terminal can)")               \
    X(mouse, "on, off", "whether the mouse is taken at the start (off; % switches)")

typedef struct ax_config {
    const ax_theme *theme; /* NULL: the theme that suits the terminal */
    int ascii;             /* -1: depends on the terminal */
    ax_columns columns;
    double rate;
    ax_graphics pictures;
    bool mouse;
    ax_keymap keys;
    char wrong[256]; /* the first error, with its place; the file is ignored then. "" = none */
} ax_config;

/* Never fails: a missing or wrong file leaves the defaults. */
void ax_config_read(ax_config *c);
/* What suits the terminal where the user has chosen nothing; term NULL: a script. asked: by an option. */
bool ax_config_ascii(const ax_config *c, bool asked, const ax_term *term);
const ax_theme *ax_config_theme(const ax_config *c, const ax_term *term);
/* Reads the text of config.ini, which is changed. AX_EINVAL names the line; *c is as before then. */
ax_code ax_config_parse(ax_config *c, const char *path, char *text, ax_err *err);

#endif
