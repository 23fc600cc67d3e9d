#include "tui/session/counting.h"

#include "engine/base/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

long long ax_counting_number(const char *line, const char *name)
{
    char key[32];
    snprintf(key, sizeof key, "\"%s\":", name);
    const char *at = strstr(line, key);
    return at ? strtoll(at + strlen(key), NULL, 10) : -1;
}

/* Starts the program. Its error messages are answers, too, so stderr goes to the same socket. Its signals are the
   default ones, since those of the terminal are meant for it as well. */
static int spawn(pid_t *pid, const char *engine, const char *run_path, int end)
{
    char *program = strdup(engine), *run = strdup(run_path);
    char show[] = "show", dash[] = "-", option[] = "--run", json[] = "--json";
    char *argv[] = { program, show, dash, option, run, json, NULL };
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attr;
    posix_spawn_file_actions_init(&files);
    ax_process_fresh(&attr, 0);
    for (int fd = 0; fd <= 2; fd++)
        posix_spawn_file_actions_adddup2(&files, end, fd);
    int failed = program && run ? posix_spawn(pid, program, &files, &attr, argv, environ) : ENOMEM;
    posix_spawnattr_destroy(&attr);
    posix_spawn_file_actions_destroy(&files);
    free(program);
    free(run);
    return failed;
}

static bool start(ax_counting *c, const char *engine, const char *run_path)
{
    int pair[2];
    *c = (ax_counting) { .pid = 0 };
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
        return false;
    int failed = spawn(&c->pid, engine, run_path, pair[1]);
    close(pair[1]);
    c->fd = pair[0];
    if (failed) {
        c->pid = 0;
        close(pair[0]);
    } else {
        fcntl(c->fd, F_SETFL, O_NONBLOCK);
    }
    return !failed;
}

bool ax_counting_ask(ax_counting *c, const char *engine, const char *run_path, const ax_genotype *g)
{
    char line[AX_GENOTYPE_TEXT + 1];
    if (c->asked)
        return true;
    if (!c->pid && !start(c, engine, run_path))
        return false;
    size_t n = (size_t)snprintf(line, sizeof line, "%s\n", ax_genotype_print(g, (char[AX_GENOTYPE_TEXT]) { 0 }));
    c->asked = true; /* if it can't be sent, the end of the program is the answer */
    c->g = *g;
    ssize_t sent = send(c->fd, line, n, MSG_NOSIGNAL);
    (void)sent;
    return true;
}

/* Copies the message of {"error":"..."}, or of a line on stderr. */
static void take_error(const char *line, char *out, size_t cap)
{
    static const char key[] = "{\"error\":\"", program[] = "auxcell: ";
    const char *at = line, *end = line + strlen(line);
    size_t n = 0;
    if (!strncmp(at, key, sizeof key - 1)) {
        at += sizeof key - 1;
        end = strrchr(at, '"') ? strrchr(at, '"') : end;
    } else if (!strncmp(at, program, sizeof program - 1)) {
        at += sizeof program - 1;
    }
    for (; at < end && n + 1 < cap; at++) {
        at += *at == '\\' && at + 1 < end; /* unescapes quotes and backslashes only */
        out[n++] = *at;
    }
    out[n] = '\0';
}

static ax_edit_cost read_line(const char *line)
{
    ax_edit_cost cost = { .known = AX_COST_FAILED };
    long long params = ax_counting_number(line, "params"), macs = ax_counting_number(line, "macs");
    long long stride = ax_counting_number(line, "output_stride"), memory = ax_counting_number(line, "peak_bytes");
    if (params < 0 || macs < 0 || stride < 0 || memory < 0) {
        take_error(line, cost.error, sizeof cost.error);
        return cost;
    }
    return (ax_edit_cost) {
        .known = AX_COST_KNOWN, .params = params, .macs = macs, .stride = (int)stride, .memory = memory
    };
}

bool ax_counting_take(ax_counting *c, ax_genotype *g, ax_edit_cost *out)
{
    while (c->pid) {
        char *end = memchr(c->line, '\n', c->used);
        bool full = c->used + 1 == sizeof c->line;
        ssize_t n = end || full ? 1 : recv(c->fd, c->line + c->used, sizeof c->line - 1 - c->used, 0);
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            return false;
        if (!end && !full && n > 0) {
            c->used += (size_t)n;
            continue;
        }
        size_t whole = end ? (size_t)(end - c->line) : c->used;
        c->line[whole] = '\0';
        bool due = c->asked;
        *g = c->g;
        *out = read_line(c->line);
        if (!whole)
            snprintf(out->error, sizeof out->error, "%s", "the program that counts parameters has ended");
        c->asked = false;
        c->used -= end ? whole + 1 : whole;
        memmove(c->line, end ? end + 1 : c->line, c->used);
        if (n <= 0)
            ax_counting_stop(c);
        if (due)
            return true;
    }
    return false;
}

void ax_counting_stop(ax_counting *c)
{
    if (!c->pid)
        return;
    close(c->fd);
    kill(c->pid, SIGKILL); /* safe, since it only reads */
    while (waitpid(c->pid, NULL, 0) < 0 && errno == EINTR)
        ;
    *c = (ax_counting) { .pid = 0 };
}

int ax_counting_fd(const ax_counting *c)
{
    return c->pid ? c->fd : -1;
}
