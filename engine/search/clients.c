#include "engine/search/clients.h"

#include "engine/base/clock.h"
#include "engine/base/msgskim.h"
#include "engine/wire/event.h"
#include "engine/wire/eventlog.h"
#include "engine/wire/message.h"
#include "engine/base/pack.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* OUT holds a block of the file plus answers; who lets it fill up with answers is dropped. */
enum { BLOCK = 32768, OUT = 2 * BLOCK, TURN = 8 * BLOCK, STALL_SECONDS = 30, BACKLOG = 128 };

static const char socket_name[] = "engine.sock";

typedef struct client {
    int fd;
    uint64_t number; /* never used twice, so that an answer can't reach another */
    ax_messages in;
    bool viewer;     /* said hello: gets events */
    bool behind;     /* the socket was full, or its turn was over */
    uint64_t offset; /* in events.mpk */
    double moved_at; /* monotonic: when it last took something */
    size_t at, len;
    uint8_t out[OUT];
} client;

struct ax_clients {
    int dirfd, fd, events;
    struct stat bound; /* the socket's file */
    uint64_t next_number;
    client *client[AX_CLIENTS_MAX]; /* the first n */
    size_t n;
};

ax_clients *ax_clients_new(int dirfd, ax_err *err)
{
    ax_clients *c = calloc(1, sizeof *c);
    if (!c) {
        ax_fail(err, AX_ENOMEM, "no memory for clients");
        return NULL;
    }
    struct sockaddr_un at = { .sun_family = AF_UNIX };
    snprintf(at.sun_path, sizeof at.sun_path, "/proc/self/fd/%d/%s", dirfd, socket_name);
    *c = (ax_clients) { .dirfd = dirfd, .next_number = 1 };
    c->events = openat(dirfd, "events.mpk", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    unlinkat(dirfd, socket_name, 0);
    mode_t mask = umask(077);
    bool bound = c->fd >= 0 && c->events >= 0 && !bind(c->fd, (struct sockaddr *)&at, sizeof at);
    int why = errno;
    umask(mask);
    if (bound && !listen(c->fd, BACKLOG) && !fstatat(dirfd, socket_name, &c->bound, AT_SYMLINK_NOFOLLOW))
        return c;
    if (bound)
        why = errno;
    ax_fail(err, AX_EIO, "engine.sock: cannot listen: %s%s", strerror(why),
            why == EPERM || why == EOPNOTSUPP ? "; its file system has no sockets, so no run can be there" : "");
    ax_clients_free(c);
    return NULL;
}

static void drop(ax_clients *c, size_t i)
{
    client *one = c->client[i];
    close(one->fd);
    ax_messages_release(&one->in);
    free(one);
    c->client[i] = c->client[--c->n];
}

static bool accept_one(ax_clients *c)
{
    int fd = accept4(c->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0)
        return false;
    struct ucred peer;
    socklen_t n = sizeof peer;
    bool good = !getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &n) && peer.uid == geteuid() && c->n < AX_CLIENTS_MAX;
    client *one = good ? calloc(1, sizeof *one) : NULL;
    if (!one) {
        close(fd);
        return true;
    }
    one->fd = fd;
    one->number = c->next_number++;
    one->moved_at = ax_clock();
    ax_messages_init(&one->in, AX_COMMAND_MAX_BYTES);
    c->client[c->n++] = one;
    return true;
}

/* Where in events.mpk the first event after seq lies; its end when there is none. */
static uint64_t find_offset(const ax_clients *c, uint64_t seq)
{
    uint8_t block[BLOCK];
    uint64_t offset = 0;
    ssize_t got;
    while ((got = pread(c->events, block, sizeof block, (off_t)offset)) > 0) {
        size_t at = 0, n;
        while ((n = ax_msg_skim(block + at, (size_t)got - at, NULL)) > 0) {
            ax_record record;
            if (!ax_record_split(block + at, n, &record) || record.seq > seq)
                return offset + at;
            at += n;
        }
        if (!at)
            break;
        offset += at;
    }
    return offset;
}

/* ["hello", seq] */
static bool read_hello(const uint8_t *bytes, size_t n, uint64_t *seq)
{
    msgpack_unpacked msg;
    msgpack_unpacked_init(&msg);
    size_t off = 0;
    char word[8];
    int64_t at;
    bool good = msgpack_unpack_next(&msg, (const char *)bytes, n, &off) == MSGPACK_UNPACK_SUCCESS &&
                msg.data.type == MSGPACK_OBJECT_ARRAY && msg.data.via.array.size == 2 &&
                ax_read_text(&msg.data.via.array.ptr[0], word, sizeof word) && !strcmp(word, "hello");
    if (good && msg.data.via.array.ptr[1].type == MSGPACK_OBJECT_POSITIVE_INTEGER)
        *seq = msg.data.via.array.ptr[1].via.u64;
    else
        good = good && ax_read_whole(&msg.data.via.array.ptr[1], &at);
    msgpack_unpacked_destroy(&msg);
    return good;
}

/* False: the client has gone or makes no sense. */
static bool read_client(ax_clients *c, client *one, void (*take)(void *, uint64_t, const ax_command *), void *context)
{
    char buf[4096];
    ssize_t r = recv(one->fd, buf, sizeof buf, MSG_DONTWAIT);
    if (r < 0)
        return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
    if (r == 0 || ax_messages_feed(&one->in, buf, (size_t)r, NULL) != AX_OK)
        return false;
    const uint8_t *bytes;
    size_t n;
    int got;
    while ((got = ax_messages_next(&one->in, &bytes, &n)) > 0) {
        ax_command cmd;
        uint64_t seq = 0;
        if (read_hello(bytes, n, &seq)) {
            one->offset = find_offset(c, seq);
            one->viewer = true;
        } else if (ax_command_unpack(bytes, n, &cmd, NULL) == AX_OK) {
            take(context, one->number, &cmd);
        } else {
            return false;
        }
    }
    return got == 0;
}

nfds_t ax_clients_poll(const ax_clients *c, struct pollfd *fds)
{
    fds[0] = (struct pollfd) { .fd = c->fd, .events = POLLIN };
    for (size_t i = 0; i < c->n; i++) {
        const client *one = c->client[i];
        short out = one->behind ? POLLOUT : 0;
        fds[i + 1] = (struct pollfd) { .fd = one->fd, .events = (short)(POLLIN | out) };
    }
    return c->n + 1;
}

void ax_clients_read(ax_clients *c, const struct pollfd *fds, nfds_t n,
                     void (*take)(void *context, uint64_t client, const ax_command *cmd), void *context)
{
    for (size_t i = c->n; i-- > 0;) /* backwards: drop moves the last one */
        if (i + 1 < n && fds[i + 1].revents & (POLLIN | POLLHUP | POLLERR) &&
            !read_client(c, c->client[i], take, context))
            drop(c, i);
    for (int i = 0; i < BACKLOG && fds[0].revents & POLLIN && accept_one(c); i++) {
    }
}

/* Takes the next whole records of the file into the empty buffer. */
static void refill(const ax_clients *c, client *one)
{
    one->at = one->len = 0;
    ssize_t got = one->viewer ? pread(c->events, one->out, BLOCK, (off_t)one->offset) : 0;
    size_t n;
    while (got > 0 && (n = ax_msg_skim(one->out + one->len, (size_t)got - one->len, NULL)) > 0)
        one->len += n;
    one->offset += one->len;
}

/* False: the client has gone, or has taken nothing for too long. */
static bool pump_one(const ax_clients *c, client *one)
{
    one->behind = false;
    for (size_t sent = 0; sent < TURN;) {
        if (one->at == one->len)
            refill(c, one);
        if (one->at == one->len)
            return true;
        ssize_t w = send(one->fd, one->out + one->at, one->len - one->at, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (w < 0 && errno == EINTR)
            continue;
        if (w < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            one->behind = true;
            return ax_clock() - one->moved_at < STALL_SECONDS;
        }
        if (w <= 0)
            return false;
        one->at += (size_t)w;
        sent += (size_t)w;
        one->moved_at = ax_clock();
    }
    one->behind = true; /* others have their turn first */
    return true;
}

void ax_clients_pump(ax_clients *c)
{
    for (size_t i = c->n; i-- > 0;)
        if (!pump_one(c, c->client[i]))
            drop(c, i);
}

void ax_clients_answer(ax_clients *c, uint64_t number, const ax_answer *a)
{
    for (size_t i = 0; i < c->n; i++) {
        client *one = c->client[i];
        if (one->number != number)
            continue;
        memmove(one->out, one->out + one->at, one->len - one->at);
        one->len -= one->at;
        one->at = 0;
        size_t n = ax_answer_pack(a, one->out + one->len, OUT - one->len);
        one->len += n;
        if (!n)
            drop(c, i);
        return;
    }
}

size_t ax_clients_count(const ax_clients *c)
{
    return c->n;
}

void ax_clients_free(ax_clients *c)
{
    if (!c)
        return;
    ax_clients_pump(c);
    while (c->n)
        drop(c, c->n - 1);
    if (c->fd >= 0) {
        struct stat now;
        close(c->fd);
        if (!fstatat(c->dirfd, socket_name, &now, AT_SYMLINK_NOFOLLOW) && now.st_ino == c->bound.st_ino)
            unlinkat(c->dirfd, socket_name, 0); /* another engine's stays */
    }
    if (c->events >= 0)
        close(c->events);
    free(c);
}
