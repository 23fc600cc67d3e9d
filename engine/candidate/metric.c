#include "engine/candidate/metric.h"

#include "engine/candidate/outcome.h"

enum { REAL, WHOLE, PROPOSED = 0, SCORED = 0, FINAL = 1, FIRST = 0, LATER = 1 };
#define TUPLE(...)                                                                                                     \
    {                                                                                                                  \
        __VA_ARGS__                                                                                                    \
    }
#define INFO(A, id, type, event, since, name, word, doc, tasks, form, column, span, fact, front)                       \
    [AX_METRIC_##id] = { #name, word,       doc,          type, event,      since,      offsetof(ax_outcome, name),    \
                         tasks, TUPLE form, TUPLE column, span, TUPLE fact, TUPLE front },
static const ax_metric_info info[AX_METRIC_COUNT] = { AX_METRIC_LIST(INFO, ) };

const ax_metric_info *ax_metric_of(ax_metric m)
{
    return &info[m];
}

bool ax_metric_is_of(ax_metric m, ax_task_id task)
{
    return info[m].tasks & 1u << task;
}

ax_metric ax_metric_front(int k)
{
    int m = 0;
    while (m < AX_METRIC_COUNT && info[m].front.order != k)
        m++;
    return (ax_metric)m;
}
