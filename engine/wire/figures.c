#include "engine/wire/figures.h"

void ax_event_figures(const ax_event *ev, ax_outcome *o)
{
#define TAKE(A, id, type, event, since, name, ...)                                                                     \
    if (ev->kind == AX_EVENT_##event)                                                                                  \
        o->name = ev->u.event.name;
    AX_METRIC_LIST(TAKE, )
    if (ev->kind == AX_EVENT_SCORED) {
        o->stage = (uint32_t)ev->u.SCORED.stage;
        o->batch = (uint32_t)ev->u.SCORED.batch;
    }
}

void ax_event_say_figures(ax_event *ev, const ax_outcome *o)
{
#define SAY(A, id, type, event, since, name, ...)                                                                      \
    if (ev->kind == AX_EVENT_##event)                                                                                  \
        ev->u.event.name = o->name;
    AX_METRIC_LIST(SAY, )
    if (ev->kind == AX_EVENT_SCORED) {
        ev->u.SCORED.stage = o->stage;
        ev->u.SCORED.batch = o->batch;
    }
}
