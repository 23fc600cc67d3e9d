#include "engine/wire/run.h"

#include "engine/base/file.h"
#include "engine/base/grow.h"
#include "engine/wire/lock.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

ax_code ax_run_home(char *path, size_t cap, ax_err *err)
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    int n;
    if (state && state[0] == '/')
        n = snprintf(path, cap, "%s/auxcell/runs", state);
    else if (home && home[0] == '/')
        n = snprintf(path, cap, "%s/.local/state/auxcell/runs", home);
    else
        return ax_fail(err, AX_EINVAL, "neither XDG_STATE_HOME nor HOME is set; name a directory with --run DIR");
    return n > 0 && (size_t)n < cap ? AX_OK : ax_fail(err, AX_EINVAL, "the state directory's name is too long");
}

ax_code ax_run_path(const char *name, char *path, size_t cap, ax_err *err)
{
    int n;
    if (!name[0] || !strcmp(name, ".."))
        return ax_fail(err, AX_EINVAL, "\"%s\" is not a name for a run", name);
    if (strchr(name, '/') || !strcmp(name, ".")) {
        n = snprintf(path, cap, "%s", name);
    } else {
        char home[4096];
        if (ax_run_home(home, sizeof home, err) != AX_OK)
            return AX_EINVAL;
        n = snprintf(path, cap, "%s/%s", home, name);
    }
    return n > 0 && (size_t)n < cap ? AX_OK : ax_fail(err, AX_EINVAL, "%s: name is too long", name);
}

enum { UNKNOWN = 1 }; /* process id of a holder that hasn't written its own yet, or whose engine.pid was removed */

pid_t ax_run_engine(int dirfd)
{
    char text[32] = "";
    if (!ax_lock_is_held(dirfd, AX_RUN_LOCK))
        return ax_lock_is_held(dirfd, AX_RUN_LOG) ? UNKNOWN : 0;
    int fd = openat(dirfd, AX_RUN_LOCK, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    ssize_t n = fd >= 0 ? pread(fd, text, sizeof text - 1, 0) : 0;
    if (fd >= 0)
        close(fd);
    pid_t pid = n > 0 ? (pid_t)strtol(text, NULL, 10) : 0;
    return pid > 0 ? pid : UNKNOWN;
}

const char *ax_run_engine_text(pid_t engine, char text[static AX_RUN_ENGINE_TEXT])
{
    if (engine == UNKNOWN)
        return memcpy(text, "which has no engine.pid", sizeof "which has no engine.pid");
    snprintf(text, AX_RUN_ENGINE_TEXT, "with process id %d", (int)engine);
    return text;
}

/* A holder that is ending will release the lock, late on a busy machine; a living one only if it was about to exit. */
typedef struct patience {
    double waited;
    bool ending;
} patience;

/* Waits a moment; false when this holder was waited for long enough. */
static bool wait_for(patience *p, pid_t holder)
{
    p->ending = p->ending || ax_process_is_ending(holder);
    if (p->waited >= (p->ending ? 30 : 1))
        return false;
    nanosleep(&(struct timespec) { .tv_nsec = 10000000 }, NULL);
    p->waited += 0.01;
    return true;
}

pid_t ax_run_wait_free(int dirfd)
{
    patience p = { .ending = false };
    pid_t holder;
    while ((holder = ax_run_engine(dirfd)) > 0 && wait_for(&p, holder)) {
    }
    return holder;
}

/* Opens and locks engine.pid; returns the descriptor, or -1 with errno. Fails while another process has the event log,
   unless that log is ours. */
static int open_lock(int dirfd, bool log_is_ours)
{
    for (patience p = { .ending = false };;) {
        if (!log_is_ours && ax_run_wait_free(dirfd) > 0) {
            errno = EAGAIN;
            return -1;
        }
        int fd = openat(dirfd, AX_RUN_LOCK, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
        if (fd < 0)
            return -1;
        int why = ax_lock_take(fd, 0);
        if (!why && ax_lock_names(dirfd, AX_RUN_LOCK, fd) == 1 && (log_is_ours || !ax_lock_is_held(dirfd, AX_RUN_LOG)))
            return fd;
        close(fd); /* another process was faster, or the file was removed in between */
        if ((why && why != EAGAIN) || !wait_for(&p, ax_run_engine(dirfd))) {
            errno = why ? why : EAGAIN;
            return -1;
        }
    }
}

int ax_run_lock(int dirfd, bool log_is_ours, ax_err *err)
{
    int fd = open_lock(dirfd, log_is_ours);
    char text[AX_RUN_ENGINE_TEXT];
    if (fd < 0) {
        if (errno == EAGAIN)
            ax_fail(err, AX_EBUSY, "the run is in use by the engine %s",
                    ax_run_engine_text(ax_run_engine(dirfd), text));
        else
            ax_fail(err, AX_EIO, AX_RUN_LOCK ": cannot lock: %s", strerror(errno));
        return -1;
    }
    int n = snprintf(text, sizeof text, "%d\n", (int)getpid());
    if (ftruncate(fd, 0) || pwrite(fd, text, (size_t)n, 0) != n) {
        ax_fail(err, AX_EIO, AX_RUN_LOCK ": cannot write: %s", strerror(errno));
        close(fd);
        return -1;
    }
    return fd;
}

typedef struct listed {
    char name[256];
    struct timespec at;
} listed;

static int newest_first(const void *a, const void *b)
{
    const listed *x = a, *y = b;
    if (x->at.tv_sec != y->at.tv_sec)
        return x->at.tv_sec < y->at.tv_sec ? 1 : -1;
    if (x->at.tv_nsec != y->at.tv_nsec)
        return x->at.tv_nsec < y->at.tv_nsec ? 1 : -1;
    return strcmp(x->name, y->name);
}

/* Time of the last sign of life of a run: of its event log, else of its settings. A dangling link is listed too, so
   that opening the run can say why it isn't found. */
static bool run_time(int homefd, const char *name, struct timespec *at)
{
    char path[600];
    struct stat st;
    snprintf(path, sizeof path, "%s/run.ini", name);
    if (fstatat(homefd, path, &st, 0)) {
        if (!fstatat(homefd, name, &st, 0) || fstatat(homefd, name, &st, AT_SYMLINK_NOFOLLOW) || !S_ISLNK(st.st_mode))
            return false;
        *at = st.st_mtim;
        return true;
    }
    *at = st.st_mtim;
    snprintf(path, sizeof path, "%s/events.mpk", name);
    if (!fstatat(homefd, path, &st, 0))
        *at = st.st_mtim;
    return true;
}

ax_code ax_run_list(void (*each)(void *context, const char *name, const char *path), void *context, ax_err *err)
{
    char home[4096];
    if (ax_run_home(home, sizeof home, err) != AX_OK)
        return AX_EINVAL;
    DIR *dir = opendir(home);
    if (!dir)
        return errno == ENOENT ? AX_OK : ax_fail(err, AX_EIO, "%s: cannot open: %s", home, strerror(errno));
    listed *list = NULL;
    size_t n = 0, cap = 0;
    ax_code code = AX_OK;
    for (struct dirent *e; code == AX_OK && (e = readdir(dir));) {
        listed one = { 0 };
        if (e->d_name[0] == '.' || strlen(e->d_name) >= sizeof one.name || !run_time(dirfd(dir), e->d_name, &one.at))
            continue;
        snprintf(one.name, sizeof one.name, "%s", e->d_name);
        listed *grown = ax_grow(list, n, &cap, sizeof *grown);
        if (!grown) {
            code = ax_fail(err, AX_ENOMEM, "no memory for the list of runs");
            break;
        }
        list = grown;
        list[n++] = one;
    }
    closedir(dir);
    if (code == AX_OK && n)
        qsort(list, n, sizeof *list, newest_first);
    for (size_t i = 0; i < n && code == AX_OK; i++) {
        char path[4400];
        snprintf(path, sizeof path, "%s/%s", home, list[i].name);
        each(context, list[i].name, path);
    }
    free(list);
    return code;
}
