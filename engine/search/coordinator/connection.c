#include "engine/search/coordinator/connection.h"

#include "engine/base/pack.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Bytes sent per turn, so that other clients get theirs. */
enum { TURN = 8 * AX_CONNECTION_BLOCK };

ax_connection *ax_connection_new(int fd, uint64_t number, double now)
{
    ax_connection *one = malloc(sizeof *one);
    if (!one) {
        close(fd);
        return NULL;
    }
    memset(one, 0, offsetof(ax_connection, out));
    one->fd = fd;
    one->number = number;
    one->heard_at = one->moved_at = now;
    ax_messages_init(&one->in, AX_COMMAND_MAX_BYTES);
    return one;
}

void ax_connection_free(ax_connection *one)
{
    close(one->fd);
    ax_messages_release(&one->in);
    free(one);
}

bool ax_connection_has_room(const ax_connection *one)
{
    return one->len - one->at <= AX_CONNECTION_BLOCK;
}

short ax_connection_events(const ax_connection *one)
{
    bool listens = !one->ended && ax_connection_has_room(one);
    return (short)((listens ? POLLIN : 0) | (one->behind ? POLLOUT : 0));
}

/* ["hello", seq] */
static bool read_hello(const msgpack_object *o, void *seq)
{
    char word[8];
    int64_t at;
    if (o->type != MSGPACK_OBJECT_ARRAY || o->via.array.size != 2 ||
        !ax_read_text(&o->via.array.ptr[0], word, sizeof word) || strcmp(word, "hello") != 0)
        return false;
    if (o->via.array.ptr[1].type != MSGPACK_OBJECT_POSITIVE_INTEGER)
        return ax_read_whole(&o->via.array.ptr[1], &at);
    *(uint64_t *)seq = o->via.array.ptr[1].via.u64;
    return true;
}

static void take_message(ax_connection *one, const uint8_t *bytes, size_t n, const ax_connection_user *user, double now)
{
    ax_command cmd;
    uint64_t seq = 0;
    if (ax_command_unpack(bytes, n, &cmd, NULL) == AX_OK)
        user->command(user->context, one, &cmd);
    else if (!one->viewer && ax_unpack_by(read_hello, bytes, n, &seq))
        user->hello(user->context, one, seq);
    else
        one->dead = true;
    one->spoke = true;
    one->heard_at = now;
}

/* False: nothing more can be read now. */
static bool receive(ax_connection *one)
{
    char buf[4096];
    ssize_t r = recv(one->fd, buf, sizeof buf, MSG_DONTWAIT);
    if (r < 0 && errno == EINTR)
        return true;
    if (r == 0)
        one->ended = true;
    else if (r < 0 ? errno != EAGAIN && errno != EWOULDBLOCK
                   : ax_messages_feed(&one->in, buf, (size_t)r, NULL) != AX_OK)
        one->dead = true;
    return r > 0 && !one->dead;
}

void ax_connection_read(ax_connection *one, const ax_connection_user *user, double now)
{
    const uint8_t *bytes;
    size_t n;
    one->more = !ax_connection_has_room(one);
    for (int taken = 0; !one->dead && !one->ended && !one->more; one->more = taken == AX_CONNECTION_COMMANDS) {
        int got = ax_messages_next(&one->in, &bytes, &n);
        if (got < 0)
            one->dead = true;
        else if (got > 0) {
            take_message(one, bytes, n, user, now);
            taken++;
        } else if (!receive(one))
            return;
    }
}

void ax_connection_answer(ax_connection *one, const ax_answer *a)
{
    if (one->at) {
        memmove(one->out, one->out + one->at, one->len - one->at);
        one->len -= one->at;
        one->at = 0;
    }
    size_t n = ax_answer_pack(a, one->out + one->len, sizeof one->out - one->len);
    one->len += n;
    one->dead = one->dead || !n;
}

/* Loads the next whole records of the file into the empty buffer. */
static void refill(ax_connection *one, int events)
{
    one->at = one->len = 0;
    bool wants = one->viewer && !one->ended;
    for (bool more = wants; more && !one->len;) {
        uint64_t from = one->next.offset;
        ssize_t got = pread(events, one->out, AX_CONNECTION_BLOCK, (off_t)from);
        one->len = ax_records_take(one->out, got > 0 ? (size_t)got : 0, UINT64_MAX, &one->next);
        more = one->next.offset > from; /* damage was skipped */
    }
}

void ax_connection_pump(ax_connection *one, int events, double now)
{
    one->behind = false;
    for (size_t sent = 0; sent < TURN && !one->dead;) {
        if (one->at == one->len)
            refill(one, events);
        if (one->at == one->len) {
            one->dead = one->ended;
            return;
        }
        ssize_t w = send(one->fd, one->out + one->at, one->len - one->at, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (w < 0 && errno == EINTR)
            continue;
        if (w < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            one->behind = true;
            return;
        }
        one->dead = w <= 0;
        one->at += w > 0 ? (size_t)w : 0;
        sent += w > 0 ? (size_t)w : 0;
        one->moved_at = now;
    }
    one->behind = true; /* other clients have their turn first */
}
