#include "tui/client/engine.h"

#include "engine/base/out.h"
#include "engine/base/file.h"
#include "engine/base/process.h"
#include "engine/wire/run.h"
#include "tui/client/commands.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { READY_WITHIN = 120000 }; /* milliseconds */

ax_code ax_engine_path(char path[PATH_MAX], ax_err *err)
{
    static const char name[] = "auxcell-engine";
    ssize_t n = readlink("/proc/self/exe", path, PATH_MAX - sizeof name - 1);
    if (n <= 0)
        return ax_fail(err, AX_EIO, "/proc/self/exe: cannot read: %s", strerror(errno));
    path[n] = '\0';
    char *slash = strrchr(path, '/');
    memcpy(slash ? slash + 1 : path, name, sizeof name);
    if (access(path, X_OK))
        return ax_fail(err, AX_EIO, "%s: cannot run: %s", path, strerror(errno));
    return AX_OK;
}

void ax_engine_last_words(int dirfd, long from, char line[256])
{
    char buf[4096];
    line[0] = '\0';
    int fd = openat(dirfd, "engine.log", O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        return;
    off_t end = lseek(fd, 0, SEEK_END);
    off_t start = end - from > (off_t)sizeof buf - 1 ? end - (off_t)sizeof buf + 1 : from;
    ssize_t n = start < end ? pread(fd, buf, sizeof buf - 1, start) : 0;
    close(fd);
    while (n > 0 && (buf[n - 1] == '\n' || buf[n - 1] == '\r'))
        n--;
    if (n <= 0)
        return;
    buf[n] = '\0';
    char *last = strrchr(buf, '\n');
    last = last ? last + 1 : buf;
    if (!strncmp(last, "auxcell: ", 9))
        last += 9;
    snprintf(line, 256, "%.255s", last);
}

enum { READY_FD = 3 }; /* the engine writes "ok" and the number of its first event there, or why it can't start */

/* The child has a session of its own and default signals, and holds nothing of the terminal. */
static ax_code spawn(const char *program, char *const argv[], int log, int ready, pid_t *pid, ax_err *err)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attr;
    posix_spawn_file_actions_init(&files);
    ax_process_fresh(&attr, POSIX_SPAWN_SETSID);
    posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_adddup2(&files, log, 2);
    posix_spawn_file_actions_adddup2(&files, ready, READY_FD); /* last, since log may have this very number */
    int failed = posix_spawn(pid, program, &files, &attr, argv, environ);
    posix_spawnattr_destroy(&attr);
    posix_spawn_file_actions_destroy(&files);
    return failed ? ax_fail(err, AX_EIO, "%s: cannot start: %s", program, strerror(failed)) : AX_OK;
}

bool ax_engine_wait(ax_engine *e, bool block)
{
    int status;
    pid_t got = 0;
    if (e->ended || !e->pid)
        return e->ended;
    while ((got = waitpid(e->pid, &status, block ? 0 : WNOHANG)) < 0 && errno == EINTR)
        ;
    if (got == 0)
        return false;
    e->ended = true;
    e->status = got < 0 ? 1 : WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    return true;
}

void ax_engine_release(ax_engine *e)
{
    ax_client_free(e->client);
    e->client = NULL;
}

/* Reads what the engine says when it starts, up to a line's end or the pipe's. False: it has said nothing for too
   long. */
static bool listen_ready(int fd, char *line, size_t cap)
{
    size_t used = 0;
    line[0] = '\0';
    while (used + 1 < cap && !strchr(line, '\n')) {
        struct pollfd p = { .fd = fd, .events = POLLIN };
        int ready = poll(&p, 1, READY_WITHIN);
        if (ready == 0)
            return false;
        ssize_t n = ready < 0 ? -1 : read(fd, line + used, cap - 1 - used);
        if (n == 0 || (n < 0 && errno != EINTR))
            break;
        used += n > 0 ? (size_t)n : 0;
        line[used] = '\0';
    }
    line[strcspn(line, "\n")] = '\0';
    return true;
}

/* Why an engine could not start: what it said on the pipe or, when it died before that, in its log. */
static ax_code death(int dirfd, long from, const char *said, ax_engine *e, ax_err *err)
{
    char line[256];
    ax_engine_wait(e, true);
    ax_code code = e->status == 2 ? AX_EINVAL : e->status == 3 ? AX_EDEVICE : AX_EIO;
    if (e->status > 128)
        return ax_fail(err, AX_EIO, "the engine was killed at its start by signal %d", e->status - 128);
    ax_engine_last_words(dirfd, from, line);
    return ax_fail(err, code, "%s", said[0] ? said : line[0] ? line : "the engine ended at its start without a word");
}

static ax_code launch(int dirfd, const char *run_path, unsigned how, int log, ax_engine *out, ax_err *err)
{
    char program[PATH_MAX], path[PATH_MAX], serve[] = "serve", run[] = "--run", fd[] = "--ready-fd", number[16],
                                            resume[] = "--resume", said[512];
    char option[][12] = { "--previous", "--repair", "--wait" };
    struct stat st;
    int ready[2];
    if (ax_engine_path(program, err) != AX_OK)
        return AX_EIO;
    if (fstat(log, &st) || pipe2(ready, O_CLOEXEC))
        return ax_fail(err, AX_EIO, "%s: cannot start its engine: %s", run_path, strerror(errno));
    snprintf(path, sizeof path, "%s", run_path);
    snprintf(number, sizeof number, "%d", READY_FD);
    /* this program has just made a new run; any other run is resumed */
    char *argv[11] = { program, serve, run, path, fd, number, resume };
    for (size_t i = 0, n = 7; i < sizeof option / sizeof *option; i++)
        if (how & 1u << i)
            argv[n++] = option[i];
    ax_code code = spawn(program, argv, log, ready[1], &out->pid, err);
    close(ready[1]);
    if (code == AX_OK && !listen_ready(ready[0], said, sizeof said))
        code = ax_fail(err, AX_EIO, "%s: the engine (process %d) didn't become ready; see engine.log there", run_path,
                       (int)out->pid);
    else if (code == AX_OK && sscanf(said, "ok %" SCNu64, &out->first_seq) != 1)
        code = death(dirfd, (long)st.st_size, said, out, err);
    close(ready[0]);
    return code;
}

ax_code ax_engine_start(int dirfd, const char *run_path, unsigned how, ax_engine *out, ax_err *err)
{
    *out = (ax_engine) { .pid = 0 };
    char text[AX_RUN_ENGINE_TEXT];
    pid_t other = ax_run_wait_free(dirfd);
    if (other > 0)
        return ax_fail(err, AX_EBUSY, "%s: its engine runs already, %s; 'auxcell attach' shows it", run_path,
                       ax_run_engine_text(other, text));
    int log = openat(dirfd, "engine.log", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
    if (log < 0)
        return ax_fail(err, AX_EIO, "%s/engine.log: cannot open: %s", run_path, strerror(errno));
    ax_code code = ax_file_check(log, "engine.log", err);
    if (code == AX_OK)
        code = launch(dirfd, run_path, how, log, out, err);
    else
        ax_fail_prefix(err, run_path);
    close(log);
    if (code == AX_OK) /* NULL: the engine has ended meanwhile, which the caller notices when it follows the engine */
        out->client = ax_client_connect(dirfd, 0, NULL);
    return code;
}

int ax_cli_engine(int argc, char **argv)
{
    (void)argc;
    char program[PATH_MAX];
    ax_err err;
    if (ax_engine_path(program, &err) != AX_OK)
        return ax_complain_of(&err);
    /* argv ends with NULL; the program's own name goes in front of the subcommand */
    char **args = malloc(((size_t)argc + 2) * sizeof *args);
    if (!args) {
        ax_fail(&err, AX_ENOMEM, "no memory");
        return ax_complain_of(&err);
    }
    args[0] = program;
    memcpy(args + 1, argv, ((size_t)argc + 1) * sizeof *args);
    execv(program, args);
    free(args);
    ax_fail(&err, AX_EIO, "%s: cannot run: %s", program, strerror(errno));
    return ax_complain_of(&err);
}
