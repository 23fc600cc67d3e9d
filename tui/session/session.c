/* The loop: one thread, poll over terminal, engine and signals. State comes from events, requests from keys. */
#include "tui/session/screens.h"

#include "engine/base/clock.h"
#include "engine/config/settings.h"
#include "engine/wire/run.h"
#include "tui/session/contact.h"
#include "tui/session/export.h"
#include "tui/session/loading.h"
#include "tui/session/remember.h"
#include "tui/session/invocation.h"
#include "tui/session/script.h"
#include "tui/ui/ui.h"
#include "tui/view/mask_view.h"
#include "tui/view/view.h"

#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const double draw_every = 0.25; /* seconds between draws that events ask for */
static const double load_first = 0.05; /* seconds of reading before the first screen: a short history is whole then */
static const double load_for = 0.02;   /* and between looks at keys, for a long one */

typedef struct session {
    ax_term *term;
    int dirfd;
    const char *path;
    const ax_tui_options *options;
    char target[PATH_MAX];       /* what "auxcell attach" takes */
    char operand[PATH_MAX + 16]; /* the same for a shell */
    ax_state state;
    ax_ui ui;
    ax_contact engine;
    ax_loading loading;
    pid_t
        read_for; /* the engine that ran when the history was last read: a new one may have cut it (resume); 0 = none */
    ax_canvas canvas;
    ax_settings settings; /* of the run */
    bool ascii;
    ax_maskfile masks;
    uint32_t masks_of; /* candidate of the masks that were read, or could not be */
    ax_script *script; /* NULL = keys are typed */
    double script_until;
    ax_code failed; /* of the script */
    int rows, cols; /* without a terminal */
    bool dirty, stopped;
    double drawn_at; /* as ui.now */
    double key_at;   /* of the newest key, likewise */
    ax_view_id view; /* that was drawn last */
} session;

/* ---- engine ---- */

static void start_loading(session *s, pid_t engine)
{
    s->read_for = engine;
    ax_loading_start(&s->loading, s->dirfd);
}

static void go_live(session *s)
{
    ax_err err;
    if (ax_client_hello(s->engine.client, s->state.seq, &err) != AX_OK) {
        ax_contact_lost(&s->engine);
        return;
    }
    s->ui.link = AX_LINK_LIVE;
}

/* Connects to the run's engine, if there is one: once what is shown is the history that this engine goes on with.
   Without an engine, and without its good-bye in the whole history, it has died. */
static void look_for_engine(session *s)
{
    if (s->loading.active)
        return;
    ax_found found = ax_contact_look(&s->engine);
    bool old = found == AX_FOUND_LIVE ? s->read_for != s->engine.engine : ax_loading_is_old(&s->loading, s->dirfd);
    s->dirty = true;
    if (found == AX_FOUND_LIVE && !old) {
        go_live(s);
    } else if (old && (found != AX_FOUND_SILENT || !s->state.seq)) {
        start_loading(s, found == AX_FOUND_LIVE ? s->engine.engine : 0);
        ax_contact_leave(&s->engine); /* the engine must not wait for a client that is busy reading */
    } else if (found == AX_FOUND_NONE && !s->state.died) {
        ax_state_engine_died(&s->state);
        ax_ui_replaced(&s->ui);
    }
}

static void say_damage(session *s)
{
    const ax_damage *d = &s->state.damage;
    char text[AX_DAMAGE_TEXT];
    if (!ax_damage_none(d))
        ax_ui_say(&s->ui, true, "%s; '%s resume %s%s' goes on", ax_damage_text(d, text), s->ui.program, s->operand,
                  d->cut_short ? " --repair" : "");
}

/* Reads on; what was read takes the place of what is shown. */
static void load(session *s, double seconds)
{
    if (!s->loading.active)
        return;
    bool whole = ax_loading_step(&s->loading, seconds);
    s->ui.loading = whole || s->state.seq ? 1 : s->loading.share; /* reading again needs no word */
    s->dirty = s->dirty || s->ui.loading < 1;
    if (!whole)
        return;
    ax_state_release(&s->state);
    s->state = s->loading.state;
    ax_state_init(&s->loading.state);
    ax_ui_replaced(&s->ui);
    if (s->loading.code != AX_OK)
        ax_ui_say(&s->ui, true, "%s", s->loading.err.msg);
    else
        say_damage(s);
    look_for_engine(s);
}

static void disconnect(session *s)
{
    ax_contact_lost(&s->engine);
    s->read_for = 0;
    s->ui.link = AX_LINK_LOST;
    s->dirty = true;
}

static void take_messages(session *s)
{
    ax_event ev;
    ax_answer answer;
    ax_err err;
    ax_code code = ax_client_pump(s->engine.client, &err);
    for (;;) {
        ax_incoming what = ax_client_next(s->engine.client, &ev, &answer);
        if (what == AX_NOTHING)
            break;
        s->dirty = true;
        if (what == AX_AN_EVENT) {
            ax_state_fold(&s->state, &ev);
            s->stopped = s->stopped || (ev.kind == AX_EVENT_BYE && s->ui.stopping);
        } else {
            ax_ui_say(&s->ui, answer.code != AX_OK, "%s", answer.message);
        }
    }
    if (code != AX_OK)
        disconnect(s);
    if (s->state.out_of_memory)
        ax_ui_say(&s->ui, true, "no memory: what is shown is not complete");
}

/* A finished run takes up some commands: its engine is started for them, which takes a moment. */
static void wake(session *s)
{
    ax_err err = { AX_OK, "" };
    bool wanted = false;
    for (uint32_t i = 0; i < s->ui.n_out; i++)
        wanted = wanted || ax_verb_wakes(s->ui.out[i].verb);
    if (s->engine.client || !wanted || !ax_ui_wakes(&s->ui))
        return;
    if (s->options->wake(s->options->context, s->path, &err) == AX_OK)
        look_for_engine(s);
    while (s->loading.active) /* what was typed is for the engine, now */
        load(s, INFINITY);
    if (!s->engine.client)
        ax_ui_say(&s->ui, true, "%s", err.msg[0] ? err.msg : "the engine has started but doesn't answer");
}

static void send_commands(session *s)
{
    uint64_t batch = 0;
    wake(s);
    for (uint32_t i = 0; i < s->ui.n_out; i++) {
        ax_err err;
        ax_command *c = &s->ui.out[i];
        if (!s->engine.client)
            break;
        c->request = ax_client_request(s->engine.client);
        batch = c->verb == AX_VERB_PRUNE && c->batch ? (batch ? batch : c->request) : 0;
        c->batch = c->verb == AX_VERB_PRUNE ? batch : c->batch;
        snprintf(c->by, sizeof c->by, "user");
        if (ax_client_send(s->engine.client, c, &err) != AX_OK)
            ax_ui_say(&s->ui, true, "%s", err.msg);
    }
    s->ui.n_out = 0;
}

/* ---- masks ---- */

static void load_masks(session *s)
{
    const ax_candidate *c = ax_ui_selected(&s->ui);
    uint32_t want = c && c->masks[0] ? c->id : 0;
    if (want == s->masks_of)
        return;
    ax_maskfile_release(&s->masks);
    ax_masks_shown *shown = ax_ui_masks(&s->ui);
    shown->file = NULL;
    s->masks_of = want;
    ax_err err;
    if (!want || c->masks[0] == '/' || strstr(c->masks, ".."))
        return;
    /* the images are the same for all candidates and have a file of their own */
    ax_code code = ax_maskfile_read(s->dirfd, "masks/validation.mpk", &s->masks, &err);
    if (code != AX_OK)
        ax_maskfile_release(&s->masks);
    if (ax_maskfile_read(s->dirfd, c->masks, &s->masks, &err) == AX_OK)
        shown->file = &s->masks;
    if (shown->image >= s->masks.images)
        shown->image = 0;
}

/* ---- drawing ---- */

static void draw(session *s)
{
    int rows = s->rows, cols = s->cols;
    ax_err err;
    ax_term_size(s->term, &rows, &cols);
    if (rows != s->canvas.rows || cols != s->canvas.cols) {
        if (ax_canvas_resize(&s->canvas, rows, cols, &err) != AX_OK)
            return;
        s->ui.hurried = false;
    }
    s->canvas.glyphs = s->ascii ? &ax_glyphs_ascii : &ax_glyphs_unicode;
    ax_ui_refresh(&s->ui);
    ax_ui_arrange(&s->ui, s->canvas.rows, s->canvas.cols);
    if (s->ui.layout.pane[AX_VIEW_MASK].rows > 0 && !s->ui.hurried)
        load_masks(s);
    int col;
    if (ax_draw_screen(&s->canvas, &s->ui, &col, &err) != AX_OK)
        ax_ui_say(&s->ui, true, "%s", err.msg);
    ax_rect line = s->ui.layout.message.rows > 0 ? s->ui.layout.message : s->ui.layout.status;
    if (col > s->canvas.cols - 1)
        col = s->canvas.cols - 1;
    ax_term_show(s->term, &s->canvas, col >= 0 ? line.row : -1, col);
    s->dirty = false;
    s->view = s->ui.view;
    s->drawn_at = ax_clock();
}

/* ---- requests of the user ---- */

/* Starts the engine again, which takes a moment. */
static void resume(session *s)
{
    ax_err err = { AX_OK, "" };
    ax_ui_say(&s->ui, false, "starting the engine ...");
    draw(s);
    s->ui.message[0] = '\0';
    if (s->options->resume(s->options->context, s->path, &err) != AX_OK)
        ax_ui_say(&s->ui, true, "%s", err.msg);
    look_for_engine(s);
}

static void answer_requests(session *s)
{
    ax_ui *ui = &s->ui;
    ax_err err;
    send_commands(s);
    if (ui->copy[0]) {
        ax_term_copy(s->term, ui->copy);
        ui->copy[0] = '\0';
    }
    if (ui->export) {
        load_masks(s);
        ax_export_masks(ui, s->dirfd, s->target);
        ui->export = false;
    }
    if (ui->export_table)
        ax_export_table(ui, s->dirfd, s->target);
    ui->export_table = false;
    if (ui->picture) {
        draw(s); /* without the prompt that asked for it */
        ax_export_picture(ui, &s->canvas, s->dirfd, s->target);
    }
    ui->picture = 0;
    if (ui->toggle_glyphs) {
        s->ascii = !s->ascii;
        ui->toggle_glyphs = false;
        ax_term_forget(s->term);
    }
    if (ui->remember && !s->script && ax_remember_write(&ax_ui_prompted(ui)->recall, &err) != AX_OK)
        ax_ui_say(ui, true, "%s", err.msg);
    ui->remember = false;
    if (ui->resume)
        resume(s);
    ui->resume = false;
    if (ui->redraw)
        ax_term_forget(s->term);
    ui->redraw = false;
    if (ui->suspend)
        ax_term_suspend(s->term);
    ui->suspend = false;
}

/* Keys that come so fast are one key held down: what it moves is drawn at once, details once it is let go. */
static const double held = 0.08;

static void press(session *s, uint32_t key)
{
    s->ui.hurried = !s->script && s->ui.now - s->key_at < held;
    s->key_at = s->ui.now;
    if (key == AX_KEY_PASTE) {
        bool whole;
        const char *text = ax_term_paste(s->term, &whole);
        ax_ui_paste(&s->ui, text, whole);
    } else {
        ax_ui_key(&s->ui, key);
    }
    answer_requests(s);
    s->ui.hurried = s->ui.hurried && s->ui.view == s->view;
    s->dirty = true;
    s->drawn_at = -draw_every; /* at once */
}

static bool take_keys(session *s)
{
    uint32_t key;
    bool gone = false;
    while (!s->ui.leave && ax_term_key(s->term, &key, &gone))
        press(s, key);
    return !gone;
}

/* Plays the script as far as it goes with what is shown. */
static void play(session *s, ax_err *err)
{
    uint32_t key;
    s->script_until = INFINITY;
    while (!s->ui.leave && !s->stopped) {
        ax_scripted what = ax_script_next(s->script, &s->canvas, s->ui.now, &key, &s->script_until, err);
        if (what == AX_SCRIPT_WAIT)
            return;
        if (what == AX_SCRIPT_KEY) {
            press(s, key);
            draw(s);
            continue;
        }
        s->failed = what == AX_SCRIPT_FAILED ? err->code : AX_OK;
        s->ui.leave = true;
    }
}

static void take_signals(session *s)
{
    int what = ax_term_signals(s->term);
    if (what & AX_TERM_SUSPEND)
        ax_term_suspend(s->term);
    if (what & (AX_TERM_SUSPEND | AX_TERM_CONTINUED))
        ax_term_forget(s->term);
    if (what) {
        s->dirty = true;
        s->drawn_at = -draw_every;
    }
}

/* ---- the loop ---- */

static int wait_ms(const session *s)
{
    double wait = fmin(ax_ui_next_tick(&s->ui), ax_term_wait(s->term));
    if (s->dirty)
        wait = fmin(wait, s->drawn_at + draw_every - ax_clock());
    if (s->ui.hurried)
        wait = fmin(wait, s->key_at + held - ax_clock());
    wait = fmin(wait, s->loading.active ? 0 : ax_contact_wait(&s->engine));
    if (s->script && s->ui.loading >= 1)
        wait = fmin(wait, s->script_until - s->ui.now);
    return isinf(wait) ? -1 : wait <= 0 ? 0 : (int)(wait * 1000) + 1;
}

static void run(session *s, ax_err *err)
{
    double second = 0;
    while (!s->ui.leave) {
        s->ui.now = ax_clock();
        if (s->ui.hurried && s->ui.now >= s->key_at + held) {
            s->ui.hurried = false;
            s->dirty = true;
            s->drawn_at = -draw_every;
        }
        if (s->dirty && (!s->term || ax_clock() - s->drawn_at >= draw_every))
            draw(s);
        if (s->script && s->ui.loading >= 1)
            play(s, err);
        if (s->ui.leave)
            return;
        struct pollfd p[4] = {
            { .fd = ax_term_fd(s->term), .events = POLLIN },
            { .fd = ax_term_signal_fd(s->term), .events = POLLIN },
            { .fd = s->engine.client ? ax_client_fd(s->engine.client) : -1, .events = POLLIN },
            { .fd = s->engine.client ? -1 : s->engine.watch, .events = POLLIN },
        };
        int n = poll(p, 4, wait_ms(s));
        s->ui.now = ax_clock();
        if (n == 0 && !isinf(ax_ui_next_tick(&s->ui)) && floor(s->ui.now) > second)
            s->dirty = true; /* a clock moved */
        second = floor(s->ui.now);
        if (n < 0)
            continue; /* a signal: its handler wrote to the pipe */
        if (p[1].revents)
            take_signals(s);
        if (p[2].revents)
            take_messages(s);
        bool keys = p[0].revents || ax_term_wait(s->term) <= 0;
        if ((p[0].revents & (POLLHUP | POLLERR | POLLNVAL)) || (keys && !take_keys(s)))
            return; /* the terminal is gone */
        if (ax_contact_due(&s->engine, p[3].revents))
            look_for_engine(s);
        load(s, load_for);
        if (s->stopped || (s->ui.stopping && !s->engine.client))
            return;
    }
}

static void say_farewell(const session *s, ax_str *out)
{
    const char *p = s->ui.program, *r = s->operand;
    if (s->engine.client && !s->stopped)
        ax_str_printf(out, "%s goes on in the background.  %s attach %s: come back.  %s stop %s: end it.", s->ui.run, p,
                      r, p, r);
    else if (s->state.died)
        ax_str_printf(out, "The engine of %s has died.  %s resume %s: go on.", s->ui.run, p, r);
    else if (s->state.ending == AX_ENDING_FINISHED)
        ax_str_printf(out, "%s is finished.  %s attach %s: look at it again.", s->ui.run, p, r);
    else
        ax_str_printf(out, "%s has stopped.  %s resume %s: go on.  %s attach %s: look at it.", s->ui.run, p, r, p, r);
}

/* Below the home of runs a name is enough. */
static void name_target(session *s, const char *path, char name[64])
{
    char home[PATH_MAX];
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/')
        n--;
    snprintf(s->target, sizeof s->target, "%.*s", (int)n, path);
    const char *slash = strrchr(s->target, '/');
    snprintf(name, 64, "%.63s", slash ? slash + 1 : s->target);
    if (slash && ax_run_home(home, sizeof home, NULL) == AX_OK && strlen(home) == (size_t)(slash - s->target) &&
        !strncmp(home, s->target, strlen(home)))
        memmove(s->target, slash + 1, strlen(slash));
    ax_shell_word(s->target, s->operand, sizeof s->operand);
}

static void read_settings(session *s)
{
    if (ax_settings_preset(&s->settings, "demo", NULL) == AX_OK &&
        ax_settings_read(&s->settings, s->dirfd, "run.ini", NULL) == AX_OK) {
        s->ui.settings = &s->settings;
        s->ui.channels = (int)s->settings.channels;
        s->ui.repeats = (int)s->settings.repeats;
    }
}

ax_code ax_session(ax_term *term, const char *path, const ax_tui_options *o, ax_str *farewell, ax_err *err)
{
    session *s = calloc(1, sizeof *s);
    if (!s)
        return ax_fail(err, AX_ENOMEM, "no memory");
    char name[64];
    s->term = term;
    s->rows = o->rows;
    s->cols = o->cols;
    s->dirfd = ax_run_open(path, err);
    if (s->dirfd >= 0 && o->script)
        s->script = ax_script_read(o->script, err);
    name_target(s, path, name);
    ax_state_init(&s->state);
    if (s->dirfd < 0 || (o->script && !s->script) || ax_ui_init(&s->ui, &s->state, name, err) != AX_OK) {
        ax_script_free(s->script);
        if (s->dirfd >= 0)
            close(s->dirfd);
        free(s);
        return err && err->code ? err->code : AX_EIO;
    }
    ax_canvas_init(&s->canvas, &ax_glyphs_unicode);
    s->path = path;
    s->options = o;
    s->ui.program = o->program ? o->program : s->ui.program;
    s->ui.operand = s->operand;
    s->ui.readonly = o->readonly;
    s->ui.can_wake = o->wake != NULL;
    s->ui.can_resume = o->resume != NULL;
    s->ui.color = term ? ax_term_pixels(term) : o->color;
    s->ui.now = ax_clock();
    s->key_at = -held;
    s->ascii = o->ascii || !ax_term_unicode(term);
    s->dirty = true;
    read_settings(s);
    ax_err ignored;
    if (!s->script) /* a script does the same whatever was typed before */
        ax_remember_read(&ax_ui_prompted(&s->ui)->recall, &ignored);
    ax_contact_open(&s->engine, s->dirfd);
    look_for_engine(s);
    load(s, load_first);
    run(s, err);
    ax_code code = s->failed;
    if (s->term)
        say_farewell(s, farewell);
    ax_script_free(s->script);
    ax_contact_close(&s->engine);
    ax_loading_release(&s->loading);
    ax_maskfile_release(&s->masks);
    ax_canvas_release(&s->canvas);
    ax_ui_release(&s->ui);
    ax_state_release(&s->state);
    close(s->dirfd);
    free(s);
    return code;
}
