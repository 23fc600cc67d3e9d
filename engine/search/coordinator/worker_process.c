#include "engine/search/coordinator/worker_process.h"

#include "engine/base/clock.h"
#include "engine/worker/worker.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Silence may last this many times the longest so far: steps of one candidate take about the same time. */
enum { SILENCES = 20, END_MS = 5000 };

void ax_worker_process_init(ax_worker_process *c, int dirfd)
{
    *c = (ax_worker_process) { .dirfd = dirfd, .fd = -1 };
    ax_messages_init(&c->in, AX_WORKER_MAX_BYTES);
}

/* The delay of the next start grows with every death. */
static void back_off(ax_worker_process *c)
{
    double wait = 0.1 * (double)(1u << (c->deaths < 7 ? c->deaths : 7));
    c->deaths++;
    c->start_at = ax_clock() + wait;
}

ax_code ax_worker_process_start(ax_worker_process *c, const ax_settings *settings, uint64_t encoder, ax_err *err)
{
    pid_t pid = ax_worker_spawn(c->dirfd, &c->fd, err);
    if (pid < 0) {
        back_off(c);
        return err->code;
    }
    c->pid = pid;
    c->heard_at = ax_clock();
    c->longest_silence = 0;
    ax_worker_message m = { .say = AX_SAY_SETTINGS, .settings = *settings, .encoder = encoder };
    ax_err gone;
    if (ax_worker_process_send(c, &m, &gone) != AX_OK)
        kill(pid, SIGKILL); /* without settings it would wait forever; it is found dead when its socket is read */
    return AX_OK;
}

ax_code ax_worker_process_send(ax_worker_process *c, const ax_worker_message *m, ax_err *err)
{
    if (m->say == AX_SAY_JOB) {
        c->heard_at = ax_clock();
        c->longest_silence = 0;
    }
    return ax_worker_send(c->fd, m, MSG_DONTWAIT, err);
}

int ax_worker_process_receive(ax_worker_process *c)
{
    char buf[8192];
    ssize_t r;
    do
        r = recv(c->fd, buf, sizeof buf, MSG_DONTWAIT);
    while (r < 0 && errno == EINTR);
    if (r < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        return 0;
    return r > 0 && ax_messages_feed(&c->in, buf, (size_t)r, NULL) == AX_OK ? 0 : -1;
}

int ax_worker_process_next(ax_worker_process *c, ax_worker_message *m)
{
    const uint8_t *bytes;
    size_t n;
    int got = c->fd >= 0 ? ax_messages_next(&c->in, &bytes, &n) : 0;
    if (got <= 0)
        return got;
    if (ax_worker_unpack(bytes, n, m, NULL) != AX_OK)
        return -1;
    double now = ax_clock();
    c->longest_silence = fmax(c->longest_silence, now - c->heard_at);
    c->heard_at = now;
    return 1;
}

bool ax_worker_process_has_spoken(const ax_worker_process *c)
{
    struct pollfd p = { .fd = c->fd, .events = POLLIN };
    return poll(&p, 1, 0) > 0;
}

static void forget(ax_worker_process *c)
{
    if (c->fd >= 0)
        close(c->fd);
    ax_messages_release(&c->in);
    c->fd = -1;
    c->pid = 0;
    c->ready = c->told_stop = c->folder_lost = false;
    c->last[0] = '\0';
}

double ax_worker_process_hang_deadline(const ax_worker_process *c, int64_t hang_seconds)
{
    return c->pid && hang_seconds ? c->heard_at + (double)hang_seconds + SILENCES * c->longest_silence : 0;
}

void ax_worker_process_reap(ax_worker_process *c, char *how, size_t cap)
{
    int status = 0;
    /* Its socket has closed, so it has ended or is about to; a process that hangs is killed. */
    struct pollfd p = { .fd = (int)syscall(SYS_pidfd_open, c->pid, 0), .events = POLLIN };
    if (p.fd < 0 || poll(&p, 1, 500) <= 0)
        kill(c->pid, SIGKILL);
    if (p.fd >= 0)
        close(p.fd);
    while (waitpid(c->pid, &status, 0) < 0 && errno == EINTR) {
    }
    if (c->last[0])
        snprintf(how, cap, "%s", c->last);
    else if (WIFSIGNALED(status))
        snprintf(how, cap, "the worker was killed by signal %d, %s%s", WTERMSIG(status), strsignal(WTERMSIG(status)),
                 WTERMSIG(status) == SIGKILL ? "; the kernel does that when memory runs out" : "");
    else if (WEXITSTATUS(status) >= AX_WORKER_ORPHAN)
        snprintf(how, cap, "the worker could not start: %s",
                 WEXITSTATUS(status) == AX_WORKER_NO_FILES ? "too many open files" : "its program can't be run");
    else
        snprintf(how, cap, "the worker ended with status %d; engine.log may say why", WEXITSTATUS(status));
    back_off(c);
    forget(c);
}

void ax_worker_process_hang_up(ax_worker_process *c)
{
    if (c->pid)
        shutdown(c->fd, SHUT_RDWR);
}

void ax_worker_process_end(ax_worker_process *c)
{
    if (!c->pid)
        return;
    ax_worker_process_hang_up(c);
    struct pollfd p = { .fd = (int)syscall(SYS_pidfd_open, c->pid, 0), .events = POLLIN };
    if (p.fd < 0 || poll(&p, 1, END_MS) <= 0)
        kill(c->pid, SIGKILL);
    if (p.fd >= 0)
        close(p.fd);
    while (waitpid(c->pid, NULL, 0) < 0 && errno == EINTR) {
    }
    forget(c);
}
