/* The terminal: the only part that uses curses. Whatever ends the program, the terminal is restored. */
#ifndef AX_TUI_TERM_H
#define AX_TUI_TERM_H

#include "viz/canvas.h"

/* NULL stands for no terminal: nothing is shown, no key comes, and the size is the caller's. */
typedef struct ax_term ax_term;

/* Whether this process has a terminal that can be drawn on. AX_EINVAL says why not: input or output is no terminal,
   TERM is not set, not known, or too simple. Changes nothing. */
ax_code ax_term_check(ax_err *err);
/* Takes over the terminal, of which there is at most one at a time. Catches the signals that end a program (it restores
   the terminal and then dies of them; ignored ones stay ignored), TSTP, CONT and WINCH (see ax_term_signals). */
ax_term *ax_term_start(ax_err *err);
/* Restores the terminal. Frees t; NULL is fine. */
void ax_term_stop(ax_term *t);

int ax_term_fd(const ax_term *t);        /* poll it for keys */
int ax_term_signal_fd(const ax_term *t); /* poll it for signals */
enum { AX_TERM_RESIZED = 1, AX_TERM_SUSPEND = 2, AX_TERM_CONTINUED = 4 };
/* The signals since the last call, as the bits above. After AX_TERM_RESIZED the size is the new one. */
int ax_term_signals(ax_term *t);
void ax_term_size(const ax_term *t, int *rows, int *cols);
bool ax_term_unicode(
    const ax_term *t);                /* the locale is UTF-8, and the glyphs of the screens are one column wide in it */
int ax_term_colors(const ax_term *t); /* how many colours it can show; 0 = none, or NO_COLOR is set */
bool ax_term_pixels(const ax_term *t); /* 256 colours, and NO_COLOR isn't set */

/* How pictures are shown. The terminal is asked once, at the start; inside tmux and screen it is not asked. */
#define AX_GRAPHICS_LIST(X)                                                                                            \
    X(AUTO, "auto")   /* what the terminal says that it supports, Kitty's protocol before sixel */                     \
    X(CELLS, "cells") /* no pictures: the cells below them are seen */                                                 \
    X(KITTY, "kitty")                                                                                                  \
    X(SIXEL, "sixel")
#define AX_GRAPHICS_ENUM(id, name) AX_GRAPHICS_##id,
typedef enum ax_graphics { AX_GRAPHICS_LIST(AX_GRAPHICS_ENUM) AX_GRAPHICS_COUNT } ax_graphics;
/* AX_GRAPHICS_COUNT: there is no such name. */
ax_graphics ax_graphics_named(const char *name);
/* KITTY and SIXEL are used whatever the terminal says; in a build without libsixel SIXEL means CELLS. */
void ax_term_choose_graphics(ax_term *t, ax_graphics choice);
/* Whether pictures can be shown, as far as is known now; *aspect: the height of a cell over its width. */
bool ax_term_shows_pictures(const ax_term *t, double *aspect);

/* The next key (tui/term/keycode.h). False: none is waiting. *gone: the terminal is gone. AX_KEY_PASTE: see
   ax_term_paste. */
bool ax_term_key(ax_term *t, uint32_t *key, bool *gone);
/* Seconds until ax_term_key must be called again although nothing can be read (a lone Escape, a paste without an end);
   INFINITY = never. */
double ax_term_wait(const ax_term *t);
/* What the mouse did, after AX_KEY_MOUSE: the button as the terminal numbers it, and the cell. False: the button was
   released. */
bool ax_term_mouse_event(const ax_term *t, int *button, int *row, int *col);
/* Asks for events of the mouse, or leaves it to the terminal, which selects text with it. */
void ax_term_mouse(ax_term *t, bool on);
/* Whether the terminal has the focus; true where it doesn't say. */
bool ax_term_focused(const ax_term *t);
/* The pasted text as the terminal sent it, valid until the next ax_term_key; *whole: none of it was dropped. */
const char *ax_term_paste(const ax_term *t, bool *whole);
/* Shows a canvas; only changes are sent. Pictures that nothing covers replace their cells. The cursor is shown at (row,
   col), or hidden when row < 0. */
void ax_term_show(ax_term *t, const ax_canvas *c, int row, int col);
/* Forgets what the screen is believed to show: the next ax_term_show sends everything. */
void ax_term_forget(ax_term *t);
/* Restores the terminal and stops the process as Ctrl-Z does in a shell; returns when it is continued. */
void ax_term_suspend(ax_term *t);
/* Asks the terminal to put text on its clipboard (OSC 52). */
void ax_term_copy(ax_term *t, const char *text);

#endif
