/* The presets: defaults of all settings. */
#include "engine/config/settings_internal.h"

#include <stdio.h>
#include <string.h>

/* A preset that starts as a column of the table and changes some values. */
typedef struct preset_row {
    const char *name;
    int column;
    struct {
        const char *setting, *value;
    } change[24];
} preset_row;
static const preset_row presets[] = {
    { "demo", 0, { { 0 } } },
    { "cpu", 1, { { 0 } } },
    { "paper", 2, { { 0 } } },
    /* Full trainings of one to two hours on two cores, as long as the decoders of CamVid kept improving
       (docs/measurements.md): crops of nearly whole images, random scales, more weight for rare classes. */
    { "cpu-full",
      1,
      { { "full_epochs", "8" },
        { "full_stage2_epochs", "40" },
        { "stage2_crop", "352" },
        { "scale_min", "0.7" },
        { "scale_max", "1.6" },
        { "jitter", "0.3" },
        { "class_weights", "median-frequency" },
        { "encoder_lr", "2e-3" } } },
    /* Nekrasov, Shen and Reid, WACV 2020, for CityScapes: images at half size, no distillation and no auxiliary heads.
       The paper also uses another learning rate in stage 2, and Adam for the encoder. */
    { "paper-templates",
      2,
      { { "space", "templates" },
        { "feedback", "none" },
        { "train_samples", "1000" },
        { "crop", "320" },
        { "batch", "32" },
        { "lr", "7e-3" },
        { "aux_weight", "0" },
        { "kd_weight", "0" },
        { "shorter_side", "512" },
        { "scale_min", "1" },
        { "scale_max", "1" },
        { "scaling", "resized" },
        { "val_shorter_side", "0" },
        { "val_crop", "512" },
        { "stage2_crop", "320" },
        { "stage2_shorter_side", "512" },
        { "stage2_epochs", "5" } } },
};
enum { PRESETS = sizeof presets / sizeof *presets };

ax_code ax_settings_preset(ax_settings *s, const char *preset, ax_err *err)
{
    for (size_t k = 0; k < PRESETS; k++) {
        const preset_row *p = &presets[k];
        if (strcmp(preset, p->name))
            continue;
        memset(s, 0, sizeof *s);
        snprintf(s->preset, sizeof s->preset, "%s", preset);
        for (size_t i = 0; i < AX_SETTINGS; i++)
            if (ax_setting_store(s, &ax_setting_table[i], ax_setting_table[i].preset[p->column], err) != AX_OK)
                return AX_EINVAL;
        for (size_t i = 0; p->change[i].setting; i++)
            if (ax_settings_set(s, p->change[i].setting, p->change[i].value, err) != AX_OK)
                return AX_EINVAL;
        return AX_OK;
    }
    return ax_fail(err, AX_EINVAL, "preset '%s': not one of " AX_PRESETS, preset);
}
