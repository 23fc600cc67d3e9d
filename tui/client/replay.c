/* `auxcell replay`: a recording of screens, on this terminal; or the history of a run, played through the screens. */
#include "engine/base/clock.h"
#include "engine/base/file.h"
#include "engine/base/out.h"
#include "engine/config/option.h"
#include "tui/client/commands.h"
#include "tui/session/attach.h"
#include "tui/session/invocation.h"
#include "viz/cast.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_BYTES = 1 << 28 };
static const char enter[] = "\033[?1049h\033[2J", leave[] = "\033[0m\033[?25h\033[?1049l";

static volatile sig_atomic_t interrupted;

static void interrupt(int sig)
{
    interrupted = sig;
}

/* "90", "1:30", "1:02:30"; false: it is none of them. */
static bool read_time(const char *text, double *out)
{
    *out = 0;
    for (int parts = 0; parts < 3; parts++) {
        char *end;
        double v = *text >= '0' && *text <= '9' ? strtod(text, &end) : -1;
        if (v < 0)
            return false;
        *out = *out * 60 + v;
        if (!*end)
            return true;
        if (*end != ':')
            return false;
        text = end + 1;
    }
    return false;
}

/* False: a signal came, or the terminal is gone. */
static bool put(const char *bytes, size_t n)
{
    while (n && !interrupted) {
        ssize_t w = write(STDOUT_FILENO, bytes, n);
        if (w <= 0)
            return false;
        bytes += w;
        n -= (size_t)w;
    }
    return !interrupted;
}

/* Plays the lines of text, which is changed. What is before `from` is shown at once. */
static ax_code play(char *text, double from, double speed, ax_err *err)
{
    double began = ax_clock();
    ax_code code = AX_OK;
    for (int line = 2; *text && code == AX_OK && !interrupted; line++) {
        char *end = text + strcspn(text, "\n"), *next = *end ? end + 1 : end, *bytes = NULL;
        double at = 0;
        size_t n = 0;
        *end = '\0';
        if (*text && (code = ax_cast_line(text, &at, &bytes, &n, err)) != AX_OK) {
            char where[32];
            snprintf(where, sizeof where, "line %d", line);
            ax_fail_prefix(err, where);
        }
        for (double wait; bytes && (wait = (at - from) / speed - (ax_clock() - began)) > 0 && !interrupted;)
            poll(NULL, 0, wait > 60 ? 60000 : (int)(wait * 1000) + 1);
        bool more = !bytes || put(bytes, n);
        free(bytes);
        if (!more)
            break;
        text = next;
    }
    return code;
}

static void complain_of_size(int cols, int rows)
{
    struct winsize size;
    if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_row && (size.ws_row < rows || size.ws_col < cols))
        ax_complain("the recording is of a window of %dx%d, this one has %dx%d", cols, rows, size.ws_col, size.ws_row);
}

static ax_code replay(const char *path, double from, double speed, ax_err *err)
{
    char *text = NULL;
    size_t n;
    int cols, rows;
    ax_code code = ax_file_read(AT_FDCWD, path, MOST_BYTES, &text, &n, err);
    if (code != AX_OK)
        return code;
    char *first = text + strcspn(text, "\n"), *rest = *first ? first + 1 : first;
    *first = '\0';
    code = ax_cast_size(text, &cols, &rows, err);
    if (code == AX_OK) {
        struct sigaction act = { .sa_handler = interrupt };
        sigemptyset(&act.sa_mask);
        sigaction(SIGINT, &act, NULL);
        sigaction(SIGTERM, &act, NULL);
        sigaction(SIGHUP, &act, NULL);
        put(enter, sizeof enter - 1);
        code = play(rest, from, speed, err);
        int sig = interrupted;
        interrupted = 0;
        put(leave, sizeof leave - 1);
        if (code == AX_OK && !sig)
            complain_of_size(cols, rows);
    }
    if (code != AX_OK)
        ax_fail_prefix(err, path);
    free(text);
    return code;
}

static bool is_file(const char *path)
{
    struct stat st;
    return !stat(path, &st) && !S_ISDIR(st.st_mode);
}

/* Whether that which isn't there was meant as a recording. */
static bool is_lost_file(const char *path)
{
    const char *end = strrchr(path, '.');
    return end && !strcmp(end, ".cast") && access(path, F_OK) != 0;
}

enum { FASTEST = 1000000 };

int ax_cli_replay(int argc, char **argv)
{
    const char *at = NULL, *speed = NULL;
    ax_tui_options screens = { .readonly = true, .program = ax_program() };
    const ax_option option[] = {
        AX_TEXT("--speed", "N", &speed, "N times as fast (1)"),
        AX_TEXT("--at", "TIME", &at, "begin there, like 90, 1:30 or 12:00:00"),
        AX_FLAG("--ascii", &screens.ascii, "of a run: plain characters"),
        AX_PATH("--record", "FILE", &screens.record, "of a run: write the screens as asciicast v2 when they are left"),
    };
    ax_usage u = { "auxcell replay RUN|FILE [OPTION...]",
                   "Plays the history of a run: the screens as they were, without an engine, with all keys that only\n"
                   "look. Space holds, ( ) are slower and faster, , . go back and on, q leaves. Or a recording of\n"
                   "screens (asciicast v2, as --record writes it), which Ctrl-C ends.\n",
                   AX_OPTIONS(option), NULL, 1 };
    int n;
    double from = 0, times = 1;
    char *end = NULL;
    ax_err err;
    ax_parsed parsed = ax_options_parse(&u, argc, argv, &n);
    if (parsed != AX_PARSED_GO)
        return parsed;
    bool file = n && is_file(argv[1]);
    if (!n)
        ax_fail(&err, AX_EINVAL, "replay: which run or recording? 'auxcell ls' lists the runs");
    else if (at && !read_time(at, &from))
        ax_fail(&err, AX_EINVAL, "--at '%.40s': write seconds, M:SS or H:MM:SS", at);
    else if (speed && (!((times = strtod(speed, &end)) > 0) || *end || times > FASTEST))
        ax_fail(&err, AX_EINVAL, "--speed '%.40s': a number above 0, up to %d", speed, FASTEST);
    else if (file && (screens.ascii || screens.record))
        ax_fail(&err, AX_EINVAL, "--%s is for runs; %.200s is a recording", screens.ascii ? "ascii" : "record",
                argv[1]);
    else if (!file && is_lost_file(argv[1]))
        ax_fail(&err, AX_EIO, "%.200s: %s", argv[1], strerror(errno));
    else if (!file && !(isatty(STDIN_FILENO) && isatty(STDOUT_FILENO)))
        ax_fail(&err, AX_EINVAL, "replay of a run needs a terminal");
    else if (!file) {
        screens.replay_speed = times;
        screens.replay_from = from;
        return ax_tui_attach(argv[1], &screens);
    } else if (replay(argv[1], from, times, &err) == AX_OK)
        return 0;
    return ax_complain_of(&err);
}
