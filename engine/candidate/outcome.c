#include "engine/candidate/outcome.h"

#include <string.h>

double ax_outcome_figure(const ax_outcome *o, ax_metric m)
{
    const ax_metric_info *info = ax_metric_of(m);
    double real;
    int64_t whole;
    memcpy(&real, (const char *)o + info->at, sizeof real);
    memcpy(&whole, (const char *)o + info->at, sizeof whole);
    return !info->whole ? real : whole > 0 ? (double)whole : NAN;
}

double ax_outcome_cost(const ax_outcome *o, ax_metric m)
{
    double cost = ax_outcome_figure(o, m);
    return cost > 0 ? cost : NAN;
}
