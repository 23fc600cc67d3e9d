#include "engine/wire/command.h"
#include "engine/base/rng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static ax_command sample(int verb)
{
    ax_command c = { .request = verb % 2 ? 1 : INT64_MAX, .verb = (ax_verb)verb, .id = verb % 3 ? UINT32_MAX : 0 };
    memset(c.text, 'q', verb % 4 ? sizeof c.text - 1 : 0);
    snprintf(c.by, sizeof c.by, "user");
    return c;
}

static void commands_come_back(void **state)
{
    (void)state;
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

static void answers_come_back(void **state)
{
    (void)state;
    for (int code = AX_OK; code <= AX_EBUSY; code++) {
        uint8_t buf[AX_COMMAND_MAX_BYTES];
        ax_answer a = { .request = 12, .code = (ax_code)code }, back;
        memset(a.message, 'm', (size_t)code * 20);
        size_t n = ax_answer_pack(&a, buf, sizeof buf);
        assert_int_equal(ax_answer_unpack(buf, n, &back, NULL), AX_OK);
        assert_memory_equal(&a, &back, sizeof a);
        for (size_t cut = 0; cut < n; cut++)
            assert_int_equal(ax_answer_unpack(buf, cut, &back, NULL), AX_EFORMAT);
    }
}

static void random_bytes_do_no_harm(void **state)
{
    (void)state;
    ax_rng rng = ax_rng_new(5, 6);
    for (int round = 0; round < 20000; round++) {
        uint8_t buf[AX_COMMAND_MAX_BYTES];
        ax_command c = sample((int)ax_rng_below(&rng, AX_VERB_COUNT));
        ax_answer a;
        size_t n = ax_command_pack(&c, buf, sizeof buf);
        for (int i = 0; i < 1 + round % 5; i++)
            buf[ax_rng_below(&rng, (uint32_t)n)] = (uint8_t)ax_rng_next(&rng);
        uint8_t *exact = malloc(n);
        memcpy(exact, buf, n);
        if (ax_command_unpack(exact, n, &c, NULL) == AX_OK) {
            assert_in_range(c.verb, 0, AX_VERB_COUNT - 1);
            assert_non_null(memchr(c.text, 0, sizeof c.text));
        }
        ax_answer_unpack(exact, n, &a, NULL);
        free(exact);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commands_come_back),
        cmocka_unit_test(answers_come_back),
        cmocka_unit_test(random_bytes_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
