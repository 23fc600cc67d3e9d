#include "engine/wire/client.h"

#include "engine/base/clock.h"
#include "engine/wire/eventlog.h"
#include "engine/wire/message.h"
#include "engine/base/pack.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

struct ax_client {
    int fd;
    ax_messages messages;
    uint64_t next_request;
    bool garbled; /* the engine sent something invalid: nothing more is read */
};

static ax_code send_all(ax_client *c, const uint8_t *bytes, size_t n, ax_err *err)
{
    while (n) {
        ssize_t w = send(c->fd, bytes, n, MSG_NOSIGNAL);
        if (w < 0 && errno == EINTR)
            continue;
        if (w <= 0)
            return ax_fail(err, AX_EIO, "the engine doesn't take commands: %s", strerror(errno));
        bytes += w;
        n -= (size_t)w;
    }
    return AX_OK;
}

ax_code ax_client_hello(ax_client *c, uint64_t seq, ax_err *err)
{
    uint8_t buf[32];
    ax_fixed out = { .buf = buf, .cap = sizeof buf };
    msgpack_packer pk;
    msgpack_packer_init(&pk, &out, ax_fixed_write);
    msgpack_pack_array(&pk, 2);
    ax_pack_text(&pk, "hello");
    msgpack_pack_uint64(&pk, seq);
    return send_all(c, buf, out.len, err);
}

ax_client *ax_client_open(int dirfd, ax_err *err)
{
    struct sockaddr_un at = { .sun_family = AF_UNIX };
    snprintf(at.sun_path, sizeof at.sun_path, "/proc/self/fd/%d/engine.sock", dirfd);
    ax_client *c = ax_new(sizeof *c, "a connection", err);
    if (!c)
        return NULL;
    ax_messages_init(&c->messages, AX_EVENT_MAX_BYTES + 32);
    c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&at, sizeof at)) {
        ax_fail(err, AX_EIO, "no engine listens: %s", strerror(errno));
        ax_client_free(c);
        return NULL;
    }
    /* Request ids must differ between clients: the engine remembers them, so that no command runs twice. */
    if (getrandom(&c->next_request, sizeof c->next_request, 0) != sizeof c->next_request)
        c->next_request = (uint64_t)getpid() << 32;
    c->next_request &= INT64_MAX >> 1;
    return c;
}

ax_client *ax_client_connect(int dirfd, uint64_t seq, ax_err *err)
{
    ax_client *c = ax_client_open(dirfd, err);
    if (!c || ax_client_hello(c, seq, err) == AX_OK)
        return c;
    ax_client_free(c);
    return NULL;
}

void ax_client_free(ax_client *c)
{
    if (!c)
        return;
    if (c->fd >= 0)
        close(c->fd);
    ax_messages_release(&c->messages);
    free(c);
}

int ax_client_fd(const ax_client *c)
{
    return c->fd;
}

uint64_t ax_client_request(ax_client *c)
{
    return c->next_request++;
}

ax_code ax_client_pump(ax_client *c, ax_err *err)
{
    char buf[16384];
    if (c->garbled)
        return ax_fail(err, AX_EFORMAT, "the engine sent an invalid message");
    for (int i = 0; i < 16; i++) { /* a few at a time, so that a screen can draw in between */
        ssize_t n = recv(c->fd, buf, sizeof buf, MSG_DONTWAIT);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            return AX_OK;
        if (n <= 0)
            return ax_fail(err, AX_EIO, "the engine has gone%s%s", n ? ": " : "", n ? strerror(errno) : "");
        if (ax_messages_feed(&c->messages, buf, (size_t)n, err) != AX_OK)
            return AX_ENOMEM;
    }
    return AX_OK;
}

ax_incoming ax_client_next(ax_client *c, ax_event *ev, ax_answer *answer)
{
    const uint8_t *bytes;
    size_t n;
    ax_record record;
    while (!c->garbled) {
        int got = ax_messages_next(&c->messages, &bytes, &n);
        if (got == 0)
            return AX_NOTHING;
        if (got < 0)
            c->garbled = true;
        else if (ax_record_split(bytes, n, &record)) {
            bool known;
            if (ax_event_unpack(record.payload, record.n, ev, &known, NULL) == AX_OK && known) {
                ev->seq = record.seq;
                return AX_AN_EVENT;
            }
        } else if (ax_answer_unpack(bytes, n, answer, NULL) == AX_OK) {
            return AX_AN_ANSWER;
        }
    }
    return AX_NOTHING;
}

ax_code ax_client_send(ax_client *c, const ax_command *cmd, ax_err *err)
{
    uint8_t buf[AX_COMMAND_MAX_BYTES];
    size_t n = ax_command_pack(cmd, buf, sizeof buf);
    return n ? send_all(c, buf, n, err) : ax_fail(err, AX_EINVAL, "the command is too long");
}

ax_code ax_client_call(ax_client *c, const ax_command *cmd, int timeout, ax_answer *answer, ax_err *err)
{
    ax_event ev;
    double end = ax_clock() + 1e-3 * timeout;
    ax_code code = ax_client_send(c, cmd, err);
    for (bool late = false;;) {
        ax_incoming got;
        while ((got = ax_client_next(c, &ev, answer)) != AX_NOTHING) {
            if (got == AX_AN_ANSWER && answer->request == cmd->request)
                return AX_OK;
            if (got == AX_AN_ANSWER && !answer->request && answer->code != AX_OK) /* refers to the connection itself */
                return ax_fail(err, answer->code, "%s", answer->message);
        }
        if (code != AX_OK) /* checked last: a stopping engine answers and closes at once */
            return code;
        double left = 1e3 * (end - ax_clock());
        struct pollfd p = { .fd = c->fd, .events = POLLIN };
        int ready = late ? 0 : poll(&p, 1, left > 0 ? (int)left : 0);
        late = left <= 0; /* this process may have been stopped meanwhile: what has come by then counts */
        if (ready == 0)
            return ax_fail(err, AX_EIO, "the engine doesn't answer");
        if (ready > 0)
            code = ax_client_pump(c, err);
    }
}
