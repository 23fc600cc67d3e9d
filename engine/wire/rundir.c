/* The run directory itself: its name, whose it is, and the folders in it. */
#include "engine/wire/run.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH = 4096 };

const char *const ax_run_folder[AX_RUN_FOLDERS] = { "cache", "inflight", "models", "masks" };

ax_code ax_run_absolute(const char *path, char *out, size_t cap, ax_err *err)
{
    char copy[PATH];
    size_t n = strlen(path);
    if (!n || n >= sizeof copy)
        return ax_fail(err, AX_EINVAL, "'%.100s': a run's path has 1 to %d bytes", path, PATH - 1);
    memcpy(copy, path, n + 1);
    while (n > 1 && copy[n - 1] == '/')
        copy[--n] = '\0';
    char *slash = strrchr(copy, '/'), *last = slash ? slash + 1 : copy;
    bool named = last[0] && strcmp(last, ".") != 0 && strcmp(last, "..") != 0;
    const char *above = !named ? copy : !slash ? "." : slash == copy ? "/" : copy;
    if (named && slash)
        *slash = '\0';
    char *full = realpath(above, NULL);
    if (!full)
        return ax_fail(err, AX_EIO, "%s: %s", path, strerror(errno));
    int used = snprintf(out, cap, "%s%s%s", full, named && strcmp(full, "/") != 0 ? "/" : "", named ? last : "");
    free(full);
    return used > 0 && (size_t)used < cap ? AX_OK : ax_fail(err, AX_EINVAL, "%s: name is too long", path);
}

/* Whose it is decides what may be believed of it: whoever can write into it can have the engine do anything. */
static ax_code check_private(const struct stat *st, const char *path, const char *in, ax_err *err)
{
    if (st->st_uid != geteuid())
        return ax_fail(err, AX_EIO,
                       "%s%s: belongs to user %u, and you are user %u; a run must be your own, on a file system that "
                       "says so (not vfat, nor NFS as a squashed root)",
                       path, in, (unsigned)st->st_uid, (unsigned)geteuid());
    if (st->st_mode & (S_IWGRP | S_IWOTH))
        return ax_fail(err, AX_EIO, "%s%s: others may write to it (mode %04o); 'chmod -R go-w %s' takes that away",
                       path, in, (unsigned)st->st_mode & 07777, path);
    return AX_OK;
}

/* Why a directory can't be opened, as far as a link is the reason. */
static ax_code cannot_open(const char *path, int why, ax_err *err)
{
    char target[1024];
    ssize_t n = readlink(path, target, sizeof target - 1);
    if (n < 0)
        return ax_fail(err, AX_EIO, "%s: no such run: %s", path, strerror(why));
    target[n] = '\0';
    return ax_fail(err, AX_EIO, "%s: no such run: a link to %.200s: %s", path, target, strerror(why));
}

int ax_run_open(const char *path, ax_err *err)
{
    struct stat st, settings;
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        cannot_open(path, errno, err);
        return -1;
    }
    ax_code code;
    if (fstat(fd, &st) || fstatat(fd, "run.ini", &settings, 0))
        code = ax_fail(err, AX_EIO, "%s: not a run: it has no run.ini", path);
    else
        code = check_private(&st, path, "", err);
    if (code == AX_OK && (st.st_mode & (S_IXGRP | S_IXOTH))) /* others get as far as its files */
        code = check_private(&settings, path, "/run.ini", err);
    if (code == AX_OK)
        return fd;
    close(fd);
    return -1;
}

/* mkdir -p, all but the last component, which must be new. */
static ax_code make_parents(const char *path, ax_err *err)
{
    char part[PATH];
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

ax_code ax_run_make_folders(int dirfd, unsigned *made, ax_err *err)
{
    *made = 0;
    for (int i = 0; i < AX_RUN_FOLDERS; i++) {
        struct stat st;
        if (!mkdirat(dirfd, ax_run_folder[i], 0700))
            *made |= 1u << i;
        else if (errno != EEXIST)
            return ax_fail(err, AX_EIO, "%s: cannot create: %s", ax_run_folder[i], strerror(errno));
        else if (fstatat(dirfd, ax_run_folder[i], &st, 0))
            return ax_fail(err, AX_EIO, "%s: a link, and its target: %s", ax_run_folder[i], strerror(errno));
        else if (!S_ISDIR(st.st_mode))
            return ax_fail(err, AX_EIO, "%s: is there, but not a directory", ax_run_folder[i]);
    }
    return AX_OK;
}

/* What is to become a run, or why it can't. */
static ax_code set_up(int fd, const char *path, ax_err *err)
{
    unsigned made;
    struct stat st;
    if (fstat(fd, &st))
        return ax_fail(err, AX_EIO, "%s: cannot open: %s", path, strerror(errno));
    ax_code code = check_private(&st, path, "", err);
    if (code == AX_OK && !faccessat(fd, "run.ini", F_OK, 0))
        return ax_fail(err, AX_EBUSY, "%s: there is a run already; 'auxcell resume' continues it", path);
    if (code == AX_OK && (code = ax_run_make_folders(fd, &made, err)) != AX_OK)
        ax_fail_prefix(err, path);
    if (code == AX_OK && fsync(fd))
        code = ax_fail(err, AX_EIO, "%s: cannot set up: %s", path, strerror(errno));
    return code;
}

int ax_run_create(const char *path, ax_err *err)
{
    if (make_parents(path, err) != AX_OK)
        return -1;
    bool ours = !mkdir(path, 0700);
    if (!ours && errno != EEXIST) {
        ax_fail(err, AX_EIO, "%s: cannot create: %s", path, strerror(errno));
        return -1;
    }
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        ax_fail(err, AX_EIO, "%s: cannot open: %s", path, strerror(errno));
    else if (set_up(fd, path, err) == AX_OK)
        return fd;
    if (fd >= 0)
        close(fd);
    if (ours)
        rmdir(path); /* stays when something is in it */
    return -1;
}
