#include "engine/worker/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* When memory runs out, the kernel should kill a worker, whose candidate is retried, rather than the engine or another
   program. A higher score is kept. */
static void be_the_first_to_go(void)
{
    static const char score[] = "500";
    int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    if (write(fd, score, sizeof score - 1) < 0) {
        /* then it is as likely a victim as before */
    }
    close(fd);
}

/* In the child: only async-signal-safe calls between fork and exec. */
static _Noreturn void become_worker(int fd, int dirfd, pid_t parent)
{
    static const char *const argv[] = { "auxcell-engine", "worker", NULL };
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    /* First duplicates to higher numbers, so that neither dup2 overwrites the other descriptor. */
    int a = fcntl(fd, F_DUPFD, AX_WORKER_DIRFD + 1), b = fcntl(dirfd, F_DUPFD, AX_WORKER_DIRFD + 1);
    if (a < 0 || b < 0 || dup2(a, AX_WORKER_FD) < 0 || dup2(b, AX_WORKER_DIRFD) < 0)
        _exit(AX_WORKER_NO_FILES);
    close(a);
    close(b);
    be_the_first_to_go();
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(AX_WORKER_ORPHAN); /* the parent died before the prctl above */
    execv("/proc/self/exe", (char *const *)argv);
    _exit(AX_WORKER_NO_PROGRAM);
}

pid_t ax_worker_spawn(int dirfd, int *fd, ax_err *err)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair)) {
        ax_fail(err, AX_EIO, "cannot make a socket pair for a worker: %s", strerror(errno));
        return -1;
    }
    pid_t parent = getpid(), pid = fcntl(pair[0], F_SETFL, O_NONBLOCK) ? -1 : fork();
    if (pid == 0)
        become_worker(pair[1], dirfd, parent);
    int why = errno;
    close(pair[1]);
    if (pid > 0) {
        *fd = pair[0];
        return pid;
    }
    close(pair[0]);
    ax_fail(err, AX_EIO, "cannot start a worker: %s", strerror(why));
    return -1;
}
