/* All keys in one list, which makes the key map, the hints and the help screen. What a key does depends on the context
   that has the keyboard (tui/ui/context.h). */
#ifndef AX_TUI_ACTION_H
#define AX_TUI_ACTION_H

#include "tui/term/keycode.h"

#include <stdbool.h>
#include <stdint.h>

/* id, name of its table of functions (ax_context_NAME): the views, and what may be open over them. */
#define AX_CONTEXT_LIST(X)                                                                                             \
    X(VIEWS, views)                                                                                                    \
    X(TOUR, tour)                                                                                                      \
    X(COMPARE, compare)                                                                                                \
    X(HELP, help)                                                                                                      \
    X(EDIT, edit)                                                                                                      \
    X(PROMPT, prompt)                                                                                                  \
    X(QUESTION, question)
#define AX_CONTEXT_ENUM(id, name) AX_CONTEXT_##id,
typedef enum ax_context_id { AX_CONTEXT_LIST(AX_CONTEXT_ENUM) AX_CONTEXT_COUNT } ax_context_id;

/* Sets of contexts. */
#define AX_CONTEXT_BIT(id, name) AX_IN_##id = 1 << AX_CONTEXT_##id,
enum {
    AX_CONTEXT_LIST(AX_CONTEXT_BIT) AX_IN_ROWS = AX_IN_VIEWS | AX_IN_COMPARE,
    AX_IN_HELPED = AX_IN_ROWS | AX_IN_EDIT,
    AX_IN_LISTS = AX_IN_ROWS | AX_IN_HELP,
    AX_IN_PANES = AX_IN_LISTS | AX_IN_EDIT,
    AX_IN_ALL = (1 << AX_CONTEXT_COUNT) - 1
};

/* What an action needs: nothing; a selected candidate; a running engine (WAKES: or a finished run, whose engine is
   started for it); an engine that can be started again; a prune that can be undone; a window with room for all views
   (PANE: and in it a pane that does something with it); a replay. */
enum {
    AX_NEEDS_NOTHING = 0,
    AX_NEEDS_ROW = 1,
    AX_NEEDS_ENGINE = 2,
    AX_NEEDS_BOTH = AX_NEEDS_ROW | AX_NEEDS_ENGINE,
    AX_WAKES = 4,
    AX_NEEDS_WAKING = AX_NEEDS_BOTH | AX_WAKES,
    AX_NEEDS_RESUMABLE = 8,
    AX_NEEDS_PRUNED = 16,
    AX_NEEDS_UNDOABLE = AX_NEEDS_PRUNED | AX_NEEDS_ENGINE | AX_WAKES,
    AX_NEEDS_ROOM = 32,
    AX_NEEDS_REPLAY = 64,
    AX_NEEDS_ROW_ROOM = AX_NEEDS_ROW | AX_NEEDS_ROOM,
    AX_PANES = 128,
    AX_NEEDS_PANE = AX_NEEDS_ROOM | AX_PANES
};

/* id, contexts (AX_IN_...), key, the key's name, word on the hint line ("" = none), what it does, what it needs
   (AX_NEEDS_...). The hints have this order: the most useful ones come first, since a narrow window shows only
   those. */
#define AX_ACTION_LIST(X)                                                                                              \
    X(BACK, VIEWS, AX_KEY_ESCAPE, "Esc", "", "clears the filter; then: the overview, and the best one selected",       \
      NOTHING)                                                                                                         \
    X(HOLD, VIEWS, ' ', "Space", "hold", "replay: hold it, or let it go on", REPLAY)                                   \
    X(SLOWER, VIEWS, '(', "(", "slower", "replay: half as fast", REPLAY)                                               \
    X(FASTER, VIEWS, ')', ")", "faster", "replay: twice as fast", REPLAY)                                              \
    X(SKIP_BACK, VIEWS, ',', ",", "back", "replay: back by ten seconds of watching", REPLAY)                           \
    X(SKIP_ON, VIEWS, '.', ".", "on", "replay: on by ten seconds of watching", REPLAY)                                 \
    X(RESUME, VIEWS, 'R', "R", "resume", "start the engine again when it has stopped or died", RESUMABLE)              \
    X(PAUSE, VIEWS, 'p', "p", "pause", "pause the candidate, or let it go on", BOTH)                                   \
    X(PRUNE, VIEWS, 'x', "x", "prune", "end the candidate; with marks: all marked ones (asks)", WAKING)                \
    X(UNDO, VIEWS, 'u', "u", "undo", "take back a prune: this row's, else the last; unfinished: 10 s", UNDOABLE)       \
    X(PROMOTE, VIEWS, '+', "+", "promote", "let it through the gate / be next in the queue / train fully", WAKING)     \
    X(DEMOTE, VIEWS, '-', "-", "", "take that back: to the gate / last in the queue / not in full", BOTH)              \
    X(MARK, ROWS, 'm', "m", "mark", "mark or unmark the candidate", ROW)                                               \
    X(FILTER, VIEWS, '/', "/", "filter", "show only: words, or reward>.65 params<3M state!=X", NOTHING)                \
    X(SORT, VIEWS, 's', "s", "sort", "sort by the next column", NOTHING)                                               \
    X(OPEN, VIEWS, AX_KEY_ENTER, "Enter", "open", "show the selected candidate's cell, or the line's; back again",     \
      ROW_ROOM)                                                                                                        \
    X(COMMAND, VIEWS, ':', ":", "cmd", "type a command (below; Tab completes it) or a genotype", NOTHING)              \
    X(DETACH, VIEWS, 'q', "q", "detach", "leave; the engine goes on", NOTHING)                                         \
    X(HELP, HELPED, '?', "?", "help", "this list; F1 does the same", NOTHING)                                          \
    X(STOP, VIEWS, 'Q', "Q", "stop engine", "stop the engine (asks); the run can be resumed", ENGINE)                  \
    X(PAUSE_RUN, VIEWS, 'P', "P", "pause run", "pause the whole run, or let it go on", ENGINE)                         \
    X(NOTE, VIEWS, 'a', "a", "note", "write a note on the candidate", WAKING)                                          \
    X(EDIT, VIEWS, 'c', "c", "change", "a new candidate: a copy with some decisions changed", WAKING)                  \
    X(COMPARE, VIEWS, '=', "=", "compare", "beside the marked one, what it was made from, or the best", ROW)           \
    X(FIND, VIEWS, 'f', "f", "find", "go to the next candidate with these words, as for /", NOTHING)                   \
    X(FIND_ON, ROWS, 'n', "n", "", "the next one found", NOTHING)                                                      \
    X(FIND_BACK, ROWS, 'N', "N", "", "the one found before", NOTHING)                                                  \
    X(ZOOM_IN, VIEWS, 'z', "z", "zoom", "plot: half as many candidates; pictures: twice as large", PANE)               \
    X(ZOOM_OUT, VIEWS, 'Z', "Z", "", "the other way", PANE)                                                            \
    X(PAN_BACK, VIEWS, '<', "<", "", "plot: earlier candidates; pareto: cheaper ones; pictures: left", PANE)           \
    X(PAN_ON, VIEWS, '>', ">", "", "plot: later candidates; pareto: costlier ones; pictures: right", PANE)             \
    X(PAN_UP, VIEWS, '{', "{", "", "pictures: up", PANE)                                                               \
    X(PAN_DOWN, VIEWS, '}', "}", "", "pictures: down", PANE)                                                           \
    X(ZOOM_NONE, VIEWS, '0', "0", "", "plot, pictures whole again; the plot follows the newest", PANE)                 \
    X(CROSSHAIR, VIEWS, 'i', "i", "", "plot: read it at the selected candidate; < > step in time", PANE)               \
    X(LOG, VIEWS, 'L', "L", "", "plot: logarithmic rewards (8: losses), or linear ones", PANE)                         \
    X(SMOOTH, VIEWS, 'w', "w", "", "plot: averages over more or fewer candidates, or none", PANE)                      \
    X(PIN, VIEWS, '!', "!", "pin", "keep the engine from stopping it early; again: unpin", WAKING)                     \
    X(EXPORT, VIEWS, 'e', "e", "export", "write its predictions as PNG files below RUN/export", ROW)                   \
    X(EXPORT_TABLE, VIEWS, 'E', "E", "", "write the rows of the table as CSV below RUN/export", NOTHING)               \
    X(COPY, VIEWS, 'y', "y", "copy", "copy its genotype to the clipboard (OSC 52)", ROW)                               \
    X(WIRING, ROWS, '\t', "Tab", "wiring", "cell or decoder wiring; pareto: next cost; log: which lines", PANE)        \
    X(REVERSE, VIEWS, 'r', "r", "", "sort the other way round", NOTHING)                                               \
    X(SORT_THEN, VIEWS, 'S', "S", "", "sort equal ones by the next column, too (:sort names them)", NOTHING)           \
    X(FREEZE, VIEWS, 'F', "F", "", "keep the rows as they are, whatever happens; again: go on", NOTHING)               \
    X(MARK_ALL, VIEWS, '*', "*", "", "mark all rows of the table (:mark FILTER marks others)", NOTHING)                \
    X(UNMARK, VIEWS, 'M', "M", "", "unmark all", NOTHING)                                                              \
    X(IMAGE_BACK, VIEWS, '[', "[", "", "view 5: previous image", PANE)                                                 \
    X(IMAGE_ON, VIEWS, ']', "]", "", "view 5: next image", PANE)                                                       \
    X(MASK_OVER, VIEWS, 'v', "v", "", "masks: classes of truth and prediction over the image", PANE)                   \
    X(DOWN, LISTS, 'j', "j, down", "", "next row", NOTHING)                                                            \
    X(UP, LISTS, 'k', "k, up", "", "previous row", NOTHING)                                                            \
    X(VIEW_BACK, VIEWS, 'h', "h, left", "", "previous view", ROOM)                                                     \
    X(VIEW_ON, VIEWS, 'l', "l, right", "", "next view", ROOM)                                                          \
    X(PAGE_DOWN, LISTS, AX_KEY_PAGE_DOWN, "PgDn", "", "a page down", NOTHING)                                          \
    X(PAGE_UP, LISTS, AX_KEY_PAGE_UP, "PgUp", "", "a page up", NOTHING)                                                \
    X(FIRST, LISTS, 'g', "g, Home", "", "first row", NOTHING)                                                          \
    X(LAST, LISTS, 'G', "G, End", "", "last row; log: follow the newest line", NOTHING)                                \
    X(MOUSE, VIEWS, '%', "%", "", "take the mouse: tabs, rows, wheel, drag in plots; again: leave it", NOTHING)        \
    X(GLYPHS, PANES, '~', "~", "", "line drawing and Braille, or plain ASCII", NOTHING)                                \
    X(REDRAW, ALL, AX_CTRL('L'), "Ctrl-L", "", "draw everything again", NOTHING)                                       \
    X(SUSPEND, ALL, AX_CTRL('Z'), "Ctrl-Z", "", "to the shell; fg comes back", NOTHING)                                \
    X(EDIT_DOWN, EDIT, 'j', "j, down", "", "next line of decisions", NOTHING)                                          \
    X(EDIT_UP, EDIT, 'k', "k, up", "", "previous line of decisions", NOTHING)                                          \
    X(EDIT_RIGHT, EDIT, 'l', "l, right", "", "next decision of the line", NOTHING)                                     \
    X(EDIT_LEFT, EDIT, 'h', "h, left", "", "previous decision of the line", NOTHING)                                   \
    X(EDIT_NEXT, EDIT, '\t', "Tab", "", "next decision of the line, around its end", NOTHING)                          \
    X(EDIT_MORE, EDIT, '+', "+", "", "next value", NOTHING)                                                            \
    X(EDIT_LESS, EDIT, '-', "-", "", "previous value", NOTHING)                                                        \
    X(EDIT_RESET, EDIT, 'r', "r", "", "take this change back", NOTHING)                                                \
    X(EDIT_RESET_ALL, EDIT, 'R', "R", "", "take all changes back", NOTHING)                                            \
    X(EDIT_QUEUE, EDIT, AX_KEY_ENTER, "Enter", "", "queue the candidate", NOTHING)                                     \
    X(EDIT_LEAVE, EDIT, AX_KEY_ESCAPE, "Esc", "", "leave the editor", NOTHING)                                         \
    X(COMPLETE, PROMPT, '\t', "Tab", "", "complete the word", NOTHING)                                                 \
    X(RECALL_BACK, PROMPT, AX_KEY_UP, "up", "", "earlier lines that begin like this one", NOTHING)                     \
    X(RECALL_ON, PROMPT, AX_KEY_DOWN, "down", "", "later lines that begin like this one", NOTHING)                     \
    X(YES, QUESTION, 'y', "y", "", "yes", NOTHING)

#define AX_ACTION_ENUM(id, contexts, key, label, hint, help, needs) AX_DO_##id,
typedef enum ax_action { AX_ACTION_LIST(AX_ACTION_ENUM) AX_ACTION_COUNT, AX_DO_NOTHING = AX_ACTION_COUNT } ax_action;

typedef struct ax_action_row {
    unsigned contexts;
    uint32_t key;
    const char *label, *hint, *help;
    int needs;
} ax_action_row;
extern const ax_action_row ax_actions[AX_ACTION_COUNT];

/* How many rows an action moves by, of `all`; < 0: up; 0: it doesn't move. */
long ax_action_moves(ax_action a, long page, long all);

#endif
