/* The reader agrees with msgpack-c on everything that msgpack-c packs, and refuses truncated data. */
#include "engine/base/crc32c.h"
#include "engine/base/msgread.h"
#include "engine/base/rng.h"
#include "tests/helper/suite.h"

#include <math.h>
#include <msgpack.h>
#include <string.h>

static const int64_t wholes[] = { 0,         1,         127,        128,        255,       256,
                                  65535,     65536,     -1,         -32,        -33,       -128,
                                  -129,      -32768,    -32769,     INT32_MAX,  INT32_MIN, UINT32_MAX,
                                  INT64_MAX, INT64_MIN, 4294967296, -2147483649 };
enum { WHOLES = sizeof wholes / sizeof *wholes };

static ax_msgread over(const msgpack_sbuffer *b, size_t n)
{
    return (ax_msgread) { (const uint8_t *)b->data, (const uint8_t *)b->data + n };
}

TEST(wholes_and_reals)
{
    for (size_t i = 0; i < WHOLES; i++) {
        msgpack_sbuffer b;
        msgpack_packer pk;
        msgpack_sbuffer_init(&b);
        msgpack_packer_init(&pk, &b, msgpack_sbuffer_write);
        msgpack_pack_int64(&pk, wholes[i]);
        int64_t got = 7;
        double real;
        ax_msgread r = over(&b, b.size);
        assert_true(ax_msgread_whole(&r, &got) && r.at == r.end);
        assert_true(got == wholes[i]);
        r = over(&b, b.size);
        assert_true(ax_msgread_real(&r, &real) && real == (double)wholes[i]);
        for (size_t n = 0; n < b.size; n++) {
            r = over(&b, n);
            assert_false(ax_msgread_whole(&r, &got) || ax_msgread_real(&r, &real) || ax_msgread_skip(&r));
            assert_ptr_equal(r.at, b.data);
        }
        msgpack_sbuffer_clear(&b);
        msgpack_pack_double(&pk, (double)wholes[i] / 3);
        msgpack_pack_float(&pk, 0.5f);
        msgpack_pack_uint64(&pk, UINT64_MAX);
        msgpack_pack_nil(&pk);
        r = over(&b, b.size);
        assert_false(ax_msgread_whole(&r, &got));
        assert_true(ax_msgread_real(&r, &real) && real == (double)wholes[i] / 3);
        assert_true(ax_msgread_real(&r, &real) && real == 0.5);
        assert_false(ax_msgread_whole(&r, &got));
        assert_true(ax_msgread_real(&r, &real) && real == 18446744073709551615.0);
        assert_true(ax_msgread_real(&r, &real) && isnan(real) && r.at == r.end);
        msgpack_sbuffer_destroy(&b);
    }
}

TEST(containers_and_bytes)
{
    static const size_t sizes[] = { 0, 1, 15, 16, 31, 32, 255, 256, 65535, 65536 };
    static char content[65537];
    memset(content, 'x', sizeof content);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        msgpack_sbuffer b;
        msgpack_packer pk;
        size_t size = sizes[i], n;
        uint32_t got;
        const char *text;
        const uint8_t *bytes;
        char copy[300];
        msgpack_sbuffer_init(&b);
        msgpack_packer_init(&pk, &b, msgpack_sbuffer_write);
        msgpack_pack_array(&pk, size);
        msgpack_pack_map(&pk, size);
        msgpack_pack_str(&pk, size);
        msgpack_pack_str_body(&pk, content, size);
        size_t before = b.size;
        msgpack_pack_bin(&pk, size);
        msgpack_pack_bin_body(&pk, content, size);
        ax_msgread r = over(&b, b.size);
        assert_false(ax_msgread_map(&r, &got));
        assert_true(ax_msgread_array(&r, &got) && got == size);
        assert_false(ax_msgread_array(&r, &got));
        assert_true(ax_msgread_map(&r, &got) && got == size);
        ax_msgread at_text = r;
        assert_false(ax_msgread_bin(&r, &bytes, &n));
        assert_int_equal(ax_msgread_copy(&r, copy, sizeof copy), size < sizeof copy);
        r = at_text;
        assert_true(ax_msgread_text(&r, &text, &n) && n == size);
        assert_false(ax_msgread_text(&r, &text, &n));
        assert_true(ax_msgread_bin(&r, &bytes, &n) && n == size && r.at == r.end);
        at_text.end = (const uint8_t *)b.data + before - 1;
        assert_int_equal(ax_msgread_text(&at_text, &text, &n), false);
        msgpack_sbuffer_destroy(&b);
    }
}

TEST(text_with_a_zero_byte_is_no_text)
{
    const uint8_t bytes[] = { 0xa3, 'a', 0, 'b' };
    char copy[8];
    ax_msgread r = { bytes, bytes + sizeof bytes };
    assert_false(ax_msgread_copy(&r, copy, sizeof copy));
    assert_true(ax_msgread_skip(&r) && r.at == r.end);
}

/* RFC 3720, B.4; and the CPU's CRC instruction against the table at every length and alignment. */
TEST(checksums)
{
    uint8_t bytes[300] = { 0 };
    assert_int_equal(ax_crc32c(0, bytes, 32), 0x8a9136aa);
    assert_int_equal(ax_crc32c(0, "123456789", 9), 0xe3069283);
    ax_rng rng = ax_rng_new(3, 3);
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)ax_rng_next(&rng);
    for (size_t from = 0; from < 9; from++)
        for (size_t n = 0; n + from <= sizeof bytes; n += n < 40 ? 1 : 37)
            assert_int_equal(ax_crc32c((uint32_t)n, bytes + from, n), ax_crc32c_plain((uint32_t)n, bytes + from, n));
}

int main(void)
{
    return RUN_TESTS(wholes_and_reals, containers_and_bytes, text_with_a_zero_byte_is_no_text, checksums);
}
