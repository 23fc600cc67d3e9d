/* The encoding of protocol buffers: the examples of its documentation, and the edges of varints. */
#include "engine/export/protobuf.h"
#include "tests/helper/suite.h"

static void expect(ax_str *m, const char *bytes, size_t n)
{
    assert_true(ax_str_ok(m));
    assert_int_equal(m->len, n);
    assert_memory_equal(m->text, bytes, n);
    ax_str_release(m);
}
#define EXPECT(m, bytes) expect(m, bytes, sizeof bytes - 1)

TEST(test_fields)
{
    ax_str m, part;
    ax_str_init(&m, 0);
    ax_str_init(&part, 0);
    ax_pb_varint(&m, 1, 150);
    EXPECT(&m, "\x08\x96\x01");
    ax_pb_text(&m, 2, "testing");
    EXPECT(&m, "\x12\x07testing");
    ax_pb_varint(&part, 1, 150);
    ax_pb_message(&m, 3, &part);
    EXPECT(&m, "\x1a\x03\x08\x96\x01");
    ax_str_release(&part);
    ax_pb_message(&m, 3, &part);
    EXPECT(&m, "\x1a\x00");
    ax_pb_float(&m, 2, 1.5f);
    EXPECT(&m, "\x15\x00\x00\xc0\x3f");
    ax_pb_varint(&m, 20, 0);
    EXPECT(&m, "\xa0\x01\x00");
}

TEST(test_edges)
{
    ax_str m;
    ax_str_init(&m, 0);
    ax_pb_varint(&m, 1, 127);
    EXPECT(&m, "\x08\x7f");
    ax_pb_varint(&m, 1, 128);
    EXPECT(&m, "\x08\x80\x01");
    ax_pb_varint(&m, 1, (uint64_t)-2);
    EXPECT(&m, "\x08\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01");
}

/* A part that ran out of memory isn't taken for a complete one. */
TEST(test_failure_spreads)
{
    ax_str m, part;
    ax_str_init(&m, 0);
    ax_str_init(&part, 3);
    ax_pb_text(&part, 1, "longer than three bytes");
    ax_pb_message(&m, 1, &part);
    assert_false(ax_str_ok(&m));
    ax_str_release(&m);
    ax_str_release(&part);
}

int main(void)
{
    return RUN_TESTS(test_fields, test_edges, test_failure_spreads);
}
