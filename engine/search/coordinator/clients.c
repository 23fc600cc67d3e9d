#include "engine/search/coordinator/clients.h"

#include "engine/search/coordinator/connection.h"
#include "engine/search/coordinator/listener.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* MUTE_SECONDS: limit for a client that has never sent anything; IDLE_SECONDS: for one that is silent since, when its
   place is needed. OTHER_FILES: descriptors that the engine needs for other purposes, including briefly opened ones. */
enum { STALL_SECONDS = 30, MUTE_SECONDS = 10, IDLE_SECONDS = 10, RETRY_SECONDS = 1, OTHER_FILES = 40 };

struct ax_clients {
    int events;
    ax_listener listener;
    uint64_t next_number;
    double now;
    ax_connection *client[AX_CLIENTS_MAX]; /* the first n are used */
    size_t n, most;
    double accept_at;   /* monotonic: earliest next accept, after the system lacked a descriptor or memory */
    ax_log_place known; /* a known place in events.mpk */
    void (*take)(void *context, uint64_t client, const ax_command *cmd);
    void *context;
};

static size_t most_clients(void)
{
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) || files.rlim_cur >= OTHER_FILES + AX_CLIENTS_MAX)
        return AX_CLIENTS_MAX;
    return files.rlim_cur < OTHER_FILES + 4 ? 4 : (size_t)files.rlim_cur - OTHER_FILES;
}

ax_clients *ax_clients_new(int dirfd, ax_err *err)
{
    ax_clients *c = ax_new(sizeof *c, "clients", err);
    if (!c)
        return NULL;
    *c = (ax_clients) { .listener = { .dirfd = dirfd, .fd = -1, .watch = -1 },
                        .next_number = 1,
                        .most = most_clients() };
    c->events = openat(dirfd, "events.mpk", O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (c->events < 0)
        ax_fail(err, AX_EIO, "events.mpk: cannot open: %s", strerror(errno));
    else if (ax_listener_open(&c->listener, err) == AX_OK)
        return c;
    ax_clients_free(c);
    return NULL;
}

bool ax_clients_unreachable(const ax_clients *c)
{
    return !ax_listener_has_name(&c->listener);
}

ax_code ax_clients_restore(ax_clients *c, ax_err *err)
{
    return ax_listener_open(&c->listener, err);
}

void ax_clients_set_time(ax_clients *c, double now)
{
    c->now = now;
}

/* ---- messages of clients ---- */

/* Offset in events.mpk of the first event after seq; its end when there is none. */
static ax_log_place find_place(ax_clients *c, uint64_t seq)
{
    uint8_t block[AX_CONNECTION_BLOCK];
    ax_log_place place = seq >= c->known.seq ? c->known : (ax_log_place) { .offset = 0 };
    for (bool more = true; more && place.seq < seq;) {
        uint64_t from = place.offset;
        ssize_t got = pread(c->events, block, sizeof block, (off_t)from);
        ax_records_take(block, got > 0 ? (size_t)got : 0, seq, &place);
        more = place.offset > from;
    }
    if (place.seq >= c->known.seq)
        c->known = place;
    return place;
}

/* Screens and logs stay connected, so some places are reserved for commands. */
static bool may_watch(const ax_clients *c, ax_answer *refusal)
{
    size_t watching = 0, kept = c->most < 8 ? c->most / 2 : 4;
    for (size_t i = 0; i < c->n; i++)
        watching += c->client[i]->watches;
    if (watching <= c->most - kept)
        return true;
    refusal->code = AX_EBUSY;
    snprintf(refusal->message, sizeof refusal->message, "%zu screens show this run already; its engine serves no more",
             c->most - kept);
    return false;
}

static void on_hello(void *context, ax_connection *one, uint64_t seq)
{
    ax_clients *c = context;
    ax_answer refusal = { .request = 0 };
    one->next = find_place(c, seq);
    one->watches = seq <= c->known.seq; /* the client of a command names an event that doesn't exist yet */
    one->viewer = !one->watches || may_watch(c, &refusal);
    if (one->viewer)
        return;
    ax_connection_answer(one, &refusal);
    one->ended = true;
}

static void on_command(void *context, ax_connection *one, const ax_command *cmd)
{
    ax_clients *c = context;
    c->take(c->context, one->number, cmd);
}

static void read_one(ax_clients *c, ax_connection *one)
{
    const ax_connection_user user = { c, on_command, on_hello };
    ax_connection_read(one, &user, c->now);
}

/* ---- connections ---- */

static void drop(ax_clients *c, size_t i)
{
    ax_connection_free(c->client[i]);
    c->client[i] = c->client[--c->n];
}

/* Monotonic time from which the client may be disconnected in favour of another; at once if it has never sent
   anything. */
static double idle_deadline(const ax_connection *one)
{
    if (!one->spoke)
        return 0;
    return one->watches || one->more ? INFINITY : fmax(one->heard_at, one->moved_at) + IDLE_SECONDS;
}

/* The client that has been silent longest, c->n: none may be disconnected yet. */
static size_t most_silent(const ax_clients *c)
{
    size_t longest = c->n;
    for (size_t i = 0; i < c->n; i++) {
        const ax_connection *one = c->client[i], *other = longest < c->n ? c->client[longest] : NULL;
        if (idle_deadline(one) > c->now)
            continue;
        if (!other || one->spoke < other->spoke || (one->spoke == other->spoke && one->heard_at < other->heard_at))
            longest = i;
    }
    return longest;
}

/* Disconnects the client that has been silent longest; false: none may be disconnected yet. What a client has sent
   since the last look at its socket is read first: it isn't silent then. */
static bool make_room(ax_clients *c)
{
    for (size_t i; (i = most_silent(c)) < c->n;) {
        read_one(c, c->client[i]);
        if (idle_deadline(c->client[i]) > c->now)
            continue;
        drop(c, i);
        return true;
    }
    return false;
}

static bool someone_waits(const ax_clients *c)
{
    struct pollfd p = { .fd = c->listener.fd, .events = POLLIN };
    return poll(&p, 1, 0) > 0;
}

static double room_at(const ax_clients *c)
{
    double first = c->n < c->most ? 0 : INFINITY;
    for (size_t i = 0; i < c->n; i++)
        first = fmin(first, idle_deadline(c->client[i]));
    return first;
}

/* False: no further connection waits, or none can be accepted now. */
static bool accept_one(ax_clients *c)
{
    if (room_at(c) > c->now || (c->n == c->most && !(someone_waits(c) && make_room(c))))
        return false;
    int fd = accept4(c->listener.fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0 && (errno == EINTR || errno == ECONNABORTED))
        return true;
    if (fd < 0 && (errno == EMFILE || errno == ENFILE) && make_room(c))
        return true;
    if (fd < 0) {
        bool none = errno == EAGAIN || errno == EWOULDBLOCK;
        c->accept_at = none ? c->accept_at : c->now + RETRY_SECONDS; /* the socket stays ready: avoid spinning */
        return false;
    }
    struct ucred peer;
    socklen_t n = sizeof peer;
    bool ours = !getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &n) && peer.uid == geteuid();
    ax_connection *one = ours ? ax_connection_new(fd, c->next_number++, c->now) : NULL;
    if (!ours)
        close(fd);
    if (!one)
        return true;
    c->client[c->n++] = one;
    read_one(c, one); /* reads what it sent with the connection, so it doesn't count as mute */
    return true;
}

nfds_t ax_clients_poll(const ax_clients *c, struct pollfd *fds)
{
    bool accepts = c->now >= c->accept_at && c->now >= room_at(c);
    fds[0] = (struct pollfd) { .fd = accepts ? c->listener.fd : -1, .events = POLLIN };
    for (size_t i = 0; i < c->n; i++)
        fds[i + 1] = (struct pollfd) { .fd = c->client[i]->fd, .events = ax_connection_events(c->client[i]) };
    fds[c->n + 1] = (struct pollfd) { .fd = c->listener.watch, .events = POLLIN };
    return c->n + 2;
}

double ax_clients_next_deadline(const ax_clients *c)
{
    double accepts = fmax(c->accept_at, room_at(c)), first = accepts > c->now ? accepts : INFINITY;
    for (size_t i = 0; i < c->n; i++) {
        const ax_connection *one = c->client[i];
        if (one->more && ax_connection_has_room(one))
            return 0;
        if (!one->spoke)
            first = fmin(first, one->heard_at + MUTE_SECONDS);
        if (one->behind)
            first = fmin(first, one->moved_at + STALL_SECONDS);
    }
    return first;
}

void ax_clients_read(ax_clients *c, const struct pollfd *fds, nfds_t n,
                     void (*take)(void *context, uint64_t client, const ax_command *cmd), void *context)
{
    c->take = take;
    c->context = context;
    for (size_t i = 0; i < c->n; i++) /* no client is dropped or moved here */
        if (c->client[i]->more || (i + 2 < n && fds[i + 1].revents))
            read_one(c, c->client[i]);
    if (fds[n - 1].revents)
        ax_listener_noticed(&c->listener);
    for (int i = 0; i < AX_BACKLOG && fds[0].revents && accept_one(c); i++) {
    }
}

void ax_clients_pump(ax_clients *c)
{
    for (size_t i = c->n; i-- > 0;) { /* backwards: drop moves the last one */
        ax_connection *one = c->client[i];
        ax_connection_pump(one, c->events, c->now);
        bool mute = !one->spoke && c->now - one->heard_at >= MUTE_SECONDS;
        bool stuck = one->behind && c->now - one->moved_at >= STALL_SECONDS;
        if (one->dead || mute || stuck)
            drop(c, i);
    }
}

void ax_clients_answer(ax_clients *c, uint64_t number, const ax_answer *a)
{
    for (size_t i = 0; i < c->n; i++)
        if (c->client[i]->number == number)
            ax_connection_answer(c->client[i], a);
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
    ax_listener_close(&c->listener);
    if (c->events >= 0)
        close(c->events);
    free(c);
}
