#include "engine/wire/run.h"

#include "engine/base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
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
        return ax_fail(err, AX_EINVAL, "'%s' is no name for a run", name);
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

int ax_run_open(const char *path, ax_err *err)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) {
        ax_fail(err, AX_EIO, "%s: no such run: %s", path, strerror(errno));
        return -1;
    }
    if (fstat(fd, &st) || st.st_uid != geteuid())
        ax_fail(err, AX_EIO, "%s: belongs to another user", path);
    else if (faccessat(fd, "run.ini", F_OK, 0))
        ax_fail(err, AX_EIO, "%s: not a run: it has no run.ini", path);
    else
        return fd;
    close(fd);
    return -1;
}

/* mkdir -p, all but the last component, which must be new. */
static ax_code make_parents(const char *path, ax_err *err)
{
    char part[4096];
    if ((size_t)snprintf(part, sizeof part, "%s", path) >= sizeof part)
        return ax_fail(err, AX_EINVAL, "%s: name is too long", path);
    for (char *p = part + 1; *p; p++) {
        if (*p != '/')
            continue;
        *p = '\0';
        if (mkdir(part, 0700) && errno != EEXIST)
            return ax_fail(err, AX_EIO, "%s: cannot create: %s", part, strerror(errno));
        *p = '/';
    }
    return AX_OK;
}

int ax_run_create(const char *path, ax_err *err)
{
    static const char *const sub[] = { "cache", "inflight", "models", "masks" };
    if (make_parents(path, err) != AX_OK)
        return -1;
    if (mkdir(path, 0700) && errno != EEXIST) {
        ax_fail(err, AX_EIO, "%s: cannot create: %s", path, strerror(errno));
        return -1;
    }
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    struct stat st;
    if (fd < 0 || fstat(fd, &st)) {
        ax_fail(err, AX_EIO, "%s: cannot open: %s", path, strerror(errno));
    } else if (st.st_uid != geteuid()) {
        ax_fail(err, AX_EIO, "%s: belongs to another user", path);
    } else if (!faccessat(fd, "run.ini", F_OK, 0)) {
        ax_fail(err, AX_EBUSY, "%s: there is a run already; 'auxcell resume' continues it", path);
    } else {
        bool good = !fchmod(fd, 0700);
        for (size_t i = 0; i < sizeof sub / sizeof *sub && good; i++)
            good = !mkdirat(fd, sub[i], 0700) || errno == EEXIST;
        if (good && !fsync(fd))
            return fd;
        ax_fail(err, AX_EIO, "%s: cannot set up: %s", path, strerror(errno));
    }
    if (fd >= 0)
        close(fd);
    return -1;
}

static struct flock whole_file(void)
{
    return (struct flock) { .l_type = F_WRLCK, .l_whence = SEEK_SET };
}

pid_t ax_run_engine(int dirfd)
{
    int fd = openat(dirfd, "engine.pid", O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return 0;
    struct flock lock = whole_file();
    pid_t pid = 0;
    if (!fcntl(fd, F_OFD_GETLK, &lock) && lock.l_type != F_UNLCK) {
        char text[32] = "";
        ssize_t n = pread(fd, text, sizeof text - 1, 0);
        pid = n > 0 ? (pid_t)strtol(text, NULL, 10) : 0;
        if (pid <= 0)
            pid = 1; /* locked, its number not yet written: somebody is starting */
    }
    close(fd);
    return pid;
}

/* What a killed engine was just starting holds its lock until it is another program: a moment, under load some more. */
static int lock_whole(int dirfd, int fd)
{
    struct flock lock = whole_file();
    for (int tries = 0; fcntl(fd, F_OFD_SETLK, &lock); tries++) {
        int why = errno;
        pid_t holder = ax_run_engine(dirfd);
        bool gone = holder == 0 || (kill(holder, 0) && errno == ESRCH);
        if ((why != EAGAIN && why != EACCES) || !gone || tries == 100)
            return why;
        nanosleep(&(struct timespec) { .tv_nsec = 10000000 }, NULL);
    }
    return 0;
}

int ax_run_lock(int dirfd, ax_err *err)
{
    int fd = openat(dirfd, "engine.pid", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        ax_fail(err, AX_EIO, "engine.pid: cannot create: %s", strerror(errno));
        return -1;
    }
    int why = lock_whole(dirfd, fd);
    if (why) {
        if (why == EAGAIN || why == EACCES)
            ax_fail(err, AX_EBUSY, "the run is in use by the engine with process id %d", (int)ax_run_engine(dirfd));
        else
            ax_fail(err, AX_EIO, "engine.pid: cannot lock: %s", strerror(why));
        close(fd);
        return -1;
    }
    char text[32];
    int n = snprintf(text, sizeof text, "%d\n", (int)getpid());
    if (ftruncate(fd, 0) || pwrite(fd, text, (size_t)n, 0) != n) {
        ax_fail(err, AX_EIO, "engine.pid: cannot write: %s", strerror(errno));
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

/* Time of the newest sign of life of a run: its event log, else its settings. */
static bool run_time(int homefd, const char *name, struct timespec *at)
{
    char path[600];
    struct stat st;
    snprintf(path, sizeof path, "%s/run.ini", name);
    if (fstatat(homefd, path, &st, 0))
        return false;
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
        if (n == cap) {
            cap = cap ? 2 * cap : 32;
            listed *grown = realloc(list, cap * sizeof *grown);
            if (!grown) {
                code = ax_fail(err, AX_ENOMEM, "no memory for the list of runs");
                break;
            }
            list = grown;
        }
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
