#include "engine/command/cost.h"

#include "engine/command/prepare.h"
#include "engine/space/space.h"
#include "engine/train/footprint.h"
#include "engine/train/trainer.h"

#include <string.h>

int32_t ax_cost_padded(int32_t side, const ax_encoder *encoder, const ax_genotype *g)
{
    const int32_t unit = ax_network_unit(encoder, g);
    return (side + unit - 1) / unit * unit;
}

/* Another space reads other taps than the trainer was made for. */
static ax_code open_data(ax_costing *c, const ax_genotype *g, ax_err *err)
{
    if (c->trainer && !strcmp(c->settings.space, ax_space_of(g)->name))
        return AX_OK;
    uint64_t peers;
    ax_costing_release(c);
    ax_prepare_space(&c->settings, g);
    if (ax_prepare_devices(&c->settings, &peers, err) != AX_OK)
        return err->code;
    c->source = c->prog->open_source(c->settings.data, c->settings.task, err);
    c->trainer = c->source ? ax_trainer_new_for_estimate(&c->settings, c->source, err) : NULL;
    return c->trainer ? AX_OK : err->code;
}

void ax_costing_release(ax_costing *c)
{
    ax_trainer_free(c->trainer);
    c->trainer = NULL;
    if (c->source)
        c->source->ops->close(c->source);
    c->source = NULL;
}

ax_code ax_costing_of(ax_costing *c, const ax_genotype *g, ax_cost *out, ax_err *err)
{
    ax_footprint footprint;
    if (open_data(c, g, err) != AX_OK)
        return err->code;
    ax_train_job job = ax_train_job_default(&c->settings, g, false);
    if (ax_footprint_of(c->trainer, &job, &footprint, err) != AX_OK)
        return err->code;
    *out = (ax_cost) {
        .channels = job.channels,
        .repeats = job.repeats,
        .outputs = c->source->info.task.outputs,
        .batch = ax_schedule_of(&c->settings, c->source->info.n_train, &job, 1).batch,
        .memory = footprint.peak,
    };
    ax_trainer_size(c->trainer, out->size);
    const ax_encoder *encoder = ax_trainer_encoder(c->trainer);
    ax_decoder_spec spec = { .genotype = *g,
                             .channels = out->channels,
                             .repeats = out->repeats,
                             .outputs = out->outputs,
                             .concat = ax_aggregate_is_concat(&c->settings) };
    return ax_network_measure(encoder, &spec, ax_cost_padded(out->size[0], encoder, g),
                              ax_cost_padded(out->size[1], encoder, g), &out->figures, err);
}
