/* The loop: one thread, poll over terminal, engine and signals. State comes from events, requests from keys. */
#include "tui/session/session_internal.h"

#include "engine/base/clock.h"
#include "engine/base/output.h"
#include "engine/wire/run.h"
#include "tui/session/remember.h"

#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const double load_first = 0.05; /* seconds of reading before the first screen: enough for a short history */
static const double load_for = 0.02;   /* and between checks for keys while a long one is read */

/* Seconds between keys below which they are one key held down: what it moves is drawn at once, details once it is
   released. */
static const double held = 0.08;

static void press(ax_session_state *s, uint32_t key)
{
    s->ui.hurried = !s->script && s->ui.now - s->key_at < held;
    s->key_at = s->ui.now;
    if (key == AX_KEY_PASTE) {
        bool whole;
        const char *text = ax_term_paste(s->term, &whole);
        ax_ui_paste(&s->ui, text, whole);
    } else if (key == AX_KEY_MOUSE) {
        int button, row, col;
        bool pressed = ax_term_mouse_event(s->term, &button, &row, &col);
        ax_ui_mouse(&s->ui, pressed ? button : AX_MOUSE_RELEASE, row, col);
    } else {
        ax_ui_key(&s->ui, key);
    }
    ax_session_answer(s);
    s->ui.hurried = s->ui.hurried && s->ui.view == s->view;
    s->dirty = true;
    ax_session_hurry(s); /* at once */
}

static bool take_keys(ax_session_state *s)
{
    uint32_t key;
    bool gone = false;
    while (!s->ui.leave && ax_term_key(s->term, &key, &gone))
        press(s, key);
    return !gone;
}

/* Plays the script as far as the screen allows. */
static void play(ax_session_state *s, ax_err *err)
{
    uint32_t key;
    s->script_until = INFINITY;
    while (!s->ui.leave && !s->stopped) {
        ax_scripted what = ax_script_next(s->script, &s->canvas, s->ui.now, &key, &s->script_until, err);
        if (what == AX_SCRIPT_WAIT)
            return;
        if (what == AX_SCRIPT_KEY) {
            press(s, key);
            ax_session_draw(s);
            continue;
        }
        s->failed = what == AX_SCRIPT_FAILED ? err->code : AX_OK;
        s->ui.leave = true;
    }
}

static void take_signals(ax_session_state *s)
{
    int what = ax_term_signals(s->term);
    if (what & AX_TERM_SUSPEND)
        ax_term_suspend(s->term);
    if (what & (AX_TERM_SUSPEND | AX_TERM_CONTINUED))
        ax_term_forget(s->term);
    if (what) {
        s->dirty = true;
        ax_session_hurry(s);
    }
}

static void obeyed(void *context)
{
    ax_session_state *s = context;
    ax_session_answer(s);
    ax_session_draw(s);
}

/* ---- the loop ---- */

static const double unseen_every = 1; /* seconds between draws while the terminal isn't focused */

/* When the next draw for events is due; a key is followed by a draw at once. */
static double draw_due(const ax_session_state *s)
{
    double every = s->focused ? s->draw_every : fmax(s->draw_every, unseen_every);
    return s->drawn_at < 0 ? s->drawn_at : fmax(s->drawn_at + every, s->paid_at);
}

static int wait_ms(const ax_session_state *s)
{
    double wait = fmin(ax_ui_next_tick(&s->ui), ax_term_wait(s->term));
    if (s->dirty)
        wait = fmin(wait, draw_due(s) - ax_clock());
    if (s->ui.hurried)
        wait = fmin(wait, s->key_at + held - ax_clock());
    wait = fmin(wait, s->loading.active ? 0 : ax_contact_wait(&s->engine));
    if (s->ui.replay.on)
        wait = fmin(wait, ax_playback_wait(&s->playback, &s->ui.replay, &s->state));
    if (s->script && s->ui.loading >= 1)
        wait = fmin(wait, s->script_until - s->ui.now);
    return isinf(wait) ? -1 : wait <= 0 ? 0 : (int)(wait * 1000) + 1;
}

/* Where keys come from, or lines: these are about what the run was introduced with, so they wait for its history. */
static int input(const ax_session_state *s)
{
    if (!s->options->plain)
        return ax_term_fd(s->term);
    return s->plain.open && s->plain.begun ? STDIN_FILENO : -1;
}

static void run(ax_session_state *s, ax_err *err)
{
    double second = 0;
    while (!s->ui.leave) {
        s->ui.now = ax_clock();
        if (s->ui.hurried && s->ui.now >= s->key_at + held) {
            s->ui.hurried = false;
            s->dirty = true;
            ax_session_hurry(s);
        }
        if (s->dirty && (!s->term || ax_clock() >= draw_due(s)))
            ax_session_draw(s);
        if (s->script && s->ui.loading >= 1)
            play(s, err);
        if (s->ui.leave)
            return;
        ax_session_count(s);
        struct pollfd p[5] = {
            { .fd = input(s), .events = POLLIN },
            { .fd = ax_term_signal_fd(s->term), .events = POLLIN },
            { .fd = s->engine.client ? ax_client_fd(s->engine.client) : -1, .events = POLLIN },
            { .fd = s->engine.client ? -1 : s->engine.watch, .events = POLLIN },
            { .fd = ax_counting_fd(&s->counting), .events = POLLIN },
        };
        int n = poll(p, 5, wait_ms(s));
        s->ui.now = ax_clock();
        if (n == 0 && !isinf(ax_ui_next_tick(&s->ui)) && floor(s->ui.now) > second)
            s->dirty = true; /* a clock moved */
        second = floor(s->ui.now);
        if (n < 0)
            continue; /* a signal: its handler wrote to the pipe */
        if (p[1].revents)
            take_signals(s);
        if (p[2].revents)
            ax_session_take(s);
        if (s->options->plain) {
            if (p[0].revents)
                ax_plain_take(&s->plain, &s->ui, obeyed, s);
            if (s->ui.leave || (!s->plain.open && !s->engine.client && !s->loading.active && s->plain.begun))
                return;
            p[0].revents = 0;
        }
        bool keys = p[0].revents || ax_term_wait(s->term) <= 0;
        if ((p[0].revents & (POLLHUP | POLLERR | POLLNVAL)) || (keys && !take_keys(s)))
            return; /* the terminal is gone */
        bool back = !s->focused && ax_term_focused(s->term);
        s->focused = ax_term_focused(s->term);
        if (back && s->dirty)
            ax_session_hurry(s);
        if (ax_term_shows_pictures(s->term, &(double) { 0 }) != s->pictures) {
            s->dirty = true; /* the terminal has said so */
            ax_session_hurry(s);
        }
        if (ax_contact_due(&s->engine, p[3].revents))
            ax_session_look(s);
        ax_session_load(s, load_for);
        ax_session_replay(s);
        if (s->stopped || (s->ui.stopping && !s->engine.client))
            return;
    }
}

/* Sets up what doesn't depend on the run: options, the user's preferences, and the tour. */
static void begin(ax_session_state *s)
{
    const ax_tui_options *o = s->options;
    ax_canvas_init(&s->canvas, &ax_glyphs_unicode);
    ax_cast_init(&s->cast);
    s->ui.program = o->program ? o->program : s->ui.program;
    s->ui.operand = s->operand;
    s->plain.open = o->plain;
    s->ui.readonly = o->readonly;
    s->ui.can_wake = o->wake != NULL;
    s->ui.can_resume = o->resume != NULL;
    s->ui.can_count = o->engine != NULL;
    s->ui.color = s->term ? ax_term_pixels(s->term) : o->color;
    s->ui.now = ax_clock();
    s->key_at = -held;
    s->focused = true;
    ax_session_start_config(s);
    s->dirty = true;
    ax_session_read_settings(s);
    ax_err ignored;
    ax_recall *recall = &ax_ui_prompted(&s->ui)->recall;
    /* a script must not depend on earlier input; viewers that only look get no tour */
    if (!s->script && ax_remember_read(recall, &ignored) == AX_OK && !recall->toured && !o->plain && !o->readonly)
        ax_ui_open(&s->ui, AX_CONTEXT_TOUR);
}

ax_code ax_session(ax_term *term, const char *path, const ax_tui_options *o, ax_str *farewell, ax_err *err)
{
    ax_session_state *s = calloc(1, sizeof *s);
    if (!s)
        return ax_fail(err, AX_ENOMEM, "no memory");
    char name[64];
    s->term = term;
    s->rows = o->rows;
    s->cols = o->cols;
    s->dirfd = ax_run_open(path, err);
    if (s->dirfd >= 0 && o->script)
        s->script = ax_script_read(o->script, path, err);
    ax_session_name_target(s, path, name);
    ax_state_init(&s->state);
    if (s->dirfd < 0 || (o->script && !s->script) || ax_ui_init(&s->ui, &s->state, name, err) != AX_OK) {
        ax_script_free(s->script);
        ax_state_release(&s->state);
        if (s->dirfd >= 0)
            close(s->dirfd);
        free(s);
        return err && err->code ? err->code : AX_EIO;
    }
    s->path = path;
    s->options = o;
    begin(s);
    ax_code code = AX_OK;
    if (o->replay_speed > 0) {
        code = ax_session_start_replay(s, err);
    } else {
        ax_contact_open(&s->engine, s->dirfd);
        ax_session_look(s);
        ax_session_load(s, load_first);
    }
    if (code == AX_OK) {
        run(s, err);
        code = s->failed;
    }
    if (o->record && code == AX_OK && ax_str_ok(&s->cast.text))
        code = ax_output_write(o->record, s->cast.text.text, s->cast.text.len, err);
    ax_cast_release(&s->cast);
    if (s->term || o->plain)
        ax_session_say_farewell(s, farewell);
    ax_script_free(s->script);
    ax_counting_stop(&s->counting);
    ax_contact_close(&s->engine);
    ax_playback_close(&s->playback);
    ax_loading_release(&s->loading);
    ax_maskfile_release(&s->masks);
    ax_canvas_release(&s->canvas);
    ax_ui_release(&s->ui);
    ax_state_release(&s->state);
    close(s->dirfd);
    free(s);
    return code;
}
