/* Fits a candidate's training into memory: ax_trainer_run. */
#include "engine/train/candidate_internal.h"
#include "engine/train/device_share.h"
#include "engine/train/footprint.h"
#include "engine/train/latency.h"

static bool may_halve(const ax_trainer *t, const ax_train_job *job)
{
    size_t n = t->source->info.n_train;
    return !job->half_batch && (ax_schedule_of(&t->settings, n, job, 1).batch > 1 ||
                                (job->stages > 1 && ax_schedule_of(&t->settings, n, job, 2).batch > 1));
}

/* What a training may take of a device's own memory. */
static uint64_t device_room(const ax_trainer *t)
{
    const size_t own = ax_trainer_resident_bytes(t);
    const size_t share = ax_device_share(t->be, t->dev, (size_t)t->settings.workers, own);
    return !t->be->spare ? UINT64_MAX : share > own ? share - own : 0;
}

/* *bytes: what the job will take; AX_ENOMEM: more than is allowed. */
static ax_code fits(ax_trainer *t, const ax_train_job *job, uint64_t *bytes, ax_err *err)
{
    ax_footprint f;
    ax_code code = ax_footprint_of(t, job, &f, err);
    if (code != AX_OK)
        return code;
    *bytes = f.peak;
    const uint64_t host = f.peak - f.device;
    const int32_t batch = ax_schedule_of(&t->settings, t->source->info.n_train, job, 1).batch;
    if (host > t->budget)
        return ax_fail(err, AX_ENOMEM,
                       "memory: %.0f MiB with batches of %d, of which %.0f are the cache; %.0f MiB may be used",
                       (double)host / 1048576, batch, (double)f.cache / 1048576, (double)t->budget / 1048576);
    const uint64_t room = device_room(t);
    if (f.device > room)
        return ax_fail(err, AX_ENOMEM, "memory of %s: %.0f MiB with batches of %d; %.0f MiB may be used",
                       t->settings.device, (double)f.device / 1048576, batch, (double)room / 1048576);
    return AX_OK;
}

/* Decoded images may use the memory that is left beside a training of this many bytes. */
static void keep_images(ax_trainer *t, uint64_t bytes)
{
    uint64_t most = (uint64_t)t->settings.image_cache << 20, room = t->budget > bytes ? t->budget - bytes : 0;
    if (t->source->ops->keep)
        t->source->ops->keep(t->source, (size_t)(most < room ? most : room));
}

ax_code ax_trainer_run(ax_trainer *t, const ax_train_job *job, ax_train_watch watch, void *context, ax_outcome *out,
                       ax_err *err)
{
    ax_err why = { AX_OK, "" };
    ax_train_job fitted = *job;
    ax_code code;
    for (;;) {
        uint64_t bytes = 0;
        code = fits(t, &fitted, &bytes, &why);
        if (code == AX_OK)
            keep_images(t, bytes);
        if (code == AX_OK && ax_latency_runs(&t->settings) && !(t->encoder_ms > 0))
            code = ax_latency_encoder(t, &t->encoder_ms, &why);
        if (code == AX_OK)
            code = ax_candidate_run(t, &fitted, bytes, watch, context, out, &why);
        /* Another memory limit may have halved the batches of the interrupted training. */
        bool other = code == AX_EINVAL && job->must_resume;
        if ((code != AX_ENOMEM && !other) || !may_halve(t, &fitted))
            break;
        if (!other)
            ax_candidate_warn(&fitted, context, &why, "trying batches of half the size");
        fitted.half_batch = true;
    }
    if (code != AX_OK && err)
        *err = why;
    return code;
}
