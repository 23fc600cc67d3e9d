#include "engine/wire/front.h"

#include "engine/base/grow.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void ax_front_release(ax_front *f)
{
    free(f->point);
    *f = (ax_front) { .point = NULL };
}

/* Number of points with a lower cost. */
static uint32_t cheaper(const ax_front *f, double cost)
{
    uint32_t lo = 0, hi = f->n;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (f->point[mid].cost < cost)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

bool ax_front_add(ax_front *f, double cost, double reward, uint32_t id)
{
    if (!isfinite(cost) || !isfinite(reward))
        return true;
    uint32_t at = cheaper(f, cost), end = at;
    if ((at > 0 && f->point[at - 1].reward >= reward) ||
        (at < f->n && f->point[at].cost == cost && f->point[at].reward >= reward))
        return true;
    while (end < f->n && f->point[end].reward <= reward) /* these cost as much or more */
        end++;
    if (end == at) {
        ax_front_point *grown = ax_grow(f->point, f->n, &f->cap, sizeof *grown);
        if (!grown)
            return false;
        f->point = grown;
    }
    memmove(f->point + at + 1, f->point + end, (f->n - end) * sizeof *f->point);
    f->point[at] = (ax_front_point) { cost, reward, id };
    f->n = f->n + 1 - (end - at);
    return true;
}

bool ax_front_has(const ax_front *f, double cost, uint32_t id)
{
    uint32_t at = isfinite(cost) ? cheaper(f, cost) : f->n;
    return at < f->n && f->point[at].id == id;
}
