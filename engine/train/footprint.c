#include "engine/train/footprint.h"

#include "engine/train/evaluate.h"
#include "engine/train/trainer_internal.h"

/* Resident memory besides the tensors: the program with its libraries, thread stacks, graphs, unused memory in malloc.
   Measured (VmHWM minus the rest) at 11 to 31 MiB on x86-64. */
enum { PROGRAM_BYTES = 16 << 20, READ_AHEAD = 2 };

/* Optimiser slots: two moments for Adam, one for SGD; gradient; average. */
static uint64_t params_bytes(const ax_graph *g, bool averaged)
{
    uint64_t bytes = 0;
    for (uint32_t id = 1; id <= ax_graph_values(g); id++) {
        const ax_value *v = ax_graph_value(g, id);
        if (v->kind != AX_VALUE_PARAM)
            continue;
        uint64_t slots = 1;
        if (v->spec->trainable)
            slots += (v->spec->group == AX_GROUP_DECODER ? 3u : 2u) + averaged;
        bytes += slots * ax_type_bytes(v->type);
    }
    return bytes;
}

/* Loader threads hold some samples and the images that they are cut from. */
static uint64_t samples_bytes(const ax_trainer *t, int32_t stage)
{
    uint64_t threads = (uint64_t)ax_trainer_loaders(t);
    const ax_task_spec *task = &t->source->info.task;
    int32_t crop = (int32_t)t->settings.stage2_crop, h = t->sizes.val_h, w = t->sizes.val_w;
    if ((int64_t)h * w < (int64_t)crop * crop)
        h = w = crop;
    size_t sample = (size_t)h * (size_t)w * 3 * sizeof(float) + task->task->truth_bytes(task, h, w);
    return stage == 1 ? 0 : (READ_AHEAD * threads + 2) * sample;
}

static ax_code of_stage(ax_trainer *t, const ax_train_job *job, int32_t stage, ax_footprint *out, ax_err *err)
{
    ax_training r = { .t = t, .job = job, .stage = stage };
    ax_shape at;
    size_t plan = 0, evaluation = 0;
    r.schedule = ax_schedule_of(&t->settings, t->source->info.n_train, job, stage);
    r.share = r.schedule.batch; /* one device must be able to run it alone */
    ax_code code = ax_training_graph(&r, &at, err);
    if (code == AX_OK)
        code = ax_plan_predict(r.graph, t->be, t->dev, AX_PLAN_NARROW, &plan, err);
    ax_decoder_spec spec = ax_training_spec(t, job, false);
    if (code == AX_OK)
        code = ax_evaluation_predict(t, &spec, stage == 2, &evaluation, err);
    if (code == AX_OK) {
        *out = (ax_footprint) {
            .plan = plan,
            .evaluation = evaluation,
            .params = params_bytes(r.graph, t->settings.polyak > 0),
            .cache = t->sizes.cache,
            .other = PROGRAM_BYTES + samples_bytes(t, stage),
        };
        out->device = t->be->separate ? out->plan + out->evaluation + out->params : 0;
        out->peak = out->plan + out->evaluation + out->params + out->cache + out->other;
    }
    ax_graph_free(r.graph);
    return code;
}

ax_code ax_footprint_of(ax_trainer *t, const ax_train_job *job, ax_footprint *out, ax_err *err)
{
    ax_footprint second;
    ax_code code = of_stage(t, job, 1, out, err);
    if (code != AX_OK || job->stages < 2)
        return code;
    code = of_stage(t, job, 2, &second, err);
    if (code == AX_OK && second.peak > out->peak)
        *out = second;
    return code;
}
