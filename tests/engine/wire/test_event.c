#include "tests/helper/events.h"
#include "tests/helper/suite.h"

#include <msgpack.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

TEST(every_kind_comes_back)
{
    for (int kind = 0; kind < AX_EVENT_COUNT; kind++)
        for (int k = 0; k < AX_TEST_FILLS; k++) {
            uint8_t buf[AX_EVENT_MAX_BYTES];
            ax_event ev, back;
            bool known;
            ax_err err;
            ax_test_event(&ev, (ax_event_kind)kind, k);
            size_t n = ax_event_pack(&ev, buf, sizeof buf);
            assert_in_range(n, 1, sizeof buf);
            assert_int_equal(ax_event_unpack(buf, n, &back, &known, &err), AX_OK);
            assert_true(known);
            assert_memory_equal(&ev, &back, sizeof ev);
            for (size_t cap = 0; cap < n; cap++)
                assert_int_equal(ax_event_pack(&ev, buf, cap), 0);
        }
}

/* Each truncated payload is copied to memory of exactly its size, so that the address sanitizer sees a read beyond
   it. */
TEST(cut_payloads_are_refused)
{
    for (int kind = 0; kind < AX_EVENT_COUNT; kind++) {
        uint8_t buf[AX_EVENT_MAX_BYTES];
        ax_event ev;
        bool known;
        ax_test_event(&ev, (ax_event_kind)kind, 6);
        size_t n = ax_event_pack(&ev, buf, sizeof buf);
        for (size_t cut = 0; cut < n; cut++) {
            uint8_t *exact = malloc(cut ? cut : 1);
            memcpy(exact, buf, cut);
            ax_err err = { .code = AX_OK };
            assert_int_equal(ax_event_unpack(exact, cut, &ev, &known, &err), AX_EFORMAT);
            assert_int_equal(err.code, AX_EFORMAT);
            free(exact);
        }
    }
}

/* Random bytes, and valid payloads with some bytes changed: whatever is accepted must be a valid event. */
TEST(random_bytes_do_no_harm)
{
    ax_rng rng = ax_rng_new(1, 2);
    int taken = 0;
    for (int round = 0; round < 30000; round++) {
        uint8_t buf[AX_EVENT_MAX_BYTES];
        ax_event ev;
        bool known;
        size_t n;
        if (round % 3 == 0) {
            n = ax_rng_below(&rng, 80);
            for (size_t i = 0; i < n; i++)
                buf[i] = (uint8_t)ax_rng_next(&rng);
        } else {
            ax_test_event(&ev, (ax_event_kind)ax_rng_below(&rng, AX_EVENT_COUNT),
                          (int)ax_rng_below(&rng, AX_TEST_FILLS));
            n = ax_event_pack(&ev, buf, sizeof buf);
            for (int i = 0; i < round % 4; i++)
                buf[ax_rng_below(&rng, (uint32_t)n)] = (uint8_t)ax_rng_next(&rng);
        }
        uint8_t *exact = malloc(n ? n : 1);
        memcpy(exact, buf, n);
        if (ax_event_unpack(exact, n, &ev, &known, NULL) == AX_OK && known) {
            taken++;
            assert_in_range(ax_event_pack(&ev, buf, sizeof buf), 1, sizeof buf);
            ax_str line;
            ax_str_init(&line, 0);
            ax_event_json(&ev, &line);
            assert_true(ax_str_ok(&line));
            ax_str_release(&line);
        }
        free(exact);
    }
    assert_in_range(taken, 1000, 29000);
}

static size_t pack_custom(const char *kind, int fields, uint8_t *buf)
{
    msgpack_sbuffer out;
    msgpack_packer pk;
    msgpack_sbuffer_init(&out);
    msgpack_packer_init(&pk, &out, msgpack_sbuffer_write);
    msgpack_pack_array(&pk, 4);
    msgpack_pack_str_with_body(&pk, kind, strlen(kind));
    msgpack_pack_double(&pk, 5.5);
    msgpack_pack_int(&pk, 7);
    msgpack_pack_map(&pk, (size_t)fields);
    for (int i = 0; i < fields; i++) {
        static const char *const name[] = { "loudness", "position" };
        msgpack_pack_str_with_body(&pk, name[i], 8);
        msgpack_pack_int(&pk, 40 + i);
    }
    memcpy(buf, out.data, out.size);
    size_t n = out.size;
    msgpack_sbuffer_destroy(&out);
    return n;
}

TEST(newer_programs_may_say_more)
{
    uint8_t buf[256];
    ax_event ev;
    bool known = true;
    assert_int_equal(ax_event_unpack(buf, pack_custom("queued", 2, buf), &ev, &known, NULL), AX_OK);
    assert_true(known);
    assert_int_equal(ev.u.QUEUED.position, 41);
    assert_int_equal(ev.id, 7);
    assert_int_equal(ax_event_unpack(buf, pack_custom("queued", 0, buf), &ev, &known, NULL), AX_OK);
    assert_true(known);
    assert_int_equal(ev.u.QUEUED.position, 0);
    assert_int_equal(ax_event_unpack(buf, pack_custom("sung", 2, buf), &ev, &known, NULL), AX_OK);
    assert_false(known);
}

TEST(wrong_types_are_named)
{
    uint8_t buf[AX_EVENT_MAX_BYTES];
    ax_event ev;
    bool known;
    ax_err err;
    ax_test_event(&ev, AX_EVENT_QUEUED, 1);
    size_t n = ax_event_pack(&ev, buf, sizeof buf);
    buf[n - 1] = 0xc3; /* position = true */
    assert_int_equal(ax_event_unpack(buf, n, &ev, &known, &err), AX_EFORMAT);
    assert_string_equal(err.msg, "event queued: field position isn't what it should be");
    static uint8_t large[AX_EVENT_MAX_BYTES + 1] = { 0xc0 };
    assert_int_equal(ax_event_unpack(large, sizeof large, &ev, &known, &err), AX_EFORMAT);
}

TEST(texts_on_disk_are_utf8)
{
    uint8_t buf[AX_EVENT_MAX_BYTES];
    ax_event ev, back;
    bool known;
    ax_test_event(&ev, AX_EVENT_BYE, 0);
    snprintf(ev.u.BYE.reason, sizeof ev.u.BYE.reason, "a\xff\xc3(\xe2\x97");
    size_t n = ax_event_pack(&ev, buf, sizeof buf);
    assert_int_equal(ax_event_unpack(buf, n, &back, &known, NULL), AX_OK);
    assert_string_equal(back.u.BYE.reason, "a?"
                                           "?(?"
                                           "?");
}

TEST(json_is_one_line)
{
    ax_event ev = { .kind = AX_EVENT_PROPOSED, .seq = 9, .at = 1764072000.25, .clock = 77.5, .id = 3 };
    assert_int_equal(
        ax_genotype_parse("[[8,[0,0,5,2],[0,2,8,8],[0,5,1,4]],[[3,3],[3,2],[3,0]]]", &ev.u.PROPOSED.genotype, NULL),
        AX_OK);
    snprintf(ev.u.PROPOSED.origin, sizeof ev.u.PROPOSED.origin, "a \"b\"\n");
    ev.u.PROPOSED.logp = -1.5;
    ev.u.PROPOSED.entropy = __builtin_nan("");
    ev.u.PROPOSED.expected = 0.5;
    ev.u.PROPOSED.expected_low = 0.25;
    ev.u.PROPOSED.expected_high = __builtin_nan("");
    ev.u.PROPOSED.params = -1;
    for (int i = 0; i < AX_MAX_DECISIONS; i++) {
        ev.u.PROPOSED.logp_each[i] = i == 1 ? NAN : -0.5f;
        ev.u.PROPOSED.entropy_each[i] = NAN;
    }
    ax_str line;
    ax_str_init(&line, 0);
    ax_event_json(&ev, &line);
    assert_string_equal(
        line.text,
        "{\"seq\":9,\"at\":1764072000.250000,\"clock\":77.5,\"event\":\"proposed\",\"id\":3,\"genotype\":\"[[8,[0,0,5,"
        "2],"
        "[0,2,8,8],[0,5,1,4]],[[3,3],[3,2],[3,0]]]\",\"parent\":0,\"origin\":\"a "
        "\\\"b\\\"\\u000a\",\"seed\":0,\"logp\":-"
        "1.5,\"entropy\":null,\"logp_each\":[-0.5,null,-0.5,-0.5,-0.5,-0.5,-0.5,-0.5,-0.5,-0.5,-0.5,-0.5,-0.5,-0.5,-0."
        "5,"
        "-0.5,-0.5,-0.5,-0.5],\"entropy_each\":null,\"expected\":0.5,\"expected_low\":0.25,\"expected_high\":null,"
        "\"params\":-1,\"macs\":0}");
    ax_str_release(&line);
}

int main(void)
{
    return RUN_TESTS(every_kind_comes_back, cut_payloads_are_refused, random_bytes_do_no_harm,
                     newer_programs_may_say_more, wrong_types_are_named, texts_on_disk_are_utf8, json_is_one_line);
}
