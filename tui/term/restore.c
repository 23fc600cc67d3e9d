#include "tui/term/restore.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* All signals that end a program, but SIGKILL, which can't be caught, and SIGPIPE, which is ignored. */
static const int deadly[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGSEGV, SIGABRT, SIGBUS,  SIGILL,
                              SIGFPE, SIGTRAP, SIGSYS, SIGALRM, SIGUSR1, SIGUSR2, SIGXCPU, SIGXFSZ };
static const int told[] = { SIGTSTP, SIGCONT, SIGWINCH };
enum { DEADLY = sizeof deadly / sizeof *deadly, TOLD = sizeof told / sizeof *told };

/* Written before the handlers are installed, which only read it. */
static struct {
    volatile sig_atomic_t armed;
    int fd, notify;
    char reset[256];
    size_t n;
    struct termios saved;
    struct sigaction before[DEADLY], told_before[TOLD];
    char stack[16384];
} state;

static void give_back(int sig)
{
    if (state.armed) {
        state.armed = 0;
        for (size_t at = 0; at < state.n;) {
            ssize_t n = write(state.fd, state.reset + at, state.n - at);
            if (n <= 0)
                break;
            at += (size_t)n;
        }
        tcsetattr(state.fd, TCSANOW, &state.saved);
    }
    raise(sig); /* SA_RESETHAND was set: this ends the program */
}

static void notify(int sig)
{
    int before = errno;
    char byte = sig == SIGTSTP ? 'z' : sig == SIGCONT ? 'c' : 'w';
    if (write(state.notify, &byte, 1) < 0) {
        /* a full pipe tells of a signal already */
    }
    errno = before;
}

void ax_restore_arm(int fd, const char *reset, const struct termios *saved)
{
    state.fd = fd;
    state.saved = *saved;
    state.n = strlen(reset);
    if (state.n > sizeof state.reset)
        state.n = sizeof state.reset;
    memcpy(state.reset, reset, state.n);
    stack_t stack = { .ss_sp = state.stack, .ss_size = sizeof state.stack };
    sigaltstack(&stack, NULL);
    state.armed = 1;
    for (int i = 0; i < DEADLY; i++) {
        struct sigaction act = { .sa_handler = give_back, .sa_flags = (int)(SA_RESETHAND | SA_NODEFER | SA_ONSTACK) };
        sigemptyset(&act.sa_mask);
        sigaction(deadly[i], NULL, &state.before[i]);
        if (state.before[i].sa_handler != SIG_IGN)
            sigaction(deadly[i], &act, NULL);
    }
}

void ax_restore_disarm(void)
{
    if (!state.armed)
        return;
    for (int i = 0; i < DEADLY; i++)
        sigaction(deadly[i], &state.before[i], NULL);
    state.armed = 0;
    stack_t none = { .ss_flags = SS_DISABLE };
    sigaltstack(&none, NULL);
    for (int i = 0; i < TOLD; i++)
        sigaction(told[i], &state.told_before[i], NULL);
}

void ax_restore_notify(int fd)
{
    state.notify = fd;
    for (int i = 0; i < TOLD; i++) {
        struct sigaction act = { .sa_handler = notify, .sa_flags = SA_RESTART }, before;
        sigemptyset(&act.sa_mask);
        sigaction(told[i], &act, &before);
        if (before.sa_handler != notify)
            state.told_before[i] = before;
    }
}
