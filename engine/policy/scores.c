#include "engine/policy/scores.h"

#include <math.h>

static double below(double x) /* cumulative probability */
{
    return 0.5 * erfc(-x / sqrt(2));
}

double ax_normal_quantile(double p)
{
    if (p > 0.5)
        return -ax_normal_quantile(1 - p);
    /* Abramowitz and Stegun, 26.2.23, within .00045; refined by Newton's method */
    double t = sqrt(-2 * log(p));
    double x = (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308))) - t;
    for (int i = 0; i < 3; i++)
        x -= (below(x) - p) * sqrt(2 * acos(-1)) * exp(0.5 * x * x);
    return x;
}

/* Heap sort of indices: needs no memory, and gives the same order with every C library; ties by index. */
static int comes_first(const double *reward, uint32_t a, uint32_t b)
{
    return reward[a] < reward[b] || (reward[a] == reward[b] && a < b);
}

static void sift(const double *reward, uint32_t *heap, uint32_t n, uint32_t at)
{
    const uint32_t moved = heap[at];
    for (uint32_t child; (child = 2 * at + 1) < n; at = child) {
        child += child + 1 < n && comes_first(reward, heap[child], heap[child + 1]);
        if (!comes_first(reward, moved, heap[child]))
            break;
        heap[at] = heap[child];
    }
    heap[at] = moved;
}

static void sort(const double *reward, uint32_t *order, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        order[i] = i;
    for (uint32_t i = n / 2; i-- > 0;)
        sift(reward, order, n, i);
    for (uint32_t last = n; last-- > 1;) {
        const uint32_t greatest = order[0];
        order[0] = order[last];
        order[last] = greatest;
        sift(reward, order, last, 0);
    }
}

void ax_normal_scores(const double *reward, uint32_t n, uint32_t *order, double *score)
{
    sort(reward, order, n);
    for (uint32_t i = 0, next; i < n; i = next) {
        for (next = i + 1; next < n && reward[order[next]] == reward[order[i]]; next++)
            ;
        const double rank = 0.5 * (i + 1 + next); /* mean of ranks i + 1 to next */
        const double value = ax_normal_quantile((rank - 0.375) / (n + 0.25));
        for (uint32_t k = i; k < next; k++)
            score[order[k]] = value;
    }
}

double ax_score_reward(const double *reward, const uint32_t *order, uint32_t n, double score)
{
    const double rank = below(score) * (n + 0.25) + 0.375; /* ranks start at 1 */
    if (!(rank > 1))
        return reward[order[0]];
    if (rank >= n)
        return reward[order[n - 1]];
    const uint32_t at = (uint32_t)rank;
    const double lower = reward[order[at - 1]], upper = reward[order[at]];
    return lower + (rank - at) * (upper - lower);
}
