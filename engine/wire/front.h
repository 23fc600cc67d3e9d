/* The Pareto front of reward (high) against a cost (low), updated candidate by candidate. */
#ifndef AX_WIRE_FRONT_H
#define AX_WIRE_FRONT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct ax_front_point {
    double cost, reward;
    uint32_t id;
} ax_front_point;

typedef struct ax_front {
    ax_front_point *point; /* ascending in both cost and reward, without ties */
    uint32_t n;
    size_t cap;
} ax_front; /* all zeros = empty */

void ax_front_release(ax_front *f);
/* Adds a point unless one on the front is at least as good in both, and removes the points that it beats: a binary
   search, then moving the points behind. Values that aren't finite are ignored. False without memory: nothing is
   changed. */
bool ax_front_add(ax_front *f, double cost, double reward, uint32_t id);
bool ax_front_has(const ax_front *f, double cost, uint32_t id); /* cost: that of candidate id; O(log n) */

#endif
