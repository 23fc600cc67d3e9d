#include "engine/policy/gp_model.h"

#include "engine/policy/fast.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const double ax_gp_length[AX_GP_LENGTHS] = { 2, 4, 8, 16 };
const double ax_gp_noise[AX_GP_NOISES] = { 0.02, 0.1, 0.3, 0.6 };

/* The lower triangle of a Cholesky factor, row by row, as far as computed. */
typedef struct factor {
    double *row;
    uint32_t n, room; /* rows */
} factor;

struct ax_gp {
    ax_reduced *x;
    uint8_t *distance; /* distances of each point to all earlier points, row by row */
    double *z;         /* L^-1 y for the hyperparameters last used */
    uint32_t n, room;
    factor factor[AX_GP_LENGTHS][AX_GP_NOISES];
    double kernel[AX_GP_LENGTHS][AX_MAX_DECISIONS + 1]; /* by distance */
};

ax_gp *ax_gp_new(ax_err *err)
{
    ax_gp *gp = ax_new(sizeof *gp, "a Gaussian process", err);
    if (!gp)
        return NULL;
    for (int l = 0; l < AX_GP_LENGTHS; l++)
        for (int d = 0; d <= AX_MAX_DECISIONS; d++)
            gp->kernel[l][d] = exp(-d / ax_gp_length[l]);
    return gp;
}

void ax_gp_clear(ax_gp *gp)
{
    gp->n = 0;
    for (int l = 0; l < AX_GP_LENGTHS; l++)
        for (int k = 0; k < AX_GP_NOISES; k++)
            gp->factor[l][k].n = 0;
}

void ax_gp_free(ax_gp *gp)
{
    if (!gp)
        return;
    for (int l = 0; l < AX_GP_LENGTHS; l++)
        for (int k = 0; k < AX_GP_NOISES; k++)
            free(gp->factor[l][k].row);
    free(gp->x);
    free(gp->distance);
    free(gp->z);
    free(gp);
}

uint32_t ax_gp_count(const ax_gp *gp)
{
    return gp->n;
}

static ax_code no_room(uint32_t points, ax_err *err)
{
    return ax_fail(err, AX_ENOMEM, "no memory for a Gaussian process of %u candidates", points);
}

static size_t row_at(uint32_t i)
{
    return (size_t)i * (i + 1) / 2;
}

static bool make_room(ax_gp *gp, uint32_t room)
{
    ax_reduced *x = realloc(gp->x, room * sizeof *x);
    gp->x = x ? x : gp->x;
    double *z = realloc(gp->z, room * sizeof *z);
    gp->z = z ? z : gp->z;
    uint8_t *distance = realloc(gp->distance, row_at(room));
    gp->distance = distance ? distance : gp->distance;
    if (!x || !z || !distance)
        return false;
    gp->room = room;
    return true;
}

ax_code ax_gp_add(ax_gp *gp, const ax_reduced *x, ax_err *err)
{
    const uint32_t room = gp->room ? 2 * gp->room : 64;
    if (gp->n == gp->room && !make_room(gp, room))
        return no_room(room, err);
    for (uint32_t j = 0; j < gp->n; j++)
        gp->distance[row_at(gp->n) + j] = (uint8_t)ax_reduced_distance(x, &gp->x[j]);
    gp->x[gp->n++] = *x;
    return AX_OK;
}

/* ---- factors ---- */

/* Dot product with eight partial sums, which a compiler can vectorise at any width without changing a bit. */
AX_FAST_INLINE double dot(const double *a, const double *b, uint32_t n)
{
    double sum[8] = { 0 };
    uint32_t i = 0;
    for (; i + 8 <= n; i += 8)
        for (int k = 0; k < 8; k++)
            sum[k] += a[i + (uint32_t)k] * b[i + (uint32_t)k];
    for (int k = 0; i < n; i++, k++)
        sum[k] += a[i] * b[i];
    return ((sum[0] + sum[4]) + (sum[2] + sum[6])) + ((sum[1] + sum[5]) + (sum[3] + sum[7]));
}

/* Computes row i of the factor in place of the matrix's row. */
AX_FAST static void factor_row(double *rows, uint32_t i)
{
    double *row = rows + row_at(i);
    for (uint32_t j = 0; j < i; j++) {
        const double *other = rows + row_at(j);
        row[j] = (row[j] - dot(row, other, j)) / other[j];
    }
    row[i] = sqrt(row[i] - dot(row, row, i)); /* positive thanks to the noise */
}

/* Extends the factor for these hyperparameters to all points. */
static ax_code factor_all(ax_gp *gp, ax_gp_choice choice, factor **out, ax_err *err)
{
    factor *f = &gp->factor[choice.length][choice.noise];
    const double *kernel = gp->kernel[choice.length];
    *out = f;
    if (gp->room > f->room) {
        double *rows = realloc(f->row, row_at(gp->room) * sizeof *rows);
        if (!rows)
            return no_room(gp->room, err);
        f->row = rows;
        f->room = gp->room;
    }
    for (; f->n < gp->n; f->n++) {
        double *row = f->row + row_at(f->n);
        for (uint32_t j = 0; j < f->n; j++)
            row[j] = kernel[gp->distance[row_at(f->n) + j]];
        row[f->n] = 1 + ax_gp_noise[choice.noise];
        factor_row(f->row, f->n);
    }
    return AX_OK;
}

AX_FAST static void solve(ax_gp *gp, const factor *f, const double *y)
{
    for (uint32_t i = 0; i < gp->n; i++) {
        const double *row = f->row + row_at(i);
        gp->z[i] = (y[i] - dot(row, gp->z, i)) / row[i];
    }
}

/* ---- marginal likelihood ---- */

ax_code ax_gp_evidence(ax_gp *gp, ax_gp_choice choice, const double *y, double *out, ax_err *err)
{
    factor *f;
    ax_code code = factor_all(gp, choice, &f, err);
    if (code != AX_OK)
        return code;
    solve(gp, f, y);
    double log_diagonal = 0;
    for (uint32_t i = 0; i < gp->n; i++)
        log_diagonal += log(f->row[row_at(i) + i]);
    *out = -0.5 * dot(gp->z, gp->z, gp->n) - log_diagonal - 0.5 * gp->n * log(2 * acos(-1));
    return AX_OK;
}

ax_code ax_gp_fit(ax_gp *gp, const double *y, ax_gp_choice *out, ax_err *err)
{
    double best = -INFINITY;
    for (int l = 0; l < AX_GP_LENGTHS; l++)
        for (int k = 0; k < AX_GP_NOISES; k++) {
            const ax_gp_choice choice = { (uint8_t)l, (uint8_t)k };
            double evidence;
            ax_code code = ax_gp_evidence(gp, choice, y, &evidence, err);
            if (code != AX_OK)
                return code;
            if (evidence > best) {
                best = evidence;
                *out = choice;
            }
        }
    return AX_OK;
}

/* ---- posterior ---- */

/* A strip of columns of a matrix, row by row: as many columns as stay in registers. */
typedef double vec __attribute__((vector_size(AX_FAST_VECTOR)));
enum { VECTORS = 8, STRIP = VECTORS * AX_FAST_VECTOR / sizeof(double) };
typedef struct strip_row {
    vec v[VECTORS];
} strip_row;

/* out -= a b for a {n}, with elements `across` apart, and b {n, STRIP}. */
AX_FAST_INLINE void subtract_product(strip_row *out, const double *a, size_t across, const strip_row *b, uint32_t n)
{
    vec s0 = out->v[0], s1 = out->v[1], s2 = out->v[2], s3 = out->v[3], s4 = out->v[4], s5 = out->v[5], s6 = out->v[6],
        s7 = out->v[7];
    for (uint32_t k = 0; k < n; k++) {
        const double f = a[k * across];
        const vec *row = b[k].v;
        s0 -= f * row[0];
        s1 -= f * row[1];
        s2 -= f * row[2];
        s3 -= f * row[3];
        s4 -= f * row[4];
        s5 -= f * row[5];
        s6 -= f * row[6];
        s7 -= f * row[7];
    }
    *out = (strip_row) { { s0, s1, s2, s3, s4, s5, s6, s7 } };
}

/* Solves v {n, STRIP} = L^-1 v in place. */
AX_FAST static void solve_strip(const factor *f, uint32_t n, strip_row *v)
{
    for (uint32_t i = 0; i < n; i++) {
        const double *row = f->row + row_at(i);
        subtract_product(&v[i], row, 1, v, i);
        for (int k = 0; k < VECTORS; k++)
            v[i].v[k] /= row[i];
    }
}

/* For the columns of a strip: mean = v' z, and their part of the lower triangle of covariance {m, m} -= v' v. strips:
   all m columns, strip by strip. */
AX_FAST static void condition(const strip_row *strips, uint32_t strip, const double *z, uint32_t n, uint32_t m,
                              double *mean, double *covariance)
{
    const strip_row *v = strips + (size_t)strip * n;
    const uint32_t from = strip * STRIP, width = m - from < STRIP ? m - from : STRIP;
    strip_row sum = { 0 };
    subtract_product(&sum, z, 1, v, n);
    for (uint32_t c = 0; c < width; c++)
        mean[from + c] = -((const double *)&sum)[c];
    for (uint32_t a = from; a < m; a++) {
        const double *column = (const double *)(strips + (size_t)(a / STRIP) * n) + a % STRIP;
        sum = (strip_row) { 0 };
        subtract_product(&sum, column, STRIP, v, n);
        for (uint32_t c = 0; c < width && from + c <= a; c++)
            covariance[(size_t)a * m + from + c] += ((const double *)&sum)[c];
    }
}

ax_code ax_gp_posterior(ax_gp *gp, ax_gp_choice choice, const double *y, const ax_reduced *x, uint32_t m, double *mean,
                        double *covariance, ax_err *err)
{
    factor *f;
    const double *kernel = gp->kernel[choice.length];
    const uint32_t n = gp->n, strips = (m + STRIP - 1) / STRIP;
    ax_code code = factor_all(gp, choice, &f, err);
    const size_t bytes = ((size_t)n * strips + 1) * sizeof(strip_row);
    strip_row *v = code == AX_OK ? aligned_alloc(sizeof(vec), bytes) : NULL;
    if (!v)
        return code == AX_OK ? no_room(n, err) : code;
    memset(v, 0, bytes); /* columns beyond m */
    solve(gp, f, y);
    for (uint32_t a = 0; a < m; a++) {
        double *column = (double *)(v + (size_t)(a / STRIP) * n) + a % STRIP;
        for (uint32_t i = 0; i < n; i++)
            column[i * STRIP] = kernel[ax_reduced_distance(&gp->x[i], &x[a])];
        for (uint32_t b = 0; b <= a; b++)
            covariance[(size_t)a * m + b] = kernel[ax_reduced_distance(&x[a], &x[b])];
    }
    for (uint32_t k = 0; k < strips; k++)
        solve_strip(f, n, v + (size_t)k * n);
    for (uint32_t k = 0; k < strips; k++)
        condition(v, k, gp->z, n, m, mean, covariance);
    free(v);
    return AX_OK;
}

AX_FAST bool ax_cholesky(double *a, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        double *row = a + (size_t)i * n;
        for (uint32_t j = 0; j < i; j++)
            row[j] = (row[j] - dot(row, a + (size_t)j * n, j)) / a[(size_t)j * n + j];
        double rest = row[i] - dot(row, row, i);
        if (!(rest > 0))
            return false;
        row[i] = sqrt(rest);
    }
    return true;
}
