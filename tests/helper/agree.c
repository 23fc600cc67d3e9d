/* Whether two trials of one case agree. */
#include "tests/helper/oracle.h"
#include "tests/helper/suite.h"

#include <math.h>
#include <string.h>

static void compare_floats(const char *name, const char *who, const char *what, uint32_t index, const float *want,
                           const float *got, size_t n, double tolerance, double least)
{
    double most = 0, worst = 0;
    size_t at = 0;
    for (size_t i = 0; i < n; i++) {
        double d = fabs((double)got[i] - want[i]);
        most = fmax(most, fabs(want[i]));
        if (d > worst || isnan(d)) {
            worst = isnan(d) ? INFINITY : d;
            at = i;
        }
    }
    /* values that should be zero may be rounding errors of a difference: a gradient of batch norm over one pixel */
    if (worst > (most > 0 ? tolerance * fmax(most, least) + 1e-9 : 5e-5))
        fail_msg("%s, %s: %s %u: element %zu is %g, not %g (largest %g)", name, who, what, index, at, got[at], want[at],
                 most);
}

/* Class ids may differ where two logits are equal except for rounding: one pixel in five hundred. */
static void compare_bytes(const char *name, const char *who, const uint8_t *want, const uint8_t *got, size_t n)
{
    size_t differ = 0;
    for (size_t i = 0; i < n; i++)
        differ += want[i] != got[i];
    if (differ > n / 500)
        fail_msg("%s, %s: %zu of %zu bytes differ", name, who, differ, n);
}

void ax_trial_compare(const ax_trial *want, const ax_trial *got, double tolerance, double least, const char *who)
{
    const ax_case *c = want->c;
    for (uint32_t i = 0; i < c->n_in; i++) {
        size_t n = ax_shape_count(c->in[i].shape);
        if (c->in[i].dtype == AX_F32)
            compare_floats(c->name, who, "input afterwards", i, want->after[i], got->after[i], n, tolerance, least);
        if (want->din[i])
            compare_floats(c->name, who, "gradient", i, want->din[i], got->din[i], n, tolerance, least);
    }
    for (uint32_t k = 0; k < want->info->n_out; k++) {
        size_t n = ax_shape_count(want->out_type[k].shape);
        if (want->out_type[k].dtype == AX_BF16)
            assert_memory_equal(want->out[k], got->out[k], n * sizeof(uint16_t));
        else if (want->out_type[k].dtype == AX_U8)
            compare_bytes(c->name, who, want->out[k], got->out[k], n);
        else
            compare_floats(c->name, who, "output", k, want->out[k], got->out[k], n, tolerance, least);
    }
}

void ax_trial_identical(const ax_trial *a, const ax_trial *b, const char *who)
{
    const ax_case *c = a->c;
    bool same = true;
    for (uint32_t i = 0; i < c->n_in; i++) {
        same = same && !memcmp(a->after[i], b->after[i], ax_type_bytes(c->in[i]));
        same = same && (!a->din[i] || !memcmp(a->din[i], b->din[i], ax_type_bytes(c->in[i])));
    }
    for (uint32_t k = 0; k < a->info->n_out; k++)
        same = same && !memcmp(a->out[k], b->out[k], ax_type_bytes(a->out_type[k]));
    if (!same)
        fail_msg("%s, %s: not the same bits", c->name, who);
}

const char *const ax_way_name[AX_WAYS] = { "gradients together", "gradients one at a time", "in place" };

void ax_trial_in_way(ax_trial *t, const ax_case *c, uint64_t seed, const ax_backend *b, ax_device *dev, int way)
{
    ax_trial_init(t, c, seed);
    ax_trial_run(t, b, dev, way == 1 ? 1 : ~0u, way == 2);
    for (uint32_t i = 1; way == 1 && i < c->n_in; i++)
        if (t->din[i])
            ax_trial_run(t, b, dev, 1u << i, false);
}

void ax_trial_agrees(const ax_trial *want, const ax_trial *got, const char *who)
{
    /* a sum of a few products has little more than rounding error; a variance also has cancellation */
    ax_trial_compare(want, got, want->c->op == AX_OP_BNORM ? 2e-4 : 2e-5, 0, who);
}

void ax_every_op_was(const bool seen[AX_OP_COUNT])
{
    for (int op = 0; op < AX_OP_COUNT; op++)
        if (!seen[op])
            fail_msg("%s: not compared", ax_op_get((ax_op)op)->text);
}
