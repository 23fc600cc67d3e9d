/* Full training on several emulated CUDA devices: a step's gradient is the mean of the gradients of the shares,
   weighted by their crops, as the reference computes them one after the other; and the bits are the same each time. */
#include "data/open.h"
#include "engine/train/peers.h"
#include "engine/train/trainer_internal.h"
#include "tests/helper/emulated.h"
#include "tests/helper/suite.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DEVICES = 3, BATCH = 5 };

static const struct {
    const char *name, *value;
} tiny[] = { { "train-samples", "5" }, { "val-samples", "1" }, { "crop", "32" },       { "val-crop", "32" },
             { "stages", "1" },        { "threads", "1" },     { "aux-weight", "0" },  { "data-parallel", "1" },
             { "full-channels", "8" }, { "full-epochs", "2" }, { "full-repeats", "1" } };

/* A trainer on a device, in a full training. */
typedef struct bench {
    ax_settings settings;
    ax_source *source;
    ax_trainer *t;
    ax_train_job job;
    ax_training r;
} bench;

static bench *open_bench(const char *device, const char *batch, uint64_t peers)
{
    ax_err err = { AX_OK, "" };
    ax_genotype g;
    bench *b = calloc(1, sizeof *b);
    assert_non_null(b);
    assert_int_equal(ax_genotype_parse("[[2,[0,0,9,1],[0,0,9,9],[0,0,9,9]],[[0,0],[0,0],[0,0]]]", &g, &err), AX_OK);
    ax_settings_preset(&b->settings, "demo", NULL);
    for (size_t i = 0; i < sizeof tiny / sizeof *tiny; i++)
        assert_int_equal(ax_settings_set(&b->settings, tiny[i].name, tiny[i].value, &err), AX_OK);
    ax_settings_set(&b->settings, "device", device, NULL);
    ax_settings_set(&b->settings, "batch", batch, NULL);
    assert_non_null(b->source = ax_source_open("scenes", "", &err));
    if (!(b->t = ax_trainer_new(&b->settings, b->source, NULL, NULL, NULL, &err)))
        fail_msg("%s", err.msg);
    b->job = ax_train_job_default(&b->settings, &g, true);
    b->job.peers = peers;
    b->r = (ax_training) { .t = b->t, .job = &b->job };
    if (ax_training_enter_stage(&b->r, 1, &err) != AX_OK)
        fail_msg("%s", err.msg);
    return b;
}

static void close_bench(bench *b)
{
    ax_training_release(&b->r);
    ax_trainer_free(b->t);
    b->source->ops->close(b->source);
    free(b);
}

/* All gradients concatenated; *n = their number. */
static float *gradients(const ax_training *r, size_t *n)
{
    float *all = NULL;
    *n = 0;
    for (size_t i = 0; i < ax_params_count(r->params); i++) {
        if (!ax_params_reached(r->params, i))
            continue;
        size_t count = ax_shape_count(ax_params_spec(r->params, i)->type.shape);
        all = realloc(all, (*n + count) * sizeof *all);
        assert_non_null(all);
        assert_int_equal(ax_params_get(r->params, i, AX_SLOT_GRAD, all + *n, NULL), AX_OK);
        *n += count;
    }
    return all;
}

/* Adds the gradient and loss, computed by the reference, of the crops in batch `step`, where each has `batch` crops. */
static void add_reference(const char *batch, int32_t step, float weight, float *sum, size_t n, double *loss)
{
    ax_err err = { AX_OK, "" };
    bench *b = open_bench("ref", batch, 0);
    float own;
    size_t m;
    ax_plan_run_after(b->r.plan, NULL, NULL); /* gradients only */
    assert_int_equal(ax_batch_fill(b->r.batch, step, &err), AX_OK);
    assert_int_equal(ax_plan_run(b->r.plan, &err), AX_OK);
    assert_int_equal(ax_plan_read(b->r.plan, "loss", &own, sizeof own, &err), AX_OK);
    float *grad = gradients(&b->r, &m);
    assert_int_equal(m, n);
    for (size_t i = 0; i < n; i++)
        sum[i] += weight * grad[i];
    *loss += (double)weight * (double)own;
    free(grad);
    close_bench(b);
}

static void compare(const float *want, const float *got, size_t n)
{
    double largest = 0;
    for (size_t i = 0; i < n; i++)
        largest = fmax(largest, fabs((double)want[i]));
    for (size_t i = 0; i < n; i++)
        if (!(fabs((double)got[i] - (double)want[i]) <= 2e-4 * largest))
            fail_msg("gradient %zu of %zu is %g, not %g", i, n, (double)got[i], (double)want[i]);
}

TEST(shares_add_up_to_the_batch)
{
    ax_err err = { AX_OK, "" };
    setenv("AUXCELL_EMU_DEVICES", "3", 1);
    if (!ax_emulated_backend(false))
        skip();
    float *grad[2], loss[2];
    size_t n = 0;
    for (int run = 0; run < 2; run++) {
        bench *b = open_bench("cuda:1", "5", 1u << 0 | 1u << 2);
        if (b->r.alone[0])
            fail_msg("%s", b->r.alone);
        assert_int_equal(ax_peers_count(b->r.peers), DEVICES - 1);
        assert_int_equal(b->r.share, 2);
        if (ax_training_step(&b->r, &loss[run], &err) != AX_OK)
            fail_msg("%s", err.msg);
        grad[run] = gradients(&b->r, &n);
        close_bench(b);
        assert_int_equal(ax_emulated_live(), 0);
    }
    assert_memory_equal(grad[0], grad[1], n * sizeof(float));
    assert_true(loss[0] == loss[1]);
    float *want = calloc(n, sizeof *want);
    assert_non_null(want);
    double sum = 0;
    add_reference("2", 0, 2.0f / BATCH, want, n, &sum); /* crops 0 and 1 */
    add_reference("2", 1, 2.0f / BATCH, want, n, &sum); /* 2 and 3 */
    add_reference("1", 4, 1.0f / BATCH, want, n, &sum); /* 4 */
    compare(want, grad[0], n);
    assert_true(fabs(sum - (double)loss[0]) < 1e-4);
    free(grad[0]);
    free(grad[1]);
    free(want);
}

TEST(who_gets_how_much)
{
    ax_trainer t = { .settings = { .data_parallel = 4 } };
    ax_train_job job = { .peers = 0xf0 };
    ax_training r = { .t = &t, .job = &job, .schedule = { .batch = 16 } };
    assert_int_equal(ax_peers_usable(&r), 3); /* four devices with four crops each */
    r.schedule.batch = 15;
    assert_int_equal(ax_peers_usable(&r), 2);
    r.schedule.batch = 7;
    assert_int_equal(ax_peers_usable(&r), 0);
    r.schedule.batch = 64;
    assert_int_equal(ax_peers_usable(&r), 4); /* no more than there are peers */
    t.settings.data_parallel = 0;
    assert_int_equal(ax_peers_usable(&r), 0);
    int32_t sum = 0;
    for (size_t i = 0; i < 4; i++) {
        int32_t share = ax_peers_share(15, 4, i);
        assert_in_range(share, 3, 4);
        sum += share;
    }
    assert_int_equal(sum, 15);
    assert_int_equal(ax_peers_share(15, 4, 0), 4); /* the leader is among the devices with one crop more */
}

int main(void)
{
    return RUN_TESTS(who_gets_how_much, shares_add_up_to_the_batch);
}
