#include "engine/wire/command.h"
#include "engine/base/rng.h"
#include "tests/helper/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static ax_command sample(int verb)
{
    ax_command c = { .request = verb % 2 ? 1 : INT64_MAX, .verb = (ax_verb)verb, .id = verb % 3 ? UINT32_MAX : 0 };
    memset(c.text, 'q', verb % 4 ? sizeof c.text - 1 : 0);
    snprintf(c.by, sizeof c.by, "user");
    return c;
}

/* A command in the longer form, at its maximum size. */
static ax_command large(int verb)
{
    ax_command c = sample(verb);
    c.fields = true;
    c.batch = verb % 2 ? 0 : INT64_MAX;
    for (c.n_ids = 0; !c.id && c.n_ids < AX_COMMAND_IDS; c.n_ids++)
        c.ids[c.n_ids] = UINT32_MAX - c.n_ids;
    return c;
}

TEST(the_longer_form_comes_back)
{
    for (int verb = 0; verb < AX_VERB_COUNT; verb++) {
        uint8_t buf[AX_COMMAND_MAX_BYTES];
        ax_command c = large(verb), back;
        size_t n = ax_command_pack(&c, buf, sizeof buf);
        assert_in_range(n, 1, sizeof buf);
        assert_int_equal(ax_command_unpack(buf, n, &back, NULL), AX_OK);
        assert_memory_equal(&c, &back, sizeof c);
    }
    /* a command that needs no fields also works with older engines */
    ax_command c = sample(AX_VERB_STOP);
    uint8_t buf[AX_COMMAND_MAX_BYTES];
    assert_in_range(ax_command_pack(&c, buf, sizeof buf), 1, sizeof buf);
    assert_int_equal(buf[0], 0x95);
    c.batch = 1;
    assert_in_range(ax_command_pack(&c, buf, sizeof buf), 1, sizeof buf);
    assert_int_equal(buf[0], 0x96);
}

static ax_code unpack(const char *fields, size_t n, ax_command *c)
{
    uint8_t buf[128] = "\x96\x01\xa5prune\x00\xa0\xa0";
    size_t head = 11;
    memcpy(buf + head, fields, n);
    return ax_command_unpack(buf, head + n, c, NULL);
}

TEST(fields_are_checked)
{
    ax_command c;
    static const char good[] = "\x83\xa3new\xc3\xa5"
                               "batch\x07\xa3ids\x92\x05\x06";
    assert_int_equal(unpack(good, sizeof good - 1, &c), AX_OK); /* an unknown command is skipped */
    assert_true(c.batch == 7 && c.n_ids == 2 && c.ids[0] == 5 && c.ids[1] == 6 && c.fields);
    static const char *const bad[] = { "\x90", "\x81\xa3ids\x05", "\x81\xa3ids\x91\xff",
                                       "\x81\xa5"
                                       "batch\xff",
                                       "\x81\xa3ids\x91\xa1x" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(unpack(bad[i], strlen(bad[i]), &c), AX_EFORMAT);
    assert_int_equal(unpack("\x81\xa3ids\x91\x00", 7, &c), AX_EFORMAT); /* there is no candidate 0 */
    uint8_t buf[256] = "\x96\x01\xa5prune\x00\xa0\xa0\x81\xa3ids\xdc\x00\x81";
    memset(buf + 19, 1, AX_COMMAND_IDS + 1);
    assert_int_equal(ax_command_unpack(buf, 19 + AX_COMMAND_IDS + 1, &c, NULL), AX_EFORMAT);
    buf[18] = AX_COMMAND_IDS;
    assert_int_equal(ax_command_unpack(buf, 19 + AX_COMMAND_IDS, &c, NULL), AX_OK);
    assert_int_equal(c.n_ids, AX_COMMAND_IDS);
}

TEST(commands_come_back)
{
    for (int verb = 0; verb < AX_VERB_COUNT; verb++) {
        uint8_t buf[AX_COMMAND_MAX_BYTES];
        ax_command c = sample(verb), back;
        ax_verb found;
        size_t n = ax_command_pack(&c, buf, sizeof buf);
        assert_in_range(n, 1, sizeof buf);
        assert_int_equal(ax_command_unpack(buf, n, &back, NULL), AX_OK);
        assert_memory_equal(&c, &back, sizeof c);
        assert_true(ax_verb_find(ax_verb_word(c.verb), &found));
        assert_int_equal(found, verb);
        for (size_t cut = 0; cut < n; cut++) {
            uint8_t *exact = malloc(cut ? cut : 1);
            memcpy(exact, buf, cut);
            assert_int_equal(ax_command_unpack(exact, cut, &back, NULL), AX_EFORMAT);
            assert_int_equal(ax_command_pack(&c, buf, cut), 0);
            free(exact);
            ax_command_pack(&c, buf, sizeof buf);
        }
    }
    ax_verb none;
    assert_false(ax_verb_find("explode", &none));
}

TEST(answers_come_back)
{
    for (int code = AX_OK; code <= AX_EBUSY; code++) {
        uint8_t buf[AX_COMMAND_MAX_BYTES];
        ax_answer a = { .request = 12, .code = (ax_code)code, .fields = code % 2 }, back;
        a.id = a.fields ? UINT32_MAX : 0;
        a.count = a.fields ? 3 : 0;
        memset(a.message, 'm', (size_t)code * 20);
        size_t n = ax_answer_pack(&a, buf, sizeof buf);
        assert_int_equal(ax_answer_unpack(buf, n, &back, NULL), AX_OK);
        assert_memory_equal(&a, &back, sizeof a);
        for (size_t cut = 0; cut < n; cut++)
            assert_int_equal(ax_answer_unpack(buf, cut, &back, NULL), AX_EFORMAT);
    }
}

TEST(random_bytes_do_no_harm)
{
    ax_rng rng = ax_rng_new(5, 6);
    for (int round = 0; round < 20000; round++) {
        uint8_t buf[AX_COMMAND_MAX_BYTES];
        int verb = (int)ax_rng_below(&rng, AX_VERB_COUNT);
        ax_command c = round % 2 ? large(verb) : sample(verb);
        ax_answer a;
        size_t n = ax_command_pack(&c, buf, sizeof buf);
        for (int i = 0; i < 1 + round % 5; i++)
            buf[ax_rng_below(&rng, (uint32_t)n)] = (uint8_t)ax_rng_next(&rng);
        uint8_t *exact = malloc(n);
        memcpy(exact, buf, n);
        if (ax_command_unpack(exact, n, &c, NULL) == AX_OK) {
            assert_in_range(c.verb, 0, AX_VERB_COUNT - 1);
            assert_non_null(memchr(c.text, 0, sizeof c.text));
            assert_in_range(c.n_ids, 0, AX_COMMAND_IDS);
        }
        ax_answer_unpack(exact, n, &a, NULL);
        free(exact);
    }
}

int main(void)
{
    return RUN_TESTS(commands_come_back, the_longer_form_comes_back, fields_are_checked, answers_come_back,
                     random_bytes_do_no_harm);
}
