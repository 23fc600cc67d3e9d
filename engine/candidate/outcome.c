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

ax_metric ax_outcome_headline(const ax_outcome *o, ax_task_id task)
{
    ax_metric first = AX_METRIC_COUNT;
    for (int k = AX_METRIC_COUNT; k-- > 0;) {
        ax_metric m = (ax_metric)k;
        bool own = ax_metric_of(m)->tasks != AX_EVERY_TASK && ax_metric_is_of(m, task);
        bool better = first == AX_METRIC_COUNT || !isnan(ax_outcome_figure(o, m)) || isnan(ax_outcome_figure(o, first));
        first = own && better ? m : first;
    }
    return first;
}

double ax_outcome_cost(const ax_outcome *o, ax_metric m)
{
    double cost = ax_outcome_figure(o, m);
    return cost > 0 ? cost : NAN;
}
