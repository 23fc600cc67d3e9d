/* The vectorised kernels against the loops that define them. */
#include "engine/policy/arith.h"

#include "engine/base/rng.h"
#include "tests/helper/suite.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 23 };

static void fill(float *x, size_t n, double scale, uint64_t stream)
{
    ax_rng rng = ax_rng_new(3, stream);
    for (size_t i = 0; i < n; i++)
        x[i] = (float)(scale * ax_rng_normal(&rng));
}

static void near(const char *what, const float *got, const double *want, size_t n)
{
    double most = 0, off = 0;
    for (size_t i = 0; i < n; i++) {
        most = fmax(most, fabs(want[i]));
        off = fmax(off, fabs(want[i] - (double)got[i]));
    }
    if (!(off <= 2e-6 * most))
        fail_msg("%s: off by %g of %g", what, off, most);
}

TEST(products_are_what_they_say)
{
    static float w[AX_UNITS * AX_GATES], x[MOST * AX_UNITS], dy[MOST * AX_GATES], y[MOST * AX_GATES],
        dx[MOST * AX_UNITS], dw[AX_UNITS * AX_GATES], first[MOST * AX_GATES];
    static double want[AX_UNITS * AX_GATES];
    fill(w, AX_UNITS * AX_GATES, 1, 1);
    fill(x, MOST * AX_UNITS, 1, 2);
    fill(dy, MOST * AX_GATES, 1, 3);
    fill(first, MOST * AX_GATES, 1, 4);
    static const size_t rows[] = { 1, 2, 3, 19, MOST };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t n = rows[i];
        memcpy(y, first, sizeof y);
        ax_kernel_product(y, w, x, n);
        for (size_t r = 0; r < n; r++)
            for (size_t j = 0; j < AX_GATES; j++) {
                want[r * AX_GATES + j] = first[r * AX_GATES + j];
                for (size_t k = 0; k < AX_UNITS; k++)
                    want[r * AX_GATES + j] += (double)x[r * AX_UNITS + k] * w[k * AX_GATES + j];
            }
        near("product", y, want, n * AX_GATES);
        ax_kernel_product_back(dx, w, dy, n);
        for (size_t r = 0; r < n; r++)
            for (size_t k = 0; k < AX_UNITS; k++) {
                want[r * AX_UNITS + k] = 0;
                for (size_t j = 0; j < AX_GATES; j++)
                    want[r * AX_UNITS + k] += (double)dy[r * AX_GATES + j] * w[k * AX_GATES + j];
            }
        near("product back", dx, want, n * AX_UNITS);
        ax_kernel_outer(dw, x, dy, n, false);
        ax_kernel_outer(dw, x, dy, n, true);
        for (size_t k = 0; k < AX_UNITS; k++)
            for (size_t j = 0; j < AX_GATES; j++) {
                want[k * AX_GATES + j] = 0;
                for (size_t r = 0; r < n; r++)
                    want[k * AX_GATES + j] += 2 * (double)x[r * AX_UNITS + k] * dy[r * AX_GATES + j];
            }
        near("outer", dw, want, AX_UNITS * AX_GATES);
        ax_kernel_column_sum(dw, dy, n, false);
        ax_kernel_column_sum(dw, dy, n, true);
        for (size_t j = 0; j < AX_GATES; j++) {
            want[j] = 0;
            for (size_t r = 0; r < n; r++)
                want[j] += 2 * (double)dy[r * AX_GATES + j];
        }
        near("column sum", dw, want, AX_GATES);
    }
}

/* A batch of rows gives the same bits as one row after the other: scoring and sampling rely on it. */
TEST(rows_do_not_depend_on_their_number)
{
    static float w[AX_UNITS * AX_GATES], x[MOST * AX_UNITS], y[MOST * AX_GATES], one[MOST * AX_GATES];
    fill(w, AX_UNITS * AX_GATES, 1, 1);
    fill(x, MOST * AX_UNITS, 1, 2);
    fill(y, MOST * AX_GATES, 1, 3);
    memcpy(one, y, sizeof y);
    ax_kernel_product(y, w, x, MOST);
    for (size_t r = 0; r < MOST; r++)
        ax_kernel_product(one + r * AX_GATES, w, x + r * AX_UNITS, 1);
    assert_memory_equal(y, one, sizeof y);
}

static double sigmoid(double x)
{
    return 1 / (1 + exp(-x));
}

TEST(cells_follow_the_formula)
{
    static const double scales[] = { 1e-4, 0.1, 2, 30, 1e4 };
    for (size_t s = 0; s < sizeof scales / sizeof *scales; s++) {
        float gate[AX_GATES], before[AX_UNITS], c[AX_UNITS], tanh_c[AX_UNITS], h[AX_UNITS], raw[AX_GATES];
        double want[5][AX_UNITS];
        fill(raw, AX_GATES, scales[s], 5);
        fill(before, AX_UNITS, 1, 6);
        memcpy(gate, raw, sizeof gate);
        ax_kernel_cell(gate, before, c, tanh_c, h);
        for (int u = 0; u < AX_UNITS; u++) {
            want[0][u] = sigmoid(raw[u]);
            want[1][u] = sigmoid(raw[AX_UNITS + u]);
            want[2][u] = tanh(raw[2 * AX_UNITS + u]);
            want[3][u] = sigmoid(raw[3 * AX_UNITS + u]);
        }
        near("input gate", gate, want[0], AX_UNITS);
        near("forget gate", gate + AX_UNITS, want[1], AX_UNITS);
        near("cell gate", gate + 2 * AX_UNITS, want[2], AX_UNITS);
        near("output gate", gate + 3 * AX_UNITS, want[3], AX_UNITS);
        for (int u = 0; u < AX_UNITS; u++) {
            want[4][u] = want[1][u] * before[u] + want[0][u] * want[2][u];
            want[0][u] = tanh(want[4][u]);
            want[1][u] = want[3][u] * want[0][u];
        }
        near("c", c, want[4], AX_UNITS);
        near("tanh c", tanh_c, want[0], AX_UNITS);
        near("h", h, want[1], AX_UNITS);
    }
}

TEST(adam_without_gradients_is_adam_with_zeros)
{
    enum { N = 64 };
    float zero[N] = { 0 }, value[2][N], m[2][N], v[2][N];
    fill(value[0], N, 1, 7);
    fill(m[0], N, 0.1, 8);
    fill(v[0], N, 0.1, 9);
    for (int i = 0; i < N; i++)
        v[0][i] = fabsf(v[0][i]);
    memcpy(value[1], value[0], sizeof value[0]);
    memcpy(m[1], m[0], sizeof m[0]);
    memcpy(v[1], v[0], sizeof v[0]);
    ax_kernel_adam(value[0], m[0], v[0], zero, N, 1, 1e-3f, 1.5f, 2);
    ax_kernel_adam(value[1], m[1], v[1], NULL, N, 1, 1e-3f, 1.5f, 2);
    assert_memory_equal(value[0], value[1], sizeof value[0]);
    assert_memory_equal(m[0], m[1], sizeof m[0]);
    assert_memory_equal(v[0], v[1], sizeof v[0]);
}

TEST(sums_of_products)
{
    static float x[160], y[160];
    fill(x, 160, 1, 1);
    fill(y, 160, 1, 2);
    double dot = 0, squares = 0;
    for (int i = 0; i < AX_UNITS; i++)
        dot += (double)x[i] * y[i];
    for (int i = 0; i < 160; i++)
        squares += (double)x[i] * x[i];
    assert_true(fabs(ax_kernel_dot(x, y) - dot) < 1e-12);
    assert_true(fabs(ax_kernel_sum_squares(x, 160) - squares) < 1e-12 * squares);
}

int main(void)
{
    return RUN_TESTS(products_are_what_they_say, rows_do_not_depend_on_their_number, cells_follow_the_formula,
                     adam_without_gradients_is_adam_with_zeros, sums_of_products);
}
