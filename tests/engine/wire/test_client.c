/* The client with an engine that this test plays, all in one thread: the buffers of a socket hold all messages. */
#include "engine/base/file.h"
#include "engine/wire/client.h"
#include "engine/wire/eventlog.h"
#include "tests/helper/events.h"
#include "tests/helper/suite.h"
#include "tests/helper/tempdir.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { EVENTS = 30 };

typedef struct stage {
    int dirfd, listener, peer;
    ax_client *client;
    char *log;
    size_t n;
} stage;

static int set_up(void **state)
{
    stage *s = calloc(1, sizeof *s);
    ax_err err = { .code = AX_OK };
    *state = s;
    /* longer than a socket's path may be: it is reached through the directory's descriptor */
    char name[201] = { 0 };
    memset(name, 'l', sizeof name - 1);
    assert_int_equal(ax_tempdir_make(NULL), 0);
    assert_int_equal(mkdir(ax_tempdir_path(name), 0700), 0);
    s->dirfd = open(ax_tempdir_path(name), O_RDONLY | O_DIRECTORY);

    struct sockaddr_un at = { .sun_family = AF_UNIX };
    snprintf(at.sun_path, sizeof at.sun_path, "/proc/self/fd/%d/engine.sock", s->dirfd);
    s->listener = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(s->listener, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(s->listener, 4), 0);
    s->client = ax_client_connect(s->dirfd, 17, &err);
    assert_non_null(s->client);
    s->peer = accept(s->listener, NULL, NULL);
    assert_true(s->peer >= 0);

    ax_eventlog *log = ax_eventlog_open(s->dirfd, "events.mpk", true, &err);
    for (int i = 0; i < EVENTS; i++) {
        ax_event ev;
        ax_test_event(&ev, (ax_event_kind)(i % AX_EVENT_COUNT), i % AX_TEST_FILLS);
        assert_int_equal(ax_eventlog_append(log, &ev, &err), AX_OK);
    }
    ax_eventlog_close(log);
    assert_int_equal(ax_file_read(s->dirfd, "events.mpk", 1 << 20, &s->log, &s->n, &err), AX_OK);
    return 0;
}

static int tear_down(void **state)
{
    stage *s = *state;
    ax_client_free(s->client);
    if (s->peer >= 0)
        close(s->peer);
    close(s->listener);
    close(s->dirfd);
    free(s->log);
    free(s);
    return ax_tempdir_remove(NULL);
}

static void say(stage *s, const void *bytes, size_t n)
{
    assert_int_equal(send(s->peer, bytes, n, MSG_NOSIGNAL), n);
}

static void say_answer(stage *s, uint64_t request, ax_code code, const char *message)
{
    uint8_t buf[AX_COMMAND_MAX_BYTES];
    ax_answer a = { .request = request, .code = code };
    snprintf(a.message, sizeof a.message, "%s", message);
    say(s, buf, ax_answer_pack(&a, buf, sizeof buf));
}

static void says_hello_with_what_it_knows(void **state)
{
    stage *s = *state;
    uint8_t buf[32];
    static const uint8_t want[] = { 0x92, 0xa5, 'h', 'e', 'l', 'l', 'o', 17 };
    assert_int_equal(recv(s->peer, buf, sizeof buf, 0), sizeof want);
    assert_memory_equal(buf, want, sizeof want);
}

static void takes_events_and_answers_in_pieces(void **state)
{
    stage *s = *state;
    ax_event ev;
    ax_answer answer;
    uint64_t next = 1;
    for (size_t at = 0; at < s->n; at += 7) {
        say(s, s->log + at, s->n - at < 7 ? s->n - at : 7);
        assert_int_equal(ax_client_pump(s->client, NULL), AX_OK);
        while (ax_client_next(s->client, &ev, &answer) == AX_AN_EVENT)
            assert_int_equal(ev.seq, next++);
    }
    assert_int_equal(next, EVENTS + 1);
    say_answer(s, 5, AX_EINVAL, "no");
    assert_int_equal(ax_client_pump(s->client, NULL), AX_OK);
    assert_int_equal(ax_client_next(s->client, &ev, &answer), AX_AN_ANSWER);
    assert_int_equal(answer.request, 5);
    assert_int_equal(answer.code, AX_EINVAL);
    assert_string_equal(answer.message, "no");
    assert_int_equal(ax_client_next(s->client, &ev, &answer), AX_NOTHING);
}

static void a_call_gets_its_own_answer(void **state)
{
    stage *s = *state;
    ax_err err = { .code = AX_OK };
    ax_answer answer;
    ax_command got, cmd = { .request = ax_client_request(s->client), .verb = AX_VERB_NOTE, .id = 3, .text = "hm" };
    assert_int_not_equal(cmd.request, ax_client_request(s->client));
    say(s, s->log, s->n);
    say_answer(s, cmd.request + 1, AX_EINVAL, "another's");
    say_answer(s, cmd.request, AX_OK, "noted");
    assert_int_equal(ax_client_call(s->client, &cmd, 5000, &answer, &err), AX_OK);
    assert_string_equal(answer.message, "noted");
    uint8_t buf[AX_COMMAND_MAX_BYTES];
    ssize_t n = recv(s->peer, buf, sizeof buf, 0);
    assert_true(n > 8);
    assert_int_equal(ax_command_unpack(buf + 8, (size_t)n - 8, &got, &err), AX_OK); /* after the hello */
    assert_memory_equal(&got, &cmd, sizeof cmd);
}

/* An engine that stops answers and disconnects at once: the answer must not be lost. */
static void the_last_answer_counts(void **state)
{
    stage *s = *state;
    ax_err err;
    ax_answer answer;
    uint8_t hello[32];
    ax_command cmd = { .request = 1, .verb = AX_VERB_STOP };
    assert_true(recv(s->peer, hello, sizeof hello, 0) > 0);
    say_answer(s, 1, AX_OK, "stopping");
    shutdown(s->peer, SHUT_WR);
    assert_int_equal(ax_client_call(s->client, &cmd, 5000, &answer, &err), AX_OK);
    assert_string_equal(answer.message, "stopping");
    assert_int_equal(ax_client_call(s->client, &cmd, 5000, &answer, &err), AX_EIO);
    assert_string_equal(err.msg, "the engine has gone");
}

/* However late it is read: this process may have been stopped. But not what others are told without end. */
static void an_answer_that_is_there_counts(void **state)
{
    stage *s = *state;
    ax_err err;
    ax_answer answer;
    ax_command cmd = { .request = 1, .verb = AX_VERB_NOTE };
    say(s, s->log, s->n);
    say_answer(s, 1, AX_OK, "noted");
    assert_int_equal(ax_client_call(s->client, &cmd, 0, &answer, &err), AX_OK);
    assert_string_equal(answer.message, "noted");
    say_answer(s, 7, AX_OK, "another's");
    assert_int_equal(ax_client_call(s->client, &cmd, 0, &answer, &err), AX_EIO);
    assert_string_equal(err.msg, "the engine doesn't answer");
}

static void silence_and_noise_are_errors(void **state)
{
    stage *s = *state;
    ax_err err;
    ax_event ev;
    ax_answer answer;
    ax_command cmd = { .request = 1, .verb = AX_VERB_SAVE };
    assert_int_equal(ax_client_call(s->client, &cmd, 20, &answer, &err), AX_EIO);
    assert_string_equal(err.msg, "the engine doesn't answer");
    say(s, "\xdd\xff\xff\xff\xff HTTP/1.1", 14);
    assert_int_equal(ax_client_pump(s->client, &err), AX_OK);
    for (int i = 0; i < 100; i++) { /* messages that claim gigabytes are read up to the limit, and no further */
        static const char more[200];
        assert_int_equal(ax_client_next(s->client, &ev, &answer), AX_NOTHING);
        if (ax_client_pump(s->client, &err) != AX_OK)
            break;
        say(s, more, sizeof more);
    }
    assert_int_equal(ax_client_pump(s->client, &err), AX_EFORMAT);
}

static void nobody_listens(void **state)
{
    stage *s = *state;
    ax_err err;
    close(s->listener);
    s->listener = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_null(ax_client_connect(s->dirfd, 0, &err));
    assert_int_equal(err.code, AX_EIO);
    assert_string_equal(err.msg, "no engine listens: Connection refused");
    unlinkat(s->dirfd, "engine.sock", 0);
    assert_null(ax_client_connect(s->dirfd, 0, &err));
    assert_string_equal(err.msg, "no engine listens: No such file or directory");
}

int main(void)
{
    return RUN_EACH_TEST_WITHIN(set_up, tear_down, says_hello_with_what_it_knows, takes_events_and_answers_in_pieces,
                                a_call_gets_its_own_answer, the_last_answer_counts, an_answer_that_is_there_counts,
                                silence_and_noise_are_errors, nobody_listens);
}
