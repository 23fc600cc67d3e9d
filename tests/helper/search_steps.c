#include "tests/helper/search_steps.h"
#include "engine/search/journal/snapshot.h"
#include "tests/helper/suite.h"

#include <stdlib.h>

int searching_set_up(void **state)
{
    *state = calloc(1, sizeof(searching));
    return *state ? 0 : -1;
}

int searching_tear_down(void **state)
{
    searching_release(*state);
    free(*state);
    return 0;
}

searching *searching_begin(void **state, int64_t candidates, const char *strategy)
{
    searching *t = *state;
    searching_release(t);
    searching_init(t, candidates, strategy);
    return t;
}

void searching_answers(searching *t, ax_verb verb, uint32_t id, const char *text, ax_code code, const char *message)
{
    ax_answer a;
    assert_int_equal(searching_do(t, verb, id, text, &a), code);
    assert_string_equal(a.message, message);
}

void searching_train(searching *t, uint32_t id, double reward)
{
    assert_int_equal(searching_take(t), id);
    searching_score(t, reward);
}

void searching_reload(searching *t)
{
    char *bytes;
    size_t n;
    uint64_t seq;
    ax_err err = { AX_OK, "" };
    assert_int_equal(ax_snapshot_pack(t->search, 1, &bytes, &n, &err), AX_OK);
    ax_search_free(t->search);
    t->search = ax_snapshot_unpack(bytes, n, "snapshot", &t->setup, &seq, &err);
    free(bytes);
    assert_string_equal(err.msg, "");
    assert_non_null(t->search);
}

searching *searching_begin_busy(void **state, const char *strategy)
{
    searching *t = searching_begin(state, 30, strategy);
    ax_search_hello(t->search, false, 1);
    for (int i = 0; i < 6; i++) {
        searching_take(t);
        if (i == 2)
            ax_search_failed(t->search, 0, AX_CAUSE_MEMORY, "no memory");
        else
            searching_score(t, 0.1 * i + 0.123456789);
    }
    searching_do(t, AX_VERB_PROMOTE, 1, NULL, NULL);
    searching_do(t, AX_VERB_SUBMIT, 0, "arch0", NULL);
    searching_do(t, AX_VERB_SUBMIT, 0, "arch0", NULL); /* will reuse the outcome of the other one */
    searching_do(t, AX_VERB_PIN, 2, NULL, NULL);
    searching_do(t, AX_VERB_PRUNE, 4, NULL, NULL);
    searching_take(t);
    searching_do(t, AX_VERB_PROMOTE, ax_search_running(t->search, 0), NULL, NULL);
    ax_search_failed(t->search, 0, AX_CAUSE_CRASHED, "killed");
    searching_take(t);
    return t;
}

void searching_copy(const searching *t, searching *into)
{
    char *bytes;
    size_t n;
    uint64_t seq = 0;
    ax_err err = { AX_OK, "" };
    *into = *t;
    into->event = calloc(SEARCHING_EVENTS, sizeof *into->event);
    into->n = 0;
    into->setup.context = into;
    assert_int_equal(ax_snapshot_pack(t->search, 77, &bytes, &n, &err), AX_OK);
    into->search = ax_snapshot_unpack(bytes, n, "snapshot", &into->setup, &seq, &err);
    free(bytes);
    assert_string_equal(err.msg, "");
    assert_int_equal(seq, 77);
    ax_search_set_time(into->search, 1000);
}

void searching_same_state(const ax_search *s, const ax_search *other)
{
    char *a, *b;
    size_t na, nb;
    assert_int_equal(ax_snapshot_pack(s, 1, &a, &na, NULL), AX_OK);
    assert_int_equal(ax_snapshot_pack(other, 1, &b, &nb, NULL), AX_OK);
    assert_int_equal(na, nb);
    assert_memory_equal(a, b, na);
    free(a);
    free(b);
}
