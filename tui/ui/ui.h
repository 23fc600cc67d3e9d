/* The model of the screens: the view, what is open over it, the message. It knows no curses and no sockets: keys come
   in, commands and requests go out, and a canvas is drawn. */
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
    AX_LINK_LOST /* there was an engine, which is gone */
} ax_link;

enum { AX_UI_MESSAGE = 512 };
/* The whole screen as a picture: as text, as text with colours, and as SVG; their names in this order. */
enum { AX_PICTURE_TEXT = AX_VIEW_COUNT + 1, AX_PICTURE_ANSI, AX_PICTURE_SCREEN };
enum { AX_SCREEN_FORMATS = AX_PICTURE_SCREEN - AX_VIEW_COUNT };
extern const char *const ax_screen_formats[AX_SCREEN_FORMATS];

typedef struct ax_ui {
    const ax_state *state;
    char run[64];                  /* name of the run, for the status line */
    const char *program, *operand; /* "PROGRAM resume OPERAND" in messages; the caller's */
    ax_link link;
    ax_replay replay;            /* the screens show a replay of the past */
    bool readonly;               /* commands are refused */
    bool removed;                /* the run's files are gone; what is shown was read before */
    bool can_resume;             /* the loop can start the engine of a stopped run */
    bool can_wake;               /* the loop can start the engine of a finished run for a command */
    bool can_count;              /* the loop can ask for the costs of networks */
    double loading;              /* share of the history that was read so far; 1 = all of it */
    double now;                  /* seconds of the machine's monotonic clock */
    int channels, repeats;       /* of the search, for the parameters of operations; 0 = not known */
    const ax_settings *settings; /* settings of the run, which stay the caller's; NULL = not known */
    bool color;                  /* pixels can be coloured */

    ax_keymap keys;
    ax_view_id view, opened_from;         /* opened_from: the view that Enter returns to from the cell */
    void *slot[AX_VIEW_COUNT];            /* the views' own state (ax_view.state) */
    void *context_slot[AX_CONTEXT_COUNT]; /* the contexts' own (ax_context.state) */
    uint8_t over[AX_CONTEXT_COUNT];       /* contexts that are open over the views, the top one last */
    int n_over;
    ax_layout layout; /* made by the last ax_ui_arrange */
    bool hurried;     /* a key is held down: panes of details beside others stay as they were drawn last */
    unsigned drawing; /* which of the space's drawings is shown where there is room for one only */

    char message[AX_UI_MESSAGE];
    bool message_bad;
    double message_at;

    /* requests, which the loop answers */
    ax_command *out; /* consecutive prunes with a batch are of one batch, whose number the sender chooses */
    uint32_t n_out;
    size_t out_cap;
    char copy[AX_GENOTYPE_TEXT];
    const ax_theme *theme; /* a theme to be shown from now on; NULL = none */
    bool mouse;            /* events of the mouse are wanted */
    int held;              /* ax_view_id + 1 of the pane that the mouse was pressed in; 0 = none, or it is let go */
    bool resume;           /* the engine is to be started again */
    int picture;           /* to be written: a view as SVG (ax_view_id + 1), or one of AX_PICTURE_...; 0 = none */
    bool remember;         /* the history of the prompts is to be saved */
    bool leave, stopping, redraw, suspend, export, export_table, toggle_glyphs;
} ax_ui;

/* Sets the model up for a state, which stays the caller's; ax_ui_release. AX_ENOMEM: there is nothing to release. */
ax_code ax_ui_init(ax_ui *ui, const ax_state *state, const char *run, ax_err *err);
void ax_ui_release(ax_ui *ui);
/* Called when the state was read again: keeps selection and marks that still exist in it. */
void ax_ui_replaced(ax_ui *ui);
/* Called after events: builds the rows again and keeps the selection on its candidate. */
void ax_ui_refresh(ax_ui *ui);
/* Called before drawing: lays the screen out for a size and scrolls the selection into sight. */
void ax_ui_arrange(ax_ui *ui, int rows, int cols);
void ax_ui_key(ax_ui *ui, uint32_t key);
/* Columns that the tabs with the names of all views and the filter take; in fewer columns the names are left out. */
int ax_ui_tabs_width(const ax_ui *ui);
/* Takes an event of the mouse over a cell: pressed, moved with a button held, or released. button as terminals number
   them: 0 left, 32 more for a move, 64 and 65 the wheel. Only views use it; a plot in which it was pressed gets its
   events until it is released. */
void ax_ui_mouse(ax_ui *ui, int button, int row, int col);
/* Takes pasted text as the terminal sent it; whole: none of it was dropped. It is never taken for keys: the topmost
   context takes it as one line, or ignores it. */
void ax_ui_paste(ax_ui *ui, const char *text, bool whole);
/* Does an action: as the topmost context defines it, else the view that is shown, else another view, else act.c. */
void ax_ui_do(ax_ui *ui, ax_action a);
/* Does what an action means in all views. False: nothing. */
bool ax_ui_act(ax_ui *ui, ax_action a);
/* Says that a key has no meaning in the context, and the rest of that sentence. */
void ax_ui_say_unknown(ax_ui *ui, uint32_t key, const char *rest);
/* What the views do with a key without an action, and with pasted text: they ask whether a genotype is to be
   submitted. */
void ax_ui_views_key(ax_ui *ui, uint32_t key);
void ax_ui_offer(ax_ui *ui, const char *line, bool whole);
/* Shows the selected candidate's cell; in that view it goes back. */
void ax_ui_open_cell(ax_ui *ui);
void ax_ui_say(ax_ui *ui, bool bad, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* Whether an action is possible now. *why: the reason why not, for the message line; why may be NULL. */
bool ax_ui_is_possible(const ax_ui *ui, ax_action a, const char **why);
/* Whether the run has finished and its engine can be started for a command that it still takes (ax_verb_wakes_engine).
 */
bool ax_ui_can_wake_engine(const ax_ui *ui);
extern const char ax_ui_removed_text[];
/* Why no command can be sent now; NULL: one can. wakes: the command can start the engine of a finished run. */
const char *ax_ui_why_no_command(const ax_ui *ui, bool wakes);
/* Seconds until the last prune that can still be undone becomes final; 0 = there is none. */
double ax_ui_undo_left(const ax_ui *ui, ax_prunes *what);
/* Why the engine can't be started again; NULL: it can. */
const char *ax_ui_resume_refused(const ax_ui *ui);
/* Seconds until the screen changes although nothing happens (a clock, a countdown); INFINITY = never. */
double ax_ui_next_tick(const ax_ui *ui);
/* The state of the run as a word: "REPLAY", "HELD" or "END" of a replay; "RUNNING", "PAUSED", "FINISHED", "STOPPED",
   "FAILED", "DIED" (gone without a BYE event), "NO ENGINE", "LOADING". */
const char *ax_ui_state_word(const ax_ui *ui);
bool ax_ui_is_running(const ax_ui *ui); /* the run's clock runs */
/* Seconds for which the run has had an engine. */
double ax_ui_elapsed(const ax_ui *ui);
/* Runs a command: a line that was typed after ':'. */
void ax_ui_command(ax_ui *ui, const char *line);
/* Queues a command for the engine. */
void ax_ui_send(ax_ui *ui, ax_verb verb, uint32_t id, const char *text);

/* ---- acts.c: what keys and typed commands do to candidates ---- */
/* Asks whether to prune the marked candidates; without marks prunes the selected one. */
void ax_ui_prune(ax_ui *ui);
void ax_ui_prune_marked(ax_ui *ui);
/* Undoes the prune of the selected candidate. If that was in the last batch, or the candidate isn't pruned, undoes the
   last batch. */
void ax_ui_undo(ax_ui *ui);
void ax_ui_undo_last(ax_ui *ui);
/* Sends a verb (prune or undo) for these n candidates. */
void ax_ui_send_ids(ax_ui *ui, ax_verb verb, const uint32_t *ids, uint32_t n);
/* Promotes a candidate; asks first when it is pruned. */
void ax_ui_promote(ax_ui *ui, uint32_t id);
void ax_ui_promote_pruned(ax_ui *ui, uint32_t id);

#endif
