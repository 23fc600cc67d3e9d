#include "engine/train/resident.h"

#include "engine/train/device_share.h"

#include <stdlib.h>

enum { TARGET = AX_MAX_TAPS, TEACHER = TARGET + AX_TASK_TARGETS, PARTS }; /* after the taps, of the size of the first */

struct ax_resident {
    const ax_task_spec *task;
    const ax_backend *be;
    ax_device *dev;
    size_t items;
    size_t bytes[PARTS]; /* of one crop, 0 = absent */
    char *mem[PARTS];    /* on the device, {crops, bytes} */
};

static size_t part_bytes(const ax_task_spec *task, const ax_taps *taps, const ax_cache_item *item, int k)
{
    size_t pixels = ax_tap_size(taps, 0, item->h, item->w) / (size_t)taps->tap[0].channels;
    if (k >= TARGET && k < TEACHER)
        return k - TARGET < ax_task_targets(task->task)
                   ? ax_type_bytes(task->task->target_type(task, k - TARGET, 1, item->h / 4, item->w / 4))
                   : 0;
    if (k == TEACHER)
        return item->teacher ? pixels * (size_t)task->outputs * sizeof(float) : 0;
    return k < taps->n ? ax_tap_size(taps, k, item->h, item->w) * sizeof(float) : 0;
}

static const void *part_of(const ax_cache_item *item, int k)
{
    return k == TEACHER ? item->teacher : k >= TARGET ? item->target[k - TARGET] : (const void *)item->tap[k];
}

static const char *input_name(const ax_resident *r, int k)
{
    return k == TEACHER ? "teacher" : k >= TARGET ? r->task->task->target[k - TARGET] : ax_tap_name(k);
}

static bool is_worthwhile(const ax_resident *r, const ax_cache *cache, size_t sharers)
{
    size_t n = ax_cache_count(cache), each = 0;
    ax_cache_item first = ax_cache_get(cache, 0);
    for (size_t i = 1; i < n; i++) {
        ax_cache_item item = ax_cache_get(cache, i);
        if (item.h != first.h || item.w != first.w)
            return false;
    }
    for (int k = 0; k < PARTS; k++)
        each += r->bytes[k];
    return n <= ax_device_share(r->be, r->dev, sharers, 0) / 2 / each;
}

static ax_code upload(ax_resident *r, const ax_cache *cache, int k, ax_err *err)
{
    size_t n = ax_cache_count(cache);
    ax_code code = AX_OK;
    if (!r->bytes[k])
        return AX_OK;
    if (!(r->mem[k] = r->be->alloc(r->dev, n * r->bytes[k], err)))
        return err->code;
    for (size_t i = 0; i < n && code == AX_OK; i++) {
        ax_cache_item item = ax_cache_get(cache, i);
        code = r->be->copy(r->dev, r->mem[k] + i * r->bytes[k], part_of(&item, k), r->bytes[k], AX_TO_DEVICE, err);
    }
    return code;
}

ax_resident *ax_resident_new(const ax_cache *cache, const ax_task_spec *task, const ax_backend *be, ax_device *dev,
                             size_t sharers)
{
    ax_resident *r = calloc(1, sizeof *r);
    if (!r)
        return NULL;
    r->task = task;
    r->be = be;
    r->dev = dev;
    r->items = ax_cache_count(cache);
    const ax_cache_item first = ax_cache_get(cache, 0);
    for (int k = 0; k < PARTS; k++)
        r->bytes[k] = part_bytes(task, ax_cache_taps(cache), &first, k);
    ax_err unread = { AX_OK, "" };
    bool there = is_worthwhile(r, cache, sharers);
    for (int k = 0; k < PARTS && there; k++)
        there = upload(r, cache, k, &unread) == AX_OK;
    if (there)
        return r;
    ax_resident_free(r);
    return NULL;
}

size_t ax_resident_bytes(const ax_resident *r)
{
    size_t each = 0;
    for (int k = 0; r && k < PARTS; k++)
        each += r->bytes[k];
    return r ? r->items * each : 0;
}

void ax_resident_free(ax_resident *r)
{
    if (!r)
        return;
    for (int k = 0; k < PARTS; k++)
        r->be->release(r->dev, r->mem[k]);
    free(r);
}

ax_code ax_resident_gather(const ax_resident *r, ax_plan *plan, size_t i, size_t item, ax_err *err)
{
    ax_code code = AX_OK;
    for (int k = 0; k < PARTS && code == AX_OK; k++) {
        if (!r->bytes[k])
            continue;
        char *to = ax_plan_input(plan, input_name(r, k), err);
        code = to ? r->be->copy(r->dev, to + i * r->bytes[k], r->mem[k] + item * r->bytes[k], r->bytes[k], AX_ON_DEVICE,
                                err)
                  : err->code;
    }
    return code;
}

_Static_assert((int)PARTS <= (int)AX_GATHER_PARTS, "a batch is gathered at once");

bool ax_resident_gatherer(const ax_resident *r, ax_plan *plan, size_t n, const uint32_t *index, ax_gather *out,
                          ax_err *err)
{
    *out = (ax_gather) { .index = index, .n = n };
    for (int k = 0; k < PARTS && r->be->gather; k++) {
        if (!r->bytes[k])
            continue;
        void *to = ax_plan_input(plan, input_name(r, k), err);
        if (!to)
            return false;
        out->part[out->parts].from = r->mem[k];
        out->part[out->parts].to = to;
        out->part[out->parts++].bytes = r->bytes[k];
    }
    return r->be->gather;
}
