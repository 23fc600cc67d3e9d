/* What the files of a session share: the state of the loop and the functions that use it. */
#ifndef AX_TUI_SESSION_INTERNAL_H
#define AX_TUI_SESSION_INTERNAL_H

#include "engine/config/settings.h"
#include "engine/wire/maskfile.h"
#include "tui/session/config.h"
#include "tui/session/contact.h"
#include "tui/session/counting.h"
#include "tui/session/loading.h"
#include "tui/session/plain.h"
#include "tui/session/playback.h"
#include "tui/session/screens.h"
#include "tui/session/script.h"
#include "viz/cast.h"
#include "tui/ui/ui.h"

#include <limits.h>
#include <sys/stat.h>

typedef struct ax_session_state {
    ax_term *term;
    int dirfd;
    const char *path;
    const ax_tui_options *options;
    char target[PATH_MAX];       /* the operand of "auxcell attach" for this run */
    char operand[PATH_MAX + 16]; /* the same, quoted for a shell */
    ax_state state;
    ax_ui ui;
    ax_contact engine;
    ax_counting counting; /* the program that computes costs; runs while the editor is open */
    ax_loading loading;
    ax_playback playback;
    pid_t read_for; /* the engine that ran when the history was last read, since a new one may have cut it (resume); 0 =
                       none */
    ax_canvas canvas;
    ax_settings settings; /* settings of the run */
    bool ascii;
    ax_config config;
    double draw_every; /* seconds between draws that events ask for */
    ax_maskfile masks;
    struct stat truth_file;         /* that the images and truth in masks were read from; all 0 = none */
    uint32_t masks_of, masks_stage; /* candidate of the masks that were read, or could not be, and its last stage */
    ax_script *script;              /* NULL = keys are typed */
    double script_until;
    ax_code failed; /* how the script failed */
    int rows, cols; /* size of the screen without a terminal */
    bool dirty, stopped;
    ax_cast cast;
    bool cast_failed; /* recording has failed; nothing more is recorded */
    ax_plain plain;
    bool focused;    /* the terminal had the focus when that was last checked */
    bool unkept;     /* the user was told that the history of the prompts can't be saved */
    bool pictures;   /* the terminal could show pictures at the last draw */
    double drawn_at; /* time of the last draw, as ui.now */
    double paid_at;  /* when more may be sent for events, as ui.now */
    double key_at;   /* time of the newest key, as ui.now */
    ax_view_id view; /* the view that was drawn last */
} ax_session_state;

/* session_start.c: the run's names and settings, the user's preferences, and the text that is printed at the end. */
void ax_session_name_target(ax_session_state *s, const char *path, char name[64]);
void ax_session_read_settings(ax_session_state *s);
void ax_session_start_config(ax_session_state *s);
void ax_session_say_farewell(const ax_session_state *s, ax_str *out);

/* session_engine.c: finds the engine, reads the history, sends commands. */
void ax_session_look(ax_session_state *s); /* looks for an engine */
void ax_session_load(ax_session_state *s,
                     double seconds);      /* reads on; at the end what was read replaces what is shown */
void ax_session_take(ax_session_state *s); /* takes the engine's events and answers */
void ax_session_send(ax_session_state *s); /* sends the user's commands */

/* session_replay.c: plays the history (options->replay_speed > 0). */
ax_code ax_session_start_replay(ax_session_state *s, ax_err *err);
void ax_session_replay(ax_session_state *s); /* plays what is due, or goes where the user wants to be */

/* session_requests.c: draws, and carries out the user's other requests. */
void ax_session_draw(ax_session_state *s);
void ax_session_answer(ax_session_state *s);
/* Asks for the costs of the editor's networks, one at a time, and takes an answer that has come. */
void ax_session_count(ax_session_state *s);

/* Lets the next draw happen at once instead of when events may draw again. */
static inline void ax_session_hurry(ax_session_state *s)
{
    s->drawn_at = -s->draw_every;
}

#endif
