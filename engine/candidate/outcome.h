/* A candidate's figures: the result of its training, and its size. */
#ifndef AX_CANDIDATE_OUTCOME_H
#define AX_CANDIDATE_OUTCOME_H

#include "engine/candidate/metric.h"

#include <math.h>
#include <stdint.h>

#define AX_FIGURE_REAL double
#define AX_FIGURE_WHOLE int64_t
#define AX_FIGURE_MEMBER(A, id, type, event, since, name, ...) AX_FIGURE_##type name;
/* The stage number of a full training, whose two stages count as one for users, events and records. */
enum { AX_STAGE_FULL = 3 };
typedef struct ax_outcome {
    AX_METRIC_LIST(AX_FIGURE_MEMBER, )
    uint32_t stage; /* the last one: 1 decoder only, 2 end to end, or AX_STAGE_FULL; 0 = none */
    uint32_t batch; /* batch size of that stage; smaller than requested when memory was short */
} ax_outcome;

#define AX_FIGURE_NONE_REAL NAN
#define AX_FIGURE_NONE_WHOLE 0
#define AX_FIGURE_NONE(A, id, type, event, since, name, ...) .name = AX_FIGURE_NONE_##type,
static const ax_outcome ax_outcome_none = { AX_METRIC_LIST(AX_FIGURE_NONE, ).stage = 0 };

/* NAN = not known. */
double ax_outcome_figure(const ax_outcome *o, ax_metric m);
/* The task's own figure that is shown beside the reward: the first one that the outcome has (the key points of COCO
   have no PCK), or else the task's first; AX_METRIC_COUNT: the task has none. */
ax_metric ax_outcome_headline(const ax_outcome *o, ax_task_id task);
/* The value that a front uses: positive, else NAN. A candidate that reused another's outcome has no time. */
double ax_outcome_cost(const ax_outcome *o, ax_metric m);

#endif
