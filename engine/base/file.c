#include "engine/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* at: file offset; NULL = the descriptor's position. */
static ax_code write_bytes(int fd, const void *bytes, size_t n, const uint64_t *at, const char *name, ax_err *err)
{
    const char *p = bytes;
    for (size_t done = 0; done < n;) {
        ssize_t w = at ? pwrite(fd, p + done, n - done, (off_t)(*at + done)) : write(fd, p + done, n - done);
        if (w < 0 && errno == EINTR)
            continue;
        if (w <= 0)
            return ax_fail(err, AX_EIO, "%s: cannot write: %s", name, strerror(w ? errno : ENOSPC));
        done += (size_t)w;
    }
    return AX_OK;
}

ax_code ax_write_all(int fd, const void *bytes, size_t n, const char *name, ax_err *err)
{
    return write_bytes(fd, bytes, n, NULL, name, err);
}

ax_code ax_write_at(int fd, const void *bytes, size_t n, uint64_t offset, const char *name, ax_err *err)
{
    return write_bytes(fd, bytes, n, &offset, name, err);
}

ax_code ax_file_fill(int fd, const struct iovec *piece, size_t n, const char *name, ax_err *err)
{
    ax_code code = AX_OK;
    for (size_t i = 0; i < n && code == AX_OK; i++)
        code = ax_write_all(fd, piece[i].iov_base, piece[i].iov_len, name, err);
    if (code == AX_OK && fsync(fd))
        code = ax_fail(err, AX_EIO, "%s: cannot sync: %s", name, strerror(errno));
    if (close(fd) && code == AX_OK)
        code = ax_fail(err, AX_EIO, "%s: cannot close: %s", name, strerror(errno));
    return code;
}

ax_code ax_file_sync_folder(int dirfd, const char *name, ax_err *err)
{
    char path[4096];
    snprintf(path, sizeof path, "%s", name);
    int fd = openat(dirfd, dirname(path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fsync(fd)) {
        int why = errno;
        if (fd >= 0)
            close(fd);
        return ax_fail(err, AX_EIO, "%s: cannot sync its directory: %s", name, strerror(why));
    }
    close(fd);
    return AX_OK;
}

ax_code ax_file_replace(int dirfd, const char *name, const void *bytes, size_t n, ax_err *err)
{
    const struct iovec piece = { .iov_base = (void *)(uintptr_t)bytes, .iov_len = n };
    return ax_file_replace_pieces(dirfd, name, &piece, 1, err);
}

/* Whatever has the name is removed first: a half-written file of a killed process, or something that a write would hang
   on (a pipe) or change (a link to another file). */
int ax_file_make(int dirfd, const char *name)
{
    const int flags = O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW;
    int fd = openat(dirfd, name, flags, 0600);
    if (fd < 0 && errno == EEXIST && !unlinkat(dirfd, name, 0))
        fd = openat(dirfd, name, flags, 0600);
    return fd;
}

ax_code ax_file_replace_pieces(int dirfd, const char *name, const struct iovec *piece, size_t n, ax_err *err)
{
    char tmp[4096];
    if ((size_t)snprintf(tmp, sizeof tmp, "%s.tmp", name) >= sizeof tmp)
        return ax_fail(err, AX_EINVAL, "%s: name is too long", name);
    int fd = ax_file_make(dirfd, tmp);
    if (fd < 0)
        return ax_fail(err, AX_EIO, "%s: cannot create: %s", name, strerror(errno));
    ax_code code = ax_file_fill(fd, piece, n, name, err);
    if (code == AX_OK && renameat(dirfd, tmp, dirfd, name))
        code = ax_fail(err, AX_EIO, "%s: cannot rename into place: %s", name, strerror(errno));
    if (code != AX_OK) {
        unlinkat(dirfd, tmp, 0);
        return code;
    }
    return ax_file_sync_folder(dirfd, name, err);
}

static const char *kind_of(mode_t mode)
{
    return S_ISDIR(mode)                    ? "a directory"
           : S_ISFIFO(mode)                 ? "a pipe"
           : S_ISSOCK(mode)                 ? "a socket"
           : S_ISCHR(mode) || S_ISBLK(mode) ? "a device"
                                            : "special";
}

static ax_code check_kind(const struct stat *st, const char *name, ax_err *err)
{
    return S_ISREG(st->st_mode) ? AX_OK
                                : ax_fail(err, AX_EIO, "%s: %s, not a regular file", name, kind_of(st->st_mode));
}

ax_code ax_file_check(int fd, const char *name, ax_err *err)
{
    struct stat st;
    return fstat(fd, &st) ? ax_fail(err, AX_EIO, "%s: cannot open: %s", name, strerror(errno))
                          : check_kind(&st, name, err);
}

int ax_file_open(int dirfd, const char *name, size_t *size, ax_err *err)
{
    struct stat st;
    if (!*name) {
        ax_fail(err, AX_EIO, "a file without a name");
        return -1;
    }
    /* O_NONBLOCK: opening a pipe without a writer would never return; a socket fails with ENXIO */
    int fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK), why = errno;
    if (fd >= 0 ? fstat(fd, &st) : why != ENXIO || fstatat(dirfd, name, &st, 0)) {
        ax_fail(err, AX_EIO, "%s: cannot open: %s", name, strerror(fd < 0 ? why : errno));
    } else if (check_kind(&st, name, err) == AX_OK) {
        *size = (size_t)st.st_size;
        if (fd < 0)
            ax_fail(err, AX_EIO, "%s: cannot open: %s", name, strerror(why));
        return fd;
    }
    if (fd >= 0)
        close(fd);
    return -1;
}

ax_code ax_file_read(int dirfd, const char *name, size_t max, char **bytes, size_t *n, ax_err *err)
{
    size_t size, got = 0;
    int fd = ax_file_open(dirfd, name, &size, err);
    if (fd < 0)
        return AX_EIO;
    ax_code code = AX_OK;
    char *buf = NULL;
    if (size > max)
        code = ax_fail(err, AX_EFORMAT, "%s: %zu bytes, more than the %zu allowed", name, size, max);
    else if (!(buf = malloc(size + 1)))
        code = ax_fail(err, AX_ENOMEM, "%s: no memory for %zu bytes", name, size);
    while (code == AX_OK && got < size) {
        ssize_t r = read(fd, buf + got, size - got);
        if (r < 0 && errno == EINTR)
            continue;
        if (r < 0)
            code = ax_fail(err, AX_EIO, "%s: cannot read: %s", name, strerror(errno));
        if (r <= 0)
            break;
        got += (size_t)r;
    }
    close(fd);
    if (code != AX_OK) {
        free(buf);
        return code;
    }
    buf[got] = '\0';
    *bytes = buf;
    *n = got;
    return AX_OK;
}
