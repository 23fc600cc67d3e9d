/* Snapshots: what is loaded goes on as if nothing had been; what is damaged, newer or hostile is refused. */
#include "engine/base/crc32c.h"
#include "engine/base/file.h"
#include "engine/search/search_internal.h"
#include "engine/search/journal/snapshot.h"
#include "engine/search/journal/snapshot_fields.h"
#include "tests/helper/searching.h"

#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

static const char arch0[] = "[[8,[0,0,5,2],[0,2,8,8],[0,5,1,4]],[[3,3],[3,2],[3,0]]]";

/* A search in which everything has happened once. */
static void busy(searching *t, const char *strategy)
{
    searching_init(t, 30, strategy);
    ax_search_hello(t->search, false, 1);
    for (int i = 0; i < 6; i++) {
        searching_take(t);
        if (i == 2)
            ax_search_failed(t->search, 0, AX_CAUSE_MEMORY, "no memory");
        else
            searching_score(t, 0.1 * i + 0.123456789);
    }
    searching_do(t, AX_VERB_PROMOTE, 1, NULL, NULL);
    searching_do(t, AX_VERB_SUBMIT, 0, arch0, NULL);
    searching_do(t, AX_VERB_SUBMIT, 0, arch0, NULL); /* will take the outcome of the other */
    searching_do(t, AX_VERB_PIN, 2, NULL, NULL);
    searching_do(t, AX_VERB_PRUNE, 4, NULL, NULL);
    searching_take(t);
    searching_do(t, AX_VERB_PROMOTE, ax_search_running(t->search, 0), NULL, NULL);
    ax_search_failed(t->search, 0, AX_CAUSE_CRASHED, "killed");
    searching_take(t);
}

/* A second search, made of the snapshot of the first. */
static ax_search *copy_of(const searching *t, searching *into)
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
    into->search = ax_snapshot_unpack(bytes, n, "s", &into->setup, &seq, &err);
    free(bytes);
    assert_string_equal(err.msg, "");
    assert_int_equal(seq, 77);
    ax_search_set_time(into->search, 1000);
    return into->search;
}

static void assert_same_state(const ax_search *s, const ax_search *other)
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

static void a_copy_is_the_same(void **state)
{
    (void)state;
    searching t, u;
    busy(&t, "ppo");
    copy_of(&t, &u);
    assert_same_state(t.search, u.search);
    searching_release(&t);
    searching_release(&u);
}

/* Runs on to the end; the reward is a function of the genotype, as it is with common random numbers. */
static void run_on(searching *t)
{
    searching_forget(t);
    for (size_t before = SIZE_MAX; before != t->n;) { /* until nothing happens any more */
        const ax_event *p = NULL;
        before = t->n;
        if (!searching_take(t) && !ax_search_running(t->search, 0))
            continue;
        uint32_t id = ax_search_running(t->search, 0);
        const ax_entry *r = ax_search_touch(t->search, id);
        p = searching_last(t, AX_EVENT_STARTED, 0);
        assert_int_equal(p->id, id);
        double reward = ax_crc32c(0, &r->proposal.genotype, sizeof r->proposal.genotype) / 4294967296.0;
        if (id % 7 == 5)
            ax_search_failed(t->search, 0, AX_CAUSE_DIVERGED, "nan");
        else
            searching_score(t, reward);
    }
}

static void a_copy_has_the_same_future(void **state)
{
    (void)state;
    static const char *const names[] = { "ppo", "random" };
    for (size_t k = 0; k < 2; k++) {
        searching t, u;
        busy(&t, names[k]);
        copy_of(&t, &u);
        ax_search_hello(u.search, true, 1); /* as after a resume: what ran is queued again */
        ax_search_hello(t.search, true, 1);
        run_on(&t);
        run_on(&u);
        assert_true(t.n > 100);
        size_t reused = 0;
        for (size_t i = 0; i < t.n; i++)
            reused += t.event[i].kind == AX_EVENT_SCORED && t.event[i].u.SCORED.reused;
        assert_int_equal(reused, 1);
        assert_int_equal(t.n, u.n);
        for (size_t i = 0; i < t.n; i++) {
            uint8_t a[AX_EVENT_MAX_BYTES], b[AX_EVENT_MAX_BYTES];
            size_t na = ax_event_pack(&t.event[i], a, sizeof a), nb = ax_event_pack(&u.event[i], b, sizeof b);
            assert_int_equal(na, nb);
            assert_memory_equal(a, b, na);
        }
        searching_release(&t);
        searching_release(&u);
    }
}

/* The row as a map of msgpack, with one key's name changed to one that nobody knows. */
static ax_entry reread(const ax_entry *r, const char *key)
{
    msgpack_sbuffer bytes;
    msgpack_packer pk;
    msgpack_unpacked msg;
    ax_entry out;
    msgpack_sbuffer_init(&bytes);
    msgpack_packer_init(&pk, &bytes, msgpack_sbuffer_write);
    ax_entry_pack(&pk, 1, r);
    char *at = key ? memmem(bytes.data, bytes.size, key, strlen(key)) : bytes.data;
    assert_non_null(at);
    if (key)
        *at = '?';
    msgpack_unpacked_init(&msg);
    assert_int_equal(msgpack_unpack_next(&msg, bytes.data, bytes.size, NULL), MSGPACK_UNPACK_SUCCESS);
    assert_true(ax_entry_unpack(&msg.data, 1, 1, &out));
    msgpack_unpacked_destroy(&msg);
    msgpack_sbuffer_destroy(&bytes);
    return out;
}

static void rows_of_older_snapshots(void **state)
{
    (void)state;
    searching t;
    searching_init(&t, 2, "random");
    t.latency_ms = 8.25;
    searching_take(&t);
    searching_score(&t, 0.5);
    const ax_entry *r = ax_search_get(t.search, 1);
    ax_entry same = reread(r, NULL), untimed = reread(r, "latency_ms");
    assert_true(same.outcome.latency_ms == 8.25 && same.outcome.reward == 0.5);
    assert_true(isnan(untimed.outcome.latency_ms) && untimed.outcome.reward == 0.5);
    assert_int_equal(reread(r, "reused").reused, 0);
    assert_int_equal(reread(r, "prune_batch").prune_batch, 0);
    assert_int_equal(reread(r, "prune_order").prune_order, 0);
    searching_release(&t);
}

static void a_batch_is_taken_back_after_a_resume(void **state)
{
    (void)state;
    searching t, u;
    ax_answer a;
    busy(&t, "random"); /* its prune of #4 was a batch of its own */
    ax_command c = { .request = 500, .verb = AX_VERB_PRUNE, .batch = 99, .n_ids = 2, .ids = { 1, 2 }, .fields = true };
    ax_search_command(t.search, &c, &a);
    assert_string_equal(a.message, "pruned 2 candidates; undo takes them back");
    copy_of(&t, &u);
    c = (ax_command) { .request = 501, .verb = AX_VERB_PRUNE, .batch = 99, .id = 5, .fields = true };
    ax_search_command(u.search, &c, &a); /* the batch goes on */
    assert_string_equal(a.message, "pruned 3 candidates; undo takes them back");
    c = (ax_command) { .request = 502, .verb = AX_VERB_UNDO };
    ax_search_command(u.search, &c, &a);
    assert_string_equal(a.message, "3 candidates are back");
    c.request = 503;
    ax_search_command(u.search, &c, &a);
    assert_string_equal(a.message, "#4 is finished again");
    searching_release(&t);
    searching_release(&u);
}

static ax_code try_bytes(const searching *t, const char *bytes, size_t n, ax_err *err)
{
    uint64_t seq;
    *err = (ax_err) { AX_OK, "" };
    ax_search *s = ax_snapshot_unpack(bytes, n, "snapshot.mpk", &t->setup, &seq, err);
    ax_search_free(s);
    return s ? AX_OK : err->code;
}

static void damage_is_refused(void **state)
{
    (void)state;
    searching t;
    ax_err err;
    char *bytes;
    size_t n;
    busy(&t, "random");
    assert_int_equal(ax_snapshot_pack(t.search, 5, &bytes, &n, NULL), AX_OK);
    assert_int_equal(try_bytes(&t, bytes, n, &err), AX_OK);
    for (size_t k = 0; k < n; k++)
        assert_int_equal(try_bytes(&t, bytes, k, &err), AX_EFORMAT);
    for (size_t k = 0; k < n; k++) {
        bytes[k] ^= (char)(1 << k % 8);
        assert_int_equal(try_bytes(&t, bytes, n, &err), AX_EFORMAT);
        bytes[k] ^= (char)(1 << k % 8);
    }
    assert_non_null(strstr(err.msg, "snapshot.mpk: damaged"));
    free(bytes);
    searching_release(&t);
}

static void sign(char *bytes, size_t n)
{
    uint32_t crc = ax_crc32c(0, bytes, n - 5);
    for (int i = 0; i < 4; i++)
        bytes[n - 4 + (size_t)i] = (char)(crc >> (24 - 8 * i));
}

static void requests_are_remembered(void **state)
{
    (void)state;
    searching t, u;
    busy(&t, "random");
    copy_of(&t, &u);
    ax_command c = { .request = 4, .verb = AX_VERB_PIN, .id = 2 }; /* the fourth of busy */
    ax_answer a;
    ax_search_command(u.search, &c, &a);
    assert_string_equal(a.message, "pinned #2");
    assert_int_equal(u.n, 0);
    c.verb = AX_VERB_PRUNE;
    ax_search_command(u.search, &c, &a);
    assert_int_equal(a.code, AX_EINVAL);
    assert_string_equal(a.message, "request 4 was 'pin 2': nothing is done; another act takes another number");
    assert_int_equal(u.n, 0);
    c = (ax_command) { .request = 2, .verb = AX_VERB_SUBMIT, .text = "[]", .fields = true }; /* the second */
    ax_search_command(u.search, &c, &a);
    assert_string_equal(
        a.message, "request 2 was 'submit' with other arguments: nothing is done; another act takes another number");
    snprintf(c.text, sizeof c.text, "%s", arch0);
    ax_search_command(u.search, &c, &a);
    assert_true(a.code == AX_OK && a.fields && a.id > 6);
    searching_release(&t);
    searching_release(&u);
}

/* Older snapshots say what was answered, not to what. */
static void requests_of_older_snapshots(void **state)
{
    (void)state;
    searching t;
    ax_err err = { AX_OK, "" };
    char *bytes;
    size_t n;
    uint64_t seq;
    busy(&t, "random");
    assert_int_equal(ax_snapshot_pack(t.search, 5, &bytes, &n, NULL), AX_OK);
    char *asked = memmem(bytes, n, "\xa5\x61sked", 6); /* \x61: a */
    assert_non_null(asked);
    asked[1] = '?';
    sign(bytes, n);
    ax_search *s = ax_snapshot_unpack(bytes, n, "s", &t.setup, &seq, &err);
    assert_string_equal(err.msg, "");
    ax_command c = { .request = 4, .verb = AX_VERB_PIN, .id = 2 };
    ax_answer a;
    ax_search_command(s, &c, &a);
    assert_string_equal(a.message, "pinned #2");
    free(bytes);
    ax_search_free(s);
    searching_release(&t);
}

/* What a search is like that goes on from t's snapshot with these data. */
static bool changed_with(const searching *t, uint64_t data, bool older)
{
    char *bytes;
    size_t n;
    uint64_t seq;
    ax_err err = { AX_OK, "" };
    ax_search_setup setup = t->setup;
    setup.data = data;
    assert_int_equal(ax_snapshot_pack(t->search, 5, &bytes, &n, NULL), AX_OK);
    if (older) {
        char *key = memmem(bytes, n, "\xa7\x63lasses", 8); /* \x63: c; a setting is called data, too */
        key = memmem(key, n - (size_t)(key - bytes), "\xa4\x64\x61ta", 5);
        assert_non_null(key);
        key[1] = '?';
        sign(bytes, n);
    }
    ax_search *s = ax_snapshot_unpack(bytes, n, "s", &setup, &seq, &err);
    assert_string_equal(err.msg, "");
    bool changed = ax_search_data_changed(s);
    assert_true(changed == !ax_search_known(s, t->search->n_entries)); /* what other data came to isn't taken over */
    free(bytes);
    ax_search_free(s);
    return changed;
}

static void the_data_are_remembered(void **state)
{
    (void)state;
    searching t;
    char text[AX_GENOTYPE_TEXT];
    busy(&t, "random");
    ax_genotype_print(&ax_search_get(t.search, 1)->proposal.genotype, text);
    searching_do(&t, AX_VERB_SUBMIT, 0, text, NULL); /* its outcome is known already */
    t.search->data = t.search->setup.data = 0xfedcba9876543210;
    assert_false(changed_with(&t, 0xfedcba9876543210, false));
    assert_true(changed_with(&t, 1, false));
    assert_false(changed_with(&t, 1, true)); /* it doesn't know */
    assert_false(changed_with(&t, 0, false));
    t.search->data = 0;
    assert_false(changed_with(&t, 1, false));
    searching_release(&t);
}

static void a_newer_version_is_refused(void **state)
{
    (void)state;
    searching t;
    ax_err err;
    char *bytes;
    size_t n;
    busy(&t, "random");
    assert_int_equal(ax_snapshot_pack(t.search, 5, &bytes, &n, NULL), AX_OK);
    size_t at = 1 + 1 + strlen("auxcell-snapshot"); /* array of 4, str of 16 */
    assert_int_equal(bytes[at], AX_SNAPSHOT_VERSION);
    bytes[at] = AX_SNAPSHOT_VERSION + 1;
    sign(bytes, n);
    assert_int_equal(try_bytes(&t, bytes, n, &err), AX_EFORMAT);
    assert_non_null(strstr(err.msg, "newer auxcell"));
    free(bytes);
    searching_release(&t);
}

/* Whatever bytes a right checksum stands under: an error or a search, nothing worse. */
static void signed_nonsense_does_no_harm(void **state)
{
    (void)state;
    searching t;
    ax_err err;
    char *bytes, *copy;
    size_t n;
    busy(&t, "random");
    assert_int_equal(ax_snapshot_pack(t.search, 5, &bytes, &n, NULL), AX_OK);
    copy = malloc(n);
    ax_rng rng = ax_rng_new(1, 1);
    int refused = 0;
    for (int k = 0; k < 3000; k++) {
        memcpy(copy, bytes, n);
        for (uint32_t i = ax_rng_below(&rng, 3); i < 3; i++)
            copy[ax_rng_below(&rng, (uint32_t)n - 5)] = (char)ax_rng_next(&rng);
        sign(copy, n);
        ax_code code = try_bytes(&t, copy, n, &err);
        assert_true(code == AX_OK || err.msg[0]);
        refused += code != AX_OK;
    }
    assert_true(refused > 500);
    free(copy);
    free(bytes);
    searching_release(&t);
}

static void settings_that_made_the_past_cannot_change(void **state)
{
    (void)state;
    searching t;
    ax_err err;
    char *bytes;
    size_t n;
    busy(&t, "random");
    assert_int_equal(ax_snapshot_pack(t.search, 5, &bytes, &n, NULL), AX_OK);
    t.setup.settings.candidates = 500;
    t.setup.settings.full_epochs = t.setup.settings.full_stage2_epochs = 99;
    snprintf(t.setup.settings.data, sizeof t.setup.settings.data, "camvid:elsewhere");
    assert_int_equal(try_bytes(&t, bytes, n, &err), AX_OK);
    t.setup.settings.seed = 12;
    assert_int_equal(try_bytes(&t, bytes, n, &err), AX_EINVAL);
    assert_string_equal(err.msg, "run.ini: seed = 12, but the run was started with 1; it can't change");
    t.setup.settings.seed = 1;
    t.setup.outputs = 9;
    assert_int_equal(try_bytes(&t, bytes, n, &err), AX_EINVAL);
    assert_non_null(strstr(err.msg, "9 outputs"));
    free(bytes);
    searching_release(&t);
}

static void the_one_before_is_kept(void **state)
{
    (void)state;
    searching t;
    ax_err err = { AX_OK, "" };
    char dir[] = "/tmp/ax-snapshot-XXXXXX";
    assert_non_null(mkdtemp(dir));
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ax_settledfile settled;
    ax_settledfile_init(&settled, fd);
    busy(&t, "random");
    uint64_t seq = 0;
    for (uint64_t k = 1; k <= 3; k++)
        assert_int_equal(ax_snapshot_save(t.search, &settled, k, NULL, &err), AX_OK);
    ax_search *s = ax_snapshot_load(&settled, AX_SNAPSHOT_NAME, &t.setup, &seq, &err);
    assert_non_null(s);
    assert_int_equal(seq, 3);
    ax_search_free(s);
    s = ax_snapshot_load(&settled, AX_SNAPSHOT_PREVIOUS, &t.setup, &seq, &err);
    assert_non_null(s);
    assert_int_equal(seq, 2);
    ax_search_free(s);
    /* killed after snapshot.prev.mpk had become a second name of snapshot.mpk */
    assert_int_equal(unlinkat(fd, AX_SNAPSHOT_PREVIOUS, 0), 0);
    assert_int_equal(linkat(fd, AX_SNAPSHOT_NAME, fd, AX_SNAPSHOT_PREVIOUS, 0), 0);
    assert_int_equal(ax_snapshot_save(t.search, &settled, 4, NULL, &err), AX_OK);
    s = ax_snapshot_load(&settled, AX_SNAPSHOT_PREVIOUS, &t.setup, &seq, &err);
    assert_non_null(s);
    assert_int_equal(seq, 3);
    ax_search_free(s);
    struct stat st;
    assert_int_equal(fstatat(fd, AX_SNAPSHOT_PREVIOUS ".tmp", &st, 0), -1);
    unlinkat(fd, AX_SNAPSHOT_NAME, 0);
    unlinkat(fd, AX_SNAPSHOT_PREVIOUS, 0);
    unlinkat(fd, AX_SETTLEDFILE_NAME, 0);
    ax_settledfile_release(&settled);
    close(fd);
    assert_int_equal(rmdir(dir), 0); /* nothing else was left */
    searching_release(&t);
}

/* A snapshot of version 1 had all candidates in itself and no word of candidates.mpk. */
static void the_version_before_is_read(void **state)
{
    (void)state;
    searching t, u;
    ax_err err = { AX_OK, "" };
    char *bytes;
    size_t n;
    busy(&t, "random");
    assert_int_equal(ax_snapshot_pack(t.search, 77, &bytes, &n, NULL), AX_OK);
    static const char before[] = "queue", first[] = "\xa5\x63ount",
                      next[] = "\xaa\x63"
                               "andidates"; /* \x63: c */
    char *count = memmem(bytes, n, before, 5);
    count = memmem(count, n - (size_t)(count - bytes), first, 6);
    assert_non_null(count);
    char *list = memmem(count, n - (size_t)(count - bytes), next, 11);
    assert_non_null(list);
    memmove(count, list, n - (size_t)(list - bytes));
    n -= (size_t)(list - count);
    size_t version = 1 + 1 + strlen("auxcell-snapshot");
    bytes[version] = 1;
    assert_memory_equal(bytes + version + 1, "\xde\x00\x10", 3); /* a map of 16 */
    bytes[version + 3] = 14;
    sign(bytes, n);
    u = t;
    uint64_t seq = 0;
    u.search = ax_snapshot_unpack(bytes, n, "s", &t.setup, &seq, &err);
    assert_string_equal(err.msg, "");
    free(bytes);
    assert_same_state(t.search, u.search);
    ax_search_free(u.search);
    searching_release(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_copy_is_the_same),
        cmocka_unit_test(a_copy_has_the_same_future),
        cmocka_unit_test(rows_of_older_snapshots),
        cmocka_unit_test(a_batch_is_taken_back_after_a_resume),
        cmocka_unit_test(requests_are_remembered),
        cmocka_unit_test(requests_of_older_snapshots),
        cmocka_unit_test(the_data_are_remembered),
        cmocka_unit_test(damage_is_refused),
        cmocka_unit_test(a_newer_version_is_refused),
        cmocka_unit_test(signed_nonsense_does_no_harm),
        cmocka_unit_test(settings_that_made_the_past_cannot_change),
        cmocka_unit_test(the_one_before_is_kept),
        cmocka_unit_test(the_version_before_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
