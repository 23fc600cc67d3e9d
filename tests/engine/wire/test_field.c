/* Every type of member: to msgpack and back with either reader, to JSON, and what the readers refuse. */
#include "engine/base/pack.h"
#include "engine/candidate/words.h"
#include "engine/wire/field.h"
#include "tests/helper/suite.h"

#include <math.h>
#include <string.h>

typedef struct thing {
    uint32_t u32;
    uint64_t u64;
    int64_t count, whole;
    double real;
    char text[8];
    bool flag;
    ax_status status;
    ax_cause cause;
    ax_genotype genotype;
    float reals[AX_MAX_DECISIONS], each[AX_MAX_DECISIONS];
} thing;

#define MEMBER(type, name)                                                                                             \
    {                                                                                                                  \
        AX_FIELD_##type, #name, offsetof(thing, name), sizeof(((thing *)0)->name), false                               \
    }
static const ax_field members[] = {
    MEMBER(U32, u32),     MEMBER(U64, u64),           MEMBER(COUNT, count), MEMBER(WHOLE, whole),
    MEMBER(REAL, real),   MEMBER(TEXT, text),         MEMBER(BOOL, flag),   MEMBER(STATUS, status),
    MEMBER(CAUSE, cause), MEMBER(GENOTYPE, genotype), MEMBER(REALS, reals), MEMBER(EACH, each),
};
enum { MEMBERS = sizeof members / sizeof *members };
static const ax_fields fields = { members, MEMBERS, offsetof(thing, genotype) };
#define CELLS "[[8,[0,0,5,2],[0,2,8,8],[0,5,1,4]],[[3,3],[3,2],[3,0]]]"

static thing example(void)
{
    thing t;
    memset(&t, 0, sizeof t);
    t.u32 = 4000000000u;
    t.u64 = INT64_MAX;
    t.count = 7;
    t.whole = -12345678901;
    t.real = 0.1;
    memcpy(t.text, "a\"b", 4);
    t.flag = true;
    t.status = AX_PRUNED;
    t.cause = AX_CAUSE_HANG;
    assert_int_equal(ax_genotype_parse(CELLS, &t.genotype, NULL), AX_OK);
    for (int i = 0; i < AX_MAX_DECISIONS; i++)
        t.each[i] = NAN; /* beyond the last decision */
    for (int i = 0; i < 19; i++) {
        t.reals[i] = (float)-i;
        t.each[i] = 0.5f * (float)i;
    }
    return t;
}

/* Packs the fields as a map into buf. */
static size_t packed(const thing *t, uint8_t *buf, size_t cap)
{
    ax_fixed out = { .buf = buf, .cap = cap };
    msgpack_packer pk;
    msgpack_packer_init(&pk, &out, ax_fixed_write);
    msgpack_pack_map(&pk, MEMBERS);
    ax_fields_pack(&pk, &fields, t);
    assert_false(out.full);
    return out.len;
}

TEST(there_and_back)
{
    uint8_t buf[1024];
    const thing t = example();
    thing by_bytes, by_object;
    size_t n = packed(&t, buf, sizeof buf), off = 0, size;
    uint32_t pairs;
    const char *key;
    memset(&by_bytes, 0, sizeof by_bytes);
    memset(&by_object, 0, sizeof by_object);
    ax_msgread r = { buf, buf + n };
    assert_true(ax_msgread_map(&r, &pairs) && pairs == MEMBERS);
    for (int i = 0; i < MEMBERS; i++)
        assert_true(ax_msgread_text(&r, &key, &size) && ax_field_read(&r, &fields, &members[i], &by_bytes));
    assert_memory_equal(&by_bytes, &t, sizeof t);
    msgpack_unpacked msg;
    msgpack_unpacked_init(&msg);
    assert_int_equal(msgpack_unpack_next(&msg, (const char *)buf, n, &off), MSGPACK_UNPACK_SUCCESS);
    for (int i = 0; i < MEMBERS; i++)
        assert_true(ax_field_read_object(ax_map_get(&msg.data, members[i].name), &fields, &members[i], &by_object));
    assert_memory_equal(&by_object, &t, sizeof t);
    /* a value doesn't fit a member of another type, but text fits any cause */
    for (int i = 0; i < MEMBERS; i++) {
        thing other = t;
        assert_false(ax_field_read_object(NULL, &fields, &members[i], &other));
        const msgpack_object *text = ax_map_get(&msg.data, "text");
        if (members[i].type != AX_FIELD_TEXT && members[i].type != AX_FIELD_CAUSE)
            assert_false(ax_field_read_object(text, &fields, &members[i], &other));
    }
    const msgpack_object *whole = ax_map_get(&msg.data, "whole");
    thing other = t;
    assert_false(ax_field_read_object(whole, &fields, &members[0], &other)); /* negative */
    assert_false(ax_field_read_object(whole, &fields, &members[1], &other));
    assert_false(ax_field_read_object(whole, &fields, &members[2], &other));
    assert_false(ax_field_read_object(ax_map_get(&msg.data, "u64"), &fields, &members[0], &other)); /* too large */
    msgpack_unpacked_destroy(&msg);
}

TEST(as_json)
{
    ax_str out;
    ax_str_init(&out, 0);
    thing t = example();
    ax_fields_json(&out, &fields, &t);
    assert_string_equal(out.text, ",\"u32\":4000000000,\"u64\":9223372036854775807,\"count\":7,\"whole\":-12345678901,"
                                  "\"real\":0.10000000000000001,\"text\":\"a\\\"b\",\"flag\":true,\"status\":\"X\","
                                  "\"cause\":\"hang\",\"genotype\":\"" CELLS "\","
                                  "\"reals\":[0,-1,-2,-3,-4,-5,-6,-7,-8,-9,-10,-11,-12,-13,-14,-15,-16,-17,-18],"
                                  "\"each\":[0,0.5,1,1.5,2,2.5,3,3.5,4,4.5,5,5.5,6,6.5,7,7.5,8,8.5,9]");
    ax_str_release(&out);
}

TEST(what_is_lacking)
{
    thing t = example();
    for (int i = 0; i < MEMBERS; i++)
        assert_true(ax_field_lack(&members[i], &t) == (members[i].type != AX_FIELD_GENOTYPE));
    assert_true(isnan(t.real) && isnan(t.each[0]) && isnan(t.each[AX_MAX_DECISIONS - 1]) && t.count == 7);
    /* unknown values are nil in msgpack and null in JSON */
    uint8_t buf[1024];
    ax_str out;
    ax_str_init(&out, 0);
    size_t n = packed(&t, buf, sizeof buf);
    assert_true(buf[n - 1] == 0xc0);
    ax_fields_json(&out, &fields, &t);
    assert_non_null(strstr(out.text, "\"real\":null"));
    assert_non_null(strstr(out.text, "\"each\":null"));
    ax_str_release(&out);
    t.count = -1; /* an unknown count is 0 */
    packed(&t, buf, sizeof buf);
    const uint8_t *at = memmem(buf, sizeof buf, "count", 5);
    assert_true(at && at[5] == 0);
}

int main(void)
{
    return RUN_TESTS(there_and_back, as_json, what_is_lacking);
}
