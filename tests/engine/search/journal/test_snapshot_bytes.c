/* Snapshots with changed bytes: damaged, newer and hostile ones are refused, older ones are read. */
#include "engine/base/crc32c.h"
#include "engine/search/search_internal.h"
#include "engine/search/journal/snapshot.h"
#include "engine/search/journal/snapshot_fields.h"
#include "tests/helper/search_steps.h"
#include "tests/helper/suite.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A busy search and its snapshot. */
typedef struct packed {
    searching t;
    char *bytes;
    size_t n;
} packed;

static int set_up(void **state)
{
    packed *p = calloc(1, sizeof *p);
    *state = p;
    searching_begin_busy(state, "random"); /* must be the first member */
    return ax_snapshot_pack(p->t.search, 5, &p->bytes, &p->n, NULL) == AX_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    packed *p = *state;
    free(p->bytes);
    return searching_tear_down(state);
}

/* The result when a new engine loads the bytes. */
static ax_code try_bytes(const packed *p, const char *bytes, size_t n, ax_err *err)
{
    uint64_t seq;
    *err = (ax_err) { AX_OK, "" };
    ax_search *s = ax_snapshot_unpack(bytes, n, "snapshot.mpk", &p->t.setup, &seq, err);
    ax_search_free(s);
    return s ? AX_OK : err->code;
}

static void sign(char *bytes, size_t n)
{
    uint32_t crc = ax_crc32c(0, bytes, n - 5);
    for (int i = 0; i < 4; i++)
        bytes[n - 4 + (size_t)i] = (char)(crc >> (24 - 8 * i));
}

static void damage_is_refused(void **state)
{
    packed *p = *state;
    ax_err err;
    assert_int_equal(try_bytes(p, p->bytes, p->n, &err), AX_OK);
    for (size_t k = 0; k < p->n; k++)
        assert_int_equal(try_bytes(p, p->bytes, k, &err), AX_EFORMAT);
    for (size_t k = 0; k < p->n; k++) {
        p->bytes[k] ^= (char)(1 << k % 8);
        assert_int_equal(try_bytes(p, p->bytes, p->n, &err), AX_EFORMAT);
        p->bytes[k] ^= (char)(1 << k % 8);
    }
    assert_non_null(strstr(err.msg, "snapshot.mpk: damaged"));
}

static void a_newer_version_is_refused(void **state)
{
    packed *p = *state;
    ax_err err;
    size_t at = 1 + 1 + strlen("auxcell-snapshot"); /* array of 4, str of 16 */
    assert_int_equal(p->bytes[at], AX_SNAPSHOT_VERSION);
    p->bytes[at] = AX_SNAPSHOT_VERSION + 1;
    sign(p->bytes, p->n);
    assert_int_equal(try_bytes(p, p->bytes, p->n, &err), AX_EFORMAT);
    assert_non_null(strstr(err.msg, "newer auxcell"));
}

/* Arbitrary bytes with the right checksum give an error or a search, nothing worse. */
static void signed_nonsense_does_no_harm(void **state)
{
    packed *p = *state;
    ax_err err;
    char *copy = malloc(p->n);
    assert_non_null(copy);
    ax_rng rng = ax_rng_new(1, 1);
    int refused = 0;
    for (int k = 0; k < 3000; k++) {
        memcpy(copy, p->bytes, p->n);
        for (uint32_t i = ax_rng_below(&rng, 3); i < 3; i++)
            copy[ax_rng_below(&rng, (uint32_t)p->n - 5)] = (char)ax_rng_next(&rng);
        sign(copy, p->n);
        ax_code code = try_bytes(p, copy, p->n, &err);
        assert_true(code == AX_OK || err.msg[0]);
        refused += code != AX_OK;
    }
    assert_true(refused > 500);
    free(copy);
}

static void settings_that_made_the_past_cannot_change(void **state)
{
    packed *p = *state;
    ax_err err;
    p->t.setup.settings.candidates = 500;
    p->t.setup.settings.full_epochs = p->t.setup.settings.full_stage2_epochs = 99;
    snprintf(p->t.setup.settings.data, sizeof p->t.setup.settings.data, "camvid:elsewhere");
    assert_int_equal(try_bytes(p, p->bytes, p->n, &err), AX_OK);
    p->t.setup.settings.seed = 12;
    assert_int_equal(try_bytes(p, p->bytes, p->n, &err), AX_EINVAL);
    assert_string_equal(err.msg, "run.ini: seed = 12, but the run was started with 1; it can't change");
    p->t.setup.settings.seed = 1;
    p->t.setup.outputs = 9;
    assert_int_equal(try_bytes(p, p->bytes, p->n, &err), AX_EINVAL);
    assert_non_null(strstr(err.msg, "9 outputs"));
}

/* An entry packed and read again; `key`, if not NULL, is renamed in between to an unknown key. */
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

TEST(entries_of_older_snapshots)
{
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

/* Older snapshots hold the answers to requests, but not the requests. */
static void requests_of_older_snapshots(void **state)
{
    packed *p = *state;
    ax_err err = { AX_OK, "" };
    uint64_t seq;
    char *asked = memmem(p->bytes, p->n, "\xa5\x61sked", 6); /* \x61: a */
    assert_non_null(asked);
    asked[1] = '?';
    sign(p->bytes, p->n);
    ax_search *s = ax_snapshot_unpack(p->bytes, p->n, "s", &p->t.setup, &seq, &err);
    assert_string_equal(err.msg, "");
    ax_command c = { .request = 4, .verb = AX_VERB_PIN, .id = 2 };
    ax_answer a;
    ax_search_command(s, &c, &a);
    assert_string_equal(a.message, "pinned #2");
    ax_search_free(s);
}

/* Whether a search that is resumed from t's snapshot with these data notices that they changed. older: the snapshot
   doesn't record the data's fingerprint. */
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
    assert_true(changed == !ax_search_reusable(s, t->search->n_entries)); /* outcomes on other data aren't reused */
    free(bytes);
    ax_search_free(s);
    return changed;
}

static void the_data_are_remembered(void **state)
{
    packed *p = *state;
    searching *t = &p->t;
    char text[AX_GENOTYPE_TEXT];
    ax_genotype_print(&ax_search_get(t->search, 1)->proposal.genotype, text);
    searching_do(t, AX_VERB_SUBMIT, 0, text, NULL); /* its outcome is already known */
    t->search->data = t->search->setup.data = 0xfedcba9876543210;
    assert_false(changed_with(t, 0xfedcba9876543210, false));
    assert_true(changed_with(t, 1, false));
    assert_false(changed_with(t, 1, true)); /* an older snapshot can't tell */
    assert_false(changed_with(t, 0, false));
    t->search->data = 0;
    assert_false(changed_with(t, 1, false));
}

/* A snapshot of version 1 held all candidates itself and did not refer to candidates.mpk. */
static void the_version_before_is_read(void **state)
{
    packed *p = *state;
    ax_err err = { AX_OK, "" };
    static const char before[] = "queue", first[] = "\xa5\x63ount",
                      next[] = "\xaa\x63"
                               "andidates"; /* \x63: c */
    char *count = memmem(p->bytes, p->n, before, 5);
    count = memmem(count, p->n - (size_t)(count - p->bytes), first, 6);
    assert_non_null(count);
    char *list = memmem(count, p->n - (size_t)(count - p->bytes), next, 11);
    assert_non_null(list);
    memmove(count, list, p->n - (size_t)(list - p->bytes));
    p->n -= (size_t)(list - count);
    size_t version = 1 + 1 + strlen("auxcell-snapshot");
    p->bytes[version] = 1;
    assert_memory_equal(p->bytes + version + 1, "\xde\x00\x10", 3); /* a map of 16 */
    p->bytes[version + 3] = 14;
    sign(p->bytes, p->n);
    uint64_t seq = 0;
    ax_search *s = ax_snapshot_unpack(p->bytes, p->n, "s", &p->t.setup, &seq, &err);
    assert_string_equal(err.msg, "");
    searching_same_state(p->t.search, s);
    ax_search_free(s);
}

int main(void)
{
    return RUN_EACH_TEST_WITHIN(set_up, tear_down, damage_is_refused, a_newer_version_is_refused,
                                signed_nonsense_does_no_harm, settings_that_made_the_past_cannot_change,
                                entries_of_older_snapshots, requests_of_older_snapshots, the_data_are_remembered,
                                the_version_before_is_read);
}
