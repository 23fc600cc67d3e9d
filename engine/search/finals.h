/* The part of a run's candidates that the finals take. */
#ifndef AX_SEARCH_FINALS_H
#define AX_SEARCH_FINALS_H

#include "engine/config/settings.h"

#include <stdint.h>

enum { AX_FINALISTS = 100, AX_FINALS_SEEDS = 1000 }; /* the limits of finals_best and finals_seeds */

typedef struct ax_finals_plan {
    uint32_t finalists, seeds; /* networks, and trainings of each: 0 = no finals */
} ax_finals_plan;

/* As many networks as allowed, as the search has candidates, and as fit into the share with at least finals_seeds seeds
   each; then as many seeds as fit. If not even two networks fit, two with fewer seeds, but at least two. */
ax_finals_plan ax_finals_plan_of(const ax_settings *set);

#endif
