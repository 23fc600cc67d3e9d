#include "engine/train/resident_val.h"

#include <stdlib.h>

/* Neighbours of one size. A part's memory holds the runs one after the other. */
typedef struct run {
    size_t first, images, places; /* places: with mirror images */
    int32_t h, w;
    size_t tap_at[AX_MAX_TAPS], truth_at; /* where it begins, in bytes */
} run;

struct ax_resident_val {
    const ax_cache *cache;
    const ax_task_spec *task;
    const ax_backend *be;
    ax_device *dev;
    bool truths;
    run *run; /* all of them, and one of no images where parts end */
    size_t runs;
    char *tap[AX_MAX_TAPS]; /* of each run of images of one size: all its images, then all its mirror images */
    char *truth;
    size_t bytes;
};

static int taps(const ax_resident_val *r)
{
    return ax_cache_taps(r->cache)->n;
}

static size_t tap_bytes(const ax_resident_val *r, int k, const run *of) /* of one image */
{
    return ax_tap_size(ax_cache_taps(r->cache), k, of->h, of->w) * sizeof(float);
}

static size_t truth_bytes(const ax_resident_val *r, const run *of) /* of one image */
{
    return r->truths ? r->task->task->truth_bytes(r->task, of->h, of->w) : 0;
}

/* Goes on to the next run; the one before the first is all zeros. false: there is none, and parts end where it would
   begin. */
static bool next_run(const ax_resident_val *r, run *at)
{
    for (int k = 0; k < taps(r); k++)
        at->tap_at[k] += at->places * tap_bytes(r, k, at);
    at->truth_at += at->images * truth_bytes(r, at);
    at->first += at->images;
    at->images = at->places = 0;
    for (size_t i = at->first; i < ax_cache_count(r->cache); i++) {
        ax_cache_item item = ax_cache_get(r->cache, i);
        if (at->images && (item.h != at->h || item.w != at->w))
            break;
        at->h = item.h;
        at->w = item.w;
        at->images++;
        at->places += item.mirrored[0] ? 2 : 1;
    }
    return at->images;
}

static const run *run_of(const ax_resident_val *r, size_t image)
{
    const run *at = r->run;
    while (image >= at->first + at->images)
        at++;
    return at;
}

/* ---- making it ---- */

static bool find_runs(ax_resident_val *r)
{
    run at = { 0 };
    bool more = true;
    for (size_t room = 0; more; r->runs += more) {
        more = next_run(r, &at);
        if (r->runs == room) {
            run *grown = realloc(r->run, (room = 2 * room + 2) * sizeof *grown);
            if (!grown)
                return false;
            r->run = grown;
        }
        r->run[r->runs] = at;
    }
    return true;
}

static bool allocate(ax_resident_val *r, size_t room)
{
    const run *end = &r->run[r->runs];
    ax_err unread = { AX_OK, "" };
    r->bytes = end->truth_at;
    for (int k = 0; k < taps(r); k++)
        r->bytes += end->tap_at[k];
    bool ok = r->bytes <= room;
    for (int k = 0; k < taps(r) && ok; k++)
        ok = (r->tap[k] = r->be->alloc(r->dev, end->tap_at[k], &unread));
    if (ok && end->truth_at)
        ok = (r->truth = r->be->alloc(r->dev, end->truth_at, &unread));
    return ok;
}

static ax_code send(const ax_resident_val *r, char *to, const void *from, size_t bytes, ax_err *err)
{
    return r->be->copy(r->dev, to, from, bytes, AX_TO_DEVICE, err);
}

static ax_code upload_image(const ax_resident_val *r, const run *at, size_t i, ax_err *err)
{
    const ax_cache_item item = ax_cache_get(r->cache, at->first + i);
    ax_code code = AX_OK;
    for (int k = 0; k < taps(r) && code == AX_OK; k++) {
        const size_t bytes = tap_bytes(r, k, at);
        char *to = r->tap[k] + at->tap_at[k] + i * bytes;
        code = send(r, to, item.tap[k], bytes, err);
        if (code == AX_OK && item.mirrored[k])
            code = send(r, to + at->images * bytes, item.mirrored[k], bytes, err);
    }
    if (code == AX_OK && r->truth)
        code = send(r, r->truth + at->truth_at + i * truth_bytes(r, at), item.truth, truth_bytes(r, at), err);
    return code;
}

static bool upload(const ax_resident_val *r)
{
    ax_err unread = { AX_OK, "" };
    ax_code code = AX_OK;
    for (const run *at = r->run; at < r->run + r->runs; at++)
        for (size_t i = 0; i < at->images && code == AX_OK; i++)
            code = upload_image(r, at, i, &unread);
    return code == AX_OK;
}

ax_resident_val *ax_resident_val_new(const ax_cache *cache, const ax_task_spec *task, const ax_backend *be,
                                     ax_device *dev, bool truths, size_t room)
{
    ax_resident_val *r = be->gather && ax_cache_count(cache) ? calloc(1, sizeof *r) : NULL;
    if (!r)
        return NULL;
    *r = (ax_resident_val) { .cache = cache, .task = task, .be = be, .dev = dev, .truths = truths };
    if (find_runs(r) && allocate(r, room) && upload(r))
        return r;
    ax_resident_val_free(r);
    return NULL;
}

void ax_resident_val_free(ax_resident_val *r)
{
    if (!r)
        return;
    for (int k = 0; k < AX_MAX_TAPS; k++)
        r->be->release(r->dev, r->tap[k]);
    r->be->release(r->dev, r->truth);
    free(r->run);
    free(r);
}

size_t ax_resident_val_bytes(const ax_resident_val *r)
{
    return r ? r->bytes : 0;
}

/* ---- reading it ---- */

_Static_assert((int)AX_MAX_TAPS <= (int)AX_GATHER_PARTS, "a batch is gathered at once");

bool ax_resident_val_gatherer(const ax_resident_val *r, ax_plan *plan, size_t first, size_t n, const uint32_t *index,
                              ax_gather *out, ax_err *err)
{
    const run *of = run_of(r, first);
    *out = (ax_gather) { .index = index, .n = n, .parts = (size_t)taps(r) };
    for (int k = 0; k < taps(r); k++) {
        out->part[k].from = r->tap[k] + of->tap_at[k];
        out->part[k].bytes = tap_bytes(r, k, of);
        if (!(out->part[k].to = ax_plan_input(plan, ax_tap_name(k), err)))
            return false;
    }
    return true;
}

uint32_t ax_resident_val_place(const ax_resident_val *r, size_t image, bool mirrored)
{
    const run *of = run_of(r, image);
    return (uint32_t)(image - of->first + (mirrored ? of->images : 0));
}

const char *ax_resident_val_truth(const ax_resident_val *r, size_t image)
{
    const run *of = run_of(r, image);
    return r->truth ? r->truth + of->truth_at + (image - of->first) * truth_bytes(r, of) : NULL;
}
