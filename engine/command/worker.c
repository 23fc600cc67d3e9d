/* auxcell-engine worker: started by a coordinator, with a socket and the run directory already open. */
#include "engine/worker/worker.h"

#include "engine/base/out.h"
#include "engine/command/program.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* When memory runs out, a candidate should be lost, not the search or its journal. */
static void prefer_for_oom_kill(void)
{
    int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    if (write(fd, "500", 3) != 3) {
        /* not permitted here: the kernel's own choice remains */
    }
    close(fd);
}

int ax_command_worker(const ax_program *prog, int argc, char **argv)
{
    struct stat st;
    int type;
    socklen_t n = sizeof type;
    (void)argv;
    if (argc > 1 || getsockopt(AX_WORKER_FD, SOL_SOCKET, SO_TYPE, &type, &n) || fstat(AX_WORKER_DIRFD, &st) ||
        !S_ISDIR(st.st_mode)) {
        ax_complain("worker is started by the engine of a run, not by hand");
        return 2;
    }
    signal(SIGINT, SIG_IGN); /* an interrupt at the terminal reaches the whole process group; the engine decides */
    signal(SIGPIPE, SIG_IGN);
    prefer_for_oom_kill();
    ax_err err = { AX_OK, "" };
    return ax_exit_code(ax_worker_serve(AX_WORKER_FD, AX_WORKER_DIRFD, prog->open_source, &err));
}
