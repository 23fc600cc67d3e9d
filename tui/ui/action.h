/* Every key in one list: it makes the key map, the hints, the help screen and the manual's table. */
#ifndef AX_TUI_ACTION_H
#define AX_TUI_ACTION_H

#include "tui/term/keycode.h"

#include <stdbool.h>
#include <stdint.h>

/* What an action needs: nothing, a selected candidate, a live engine, both; an engine that can be started again; a
   prune that can be taken back (and an engine). */
enum {
    AX_NEEDS_NOTHING = 0,
    AX_NEEDS_ROW = 1,
    AX_NEEDS_ENGINE = 2,
    AX_NEEDS_BOTH = 3,
    AX_NEEDS_MASKS = 4,
    AX_WAKES = 8,
    AX_NEEDS_RESUMABLE = 16,
    AX_NEEDS_PRUNED = 32,
    AX_NEEDS_UNDOABLE = AX_NEEDS_PRUNED | AX_NEEDS_ENGINE | AX_WAKES
};

/* id, key, its name, word on the hint line ("" = none), what it does, what it needs. The order is that of the hints:
   the most wanted first, for a narrow window shows only those. */
#define AX_ACTION_LIST(X)                                                                                              \
    X(RESUME, 'R', "R", "resume", "start the engine again when it has stopped or died", AX_NEEDS_RESUMABLE)            \
    X(PAUSE, 'p', "p", "pause", "pause the candidate, or let it go on", AX_NEEDS_BOTH)                                 \
    X(PRUNE, 'x', "x", "prune", "end the candidate; with marks: all marked ones (asks)", AX_NEEDS_BOTH | AX_WAKES)     \
    X(UNDO, 'u', "u", "undo", "take back a prune: this row's, else the last; unfinished: 10 s", AX_NEEDS_UNDOABLE)     \
    X(PROMOTE, '+', "+", "promote", "through the gate / next in the queue / full training", AX_NEEDS_BOTH | AX_WAKES)  \
    X(MARK, 'm', "m", "mark", "mark or unmark the candidate", AX_NEEDS_ROW)                                            \
    X(FILTER, '/', "/", "filter", "show only: words, or reward>.65 params<3M state!=X", AX_NEEDS_NOTHING)              \
    X(SORT, 's', "s", "sort", "sort by the next column", AX_NEEDS_NOTHING)                                             \
    X(OPEN, AX_KEY_ENTER, "Enter", "open", "show the selected candidate's cell; back again", AX_NEEDS_ROW)             \
    X(COMMAND, ':', ":", "cmd", "type a command (below; Tab completes it) or a genotype", AX_NEEDS_NOTHING)            \
    X(DETACH, 'q', "q", "detach", "leave; the engine goes on", AX_NEEDS_NOTHING)                                       \
    X(HELP, '?', "?", "help", "this list", AX_NEEDS_NOTHING)                                                           \
    X(STOP, 'Q', "Q", "stop engine", "stop the engine (asks); the run can be resumed", AX_NEEDS_ENGINE)                \
    X(PAUSE_RUN, 'P', "P", "pause run", "pause the whole run, or let it go on", AX_NEEDS_ENGINE)                       \
    X(NOTE, 'a', "a", "note", "write a note on the candidate", AX_NEEDS_BOTH | AX_WAKES)                               \
    X(EDIT, 'c', "c", "change", "a new candidate: a copy with some decisions changed", AX_NEEDS_BOTH | AX_WAKES)       \
    X(COMPARE, '=', "=", "compare", "with the marked one, or what it was made from, or the best", AX_NEEDS_ROW)        \
    X(FIND, 'f', "f", "find", "go to the next candidate with these words, as for /", AX_NEEDS_NOTHING)                 \
    X(FIND_ON, 'n', "n", "", "the next one found", AX_NEEDS_NOTHING)                                                   \
    X(FIND_BACK, 'N', "N", "", "the one found before", AX_NEEDS_NOTHING)                                               \
    X(ZOOM_IN, 'z', "z", "zoom", "plot: half as many candidates; masks: twice as large", AX_NEEDS_NOTHING)             \
    X(ZOOM_OUT, 'Z', "Z", "", "the other way", AX_NEEDS_NOTHING)                                                       \
    X(PAN_BACK, '<', "<", "", "plot: earlier candidates; masks: left", AX_NEEDS_NOTHING)                               \
    X(PAN_ON, '>', ">", "", "plot: later candidates; masks: right", AX_NEEDS_NOTHING)                                  \
    X(PAN_UP, '{', "{", "", "masks: up", AX_NEEDS_NOTHING)                                                             \
    X(PAN_DOWN, '}', "}", "", "masks: down", AX_NEEDS_NOTHING)                                                         \
    X(ZOOM_NONE, '0', "0", "", "plot and masks whole again; the plot follows the newest", AX_NEEDS_NOTHING)            \
    X(PIN, '!', "!", "pin", "keep the engine from stopping it early; again: unpin", AX_NEEDS_BOTH | AX_WAKES)          \
    X(EXPORT, 'e', "e", "export", "write its masks as PNG files below RUN/export", AX_NEEDS_ROW)                       \
    X(EXPORT_TABLE, 'E', "E", "", "write the rows of the table as CSV below RUN/export", AX_NEEDS_NOTHING)             \
    X(COPY, 'y', "y", "copy", "copy its genotype to the clipboard (OSC 52)", AX_NEEDS_ROW)                             \
    X(WIRING, '\t', "Tab", "wiring", "cell or decoder wiring; pareto: next cost", AX_NEEDS_NOTHING)                    \
    X(REVERSE, 'r', "r", "", "sort the other way round", AX_NEEDS_NOTHING)                                             \
    X(UNMARK, 'M', "M", "", "unmark all", AX_NEEDS_NOTHING)                                                            \
    X(IMAGE_BACK, '[', "[", "", "previous image of the masks", AX_NEEDS_NOTHING)                                       \
    X(IMAGE_ON, ']', "]", "", "next image of the masks", AX_NEEDS_NOTHING)                                             \
    X(DOWN, 'j', "j, down", "", "next row", AX_NEEDS_NOTHING)                                                          \
    X(UP, 'k', "k, up", "", "previous row", AX_NEEDS_NOTHING)                                                          \
    X(VIEW_BACK, 'h', "h, left", "", "previous view", AX_NEEDS_NOTHING)                                                \
    X(VIEW_ON, 'l', "l, right", "", "next view", AX_NEEDS_NOTHING)                                                     \
    X(PAGE_DOWN, AX_KEY_PAGE_DOWN, "PgDn", "", "a page down", AX_NEEDS_NOTHING)                                        \
    X(PAGE_UP, AX_KEY_PAGE_UP, "PgUp", "", "a page up", AX_NEEDS_NOTHING)                                              \
    X(FIRST, 'g', "g, Home", "", "first row", AX_NEEDS_NOTHING)                                                        \
    X(LAST, 'G', "G, End", "", "last row; log: follow the newest line", AX_NEEDS_NOTHING)                              \
    X(GLYPHS, '~', "~", "", "line drawing and Braille, or plain ASCII", AX_NEEDS_NOTHING)                              \
    X(REDRAW, AX_CTRL('L'), "Ctrl-L", "", "draw everything again", AX_NEEDS_NOTHING)                                   \
    X(SUSPEND, AX_CTRL('Z'), "Ctrl-Z", "", "to the shell; fg comes back", AX_NEEDS_NOTHING)

#define AX_ACTION_ENUM(id, key, label, hint, help, needs) AX_DO_##id,
typedef enum ax_action { AX_ACTION_LIST(AX_ACTION_ENUM) AX_ACTION_COUNT, AX_DO_NOTHING = AX_ACTION_COUNT } ax_action;

typedef struct ax_action_row {
    uint32_t key;
    const char *label, *hint, *help;
    int needs;
} ax_action_row;
extern const ax_action_row ax_actions[AX_ACTION_COUNT];

/* The action of a key; arrows, Home and End do what hjkl, g and G do. AX_DO_NOTHING when it has none. */
ax_action ax_action_of(uint32_t key);
/* Rows that an action moves by, of all there are; < 0: up; 0: it doesn't move. */
long ax_action_moves(ax_action a, long page, long all);

#endif
