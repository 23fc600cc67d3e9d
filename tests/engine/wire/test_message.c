#include "engine/wire/message.h"
#include "engine/base/rng.h"
#include "tests/helper/suite.h"

#include <msgpack.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { OBJECTS = 50 };

TEST(pieces_of_any_size_make_the_same_messages)
{
    ax_rng rng = ax_rng_new(1, 1);
    msgpack_sbuffer all;
    msgpack_packer pk;
    size_t end[OBJECTS];
    msgpack_sbuffer_init(&all);
    msgpack_packer_init(&pk, &all, msgpack_sbuffer_write);
    for (int i = 0; i < OBJECTS; i++) {
        static const char zeros[300];
        msgpack_pack_array(&pk, 2);
        msgpack_pack_int(&pk, i * 1000);
        size_t n = ax_rng_below(&rng, sizeof zeros);
        msgpack_pack_bin(&pk, n);
        msgpack_pack_bin_body(&pk, zeros, n);
        end[i] = all.size;
    }
    for (int round = 0; round < 200; round++) {
        ax_messages m;
        ax_messages_init(&m, 400);
        size_t at = 0;
        int taken = 0;
        while (at < all.size) {
            size_t piece = 1 + ax_rng_below(&rng, round < 50 ? 3 : 900);
            piece = piece < all.size - at ? piece : all.size - at;
            assert_int_equal(ax_messages_feed(&m, all.data + at, piece, NULL), AX_OK);
            at += piece;
            const uint8_t *bytes;
            size_t n;
            int got;
            while ((got = ax_messages_next(&m, &bytes, &n)) == 1) {
                size_t start = taken ? end[taken - 1] : 0;
                assert_int_equal(n, end[taken] - start);
                assert_memory_equal(bytes, all.data + start, n);
                taken++;
            }
            assert_int_equal(got, 0);
        }
        assert_int_equal(taken, OBJECTS);
        assert_in_range(m.cap, 1, 8192); /* memory of messages that were taken is reused */
        ax_messages_release(&m);
    }
    msgpack_sbuffer_destroy(&all);
}

/* Five bytes that claim four gigabytes, endless nesting, an invalid type, one byte too many. */
TEST(claims_are_not_believed)
{
    static const struct claim {
        uint8_t bytes[8];
        size_t n;
        int want;
    } claims[] = {
        { { 0xdd, 0xff, 0xff, 0xff, 0xff }, 5, 0 },
        { { 0xdf, 0xff, 0xff, 0xff, 0xff }, 5, 0 },
        { { 0xc6, 0xff, 0xff, 0xff, 0xff }, 5, 0 },
        { { 0xdb, 0xff, 0xff, 0xff, 0xff }, 5, 0 },
        { { 0xc1 }, 1, -1 },
    };
    const uint8_t *bytes;
    size_t n;
    for (size_t i = 0; i < sizeof claims / sizeof *claims; i++) {
        ax_messages m;
        ax_messages_init(&m, 100);
        ax_messages_feed(&m, claims[i].bytes, claims[i].n, NULL);
        int got = ax_messages_next(&m, &bytes, &n);
        assert_true(got == claims[i].want || got == -1);
        for (int k = 0; k < 100 && got == 0; k++) { /* no more data can make it valid: it must end at the limit */
            ax_messages_feed(&m, "\x01\x01", 2, NULL);
            got = ax_messages_next(&m, &bytes, &n);
            assert_int_not_equal(got, 1);
        }
        assert_int_equal(got, -1);
        assert_in_range(m.cap, 1, 4096);
        ax_messages_release(&m);
    }
    uint8_t nest[200];
    memset(nest, 0x91, sizeof nest);
    ax_messages m;
    ax_messages_init(&m, 1000);
    ax_messages_feed(&m, nest, sizeof nest, NULL);
    assert_int_equal(ax_messages_next(&m, &bytes, &n), -1);
    ax_messages_release(&m);
    ax_messages_init(&m, 10);
    ax_messages_feed(&m,
                     "\xc4\x09"
                     "123456789",
                     11, NULL);
    assert_int_equal(ax_messages_next(&m, &bytes, &n), -1);
    ax_messages_release(&m);
}

int main(void)
{
    return RUN_TESTS(pieces_of_any_size_make_the_same_messages, claims_are_not_believed);
}
