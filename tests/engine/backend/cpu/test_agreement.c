/* Every kernel of the CPU backend against the reference, with each instruction set that the machine has. */
#include "tests/helper/oracle.h"
#include "tests/helper/suite.h"

#include <stdio.h>
#include <stdlib.h>

static const ax_backend *const cpu = &ax_backend_cpu, *const ref = &ax_backend_ref;

static void agree(const ax_case *c, uint64_t seed, ax_device *oracle, ax_device *dev)
{
    ax_trial want, got;
    ax_trial_in_way(&want, c, seed, ref, oracle, 0);
    for (int way = 0; way < AX_WAYS; way++) {
        ax_trial_in_way(&got, c, seed, cpu, dev, way);
        ax_trial_agrees(&want, &got, ax_way_name[way]);
        ax_trial_release(&got);
    }
    ax_trial_release(&want);
}

static void with_isa(const char *isa)
{
    ax_err err = { AX_OK, "" };
    bool seen[AX_OP_COUNT] = { false };
    setenv("AUXCELL_ISA", isa, 1);
    ax_device *dev[2] = { cpu->open(0, 1, &err), NULL }, *oracle = ref->open(0, 1, NULL);
    unsetenv("AUXCELL_ISA");
    if (!dev[0] && err.code == AX_EDEVICE) {
        ref->close(oracle);
        printf("skip: %s\n", err.msg);
        skip();
    }
    assert_non_null(dev[0]);
    setenv("AUXCELL_ISA", isa, 1);
    dev[1] = cpu->open(0, 2, &err);
    unsetenv("AUXCELL_ISA");
    for (size_t i = 0; i < ax_case_count; i++) {
        agree(&ax_cases[i], 500 + i, oracle, dev[i % 2]);
        if (ax_cases[i].large && ax_cases[i].op != AX_OP_CONV2D) /* the reference is slow on these */
            agree(&ax_cases[i], 900 + i, oracle, dev[1 - i % 2]);
        seen[ax_cases[i].op] = true;
    }
    ax_every_op_was(seen);
    cpu->close(dev[0]);
    cpu->close(dev[1]);
    ref->close(oracle);
}

TEST(base)
{
    with_isa("base");
}

#if defined(__x86_64__)
TEST(v3)
{
    with_isa("v3");
}

TEST(v4)
{
    with_isa("v4");
}
#endif

/* The largest difference, relative to a tensor's largest element, of a result rounded to 7 bits of mantissa, from
   inputs that are bfloat16 in both; weights are rounded too, where products are of pairs. */
static const double HALF = 0x1p-8 + 3e-3;

/* A trial with maps in bfloat16 of the same numbers. */
static void narrow_trial(ax_trial *t, const ax_case *c, uint64_t seed, const ax_backend *b, ax_device *dev,
                         bool inplace)
{
    ax_trial_init(t, c, seed);
    ax_trial_round(t);
    t->bf16 = b == cpu && t->info->map_out; /* CAST has one of either type */
    ax_trial_run(t, b, dev, ~0u, inplace);
}

/* Opens a CPU with two kinds of maps, or skips the test. */
static ax_device *open_narrow(int threads)
{
    ax_device *dev = cpu->open(0, threads, NULL);
    assert_non_null(dev);
    cpu->configure(dev, &(ax_device_options) { .winograd = true, .bf16 = true });
    if (cpu->map_type(dev) == AX_BF16)
        return dev;
    cpu->close(dev);
    printf("skip: this processor has no AVX512-BF16\n");
    skip();
    return NULL;
}

TEST(bfloat16)
{
    bool seen[AX_OP_COUNT] = { false };
    ax_device *dev[2] = { open_narrow(1), open_narrow(2) }, *oracle = ref->open(0, 1, NULL);
    for (size_t i = 0; i < ax_case_count; i++) {
        const ax_case *c = &ax_cases[i];
        seen[c->op] = true;
        if (!ax_op_get(c->op)->map_out && c->op != AX_OP_CAST)
            continue;
        /* an activation cuts off sums that are larger, and their errors with them */
        const double sums = (c->op == AX_OP_FUSED || c->op == AX_OP_CHAIN) && c->hi > 1 ? 16 : 0;
        ax_trial want, got;
        narrow_trial(&want, c, 800 + i, ref, oracle, false);
        for (int way = 0; way < 2; way++) {
            narrow_trial(&got, c, 800 + i, cpu, dev[(i + (size_t)way) % 2], way == 1);
            ax_trial_compare(&want, &got, HALF, sums, way ? "in place" : "bfloat16");
            ax_trial_release(&got);
        }
        ax_trial_release(&want);
    }
    ax_every_op_was(seen);
    cpu->close(dev[0]);
    cpu->close(dev[1]);
    ref->close(oracle);
}

TEST(same_bits_again)
{
    ax_device *dev = cpu->open(0, 2, NULL), *again = cpu->open(0, 2, NULL);
    for (size_t i = 0; i < ax_case_count; i++) {
        ax_trial a, b;
        ax_trial_init(&a, &ax_cases[i], i);
        ax_trial_init(&b, &ax_cases[i], i);
        ax_trial_run(&a, cpu, dev, ~0u, false);
        ax_trial_run(&b, cpu, again, ~0u, false);
        ax_trial_identical(&a, &b, "cpu, 2 threads");
        ax_trial_release(&a);
        ax_trial_release(&b);
    }
    cpu->close(dev);
    cpu->close(again);
}

/* Batch norm may omit its output when only the statistics are wanted, and vice versa. */
TEST(outputs_not_wanted)
{
    const ax_backend *const both[] = { ref, cpu };
    for (int k = 0; k < 2; k++) {
        ax_device *dev = both[k]->open(0, 1, NULL);
        for (size_t i = 0; i < ax_case_count; i++) {
            ax_trial all, parts;
            if (ax_op_get(ax_cases[i].op)->n_out == 1)
                continue;
            ax_trial_init(&all, &ax_cases[i], i);
            ax_trial_init(&parts, &ax_cases[i], i);
            assert_int_equal(ax_trial_forward(&all, both[k], dev, ~0u, false, NULL), AX_OK);
            for (uint32_t out = 0; out < all.info->n_out; out++)
                assert_int_equal(ax_trial_forward(&parts, both[k], dev, 1u << out, false, NULL), AX_OK);
            ax_trial_identical(&all, &parts, both[k]->name);
            ax_trial_release(&all);
            ax_trial_release(&parts);
        }
        both[k]->close(dev);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(base),
#if defined(__x86_64__)
        cmocka_unit_test(v3),
        cmocka_unit_test(v4),
#endif
        cmocka_unit_test(bfloat16),
        cmocka_unit_test(same_bits_again),
        cmocka_unit_test(outputs_not_wanted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
