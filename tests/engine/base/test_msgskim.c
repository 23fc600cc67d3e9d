#include "engine/base/msgskim.h"
#include "tests/helper/suite.h"

#include <msgpack.h>
#include <string.h>

/* One value of each type, nested. */
static void pack_sample(msgpack_sbuffer *buf)
{
    msgpack_packer pk;
    msgpack_packer_init(&pk, buf, msgpack_sbuffer_write);
    static char text[70000];
    memset(text, 'x', sizeof text);
    msgpack_pack_array(&pk, 12);
    msgpack_pack_nil(&pk);
    msgpack_pack_true(&pk);
    msgpack_pack_int(&pk, -5);
    msgpack_pack_uint64(&pk, UINT64_MAX);
    msgpack_pack_int64(&pk, INT64_MIN);
    msgpack_pack_double(&pk, 1.5);
    msgpack_pack_float(&pk, 1.5f);
    msgpack_pack_str(&pk, 40);
    msgpack_pack_str_body(&pk, text, 40);
    msgpack_pack_bin(&pk, 70000);
    msgpack_pack_bin_body(&pk, text, 70000);
    msgpack_pack_ext(&pk, 16, 3);
    msgpack_pack_ext_body(&pk, text, 16);
    msgpack_pack_map(&pk, 20);
    for (int i = 0; i < 20; i++) {
        msgpack_pack_int(&pk, 1000 * i);
        msgpack_pack_array(&pk, 0);
    }
    msgpack_pack_array(&pk, 300);
    for (int i = 0; i < 300; i++)
        msgpack_pack_int(&pk, i);
}

TEST(whole_objects_are_measured)
{
    msgpack_sbuffer buf;
    msgpack_sbuffer_init(&buf);
    pack_sample(&buf);
    bool more;
    assert_int_equal(ax_msg_skim(buf.data, buf.size, &more), buf.size);
    for (size_t n = 0; n < buf.size; n += n < 200 || n > 70200 ? 1 : 997) {
        assert_int_equal(ax_msg_skim(buf.data, n, &more), 0);
        assert_true(more);
    }
    msgpack_pack_nil(&(msgpack_packer) { &buf, msgpack_sbuffer_write });
    assert_int_equal(ax_msg_skim(buf.data, buf.size, NULL), buf.size - 1); /* the first object only */
    msgpack_sbuffer_destroy(&buf);
}

TEST(lies_and_depth_are_refused)
{
    static const char *const evil[] = { "\xdd\xff\xff\xff\xff", "\xdf\xff\xff\xff\xff", "\xc6\xff\xff\xff\xff",
                                        "\x91\xdd\x7f\xff\xff\xff", "\xc1" };
    for (size_t i = 0; i < sizeof evil / sizeof *evil; i++)
        assert_int_equal(ax_msg_skim(evil[i], strlen(evil[i]), NULL), 0);
    char deep[100];
    memset(deep, '\x91', sizeof deep);
    deep[AX_MSG_DEPTH] = 0;
    assert_int_equal(ax_msg_skim(deep, AX_MSG_DEPTH + 1, NULL), AX_MSG_DEPTH + 1);
    deep[AX_MSG_DEPTH] = '\x91';
    bool more = true;
    assert_int_equal(ax_msg_skim(deep, sizeof deep, &more), 0);
    assert_false(more);
}

int main(void)
{
    return RUN_TESTS(whole_objects_are_measured, lies_and_depth_are_refused);
}
