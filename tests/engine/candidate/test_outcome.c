/* Outcomes as bytes: they can be read back, and so can those of older versions. */
#include "engine/candidate/outcome_pack.h"
#include "tests/helper/suite.h"

#include <stdio.h>
#include <string.h>

enum { FIELDS = AX_METRIC_COUNT + 2 };

static const ax_outcome whole = { .reward = .5,
                                  .miou = .4,
                                  .fwiou = .6,
                                  .accuracy = .7,
                                  .loss = 1.25,
                                  .seconds = 33,
                                  .params = 2000000,
                                  .macs = 900000000,
                                  .peak_bytes = 1 << 30,
                                  .stage = 2,
                                  .batch = 8,
                                  .latency_ms = 12.5 };

/* Reads the outcome as an array that ends after n fields, or has one more than are known. */
static bool read_part(const ax_outcome *o, uint32_t n, ax_outcome *out)
{
    msgpack_sbuffer bytes;
    msgpack_packer pk;
    msgpack_unpacked msg;
    msgpack_sbuffer_init(&bytes);
    msgpack_packer_init(&pk, &bytes, msgpack_sbuffer_write);
    ax_outcome_pack(&pk, o);
    msgpack_unpacked_init(&msg);
    assert_int_equal(msgpack_unpack_next(&msg, bytes.data, bytes.size, NULL), MSGPACK_UNPACK_SUCCESS);
    msgpack_object field[FIELDS + 1] = { 0 }, part = msg.data;
    assert_int_equal(part.via.array.size, FIELDS);
    memcpy(field, part.via.array.ptr, FIELDS * sizeof *field);
    field[FIELDS].type = MSGPACK_OBJECT_NIL; /* a field of a future version */
    part.via.array.ptr = field;
    part.via.array.size = n;
    bool read = ax_outcome_read(&part, out);
    msgpack_unpacked_destroy(&msg);
    msgpack_sbuffer_destroy(&bytes);
    return read;
}

TEST(what_is_written_is_read)
{
    ax_outcome o;
    assert_true(read_part(&whole, FIELDS, &o));
    assert_true(o.reward == .5 && o.miou == .4 && o.fwiou == .6 && o.accuracy == .7 && o.loss == 1.25);
    assert_true(o.seconds == 33 && o.params == 2000000 && o.macs == 900000000 && o.peak_bytes == 1 << 30);
    assert_true(o.stage == 2 && o.batch == 8 && o.latency_ms == 12.5);
    assert_true(read_part(&ax_outcome_none, FIELDS, &o));
    assert_true(isnan(o.reward) && isnan(o.latency_ms) && o.macs == 0);
}

TEST(latencies_are_younger_than_the_rest)
{
    ax_outcome o = { .latency_ms = 3 };
    assert_true(read_part(&whole, 11, &o));
    assert_true(isnan(o.latency_ms) && o.batch == 8 && o.reward == .5);
    assert_false(read_part(&whole, 10, &o));
    assert_false(read_part(&whole, FIELDS + 1, &o));
    assert_false(ax_outcome_read(NULL, &o));
}

TEST(the_headline_is_one_that_is_known)
{
    ax_outcome o = ax_outcome_none;
    assert_int_equal(ax_outcome_headline(&o, AX_TASK_SEGMENTATION), AX_METRIC_MIOU);
    assert_int_equal(ax_outcome_headline(&o, AX_TASK_POSE), AX_METRIC_PCK);
    o.ap = .25; /* as on COCO's key points */
    assert_int_equal(ax_outcome_headline(&o, AX_TASK_POSE), AX_METRIC_AP);
    o.pck = .5;
    assert_int_equal(ax_outcome_headline(&o, AX_TASK_POSE), AX_METRIC_PCK);
}

int main(void)
{
    return RUN_TESTS(what_is_written_is_read, latencies_are_younger_than_the_rest, the_headline_is_one_that_is_known);
}
