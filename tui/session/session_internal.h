/* What the files of a session share: the state of the loop, and what each does with it. */
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

typedef struct ax_session_state {
    ax_term *term;
    int dirfd;
    const char *path;
    const ax_tui_options *options;
    char target[PATH_MAX];       /* what "auxcell attach" takes */
    char operand[PATH_MAX + 16]; /* the same for a shell */
    ax_state state;
    ax_ui ui;
    ax_contact engine;
    ax_counting counting; /* runs while the editor is open */
    ax_loading loading;
    ax_playback playback;
    pid_t
        read_for; /* the engine that ran when the history was last read: a new one may have cut it (resume); 0 = none */
    ax_canvas canvas;
    ax_settings settings; /* of the run */
    bool ascii;
    ax_config config;
    double draw_every; /* seconds between draws that events ask for */
    ax_maskfile masks;
    uint32_t masks_of, masks_stage; /* candidate of the masks that were read, or could not be, and its last stage */
    ax_script *script;              /* NULL = keys are typed */
    double script_until;
    ax_code failed; /* of the script */
    int rows, cols; /* without a terminal */
    bool dirty, stopped;
    ax_cast cast;
    bool cast_failed; /* no more is recorded */
    ax_plain plain;
    bool focused;    /* the terminal was, when it was looked at last */
    bool unkept;     /* the user was told that what is typed can't be kept */
    bool pictures;   /* the terminal could show them when it was drawn last */
    double drawn_at; /* as ui.now */
    double paid_at;  /* low bandwidth: when what was sent may be followed by more, likewise */
    double key_at;   /* of the newest key, likewise */
    ax_view_id view; /* that was drawn last */
} ax_session_state;

/* session_start.c: the run's names, its settings, what the user prefers; and at the end what to print. */
void ax_session_name_target(ax_session_state *s, const char *path, char name[64]);
void ax_session_read_settings(ax_session_state *s);
void ax_session_start_config(ax_session_state *s);
void ax_session_say_farewell(const ax_session_state *s, ax_str *out);

/* session_engine.c: finds the engine, reads the history, sends commands. */
void ax_session_look(ax_session_state *s); /* for an engine */
void ax_session_load(ax_session_state *s,
                     double seconds);      /* reads on; what was read takes the place of what is shown */
void ax_session_take(ax_session_state *s); /* what the engine has sent */
void ax_session_send(ax_session_state *s); /* what the user wants of it */

/* session_replay.c: plays the history (options->replay_speed > 0). */
ax_code ax_session_start_replay(ax_session_state *s, ax_err *err);
void ax_session_replay(ax_session_state *s); /* as far as it has come, and where the user wants it to be */

/* session_requests.c: draws, and does what else the user wants. */
void ax_session_draw(ax_session_state *s);
void ax_session_answer(ax_session_state *s);
/* Asks what the editor's networks cost, one at a time, and takes the answer that is there. */
void ax_session_count(ax_session_state *s);

/* The next drawing doesn't wait until events may draw again. */
static inline void ax_session_hurry(ax_session_state *s)
{
    s->drawn_at = -s->draw_every;
}

#endif
