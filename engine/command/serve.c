/* auxcell-engine serve: the coordinator of one run. Started by auxcell search and resume. */
#include "engine/base/out.h"
#include "engine/base/file.h"

#include "engine/config/option.h"
#include "engine/command/program.h"
#include "engine/search/coordinator/coordinator.h"
#include "engine/wire/run.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char synopsis[] =
    "auxcell-engine serve --run DIR [--resume [--previous] [--repair] [--wait]] [--ready-fd N]";
static const char about[] =
    "Searches until the run's candidates are done. Stops at SIGTERM or SIGINT; then --resume goes on.\n";

typedef struct starter {
    int dirfd;
    int fd; /* descriptor on which the starting process waits, -1 = none */
} starter;

static void tell(starter *s, const char *text)
{
    if (s->fd < 0)
        return;
    if (write(s->fd, text, strlen(text)) < 0) {
        /* the starting process no longer waits */
    }
    close(s->fd);
    s->fd = -1;
}

/* Reports a successful start. In the background, later output goes to engine.log. */
static void ready(void *context, uint64_t first_seq)
{
    starter *s = context;
    if (s->fd < 0)
        return;
    int log = openat(s->dirfd, "engine.log", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null >= 0) {
        dup2(null, STDIN_FILENO);
        dup2(null, STDOUT_FILENO);
        close(null);
    }
    if (log >= 0 && ax_file_check(log, "engine.log", NULL) == AX_OK)
        dup2(log, STDERR_FILENO);
    if (log >= 0)
        close(log);
    char text[32];
    snprintf(text, sizeof text, "ok %llu\n", (unsigned long long)first_seq);
    tell(s, text);
}

int ax_command_serve(const ax_program *prog, int argc, char **argv)
{
    const char *run = NULL;
    bool resume = false, previous = false, repair = false, wait = false;
    int32_t ready_fd = -1;
    const ax_option options[] = {
        AX_PATH("--run", "DIR", &run, "the run's directory"),
        AX_FLAG("--resume", &resume, "go on from snapshot.mpk"),
        AX_FLAG("--previous", &previous, "go on from snapshot.prev.mpk instead"),
        AX_FLAG("--repair", &repair, "go on although events up to the snapshot are lost"),
        AX_FLAG("--wait", &wait, "a finished run waits some seconds for a command"),
        AX_WHOLE("--ready-fd", "N", &ready_fd, 3, 1 << 20,
                 "go into the background; write 'ok SEQ' (its first event), or why not, to this descriptor"),
    };
    int n = 0;
    const ax_usage u = { synopsis, about, AX_OPTIONS(options), NULL, 0 };
    ax_parsed parsed = ax_options_parse(&u, argc, argv, &n);
    if (parsed != AX_PARSED_GO)
        return parsed;
    ax_err err = { AX_OK, "" };
    if (!run || ((previous || repair) && !resume)) {
        ax_fail(&err, AX_EINVAL, "%s", run ? "--previous and --repair go with --resume" : "serve needs --run DIR");
        return ax_complain_of(&err);
    }
    signal(SIGPIPE, SIG_IGN);
    starter s = { .fd = ready_fd };
    if (s.fd >= 0) {
        setsid(); /* fails when we lead a session already, which is fine */
        fcntl(s.fd, F_SETFD, FD_CLOEXEC);
    }
    s.dirfd = ax_run_open(run, &err);
    ax_code code = err.code;
    if (s.dirfd >= 0) {
        const ax_coordinator_options o = {
            .path = run,
            .resume = resume,
            .previous = previous,
            .repair = repair,
            .wait = wait,
            .open_source = prog->open_source,
            .ready = ready,
            .context = &s,
        };
        code = ax_coordinator_run(s.dirfd, &o, &err);
        close(s.dirfd);
    }
    if (code == AX_OK)
        return 0;
    tell(&s, err.msg);
    return ax_complain_of(&err);
}
