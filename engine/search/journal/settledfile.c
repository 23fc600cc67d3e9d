#include "engine/search/journal/settledfile.h"

#include "engine/base/crc32c.h"
#include "engine/base/file.h"
#include "engine/wire/message.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char name[] = AX_SETTLEDFILE_NAME;
enum { BLOCK = 1 << 16, ENTRY_MAX = 1 << 14 };

void ax_settledfile_init(ax_settledfile *f, int dirfd)
{
    *f = (ax_settledfile) { .dirfd = dirfd, .fd = -1 };
}

void ax_settledfile_release(ax_settledfile *f)
{
    if (f->fd >= 0)
        close(f->fd);
    f->fd = -1;
}

/* ---- writing ---- */

void ax_settledfile_renew(ax_settledfile *f, const char *why)
{
    ax_settledfile_release(f);
    f->bytes = 0;
    f->crc = 0;
    snprintf(f->bad, sizeof f->bad, "%s", why);
}

static ax_code open_for_writing(ax_settledfile *f, ax_err *err)
{
    struct stat st;
    if (f->bad[0] && renameat(f->dirfd, name, f->dirfd, AX_SETTLEDFILE_ASIDE) && errno != ENOENT)
        return ax_fail(err, AX_EIO, "%s: cannot rename to %s: %s", name, AX_SETTLEDFILE_ASIDE, strerror(errno));
    f->bad[0] = '\0';
    f->fd = openat(f->dirfd, name, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
    if (f->fd < 0 || fstat(f->fd, &st))
        return ax_fail(err, AX_EIO, "%s: cannot open: %s", name, strerror(errno));
    if (ax_file_check(f->fd, name, err) != AX_OK)
        return AX_EIO;
    if (fsync(f->dirfd))
        return ax_fail(err, AX_EIO, "%s: cannot sync its directory: %s", name, strerror(errno));
    if ((uint64_t)st.st_size > f->bytes && ftruncate(f->fd, (off_t)f->bytes))
        return ax_fail(err, AX_EIO, "%s: cannot cut at byte %llu: %s", name, (unsigned long long)f->bytes,
                       strerror(errno));
    return AX_OK;
}

ax_code ax_settledfile_append(ax_settledfile *f, const void *maps, size_t n, ax_err *err)
{
    if (f->broken)
        return ax_fail(err, AX_EIO, "%s: an earlier write failed", name);
    ax_code code = f->fd < 0 ? open_for_writing(f, err) : AX_OK;
    if (code == AX_OK)
        code = ax_write_at(f->fd, maps, n, f->bytes, name, err);
    if (code == AX_OK && fdatasync(f->fd))
        code = ax_fail(err, AX_EIO, "%s: cannot sync: %s", name, strerror(errno));
    if (code != AX_OK) {
        f->broken = true;
        return code;
    }
    f->bytes += n;
    f->crc = ax_crc32c(f->crc, maps, n);
    return AX_OK;
}

/* ---- reading ---- */

static ax_code damaged(const char *how, ax_err *err)
{
    return ax_fail(err, AX_EFORMAT, "%s: damaged: %s", name, how);
}

/* Takes all whole maps from the buffer. */
static ax_code take(ax_messages *m, bool (*candidate)(void *context, const msgpack_object *o), void *context,
                    ax_err *err)
{
    const uint8_t *bytes;
    size_t n;
    int got;
    ax_code code = AX_OK;
    msgpack_unpacked msg;
    msgpack_unpacked_init(&msg);
    while (code == AX_OK && (got = ax_messages_next(m, &bytes, &n)) != 0) {
        size_t off = 0;
        if (got < 0 || msgpack_unpack_next(&msg, (const char *)bytes, n, &off) != MSGPACK_UNPACK_SUCCESS ||
            !candidate(context, &msg.data))
            code = damaged("a candidate isn't what it should be", err);
    }
    msgpack_unpacked_destroy(&msg);
    return code;
}

static ax_code read_from(int fd, uint64_t bytes, uint32_t crc, ax_messages *m,
                         bool (*candidate)(void *context, const msgpack_object *o), void *context, ax_err *err)
{
    uint8_t *buf = malloc(BLOCK);
    ax_code code = buf ? AX_OK : ax_fail(err, AX_ENOMEM, "%s: no memory", name);
    uint32_t sum = 0;
    while (code == AX_OK && bytes) {
        ssize_t n = read(fd, buf, bytes < BLOCK ? (size_t)bytes : BLOCK);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EIO)
            code = damaged("the disk can't read it", err);
        else if (n < 0)
            code = ax_fail(err, AX_EIO, "%s: cannot read: %s", name, strerror(errno));
        else if (n == 0)
            code = damaged("it is shorter than the snapshot says", err);
        if (n <= 0)
            break;
        bytes -= (uint64_t)n;
        sum = ax_crc32c(sum, buf, (size_t)n);
        code = ax_messages_feed(m, buf, (size_t)n, err);
        if (code == AX_OK)
            code = take(m, candidate, context, err);
    }
    free(buf);
    if (code == AX_OK && (sum != crc || m->at != m->len))
        code = damaged("the checksum doesn't match the snapshot's", err);
    return code;
}

ax_code ax_settledfile_read(ax_settledfile *f, uint64_t bytes, uint32_t crc,
                            bool (*candidate)(void *context, const msgpack_object *o), void *context, ax_err *err)
{
    ax_code code = AX_OK;
    if (bytes) {
        int fd = openat(f->dirfd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
        if (fd < 0)
            return errno == ENOENT ? damaged("it is missing", err)
                                   : ax_fail(err, AX_EIO, "%s: cannot open: %s", name, strerror(errno));
        ax_messages m;
        ax_messages_init(&m, ENTRY_MAX);
        code = read_from(fd, bytes, crc, &m, candidate, context, err);
        ax_messages_release(&m);
        close(fd);
    }
    if (code == AX_OK) {
        f->bytes = bytes;
        f->crc = bytes ? crc : 0;
    }
    return code;
}
