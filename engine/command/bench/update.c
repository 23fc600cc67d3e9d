/* Parameter updates of a backend, for bench ops. */
#include "engine/command/bench/bench.h"

const ax_update_now ax_bench_update_now = {
    .lr = 1e-6f, .correct1 = 0.1f, .correct2 = 0.001f, .decay = 0.9f, .grad_scale = 1, .finite = 1
};

static ax_code adam(const ax_backend *be, ax_device *dev, float *const mem[4], ax_update_now *now, size_t n,
                    ax_err *err)
{
    const ax_update u = { .value = mem[0],
                          .grad = mem[1],
                          .m = mem[2],
                          .v = mem[3],
                          .n = n,
                          .now = now,
                          .weight_decay = 1e-5f,
                          .beta1 = 0.9f,
                          .beta2 = 0.999f,
                          .eps = 1e-8f };
    return be->adam(dev, &u, err);
}

static ax_code sgd(const ax_backend *be, ax_device *dev, float *const mem[4], ax_update_now *now, size_t n, ax_err *err)
{
    const ax_update u = {
        .value = mem[0], .grad = mem[1], .m = mem[2], .n = n, .now = now, .weight_decay = 1e-5f, .momentum = 0.9f
    };
    return be->sgd(dev, &u, err);
}

static ax_code polyak(const ax_backend *be, ax_device *dev, float *const mem[4], ax_update_now *now, size_t n,
                      ax_err *err)
{
    return be->polyak(dev, mem[0], mem[1], n, &now->decay, err);
}

static ax_code sum_squares(const ax_backend *be, ax_device *dev, float *const mem[4], ax_update_now *now, size_t n,
                           ax_err *err)
{
    return be->sum_squares(dev, mem[0], n, &now->norm, err);
}

const ax_bench_update ax_bench_updates[AX_BENCH_UPDATES] = {
    { "adam", 16, 4, 3, adam },
    { "sgd", 7, 3, 2, sgd },
    { "polyak", 3, 2, 1, polyak },
    { "sum of squares", 2, 1, 0, sum_squares },
};
