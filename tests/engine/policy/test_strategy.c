#include "engine/policy/strategy.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#ifdef AX_DEBUG
enum { LONG = 8 };
#else
enum { LONG = 103 }; /* more than the buffer holds: its oldest are overwritten */
#endif

/* A reward that anybody can learn: how many of the seven operations are conv1x1. */
static double reward_of(const ax_genotype *g)
{
    int n = g->stem_op == AX_CELL_CONV1;
    for (int l = 0; l < AX_CELL_LAYERS; l++)
        n += (g->layer[l].op[0] == AX_CELL_CONV1) + (g->layer[l].op[1] == AX_CELL_CONV1);
    return n / 7.0;
}

static double run(ax_strategy *s, int rounds, char **trace, size_t *n)
{
    double sum = 0;
    ax_genotype *drawn = calloc((size_t)rounds, sizeof *drawn);
    for (int i = 0; i < rounds; i++) {
        ax_proposal p;
        assert_int_equal(ax_strategy_propose(s, &p, NULL), AX_OK);
        drawn[i] = p.genotype;
        sum += reward_of(&p.genotype);
        assert_int_equal(ax_strategy_learn(s, &p, reward_of(&p.genotype), NULL, NULL), AX_OK);
    }
    if (trace) {
        *trace = (char *)drawn;
        *n = (size_t)rounds * sizeof *drawn;
    } else {
        free(drawn);
    }
    return sum / rounds;
}

static void ppo_learns_what_random_does_not(void **state)
{
    (void)state;
#ifdef AX_DEBUG
    print_message("skip: thousands of controller passes take minutes without optimisation; release builds run it\n");
    skip();
#endif
    ax_strategy *ppo = ax_strategy_new("ppo", 4, NULL), *random = ax_strategy_new("random", 4, NULL);
    double first = run(ppo, 30, NULL, NULL);
    run(ppo, 60, NULL, NULL);
    double last = run(ppo, 30, NULL, NULL), chance = run(random, 2000, NULL, NULL);
    assert_true(fabs(chance - 1.0 / 11) < 0.01);
    if (!(last > 1.5 * first))
        fail_msg("the mean reward went from %.3f to %.3f", first, last);
    ax_strategy_free(ppo);
    ax_strategy_free(random);
}

static void a_loaded_state_has_the_same_future(void **state)
{
    (void)state;
    static const char *const names[] = { "ppo", "random" };
    for (int k = 0; k < 2; k++) {
        ax_strategy *a = ax_strategy_new(names[k], 9, NULL), *b = ax_strategy_new(names[k], 77, NULL);
        run(a, k ? 10 : LONG, NULL, NULL);
        char *bytes, *want, *got, *again;
        size_t n, m, want_n, got_n;
        assert_int_equal(ax_strategy_save(a, &bytes, &n, NULL), AX_OK);
        assert_int_equal(ax_strategy_load(b, bytes, n, NULL), AX_OK);
        assert_int_equal(ax_strategy_save(b, &again, &m, NULL), AX_OK);
        assert_int_equal(n, m);
        assert_memory_equal(bytes, again, n);
        run(a, 4, &want, &want_n);
        run(b, 4, &got, &got_n);
        assert_memory_equal(want, got, want_n);
        free(bytes);
        free(again);
        free(want);
        free(got);
        ax_strategy_free(a);
        ax_strategy_free(b);
    }
}

static void damaged_states_change_nothing(void **state)
{
    (void)state;
    ax_strategy *a = ax_strategy_new("ppo", 9, NULL), *b = ax_strategy_new("ppo", 3, NULL);
    run(a, 5, NULL, NULL);
    char *bytes, *before, *after;
    size_t n, before_n, after_n;
    ax_err err;
    ax_strategy_save(a, &bytes, &n, NULL);
    ax_strategy_save(b, &before, &before_n, NULL);
    for (size_t cut = 0; cut < n; cut += cut < 64 ? 1 : n / 50)
        assert_int_equal(ax_strategy_load(b, bytes, cut, &err), AX_EFORMAT);
    bytes[1] ^= 0x40; /* the first key */
    assert_int_equal(ax_strategy_load(b, bytes, n, &err), AX_EFORMAT);
    bytes[1] ^= 0x40;
    ax_strategy *random = ax_strategy_new("random", 3, NULL);
    assert_int_equal(ax_strategy_load(random, bytes, n, &err), AX_EFORMAT);
    assert_non_null(strstr(err.msg, "strategy random"));
    ax_strategy_save(b, &after, &after_n, NULL);
    assert_int_equal(before_n, after_n);
    assert_memory_equal(before, after, before_n);
    ax_proposal p;
    ax_strategy_propose(a, &p, NULL);
    assert_int_equal(ax_strategy_learn(a, &p, NAN, NULL, &err), AX_EINVAL);
    assert_null(ax_strategy_new("magic", 1, &err));
    assert_non_null(strstr(err.msg, "ppo, random"));
    free(bytes);
    free(before);
    free(after);
    ax_strategy_free(a);
    ax_strategy_free(b);
    ax_strategy_free(random);
}

static char *value_of(char *bytes, size_t n, const char *key)
{
    char *at = memmem(bytes, n, key, strlen(key));
    assert_non_null(at);
    return at + strlen(key);
}

/* Whole msgpack, but values that no search could have written. */
static void impossible_states_are_refused(void **state)
{
    (void)state;
    ax_strategy *a = ax_strategy_new("ppo", 9, NULL);
    run(a, 3, NULL, NULL);
    char *bytes, *good, *after;
    size_t n, good_n;
    ax_err err;
    ax_strategy_save(a, &good, &n, NULL);
    bytes = malloc(n);
    static const struct {
        const char *key;
        size_t at, count; /* bytes behind the key that are overwritten */
        unsigned char with;
    } edit[] = {
        { "adam_v", 5 + 3, 1, 0xbf },     /* a negative second moment */
        { "adam_m", 5 + 2, 2, 0x7f },     /* huge but finite: taken */
        { "controller", 5 + 2, 2, 0xff }, /* not a number */
        { "samples", 0, 1, 0x01 },        /* fewer than the buffer holds */
        { "baseline", 1, 2, 0xff },       /* not a number */
    };
    for (size_t i = 0; i < sizeof edit / sizeof *edit; i++) {
        memcpy(bytes, good, n);
        memset(value_of(bytes, n, edit[i].key) + edit[i].at, edit[i].with, edit[i].count);
        ax_code want = !strcmp(edit[i].key, "adam_m") ? AX_OK : AX_EFORMAT;
        if (ax_strategy_load(a, bytes, n, &err) != want)
            fail_msg("%s: %s", edit[i].key, want == AX_OK ? "refused" : "taken");
    }
    memcpy(bytes, good, n);
    char *rng = value_of(bytes, n, "rng");
    for (int i = 0; i < 4; i++)
        memset(rng + 1 + 9 * i + 1, 0, 8);
    assert_int_equal(ax_strategy_load(a, bytes, n, &err), AX_EFORMAT);
    assert_int_equal(ax_strategy_load(a, good, n, &err), AX_OK);
    ax_strategy_save(a, &after, &good_n, NULL);
    assert_int_equal(n, good_n);
    assert_memory_equal(good, after, n);
    free(bytes);
    free(good);
    free(after);
    ax_strategy_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ppo_learns_what_random_does_not),
        cmocka_unit_test(a_loaded_state_has_the_same_future),
        cmocka_unit_test(damaged_states_change_nothing),
        cmocka_unit_test(impossible_states_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
