/* The parameter updates of a backend, for bench ops. */
#include "engine/command/bench.h"

static ax_code adam(const ax_backend *be, ax_device *dev, float *const mem[4], size_t n, ax_err *err)
{
    const ax_update u = { .value = mem[0],
                          .grad = mem[1],
                          .m = mem[2],
                          .v = mem[3],
                          .n = n,
                          .lr = 1e-3f,
                          .weight_decay = 1e-5f,
                          .grad_scale = 1,
                          .beta1 = 0.9f,
                          .beta2 = 0.999f,
                          .eps = 1e-8f,
                          .correct1 = 0.1f,
                          .correct2 = 0.001f };
    return be->adam(dev, &u, err);
}

static ax_code sgd(const ax_backend *be, ax_device *dev, float *const mem[4], size_t n, ax_err *err)
{
    const ax_update u = { .value = mem[0],
                          .grad = mem[1],
                          .m = mem[2],
                          .n = n,
                          .lr = 1e-6f,
                          .weight_decay = 1e-5f,
                          .grad_scale = 1,
                          .momentum = 0.9f };
    return be->sgd(dev, &u, err);
}

static ax_code polyak(const ax_backend *be, ax_device *dev, float *const mem[4], size_t n, ax_err *err)
{
    return be->polyak(dev, mem[0], mem[1], n, 0.9f, err);
}

static ax_code sum_squares(const ax_backend *be, ax_device *dev, float *const mem[4], size_t n, ax_err *err)
{
    double sum;
    return be->sum_squares(dev, mem[0], n, &sum, err);
}

const ax_bench_update ax_bench_updates[AX_BENCH_UPDATES] = {
    { "adam", 16, 4, 3, adam },
    { "sgd", 7, 3, 2, sgd },
    { "polyak", 3, 2, 1, polyak },
    { "sum of squares", 2, 1, 0, sum_squares },
};
