#include "engine/command/prepare.h"

#include "engine/model/encoder.h"
#include "engine/space/builder.h"
#include "engine/space/space.h"
#include "engine/train/teacher.h"
#include "engine/train/trainer.h"
#include "engine/worker/devices.h"

#include <stdio.h>
#include <string.h>

ax_code ax_prepare_devices(ax_settings *s, uint64_t *peers, ax_err *err)
{
    ax_worker_devices d;
    ax_code code = ax_worker_devices_of(s->device, &d, err);
    *peers = 0;
    if (code != AX_OK)
        return code;
    memcpy(s->device, d.name[0], sizeof s->device);
    for (size_t i = 1; i < d.n; i++)
        *peers |= ax_worker_devices_bit(&d, i);
    return AX_OK;
}

ax_code ax_prepare_check(const ax_settings *s, ax_source *source, ax_err *err)
{
    ax_encoder encoder;
    ax_code code = ax_trainer_check(s, source, err);
    if (code == AX_OK)
        code = ax_encoder_open(s->encoder, ax_space_taps(ax_space_named(s->space)), &encoder, err);
    return code == AX_OK ? ax_worker_devices_check(s->device, err) : code;
}

ax_code ax_prepare_inputs(ax_files *f, const ax_settings *s, ax_source *source, const char *cache, ax_err *err)
{
    ax_code code = cache ? ax_output_folder(cache, err) : AX_OK;
    if (code == AX_OK)
        code = source->ops->files(source, f, err);
    if (code == AX_OK && s->teacher[0])
        code = ax_teacher_files(s->teacher, source, f, err);
    if (code == AX_OK && strcmp(s->encoder, AX_ENCODER_BUILTIN) != 0)
        code = ax_files_read(f, s->encoder, err);
    if (code == AX_OK && cache)
        code = ax_files_read_folder(f, cache, err);
    return code;
}

void ax_prepare_space(ax_settings *s, const ax_genotype *g)
{
    snprintf(s->space, sizeof s->space, "%s", ax_space_of(g)->name);
}
