/* The Pareto front of reward (high) against a cost (low), kept as candidates come. */
#ifndef AX_WIRE_FRONT_H
#define AX_WIRE_FRONT_H

#include <stdbool.h>
#include <stdint.h>

typedef struct ax_front_point {
    double cost, reward;
    uint32_t id;
} ax_front_point;

typedef struct ax_front {
    ax_front_point *point; /* cost and reward both strictly ascending */
    uint32_t n, cap;
} ax_front; /* all zeros = empty */

void ax_front_release(ax_front *f);
/* Takes a point in unless one on the front is as good in both, and those out that it beats: a search in O(log n), and
   what moves behind it. A cost or reward that isn't finite is nothing. False: no memory, nothing is changed. */
bool ax_front_add(ax_front *f, double cost, double reward, uint32_t id);
bool ax_front_has(const ax_front *f, double cost, uint32_t id); /* cost: that of id; O(log n) */

#endif
