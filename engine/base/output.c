#include "engine/base/output.h"

#include "engine/base/file.h"
#include "engine/base/out.h"
#include "engine/base/output_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- resolving a name ---- */

/* The descriptor of this process that a name stands for, -1 = none. Opening such a name again would start at the file's
   beginning, and a socket can't be opened by name at all. */
static int own_descriptor(const char *path)
{
    char self[32];
    snprintf(self, sizeof self, "/proc/%d/fd/", (int)getpid());
    const char *const folder[] = { "/dev/fd/", "/proc/self/fd/", "/proc/thread-self/fd/", self };
    if (!strcmp(path, "/dev/stdin"))
        return STDIN_FILENO;
    if (!strcmp(path, "/dev/stdout"))
        return STDOUT_FILENO;
    if (!strcmp(path, "/dev/stderr"))
        return STDERR_FILENO;
    for (size_t i = 0; i < sizeof folder / sizeof *folder; i++) {
        size_t n = strlen(folder[i]);
        char *end;
        if (strncmp(path, folder[i], n) || path[n] < '0' || path[n] > '9')
            continue;
        long fd = strtol(path + n, &end, 10);
        return !*end && fd <= INT_MAX ? (int)fd : -1;
    }
    return -1;
}

ax_code ax_output_target(const char *path, const char *name, char target[PATH_MAX], int *fd, ax_err *err)
{
    enum { MOST_LINKS = 40 }; /* the limit of Linux */
    char link[PATH_MAX], folder[PATH_MAX];
    if ((size_t)snprintf(target, PATH_MAX, "%s", path) >= PATH_MAX)
        return ax_fail(err, AX_EIO, "%s: cannot write: %s", name, strerror(ENAMETOOLONG));
    for (int links = 0; (*fd = own_descriptor(target)) < 0; links++) {
        ssize_t n = readlink(target, link, sizeof link - 1);
        if (n < 0)
            return AX_OK; /* not a link, or it doesn't exist yet */
        link[n] = '\0';
        snprintf(folder, sizeof folder, "%s", target);
        int used = *link == '/' ? snprintf(target, PATH_MAX, "%s", link)
                                : snprintf(target, PATH_MAX, "%s/%s", dirname(folder), link);
        if (links == MOST_LINKS || used >= PATH_MAX)
            return ax_fail(err, AX_EIO, "%s: cannot write: %s", name,
                           strerror(used >= PATH_MAX ? ENAMETOOLONG : ELOOP));
    }
    return AX_OK;
}

/* ---- writing ---- */

/* In the functions below, `name` is the file's name in messages. */

static ax_code cannot(const char *name, int why, ax_err *err)
{
    return ax_fail(err, AX_EIO, "%s: cannot write: %s", name, strerror(why));
}

static ax_code write_into(int fd, const char *name, const struct iovec *piece, size_t n, ax_err *err)
{
    ax_code code = fd < 0 ? cannot(name, errno, err) : AX_OK;
    for (size_t i = 0; i < n && code == AX_OK; i++)
        code = ax_write_all(fd, piece[i].iov_base, piece[i].iov_len, name, err);
    if (fd >= 0 && close(fd) && code == AX_OK)
        code = cannot(name, errno, err);
    return code;
}

/* Creates a temporary file beside target. Its name doesn't contain target's, which may be of the longest length. */
static int open_beside(const char *target, mode_t mode, char tmp[PATH_MAX])
{
    enum { TRIES = 100 };
    char folder[PATH_MAX];
    snprintf(folder, sizeof folder, "%s", target);
    const char *dir = dirname(folder);
    for (int i = 0; i < TRIES; i++) {
        if (snprintf(tmp, PATH_MAX, "%s/.auxcell-%d-%d.tmp", dir, (int)getpid(), i) >= PATH_MAX) {
            errno = ENAMETOOLONG;
            return -1;
        }
        int fd = open(tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
        if (fd >= 0 || errno != EEXIST)
            return fd;
    }
    return -1;
}

/* Sets the mode and owner of the replaced file. When the group can't be kept, it gets no more rights than
   everybody has. */
static int take_over(int fd, const struct stat *old)
{
    struct stat st;
    mode_t mode = old->st_mode & 0777;
    if (fstat(fd, &st))
        return -1;
    if (st.st_uid != old->st_uid && fchown(fd, old->st_uid, (gid_t)-1)) {
        /* then the file stays ours */
    }
    if (st.st_gid != old->st_gid && fchown(fd, (uid_t)-1, old->st_gid))
        mode &= ~(mode_t)070 | ((mode & 07) << 3);
    return fchmod(fd, mode);
}

/* old: the file that is replaced, NULL = none; mode: for a new file. */
static ax_code replace(const char *target, const char *name, const struct stat *old, mode_t mode,
                       const struct iovec *piece, size_t n, ax_err *err)
{
    char tmp[PATH_MAX];
    int fd = open_beside(target, old ? 0600 : mode, tmp);
    if (fd < 0)
        return cannot(name, errno, err);
    ax_code code = old && take_over(fd, old) ? cannot(name, errno, err) : AX_OK;
    if (code == AX_OK)
        code = ax_file_fill(fd, piece, n, name, err);
    else
        close(fd);
    if (code == AX_OK && rename(tmp, target))
        code = cannot(name, errno, err);
    if (code != AX_OK) {
        unlink(tmp);
        return code;
    }
    return ax_file_sync_folder(AT_FDCWD, target, err);
}

/* What a name resolves to. */
typedef struct leads {
    enum { OWN_DESCRIPTOR, NEW_FILE, OLD_FILE, STREAM } to;
    int fd; /* for OWN_DESCRIPTOR */
    char target[PATH_MAX];
    struct stat st; /* of the target, except for a NEW_FILE */
} leads;

static ax_code look(const char *path, const char *name, leads *l, ax_err *err)
{
    if (ax_output_target(path, name, l->target, &l->fd, err) != AX_OK)
        return err ? err->code : AX_EIO;
    if (l->fd >= 0) {
        l->to = OWN_DESCRIPTOR;
        return fcntl(l->fd, F_GETFL) < 0 ? cannot(name, errno, err) : AX_OK;
    }
    if (stat(l->target, &l->st)) {
        l->to = NEW_FILE;
        return errno == ENOENT ? AX_OK : cannot(name, errno, err);
    }
    mode_t mode = l->st.st_mode;
    l->to = S_ISREG(mode) ? OLD_FILE : STREAM;
    if (S_ISDIR(mode))
        return cannot(name, EISDIR, err);
    if (S_ISBLK(mode) || S_ISSOCK(mode))
        return ax_fail(err, AX_EIO, "%s: cannot write: a %s", name, S_ISBLK(mode) ? "block device" : "socket");
    return faccessat(AT_FDCWD, l->target, W_OK, AT_EACCESS) ? cannot(name, errno, err) : AX_OK;
}

ax_code ax_output_check(const char *path, ax_err *err)
{
    leads l;
    ax_code code = look(path, path, &l, err);
    if (code != AX_OK || l.to == OWN_DESCRIPTOR || l.to == STREAM)
        return code;
    return faccessat(AT_FDCWD, dirname(l.target), W_OK | X_OK, AT_EACCESS) ? cannot(path, errno, err) : AX_OK;
}

ax_code ax_output_folder(const char *path, ax_err *err)
{
    struct stat st;
    if (!mkdir(path, 0777))
        return AX_OK;
    int why = errno;
    if (why == EEXIST)
        why = stat(path, &st) ? errno : S_ISDIR(st.st_mode) ? 0 : ENOTDIR;
    return why ? ax_fail(err, AX_EIO, "%s: cannot create: %s", path, strerror(why)) : AX_OK;
}

static ax_code write_output(const char *path, const char *name, mode_t mode, const struct iovec *piece, size_t n,
                            ax_err *err)
{
    leads l;
    ax_code code = look(path, name, &l, err);
    if (code != AX_OK)
        return code;
    if (l.to == OWN_DESCRIPTOR) {
        ax_out_flush(); /* earlier output comes first */
        return write_into(fcntl(l.fd, F_DUPFD_CLOEXEC, 3), name, piece, n, err);
    }
    if (l.to == STREAM)
        return write_into(open(l.target, O_WRONLY | O_NOCTTY | O_CLOEXEC), name, piece, n, err);
    return replace(l.target, name, l.to == OLD_FILE ? &l.st : NULL, mode, piece, n, err);
}

ax_code ax_output_write_pieces(const char *path, const struct iovec *piece, size_t n, ax_err *err)
{
    return write_output(path, path, 0666, piece, n, err);
}

ax_code ax_output_write(const char *path, const void *bytes, size_t n, ax_err *err)
{
    const struct iovec piece = { .iov_base = (void *)(uintptr_t)bytes, .iov_len = n };
    return ax_output_write_pieces(path, &piece, 1, err);
}

ax_code ax_output_write_below(int dirfd, const char *name, const void *bytes, size_t n, ax_err *err)
{
    const struct iovec piece = { .iov_base = (void *)(uintptr_t)bytes, .iov_len = n };
    char path[PATH_MAX];
    if (snprintf(path, sizeof path, "/proc/self/fd/%d/%s", dirfd, name) >= (int)sizeof path)
        return cannot(name, ENAMETOOLONG, err);
    return write_output(path, name, 0600, &piece, 1, err);
}
