/* What part of a run's candidates the finals take. */
#ifndef AX_SEARCH_FINALS_H
#define AX_SEARCH_FINALS_H

#include "engine/config/settings.h"

#include <stdint.h>

enum { AX_FINALISTS = 100, AX_FINALS_SEEDS = 1000 }; /* at most: the limits of finals_best and finals_seeds */

typedef struct ax_finals_plan {
    uint32_t finalists, seeds; /* networks, and trainings of each: 0 = there are no finals */
} ax_finals_plan;

/* As many networks as there may be and the share has room for, each with at least finals_seeds seeds, and then as many
   seeds as fit; where not even two networks fit with that many seeds, two with fewer, but no fewer than two. */
ax_finals_plan ax_finals_plan_of(const ax_settings *set);

#endif
