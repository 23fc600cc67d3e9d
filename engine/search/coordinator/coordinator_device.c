/* What the coordinator says of its workers' devices and memory. */
#include "engine/search/coordinator/coordinator_internal.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { TOLD_AGAIN = 4 }; /* growth of memory by more than one part in so many is told */

static void say(ax_coordinator *c, uint32_t k)
{
    const ax_worker_process *worker = &c->worker[k];
    ax_event ev;
    memset(&ev, 0, sizeof ev);
    ev.kind = AX_EVENT_DEVICE;
    snprintf(ev.u.DEVICE.name, sizeof ev.u.DEVICE.name, "%s", worker->device);
    ev.u.DEVICE.threads = worker->threads;
    ev.u.DEVICE.rss_bytes = worker->rss;
    ev.u.DEVICE.worker = k + 1;
    if (gethostname(ev.u.DEVICE.host, sizeof ev.u.DEVICE.host - 1))
        ev.u.DEVICE.host[0] = '\0';
    ax_coordinator_emit(c, &ev);
}

void ax_coordinator_say_device(ax_coordinator *c, uint32_t k, const ax_worker_message *ready)
{
    ax_worker_process *worker = &c->worker[k];
    snprintf(worker->device, sizeof worker->device, "%s", ready->text);
    worker->threads = ready->threads;
    worker->rss = ready->rss;
    say(c, k);
}

void ax_coordinator_note_memory(ax_coordinator *c, uint32_t k, int64_t rss)
{
    ax_worker_process *worker = &c->worker[k];
    if (!worker->ready || rss <= worker->rss + worker->rss / TOLD_AGAIN)
        return; /* what it gives back between two candidates would double the events of a long run */
    worker->rss = rss;
    say(c, k);
}
