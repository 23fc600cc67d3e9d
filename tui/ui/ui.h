/* What the terminal shows besides the run's state: the view, what is drawn over it, a message. No curses, no sockets:
   keys come in, commands and requests go out, a canvas is drawn. */
#ifndef AX_TUI_UI_H
#define AX_TUI_UI_H

#include "engine/config/settings.h"
#include "engine/wire/command.h"
#include "engine/wire/state.h"
#include "tui/ui/action.h"
#include "tui/ui/asking.h"
#include "tui/ui/context.h"
#include "tui/ui/keymap.h"
#include "tui/ui/layout.h"
#include "tui/ui/replay.h"
#include "tui/ui/selection.h"
#include "viz/theme.h"

typedef enum ax_link {
    AX_LINK_NONE, /* no engine listens: the history is shown */
    AX_LINK_LIVE,
    AX_LINK_LOST /* there was an engine, and it is gone */
} ax_link;

enum { AX_UI_MESSAGE = 512, AX_PICTURE_SCREEN = AX_VIEW_COUNT + 1 };

typedef struct ax_ui {
    const ax_state *state;
    char run[64];                  /* name, for the status line */
    const char *program, *operand; /* "PROGRAM resume OPERAND" is what a shell takes; the caller's, "auxcell" and run */
    ax_link link;
    ax_replay replay;            /* what is shown is the past, played */
    bool readonly;               /* commands are refused */
    bool removed;                /* the run's files are gone; what is shown was read before */
    bool can_resume;             /* the loop can start the engine of a stopped run */
    bool can_wake;               /* the loop can start the engine of a finished run for a command */
    bool can_count;              /* the loop can ask what networks cost */
    double loading;              /* share of the history that was read so far, 1 = all of it is shown */
    double now;                  /* seconds of the machine's monotonic clock */
    int channels, repeats;       /* of the search, for parameters of operations; 0 = not known */
    const ax_settings *settings; /* of the run, the caller's; NULL = not known */
    bool color;                  /* whether pixels can be coloured */

    ax_keymap keys;
    ax_view_id view, opened_from;         /* opened_from: where Enter goes back to from the cell */
    void *slot[AX_VIEW_COUNT];            /* the views' own state (ax_view.state) */
    void *context_slot[AX_CONTEXT_COUNT]; /* the contexts' own (ax_context.state) */
    uint8_t over[AX_CONTEXT_COUNT];       /* contexts that are open over the views, the top one last */
    int n_over;
    ax_layout layout; /* of the last arrange */
    bool hurried;     /* a key is held down: views of details beside others stay as they were drawn last */
    unsigned drawing; /* of those of the space: the one that is shown where there is room for one only */

    char message[AX_UI_MESSAGE];
    bool message_bad;
    double message_at;

    /* requests, which the loop answers */
    ax_command
        *out; /* a prune with a batch: all such ones that follow each other are of one, which the sender numbers */
    uint32_t n_out, out_cap;
    char copy[AX_GENOTYPE_TEXT];
    const ax_theme *theme; /* show this one from now on; NULL = none is wanted */
    bool mouse;            /* the mouse is wanted */
    int held;              /* ax_view_id + 1 of the pane that the mouse was pressed in; 0 = none, or it is let go */
    bool resume;           /* start the engine again */
    int picture;           /* write a view as SVG: ax_view_id + 1, AX_PICTURE_SCREEN the whole screen; 0 = none */
    bool remember;         /* write what prompts recall to disk */
    bool leave, stopping, redraw, suspend, export, export_table, toggle_glyphs;
} ax_ui;

/* AX_ENOMEM: there is nothing to release. */
ax_code ax_ui_init(ax_ui *ui, const ax_state *state, const char *run, ax_err *err);
void ax_ui_release(ax_ui *ui);
/* The state was read again: keeps what still exists in it. */
void ax_ui_replaced(ax_ui *ui);
/* After events: builds the rows again, keeps the selection on its id. */
void ax_ui_refresh(ax_ui *ui);
/* Before drawing: lays out for a size and scrolls the selection into sight. */
void ax_ui_arrange(ax_ui *ui, int rows, int cols);
void ax_ui_key(ax_ui *ui, uint32_t key);
/* Columns that the names of all views and, where there is one, the filter want: the names are left out in less. */
int ax_ui_tabs_width(const ax_ui *ui);
/* The mouse was pressed, or moved with a button held, over a cell, or let go; button as terminals number them: 0 left,
   32 more when it moved, 64 and 65 the wheel. Only views listen; a plot that it was pressed in has it until it is let
   go. */
void ax_ui_mouse(ax_ui *ui, int button, int row, int col);
/* Text was pasted, as the terminal sent it; whole: nothing of it was lost. It is never keys: the context at the top
   takes it as one line, or ignores it. */
void ax_ui_paste(ax_ui *ui, const char *text, bool whole);
/* Does an action: as the context at the top means it, else the view that is shown, else another view, else act.c. */
void ax_ui_do(ax_ui *ui, ax_action a);
void ax_ui_act(ax_ui *ui, ax_action a);
/* What the views do with a key without an action, and with pasted text: a genotype is offered to be submitted. */
void ax_ui_views_key(ax_ui *ui, uint32_t key);
void ax_ui_offer(ax_ui *ui, const char *line, bool whole);
/* Shows the selected candidate's cell; from there it goes back. */
void ax_ui_open_cell(ax_ui *ui);
void ax_ui_say(ax_ui *ui, bool bad, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* Whether an action makes sense now; why not (for the message line) in *why, which may be NULL. */
bool ax_ui_can(const ax_ui *ui, ax_action a, const char **why);
/* The run has finished, and a command that it still takes up (ax_verb_wakes) starts its engine. */
bool ax_ui_wakes(const ax_ui *ui);
extern const char ax_ui_removed_text[];
/* Why no command can be sent now; NULL: it can. wakes: whether it is one that starts the engine of a finished run. */
const char *ax_ui_refuses(const ax_ui *ui, bool wakes);
/* Seconds until the last prune, which can still be taken back, becomes final; 0 = there is none that does. */
double ax_ui_undo_left(const ax_ui *ui, ax_prunes *what);
/* Why the engine can't be started again; NULL: it can. */
const char *ax_ui_resume_refused(const ax_ui *ui);
/* Seconds until the screen changes although nothing happens (a clock, a countdown); INFINITY = never. */
double ax_ui_next_tick(const ax_ui *ui);
/* "REPLAY", "HELD" or "END" of a replay; "RUNNING", "PAUSED", "FINISHED", "STOPPED", "FAILED", "DIED" (gone without a
 * good-bye), "NO ENGINE", "LOADING". */
const char *ax_ui_word(const ax_ui *ui);
bool ax_ui_is_running(const ax_ui *ui); /* the clock runs */
/* Seconds for which the run has had an engine. */
double ax_ui_elapsed(const ax_ui *ui);
/* Runs a line typed after ':'. */
void ax_ui_command(ax_ui *ui, const char *line);
/* Queues a command for the engine. */
void ax_ui_send(ax_ui *ui, ax_verb verb, uint32_t id, const char *text);

/* ---- acts.c: what keys and typed commands do to candidates ---- */
/* Asks about the marked ones; without marks prunes the selected one. */
void ax_ui_prune(ax_ui *ui);
void ax_ui_prune_marked(ax_ui *ui);
/* Takes back the prune of the selected candidate, unless that was in the last batch: then the batch, as without one. */
void ax_ui_undo(ax_ui *ui);
void ax_ui_undo_last(ax_ui *ui);
/* Prunes, or takes back: these n candidates. */
void ax_ui_send_ids(ax_ui *ui, ax_verb verb, const uint32_t *ids, uint32_t n);
/* Asks first when it is pruned. */
void ax_ui_promote(ax_ui *ui, uint32_t id);
void ax_ui_promote_pruned(ax_ui *ui, uint32_t id);

#endif
