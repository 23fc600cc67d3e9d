/* The views: each is a file in tui/view and an entry in the list here. A view draws a pane, alone or beside others, and
   gives some actions a meaning of their own. */
#ifndef AX_TUI_VIEWS_H
#define AX_TUI_VIEWS_H

#include "engine/base/err.h"
#include "engine/base/str.h"
#include "tui/ui/action.h"
#include "viz/canvas.h"

/* This is the order of the tabs, and the order in which the other views are asked to do an action that the shown one
   lacks. */
#define AX_VIEW_LIST(X)                                                                                                \
    X(OVERVIEW, overview)                                                                                              \
    X(TABLE, table)                                                                                                    \
    X(CELL, cell)                                                                                                      \
    X(PARETO, pareto)                                                                                                  \
    X(REWARD, reward)                                                                                                  \
    X(MASK, mask)                                                                                                      \
    X(LOG, log)                                                                                                        \
    X(POLICY, policy)                                                                                                  \
    X(TRAINING, training)
#define AX_VIEW_ENUM(id, name) AX_VIEW_##id,
typedef enum ax_view_id { AX_VIEW_LIST(AX_VIEW_ENUM) AX_VIEW_COUNT } ax_view_id;

struct ax_ui;
struct ax_layout;

/* Events of the mouse in a pane. */
typedef enum ax_mouse { AX_MOUSE_PRESS, AX_MOUSE_DRAG, AX_MOUSE_RELEASE = -1 } ax_mouse;

typedef struct ax_view {
    const char *title;                           /* its name in the line of tabs */
    const char *(*name)(const struct ax_ui *ui); /* its name there in this run; NULL: its title */
    char key;                                    /* the key that shows it; '\0': it is only a pane beside others */
    const char *help; /* lines "KEY<tab>what it does here" for the help screen, each with a newline; NULL = none */
    bool small;       /* it is shown where nothing else fits, whatever was chosen */
    bool detail;      /* as a pane beside others it may follow the selection a moment later (ui->hurried) */
    size_t state;     /* bytes of its slot in the UI (ui->slot), all zero at first */
    /* Places panes in the part of the screen between tabs and hints. NULL: its own pane fills that part. */
    void (*layout)(ax_rect all, struct ax_layout *out);
    /* Draws its pane, with a frame; NULL: it has none. AX_ENOMEM: it could not be drawn. */
    ax_code (*draw)(ax_pane p, const struct ax_ui *ui, ax_err *err);
    /* Appends the view as an SVG document. NULL: as its pane is drawn. AX_ENOMEM. */
    ax_code (*svg)(const struct ax_ui *ui, ax_str *out, ax_err *err);
    /* Does what an action means here. False: it means nothing here, and others are asked. NULL: no action means
       anything. */
    bool (*action)(struct ax_ui *ui, ax_action a);
    /* Takes an event of the left button over its pane, (row, col) from the inside of the frame; when dragged it may be
       outside. NULL: the mouse does nothing here. */
    void (*mouse)(struct ax_ui *ui, ax_mouse what, int row, int col);
    /* Looks for what was typed at its prompt AX_ASK_SEARCH; "" repeats the last search. NULL: it can't be searched. */
    void (*search)(struct ax_ui *ui, const char *text);
    /* Frees what the slot owns, not the slot. NULL: it owns nothing. */
    void (*release)(void *slot);
    /* Called after events; replaced: the whole state was read again. NULL: nothing to do. */
    void (*refresh)(struct ax_ui *ui, bool replaced);
    /* Called after each layout and before drawing: scrolls. NULL: nothing to do. */
    void (*arrange)(struct ax_ui *ui);
} ax_view;

/* A view's name in this run. */
const char *ax_view_name(const struct ax_ui *ui, int view);

#define AX_VIEW_DECLARE(id, name) extern const ax_view ax_view_##name;
AX_VIEW_LIST(AX_VIEW_DECLARE)
extern const ax_view *const ax_views[AX_VIEW_COUNT];

#endif
