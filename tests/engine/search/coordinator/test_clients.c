/* The engine's side of its socket with clients of every kind, all in one thread. The test sets the time. */
#include "engine/search/coordinator/clients.h"
#include "engine/wire/event.h"
#include "engine/wire/eventlog.h"
#include "engine/wire/message.h"
#include "tests/helper/events.h"
#include "tests/helper/suite.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { EVENTS = 40, PENDING = 256 };

typedef struct desk {
    char dir[40];
    int dirfd;
    ax_clients *clients;
    double now;
    uint64_t client[PENDING]; /* answers are kept here until everything is on disk, as in the coordinator */
    ax_answer answer[PENDING];
    size_t n, taken;
} desk;

static int set_up(void **state)
{
    desk *d = calloc(1, sizeof *d);
    ax_err err = { AX_OK, "" };
    *state = d;
    snprintf(d->dir, sizeof d->dir, "/tmp/ax-clients-XXXXXX");
    assert_non_null(mkdtemp(d->dir));
    d->dirfd = open(d->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ax_eventlog *log = ax_eventlog_open(d->dirfd, "events.mpk", true, &err);
    assert_non_null(log);
    for (int i = 0; i < EVENTS; i++) {
        ax_event ev;
        ax_test_event(&ev, (ax_event_kind)(i % AX_EVENT_COUNT), 1);
        assert_int_equal(ax_eventlog_append(log, &ev, &err), AX_OK);
    }
    assert_int_equal(ax_eventlog_sync(log, &err), AX_OK);
    ax_eventlog_close(log);
    d->clients = ax_clients_new(d->dirfd, &err);
    assert_string_equal(err.msg, "");
    d->now = 1000;
    return 0;
}

static int tear_down(void **state)
{
    desk *d = *state;
    ax_clients_free(d->clients);
    unlinkat(d->dirfd, "events.mpk", 0);
    close(d->dirfd);
    assert_int_equal(rmdir(d->dir), 0); /* the socket's file is gone, too */
    free(d);
    return 0;
}

static void commit(desk *d)
{
    for (size_t i = 0; i < d->n; i++)
        ax_clients_answer(d->clients, d->client[i], &d->answer[i]);
    d->n = 0;
}

static void take(void *context, uint64_t client, const ax_command *cmd)
{
    desk *d = context;
    d->client[d->n] = client;
    d->answer[d->n] = (ax_answer) { .request = cmd->request, .code = AX_OK };
    /* the longest possible message */
    memset(d->answer[d->n].message, 'm', sizeof d->answer[d->n].message - 1);
    d->taken++;
    if (++d->n == PENDING)
        commit(d); /* in the middle of reading, as in the coordinator */
}

/* One turn of the coordinator's loop; returns whether there was anything to do. */
static bool turn(desk *d)
{
    struct pollfd fds[AX_CLIENTS_POLL];
    ax_clients_set_time(d->clients, d->now);
    nfds_t n = ax_clients_poll(d->clients, fds);
    int ready = poll(fds, n, 0);
    assert_true(ready >= 0);
    ax_clients_read(d->clients, fds, n, take, d);
    commit(d);
    ax_clients_pump(d->clients);
    return ready > 0 || ax_clients_next_deadline(d->clients) == 0;
}

static void turns(desk *d)
{
    for (int i = 0; i < 1000 && turn(d); i++) {
    }
}

static int connect_to(const desk *d)
{
    struct sockaddr_un at = { .sun_family = AF_UNIX };
    snprintf(at.sun_path, sizeof at.sun_path, "/proc/self/fd/%d/engine.sock", d->dirfd);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
    return fd;
}

static void say_hello(int fd, uint64_t seq)
{
    uint8_t bytes[] = { 0x92, 0xa5, 'h', 'e', 'l', 'l', 'o', 0xcf, 0, 0, 0, 0, 0, 0, 0, 0 };
    for (int i = 0; i < 8; i++)
        bytes[8 + i] = (uint8_t)(seq >> (56 - 8 * i));
    assert_int_equal(send(fd, bytes, sizeof bytes, MSG_NOSIGNAL), sizeof bytes);
}

static size_t pack(uint64_t request, uint8_t *buf)
{
    ax_command c = { .request = request, .verb = AX_VERB_PIN, .id = 1 };
    return ax_command_pack(&c, buf, AX_COMMAND_MAX_BYTES);
}

static bool say_command(int fd, uint64_t request)
{
    uint8_t buf[AX_COMMAND_MAX_BYTES];
    size_t n = pack(request, buf);
    return send(fd, buf, n, MSG_NOSIGNAL) == (ssize_t)n;
}

/* 1: data arrived; 0: none; -1: disconnected. */
static int hear(int fd, ax_messages *m)
{
    char buf[65536];
    ssize_t n = recv(fd, buf, sizeof buf, 0);
    if (n > 0 && m)
        assert_int_equal(ax_messages_feed(m, buf, (size_t)n, NULL), AX_OK);
    return n > 0 ? 1 : n < 0 ? 0 : -1;
}

/* The next answer in the received data; false if there is none. *events: incremented for each event. */
static bool next_answer(ax_messages *m, ax_answer *a, size_t *events)
{
    const uint8_t *bytes;
    size_t n;
    ax_record record;
    while (ax_messages_next(m, &bytes, &n) > 0) {
        if (ax_record_split(bytes, n, &record)) {
            *events += 1;
            continue;
        }
        assert_int_equal(ax_answer_unpack(bytes, n, a, NULL), AX_OK);
        return true;
    }
    return false;
}

static void a_client_that_never_reads_is_not_read_further(void **state)
{
    desk *d = *state;
    for (int round = 0; round < 3; round++) {
        uint8_t buf[AX_COMMAND_MAX_BYTES];
        int fd = connect_to(d);
        size_t n = pack(1, buf), at = 0, sent = 0, idle = 0;
        if (round == 1)
            say_hello(fd, 0); /* events fill its buffer, too */
        while (idle < 10) {
            ssize_t w = send(fd, buf + at, n - at, MSG_NOSIGNAL);
            idle = w > 0 ? 0 : idle + 1;
            at = w > 0 ? (at + (size_t)w) % n : at;
            sent += w > 0;
            if (w <= 0 || sent % 300 == 0)
                turn(d);
        }
        size_t before = d->taken;
        turns(d);
        assert_int_equal(d->taken, before); /* the rest waits in the socket */
        assert_true(d->taken > PENDING);
        assert_int_equal(ax_clients_count(d->clients), 1);
        assert_true(ax_clients_next_deadline(d->clients) == d->now + 30);
        d->now += 30;
        turn(d);
        assert_int_equal(ax_clients_count(d->clients), 0);
        close(fd);
    }
}

static void a_burst_of_many_is_answered(void **state)
{
    desk *d = *state;
    enum { COMMANDS = 100000 };
    ax_messages m;
    ax_answer a;
    size_t events = 0;
    ax_messages_init(&m, AX_EVENT_MAX_BYTES + 32);
    int fd = connect_to(d);
    say_hello(fd, EVENTS - 3);
    for (uint64_t sent = 0, got = 0; got < COMMANDS;) {
        while (sent < COMMANDS && say_command(fd, sent + 1))
            sent++;
        turn(d);
        while (hear(fd, &m) > 0) {
        }
        while (next_answer(&m, &a, &events))
            assert_int_equal(a.request, ++got);
    }
    assert_int_equal(d->taken, COMMANDS);
    assert_int_equal(events, 3);
    close(fd);
    ax_messages_release(&m);
}

static void twenty_clients_have_their_turns(void **state)
{
    desk *d = *state;
    enum { CLIENTS = 20, EACH = 3000 };
    int fd[CLIENTS];
    ax_messages m[CLIENTS];
    uint64_t sent[CLIENTS] = { 0 }, got[CLIENTS] = { 0 }, done = 0;
    for (int i = 0; i < CLIENTS; i++) {
        fd[i] = connect_to(d);
        ax_messages_init(&m[i], AX_EVENT_MAX_BYTES + 32);
        if (i % 2)
            say_hello(fd[i], 0);
    }
    while (done < CLIENTS * EACH) {
        uint64_t least = EACH, most = 0;
        for (int i = 0; i < CLIENTS; i++)
            while (sent[i] < EACH && say_command(fd[i], sent[i] + 1))
                sent[i]++;
        turn(d);
        for (int i = 0; i < CLIENTS; i++) {
            ax_answer a;
            size_t events = 0;
            while (hear(fd[i], &m[i]) > 0) {
            }
            while (next_answer(&m[i], &a, &events)) {
                assert_int_equal(a.request, ++got[i]);
                done++;
            }
            least = got[i] < least ? got[i] : least;
            most = got[i] > most ? got[i] : most;
        }
        assert_true(most - least <= 3 * PENDING);
    }
    for (int i = 0; i < CLIENTS; i++) {
        close(fd[i]);
        ax_messages_release(&m[i]);
    }
}

static void mute_clients_make_room(void **state)
{
    desk *d = *state;
    int fd[AX_CLIENTS_MAX];
    for (int i = 0; i < AX_CLIENTS_MAX; i++) {
        fd[i] = connect_to(d);
        turn(d);
        d->now += 0.125;
    }
    double first = d->now - 0.125 * AX_CLIENTS_MAX;
    assert_int_equal(ax_clients_count(d->clients), AX_CLIENTS_MAX);
    assert_true(ax_clients_next_deadline(d->clients) == first + 10);
    int late = connect_to(d);
    ax_messages m;
    ax_answer a;
    size_t events = 0;
    ax_messages_init(&m, AX_EVENT_MAX_BYTES + 32);
    say_hello(late, INT64_MAX);
    assert_true(say_command(late, 7));
    turns(d);
    assert_int_equal(hear(late, &m), 1);
    assert_true(next_answer(&m, &a, &events) && a.request == 7 && events == 0);
    assert_int_equal(hear(fd[0], NULL), -1); /* the client that has been silent the longest */
    assert_int_equal(hear(fd[1], NULL), 0);
    d->now = first + 10.25; /* the time limit of two more has passed */
    turn(d);
    assert_int_equal(hear(fd[1], NULL), -1);
    assert_int_equal(hear(fd[2], NULL), -1);
    assert_int_equal(hear(fd[3], NULL), 0);
    assert_true(ax_clients_next_deadline(d->clients) == first + 3 * 0.125 + 10);
    d->now += 10;
    turn(d);
    assert_int_equal(ax_clients_count(d->clients), 1); /* a client that has sent something may be silent */
    assert_true(isinf(ax_clients_next_deadline(d->clients)));
    for (int i = 0; i < AX_CLIENTS_MAX; i++)
        close(fd[i]);
    close(late);
    ax_messages_release(&m);
}

/* Its message comes between the look at all sockets and the need for its place. */
static void a_client_that_has_just_spoken_is_not_mute(void **state)
{
    desk *d = *state;
    struct pollfd fds[AX_CLIENTS_POLL];
    int fd[AX_CLIENTS_MAX];
    for (int i = 0; i < AX_CLIENTS_MAX; i++) {
        fd[i] = connect_to(d);
        if (i)
            say_hello(fd[i], INT64_MAX);
        turns(d);
    }
    int late = connect_to(d);
    assert_true(say_command(late, 7));
    nfds_t n = ax_clients_poll(d->clients, fds);
    assert_int_equal(poll(fds, n, 0), 1);
    assert_true(say_command(fd[0], 5));
    ax_clients_read(d->clients, fds, n, take, d);
    turns(d);
    assert_int_equal(hear(fd[0], NULL), 1);
    assert_int_equal(hear(late, NULL), 0); /* it waits for a place */
    assert_int_equal(ax_clients_count(d->clients), AX_CLIENTS_MAX);
    d->now += 10;
    turns(d);
    assert_int_equal(hear(late, NULL), 1);
    for (int i = 0; i < AX_CLIENTS_MAX; i++)
        close(fd[i]);
    close(late);
}

static void an_idle_client_goes_when_its_place_is_needed(void **state)
{
    desk *d = *state;
    int fd[AX_CLIENTS_MAX];
    for (int i = 0; i < AX_CLIENTS_MAX; i++) {
        fd[i] = connect_to(d);
        say_hello(fd[i], INT64_MAX);
        turn(d);
    }
    int late = connect_to(d);
    assert_true(say_command(late, 7));
    assert_false(turn(d)); /* the client waits, and the loop doesn't spin */
    assert_true(ax_clients_next_deadline(d->clients) == d->now + 10);
    d->now += 10;
    turns(d);
    assert_int_equal(hear(late, NULL), 1);
    assert_int_equal(hear(fd[0], NULL), -1);
    assert_int_equal(ax_clients_count(d->clients), AX_CLIENTS_MAX);
    for (int i = 0; i < AX_CLIENTS_MAX; i++)
        close(fd[i]);
    close(late);
}

static void screens_leave_room_for_commands(void **state)
{
    desk *d = *state;
    enum { SCREENS = AX_CLIENTS_MAX - 4 };
    int fd[SCREENS];
    ax_messages m;
    ax_answer a;
    size_t events = 0;
    ax_messages_init(&m, AX_EVENT_MAX_BYTES + 32);
    for (int i = 0; i < SCREENS; i++) {
        fd[i] = connect_to(d);
        say_hello(fd[i], i % 2 ? 0 : EVENTS); /* a client that has read the file is a screen, too */
        turns(d);
    }
    int more = connect_to(d);
    say_hello(more, 3);
    turns(d);
    assert_int_equal(hear(more, &m), 1);
    assert_true(next_answer(&m, &a, &events));
    assert_true(a.request == 0 && a.code == AX_EBUSY && events == 0);
    assert_string_equal(a.message, "28 screens show this run already; its engine serves no more");
    assert_int_equal(hear(more, NULL), -1);
    d->now += 1000;
    int mute[8], late = connect_to(d);
    for (int i = 0; i < 8; i++)
        mute[i] = connect_to(d);
    assert_true(say_command(late, 9));
    turns(d);
    assert_int_equal(hear(late, &m), 1);
    assert_true(next_answer(&m, &a, &events) && a.request == 9);
    for (int i = 0; i < SCREENS; i++) {
        events = 0;
        ax_messages_release(&m);
        while (hear(fd[i], &m) > 0) {
        }
        assert_false(next_answer(&m, &a, &events)); /* none was disconnected because of it */
        assert_int_equal(events, i % 2 ? EVENTS : 0);
        close(fd[i]);
    }
    for (int i = 0; i < 8; i++)
        close(mute[i]);
    close(late);
    close(more);
    ax_messages_release(&m);
}

/* Like a script with a pipe: it sends everything, closes its end, and reads. */
static void a_client_that_closed_its_side_gets_its_answers(void **state)
{
    desk *d = *state;
    int fd = connect_to(d);
    ax_messages m;
    ax_answer a;
    size_t events = 0, got = 0;
    ax_messages_init(&m, AX_EVENT_MAX_BYTES + 32);
    for (uint64_t i = 1; i <= 1000; i++)
        if (!say_command(fd, i))
            turn(d);
    shutdown(fd, SHUT_WR);
    int heard = 0;
    for (int i = 0; i < 1000 && heard >= 0; i++) {
        turn(d);
        while ((heard = hear(fd, &m)) > 0) {
        }
    }
    while (next_answer(&m, &a, &events))
        got++;
    assert_int_equal(got, d->taken);
    assert_true(got > 900);
    assert_int_equal(heard, -1);
    assert_int_equal(ax_clients_count(d->clients), 0);
    close(fd);
    ax_messages_release(&m);
}

static void nonsense_is_disconnected(void **state)
{
    desk *d = *state;
    static const char *const nonsense[] = { "GET / HTTP/1.1\r\n\r\n", "\x92\xa5hello\xa1x",
                                            "\x95\x01\xa3xyz\x01\xa0\xa0", "\xc1" };
    for (size_t i = 0; i < sizeof nonsense / sizeof *nonsense; i++) {
        int fd = connect_to(d);
        assert_true(send(fd, nonsense[i], strlen(nonsense[i]), MSG_NOSIGNAL) > 0);
        turns(d);
        assert_int_equal(hear(fd, NULL), -1);
        close(fd);
    }
    int fd = connect_to(d);
    say_hello(fd, INT64_MAX);
    say_hello(fd, 0); /* twice */
    turns(d);
    assert_int_equal(hear(fd, NULL), -1);
    close(fd);
    assert_int_equal(ax_clients_count(d->clients), 0);
}

static void without_a_descriptor_the_next_one_waits(void **state)
{
    desk *d = *state;
    struct rlimit was, none;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &was), 0);
    int screen = connect_to(d), fd = connect_to(d);
    say_hello(screen, 0);
    assert_true(say_command(fd, 5));
    none = was;
    none.rlim_cur = (rlim_t)fd + 1; /* all lower descriptors are in use, or will be */
    int filler[64], n = 0;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    while (n < 64 && (filler[n] = dup(0)) >= 0)
        n++;
    struct pollfd fds[AX_CLIENTS_POLL];
    turn(d);
    assert_int_equal(ax_clients_count(d->clients), 0);
    assert_true(ax_clients_next_deadline(d->clients) == d->now + 1);
    ax_clients_poll(d->clients, fds);
    assert_int_equal(fds[0].fd, -1); /* the loop doesn't spin */
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &was), 0);
    d->now += 1;
    turns(d);
    assert_int_equal(hear(fd, NULL), 1);
    assert_int_equal(ax_clients_count(d->clients), 2);
    while (n > 0)
        close(filler[--n]);
    close(fd);
    close(screen);
}

int main(void)
{
    return RUN_EACH_TEST_WITHIN(set_up, tear_down, a_client_that_never_reads_is_not_read_further,
                                a_burst_of_many_is_answered, twenty_clients_have_their_turns, mute_clients_make_room,
                                a_client_that_has_just_spoken_is_not_mute, an_idle_client_goes_when_its_place_is_needed,
                                screens_leave_room_for_commands, a_client_that_closed_its_side_gets_its_answers,
                                nonsense_is_disconnected, without_a_descriptor_the_next_one_waits);
}
