/* Parameters and their updates. The expected numbers of three steps are those of torch.optim.Adam, torch.optim.SGD and
   torch.nn.utils.clip_grad_norm_ in float32. */
#include "tests/helper/smallnet.h"
#include "tests/helper/suite.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static ax_graph *graph_of(const char *const *names, size_t n, ax_shape shape, ax_init init)
{
    ax_err err = { 0 };
    ax_graph *g = ax_graph_new(&err);
    for (size_t i = 0; i < n; i++) {
        ax_param_spec spec = { .name = names[i],
                               .type = { .shape = shape },
                               .init = init,
                               .group = AX_GROUP_DECODER,
                               .trainable = names[i][0] != '~' };
        assert_int_not_equal(ax_graph_param(g, &spec, &err).id, 0);
    }
    return g;
}

static ax_params *params_of(const ax_graph *g, ax_device *dev, uint64_t seed, const ax_backend *be)
{
    ax_err err = { 0 };
    ax_rng rng = ax_rng_new(seed, 0);
    ax_params *p = ax_params_new(&g, 1, be, dev, &rng, &err);
    if (!p)
        fail_msg("%s", err.msg);
    return p;
}

static const float start[3] = { 0.5f, -1, 2 };
static const float gradient[3][3] = { { 0.3f, -0.2f, 0.1f }, { 3, -4, 0 }, { -0.5f, 0.25f, 1 } };
static const double norms[3] = { 0.37416577339172363, 5, 1.145643949508667 };
static const float expected[2][3][3] = {
    { { 0.400000006f, -0.900000036f, 1.89999998f },
      { 0.31141609f, -0.817544043f, 1.82217646f },
      { 0.271582842f, -0.763923287f, 1.75162363f } },
    { { 0.469500005f, -0.978999972f, 1.98800004f },
      { 0.321580529f, -0.799121022f, 1.97521198f },
      { 0.238131419f, -0.661430836f, 1.8617276f } },
};
static const float average[2][3] = { { 0.379185706f, -0.878971279f, 1.87815809f },
                                     { 0.433050364f, -0.931053936f, 1.97422171f } };

static void assert_close(const float *got, const float *want)
{
    for (int k = 0; k < 3; k++)
        if (!(fabsf(got[k] - want[k]) <= 2e-6f))
            fail_msg("element %d is %.9g, not %.9g", k, (double)got[k], (double)want[k]);
}

/* b lies between the two others and isn't reached: nothing of it may change. */
static void three_steps(const ax_backend *be, ax_device *dev, int kind)
{
    ax_err err = { 0 };
    ax_graph *g = graph_of((const char *const[]) { "a", "b", "c" }, 3, (ax_shape) { 1, 1, 1, 3 }, AX_INIT_ZERO);
    ax_params *p = params_of(g, dev, 1, be);
    float got[3];
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(ax_params_set(p, i, AX_SLOT_VALUE, start, &err), AX_OK);
    ax_params_mark_reached(p, 0);
    ax_params_mark_reached(p, 2);
    ax_optim o = {
        .kind = kind ? AX_OPTIM_SGD : AX_OPTIM_ADAM, .lr = 0.1f, .weight_decay = 0.01f, .momentum = 0.9f, .clip = 2
    };
    for (int s = 0; s < 3; s++) {
        double norm = 0;
        assert_int_equal(ax_params_set(p, 0, AX_SLOT_GRAD, gradient[s], &err), AX_OK);
        assert_int_equal(ax_params_set(p, 1, AX_SLOT_GRAD, (float[3]) { 1e6f, NAN, 1 }, &err), AX_OK);
        assert_int_equal(ax_optim_step(p, AX_GROUP_DECODER, &o, &norm, &err), AX_OK);
        assert_int_equal(ax_optim_polyak(p, AX_GROUP_DECODER, 0.9f, &err), AX_OK);
        assert_true(fabs(norm - norms[s]) < 1e-6);
        assert_int_equal(o.step, s + 1);
        assert_int_equal(ax_params_get(p, 0, AX_SLOT_VALUE, got, &err), AX_OK);
        assert_close(got, expected[kind][s]);
    }
    assert_int_equal(ax_params_get(p, 0, AX_SLOT_AVERAGE, got, &err), AX_OK);
    assert_close(got, average[kind]);
    assert_memory_equal(ax_params_slot(p, 1, AX_SLOT_VALUE), start, sizeof start);
    assert_memory_equal(ax_params_slot(p, 1, AX_SLOT_AVERAGE), start, sizeof start);
    assert_memory_equal(ax_params_slot(p, 1, AX_SLOT_M), ((float[3]) { 0 }), sizeof start);
    assert_int_equal(ax_params_slot(p, 1, AX_SLOT_V) == NULL, kind);
    assert_int_equal(ax_params_get(p, 2, AX_SLOT_VALUE, got, &err), AX_OK);
    assert_true(got[0] < start[0] && got[2] < start[2]); /* only decay moves it */

    float before[3]; /* a gradient that isn't finite changes nothing */
    assert_int_equal(ax_params_get(p, 0, AX_SLOT_VALUE, before, &err), AX_OK);
    assert_int_equal(ax_params_set(p, 0, AX_SLOT_GRAD, (float[3]) { 1, NAN, 0 }, &err), AX_OK);
    assert_int_equal(ax_optim_step(p, AX_GROUP_DECODER, &o, NULL, &err), AX_EFORMAT);
    assert_non_null(strstr(err.msg, "gradient norm is"));
    assert_int_equal(o.step, 3);
    assert_memory_equal(ax_params_slot(p, 0, AX_SLOT_VALUE), before, sizeof before);
    ax_params_free(p);
    ax_graph_free(g);
}

TEST(test_three_steps)
{
    for (int kind = 0; kind < 2; kind++)
        three_steps(&ax_backend_ref, NULL, kind);
}

TEST(test_equal_names)
{
    ax_shape shape = { 8, 3, 3, 4 };
    ax_graph *g = graph_of((const char *const[]) { "a", "shared" }, 2, shape, AX_INIT_HE);
    ax_graph *h = graph_of((const char *const[]) { "shared", "x", "y" }, 3, shape, AX_INIT_HE);
    ax_params *p = params_of(g, NULL, 1, &ax_backend_ref), *q = params_of(h, NULL, 1, &ax_backend_ref);
    ax_params *other = params_of(h, NULL, 2, &ax_backend_ref);
    size_t bytes = ax_shape_count(shape) * sizeof(float);
    const float *shared = ax_params_slot(p, 1, AX_SLOT_VALUE);
    assert_memory_equal(shared, ax_params_slot(q, 0, AX_SLOT_VALUE), bytes);
    assert_memory_not_equal(shared, ax_params_slot(p, 0, AX_SLOT_VALUE), bytes);
    assert_memory_not_equal(shared, ax_params_slot(other, 0, AX_SLOT_VALUE), bytes);
    double squares = 0;
    for (size_t i = 0; i < bytes / sizeof(float); i++)
        squares += (double)shared[i] * shared[i];
    double variance = squares / (double)(bytes / sizeof(float)); /* variance 2 / (9 * 8), from 288 draws */
    assert_true(fabs(variance * 36 - 1) < 0.35);
    ax_params_free(p);
    ax_params_free(q);
    ax_params_free(other);
    ax_graph_free(g);
    ax_graph_free(h);
}

TEST(test_slots)
{
    ax_err err = { 0 };
    ax_graph *g =
        graph_of((const char *const[]) { "dec.a", "~mean", "dec.b" }, 3, (ax_shape) { 1, 1, 1, 5 }, AX_INIT_ONE);
    ax_params *p = params_of(g, NULL, 1, &ax_backend_ref);
    float five[5];
    assert_int_equal(ax_params_count(p), 3);
    assert_int_equal(ax_params_elements(p, ""), 10);
    assert_int_equal(ax_params_elements(p, "dec.b"), 5);
    assert_int_equal(ax_params_bytes(p), 3 * 64);
    assert_true(ax_params_find(p, "dec") == SIZE_MAX);
    assert_null(ax_params_slot(p, 0, AX_SLOT_GRAD));
    assert_int_equal(ax_params_get(p, 0, AX_SLOT_M, five, &err), AX_EINVAL);
    assert_int_equal(ax_params_need_grad(p, AX_GROUP_DECODER, &err), AX_OK);
    assert_int_equal(ax_params_need_grad(p, AX_GROUP_ENCODER, &err), AX_OK); /* there is none in this group */
    assert_int_equal(ax_params_bytes(p), 3 * 64 + 2 * 64);
    assert_null(ax_params_slot(p, 1, AX_SLOT_GRAD));
    assert_int_equal(ax_params_set(p, 1, AX_SLOT_GRAD, five, &err), AX_EINVAL);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal((uintptr_t)ax_params_slot(p, i, AX_SLOT_VALUE) % 64, 0);
    /* a restored average counts as initialised; the others start as their parameters' values */
    assert_int_equal(ax_params_set(p, 0, AX_SLOT_AVERAGE, (float[5]) { 3, 3, 3, 3, 3 }, &err), AX_OK);
    ax_params_mark_reached(p, 0);
    assert_int_equal(ax_optim_polyak(p, AX_GROUP_DECODER, 0.5f, &err), AX_OK);
    assert_int_equal(ax_params_get(p, 0, AX_SLOT_AVERAGE, five, &err), AX_OK);
    assert_true(five[4] == 2.0f);
    assert_int_equal(ax_params_get(p, 2, AX_SLOT_AVERAGE, five, &err), AX_OK);
    assert_true(five[4] == 1.0f);
    ax_params_free(p);
    ax_params_free(NULL);
    ax_graph_free(g);
}

int main(void)
{
    return RUN_TESTS(test_three_steps, test_equal_names, test_slots);
}
