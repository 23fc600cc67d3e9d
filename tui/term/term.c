#include "tui/term/term_internal.h"

#include "engine/base/base64.h"
#include "engine/base/process.h"
#include "tui/term/keycode.h"
#include "tui/term/restore.h"

#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#define PASTE_ON "\033[?2004h"
#define PASTE_OFF "\033[?2004l"
/* presses, releases, and moves in between */
#define MOUSE_ON "\033[?1002h\033[?1006h"
#define MOUSE_OFF "\033[?1006l\033[?1002l"
#define FOCUS_ON "\033[?1004h"
#define FOCUS_OFF "\033[?1004l"

/* ---- start and stop ---- */

static bool glyphs_are_narrow(void)
{
    if (strcmp(nl_langinfo(CODESET), "UTF-8"))
        return false;
    for (int i = 0; i < AX_GLYPH_COUNT; i++)
        if (wcwidth((wchar_t)ax_glyphs_unicode.code[i]) != 1)
            return false;
    return wcwidth(0x28ff) == 1; /* Braille */
}

ax_code ax_term_check(ax_err *err)
{
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
        return ax_fail(err, AX_EINVAL, "the screens need a terminal; 'auxcell help' lists what works without one");
    const char *name = getenv("TERM");
    if (!name || !*name)
        return ax_fail(err, AX_EINVAL,
                       "TERM is not set: the kind of terminal is not known; 'auxcell attach --plain' needs none");
    int found;
    if (setupterm(NULL, STDOUT_FILENO, &found) == ERR)
        return ax_fail(err, AX_EINVAL, "TERM=%s: %s", name,
                       found == 1 ? "a printing terminal cannot show screens"
                       : found == 0
                           ? "this terminal is not known here, or too simple; xterm-256color fits most, 'auxcell "
                             "attach --plain' all"
                           : "no terminal data base (terminfo) found");
    bool able = cursor_address && clear_screen;
    del_curterm(cur_term);
    return able ? AX_OK
                : ax_fail(err, AX_EINVAL,
                          "TERM=%s: this terminal cannot move its cursor; 'auxcell attach --plain' doesn't need to",
                          name);
}

static size_t add_capability(char *out, size_t n, size_t cap, const char *text)
{
    /* without the padding $<...>, which only very old terminals need */
    for (; text && text != (const char *)-1 && *text && n + 1 < cap; text++) {
        if (text[0] == '$' && text[1] == '<') {
            const char *end = strchr(text, '>');
            if (end) {
                text = end;
                continue;
            }
        }
        out[n++] = *text;
    }
    out[n] = '\0';
    return n;
}

/* Whether bracketed paste, which tells pastes from keys, can be switched on; curses doesn't do that. Terminals without
   it ignore the sequence, if they take control sequences of this kind at all. */
static bool has_paste_mode(void)
{
    return cursor_address && !strncmp(cursor_address, "\033[", 2);
}

static void arm(int fd, const struct termios *saved)
{
    char reset[256];
    size_t n =
        has_paste_mode() ? add_capability(reset, 0, sizeof reset, "\033\\") : 0; /* ends a picture that was cut short */
    n = add_capability(reset, n, sizeof reset, exit_attribute_mode);
    if (has_paste_mode())
        n = add_capability(reset, n, sizeof reset, PASTE_OFF MOUSE_OFF FOCUS_OFF);
    n = add_capability(reset, n, sizeof reset, keypad_local);
    n = add_capability(reset, n, sizeof reset, cursor_normal);
    n = add_capability(reset, n, sizeof reset, exit_ca_mode);
    if (!exit_ca_mode)
        add_capability(reset, n, sizeof reset, "\r\n");
    ax_restore_arm(fd, reset, saved);
}

static void read_size(ax_term *t)
{
    struct winsize size;
    if (ioctl(t->fd, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0) {
        t->rows = size.ws_row;
        t->cols = size.ws_col;
        t->cell_h = size.ws_ypixel / size.ws_row;
        t->cell_w = size.ws_xpixel / size.ws_col;
    } else {
        getmaxyx(stdscr, t->rows, t->cols);
    }
}

void ax_term_send(const char *bytes, size_t n)
{
    fflush(stdout);
    for (size_t at = 0;
         at < n;) { /* a signal may interrupt a long write, and a picture that was begun must be completed */
        ssize_t sent = write(STDOUT_FILENO, bytes + at, n - at);
        if (sent > 0)
            at += (size_t)sent;
        else if (errno == EAGAIN)
            poll(&(struct pollfd) { .fd = STDOUT_FILENO, .events = POLLOUT }, 1, -1);
        else if (errno != EINTR)
            return; /* a terminal that is gone is noticed by poll */
    }
}

/* Switches modes on or off; on only in the foreground, since the shell has the terminal otherwise. */
static void set_modes(const ax_term *t, bool on)
{
    pid_t front = on ? tcgetpgrp(STDIN_FILENO) : -1;
    if (front >= 0 && front != getpgrp())
        return;
    if (has_paste_mode())
        ax_term_send(on ? PASTE_ON : PASTE_OFF, sizeof PASTE_ON - 1);
    if (has_paste_mode() && t->mouse)
        ax_term_send(on ? MOUSE_ON : MOUSE_OFF, sizeof MOUSE_ON - 1);
    if (t->focus)
        ax_term_send(on ? FOCUS_ON : FOCUS_OFF, sizeof FOCUS_ON - 1);
    if (on)
        keypad(stdscr, TRUE); /* endwin switched it off, and curses would notice only when it reads keys itself */
}

/* Switches focus events on where the terminal has them: it says so itself, or terminfo does (xterm+focus: fe and
   fd). */
void ax_term_watch_focus(ax_term *t)
{
    const char *on = tigetstr((char[]) { "fe" });
    bool listed = on && on != (const char *)-1 && !strcmp(on, FOCUS_ON);
    if (t->focus || !(listed || t->input.reply.focus))
        return;
    t->focus = true;
    if (tcgetpgrp(STDIN_FILENO) == getpgrp()) /* in the background the shell has the terminal */
        ax_term_send(FOCUS_ON, sizeof FOCUS_ON - 1);
}

/* Ends curses, which moves the cursor from where it believes it to be. */
static void leave_curses(ax_term *t)
{
    char text[32];
    int row, col;
    getyx(curscr, row, col);
    if (t->behind)
        ax_term_send(text, (size_t)snprintf(text, sizeof text, "\033[%d;%dH", row + 1, col + 1));
    endwin();
}

ax_term *ax_term_start(ax_err *err)
{
    setlocale(LC_CTYPE, "");
    if (ax_term_check(err) != AX_OK)
        return NULL;
    ax_term *t = calloc(1, sizeof *t);
    struct termios saved;
    if (!t || pipe2(t->pipe, O_CLOEXEC | O_NONBLOCK) || tcgetattr(STDIN_FILENO, &saved)) {
        ax_fail(err, AX_EIO, "cannot take the terminal");
        free(t);
        return NULL;
    }
    t->fd = STDIN_FILENO;
    ax_restore_notify(t->pipe[1]); /* before curses is started, which leaves existing handlers alone */
    t->screen = newterm(NULL, stdout, stdin);
    if (!t->screen) {
        ax_fail(err, AX_EINVAL, "TERM=%s: curses cannot use this terminal", getenv("TERM"));
        close(t->pipe[0]);
        close(t->pipe[1]);
        free(t);
        return NULL;
    }
    arm(STDOUT_FILENO, &saved);
    ax_restore_notify(t->pipe[1]);
    signal(SIGPIPE, SIG_IGN);
    cbreak();
    noecho();
    nonl();
    typeahead(-1); /* curses sends a whole screen even when keys are waiting */
    ax_term_start_keys(t);
    set_modes(t, true);
    ax_term_watch_focus(t);
    ax_term_ask(t);
    curs_set(0);
    ax_term_start_colors(t);
    ax_term_start_ansi(t);
    t->unicode = glyphs_are_narrow();
    read_size(t);
    ax_process_short_turns(); /* keys wait while the engine computes on all processors */
    return t;
}

void ax_term_mouse(ax_term *t, bool on)
{
    if (!t || t->mouse == on)
        return;
    t->mouse = on;
    if (has_paste_mode())
        ax_term_send(on ? MOUSE_ON : MOUSE_OFF, sizeof MOUSE_ON - 1);
}

void ax_term_stop(ax_term *t)
{
    if (!t)
        return;
    ax_term_await(t);
    ax_pictures_clear(t);
    set_modes(t, false);
    leave_curses(t);
    ax_restore_disarm();
    delscreen(t->screen);
    close(t->pipe[0]);
    close(t->pipe[1]);
    free(t->shadow);
    free(t);
}

/* ---- facts and signals ---- */

int ax_term_fd(const ax_term *t)
{
    return t ? t->fd : -1;
}

int ax_term_signal_fd(const ax_term *t)
{
    return t ? t->pipe[0] : -1;
}

void ax_term_size(const ax_term *t, int *rows, int *cols)
{
    if (!t)
        return;
    *rows = t->rows;
    *cols = t->cols;
}

bool ax_term_unicode(const ax_term *t)
{
    return t ? t->unicode : glyphs_are_narrow();
}

bool ax_term_pixels(const ax_term *t)
{
    return t && t->pixels;
}

int ax_term_signals(ax_term *t)
{
    char bytes[64];
    int what = 0;
    ssize_t n;
    if (!t)
        return 0;
    while ((n = read(t->pipe[0], bytes, sizeof bytes)) > 0)
        for (ssize_t i = 0; i < n; i++)
            what |= bytes[i] == 'w' ? AX_TERM_RESIZED : bytes[i] == 'z' ? AX_TERM_SUSPEND : AX_TERM_CONTINUED;
    if (what & AX_TERM_RESIZED) {
        read_size(t);
        resizeterm(t->rows, t->cols);
        ax_term_forget(t);
    }
    if (what & AX_TERM_CONTINUED) {
        set_modes(t, true); /* the shell has had the terminal meanwhile */
        t->input.unfocused = false;
    }
    return what;
}

void ax_term_suspend(ax_term *t)
{
    if (!t)
        return;
    ax_term_await(t);
    ax_pictures_clear(t);
    set_modes(t, false);
    leave_curses(t);
    struct sigaction ours, plain = { .sa_handler = SIG_DFL };
    sigemptyset(&plain.sa_mask);
    sigaction(SIGTSTP, &plain, &ours);
    kill(0, SIGTSTP); /* stops the whole job, as the terminal would */
    sigaction(SIGTSTP, &ours, NULL);
    set_modes(t, true);
    t->input.unfocused = false;
    read_size(t);
    resizeterm(t->rows, t->cols);
    ax_term_forget(t);
}

void ax_term_forget(ax_term *t)
{
    if (t)
        t->shadow_rows = t->shadow_cols = 0;
}

/* ---- the clipboard ---- */

void ax_term_copy(ax_term *t, const char *text)
{
    ax_str out;
    size_t n = strlen(text);
    if (!t || n > 600)
        return;
    ax_str_init(&out, 0);
    ax_str_add(&out, "\033]52;c;");
    ax_base64(&out, text, n);
    ax_str_add(&out, "\a");
    if (ax_str_ok(&out))
        ax_term_send(out.text, out.len);
    ax_str_release(&out);
}
