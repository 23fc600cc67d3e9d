/* What a view is, and the list of them: each is a file in tui/view and an entry here. A view draws a pane, alone or
   beside others, and does what some of the actions mean in it. */
#ifndef AX_TUI_VIEWS_H
#define AX_TUI_VIEWS_H

#include "engine/base/err.h"
#include "engine/base/str.h"
#include "tui/ui/action.h"
#include "viz/canvas.h"

/* In this order are the tabs, and the panes that are asked what an action does after the view that is shown. */
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

/* What the mouse does in a pane. */
typedef enum ax_mouse { AX_MOUSE_PRESS, AX_MOUSE_DRAG, AX_MOUSE_RELEASE = -1 } ax_mouse;

typedef struct ax_view {
    const char *title; /* on the tab line */
    char key;          /* shows it; '\0': it is only a pane beside others */
    const char *help;  /* lines "KEY<tab>what it does here", each ended by a newline; NULL = none */
    bool small;        /* where nothing else fits it is shown, whatever was chosen */
    bool detail;       /* beside others it may follow the selection a moment later (ui->hurried) */
    size_t state;      /* bytes of its slot in the UI (ui->slot), all zero at first */
    /* Places its panes in what the lines of the screen leave; NULL: its own pane fills that. */
    void (*layout)(ax_rect all, struct ax_layout *out);
    /* Draws its pane, with a frame; NULL: it has none. AX_ENOMEM: it could not be drawn. */
    ax_code (*draw)(ax_pane p, const struct ax_ui *ui, ax_err *err);
    /* Appends the view as an SVG document. NULL: as its pane is drawn. AX_ENOMEM. */
    ax_code (*svg)(const struct ax_ui *ui, ax_str *out, ax_err *err);
    /* Does what an action means here; false: others may have a meaning for it too. NULL: none means anything. */
    bool (*action)(struct ax_ui *ui, ax_action a);
    /* The left button over its pane, (row, col) from the inside of the frame; what is dragged may be outside. NULL: it
       means nothing. */
    void (*mouse)(struct ax_ui *ui, ax_mouse what, int row, int col);
    /* Looks for what was typed at its prompt AX_ASK_SEARCH; "" is what was looked for before. NULL: it has none. */
    void (*search)(struct ax_ui *ui, const char *text);
    /* Frees what the slot owns, not the slot. NULL: it owns nothing. */
    void (*release)(void *slot);
    /* After events; replaced: the whole state was read again. NULL: there is nothing to do. */
    void (*refresh)(struct ax_ui *ui, bool replaced);
    /* After each layout, before drawing: scrolls. NULL: likewise. */
    void (*arrange)(struct ax_ui *ui);
} ax_view;

#define AX_VIEW_DECLARE(id, name) extern const ax_view ax_view_##name;
AX_VIEW_LIST(AX_VIEW_DECLARE)
extern const ax_view *const ax_views[AX_VIEW_COUNT];

#endif
