/* All settings of a run in one list: it makes the struct, the presets, run.ini, the command line and the manual. */
#ifndef AX_CONFIG_SETTINGS_H
#define AX_CONFIG_SETTINGS_H

#include "engine/base/err.h"
#include "engine/base/str.h"

#include <stdbool.h>
#include <stdint.h>

/* What a setting is for. */
typedef enum ax_setting_scope {
    AX_SETTING_FREE,  /* may be another when a run goes on, and no training depends on it, or its job says it */
    AX_SETTING_MOVES, /* may be another when a run goes on; a training that is half done starts anew */
    AX_SETTING_RUN,   /* stays as it is for a run, but no training depends on it, or its job says it */
    AX_SETTING_FIXED, /* stays as it is for a run, and trainings depend on it */
} ax_setting_scope;

/* type, name, whether it may change (ax_setting_scope), default of the presets demo, cpu, paper, what it is.
   On the command line --name VALUE (with '-' for '_'), in run.ini name = VALUE. */
#define AX_SETTING_LIST(X)                                                                                             \
    X(TEXT, data, MOVES, "scenes", "scenes", "scenes", "data set: scenes, camvid:DIR")                                 \
    X(TEXT, strategy, RUN, "ppo", "ppo", "ppo", "who proposes: ppo, reinforce, evolution, random")                     \
    X(TEXT, feedback, RUN, "previous", "previous", "previous",                                                         \
      "what a step of the controller reads: previous (decision), none")                                                \
    X(REAL, entropy_weight, RUN, 0, 0, 0, "weight of the policy's entropy in the controller's loss")                   \
    X(WHOLE, dedupe, RUN, 1, 1, 0, "1: a network that was judged before isn't trained again; as published: 0")         \
    X(WHOLE, learn_reused, RUN, 1, 1, 1, "1: the strategy learns from such a reward each time it comes up")            \
    X(WHOLE, learn_handmade, RUN, 0, 0, 0, "1: the strategy learns from what people submit, as if it had proposed it") \
    X(TEXT, objective, RUN, "reward", "reward", "reward",                                                              \
      "what the strategy learns: reward, or reward against params, macs, latency")                                     \
    X(REAL, objective_weight, RUN, 0.07, 0.07, 0.07, "how much the cost counts: reward * (cost / target)^-weight")     \
    X(REAL, objective_target, RUN, 0, 0, 0, "cost at which the objective is the reward, 0 = that of candidate 1")      \
    X(WHOLE, population, RUN, 20, 50, 100, "evolution: candidates that may be parents, the youngest")                  \
    X(WHOLE, tournament, RUN, 5, 12, 25, "evolution: drawn from the population, the best is the parent")               \
    X(TEXT, device, FREE, "auto", "auto", "auto",                                                                      \
      "where it is computed: auto, cpu, ref, cuda:N (cuda:0,2 or cuda:all)")                                           \
    X(WHOLE, winograd, FIXED, 1, 1, 1, "CPU: 1: dense 3x3 convolutions by Winograd's filtering, 0: summed directly")   \
    X(WHOLE, cuda_graphs, FREE, 1, 1, 1, "CUDA: 1: a training step is launched as one, 0: kernel by kernel")           \
    X(WHOLE, cuda_tf32, FIXED, 0, 0, 0, "CUDA: 1: convolutions round their factors to 10 bits of mantissa")            \
    X(WHOLE, cuda_workspace, FIXED, 256, 256, 256,                                                                     \
      "CUDA: most memory that a convolution's algorithm may work in, MiB")                                             \
    X(WHOLE, cuda_tune, FIXED, 1, 1, 1,                                                                                \
      "CUDA: 1: a convolution's fastest algorithm is measured, and kept with the cache")                               \
    X(WHOLE, cuda_cache, FREE, 1, 1, 1, "CUDA: 1: stage 1's crops lie on the device when they fit, 0: never")          \
    X(WHOLE, data_parallel, RUN, 4, 4, 4,                                                                              \
      "CUDA: least crops of a batch per device of a full training, 0 = one device")                                    \
    X(WHOLE, seed, FIXED, 1, 1, 1, "start of all random numbers")                                                      \
    X(WHOLE, candidates, FREE, 200, 1000, 5000, "stop after so many candidates")                                       \
    X(TEXT, memory, FREE, "0", "0", "0",                                                                               \
      "most that a training may take, like 4GiB; 0 = its share of what may be used")                                   \
    X(WHOLE, threads, FREE, 0, 0, 0, "threads of a worker, 0 = all cores of its part")                                 \
    X(WHOLE, workers, FREE, 1, 1, 1, "candidates in training at once, on the CPU, each on its part of the cores")      \
    X(TEXT, share, FREE, "1/1", "1/1", "1/1", "the worker's part of the cores: 1/2 and 2/2 for two runs side by side") \
    X(WHOLE, train_samples, FIXED, 48, 367, 4000, "crops cached for stage 1")                                          \
    X(WHOLE, val_samples, FIXED, 24, 101, 0, "validation images, 0 = all")                                             \
    X(WHOLE, crop, FIXED, 96, 256, 256, "side of the crops")                                                           \
    X(WHOLE, val_crop, FIXED, 96, 0, 400, "side of the validation crop (rounded up to 32), 0 = image (rounded down)")  \
    X(WHOLE, shorter_side, FIXED, 0, 0, 300, "resize images to this shorter side first, 0 = leave")                    \
    X(REAL, scale_min, FIXED, 1.0, 1.0, 0.7, "least random scale")                                                     \
    X(REAL, scale_max, FIXED, 1.0, 1.0, 1.4, "largest random scale")                                                   \
    X(WHOLE, mirror, FIXED, 1, 1, 1, "mirror at random: 0 or 1")                                                       \
    X(WHOLE, batch, FIXED, 8, 16, 64, "crops per step")                                                                \
    X(WHOLE, epochs, FIXED, 4, 5, 5, "passes over the crops in stage 1")                                               \
    X(WHOLE, channels, FIXED, 24, 48, 48, "width of the decoder in search")                                            \
    X(WHOLE, repeats, FIXED, 1, 1, 1, "separable convolutions per sep operation in search")                            \
    X(TEXT, aggregate, FIXED, "sum", "sum", "sum",                                                                     \
      "what merges a cell's ends and a block's sides: sum, concat (then 1x1)")                                         \
    X(REAL, lr, FIXED, 3e-3, 3e-3, 3e-3, "step size of the decoder's Adam")                                            \
    X(REAL, weight_decay, FIXED, 1e-5, 1e-5, 1e-5, "added to the gradient")                                            \
    X(REAL, clip, FIXED, 3.0, 3.0, 3.0, "largest gradient norm")                                                       \
    X(REAL, aux_weight, FIXED, 0.15, 0.15, 0.15, "weight of each auxiliary head's loss, 0 = no heads")                 \
    X(TEXT, teacher, FIXED, "", "", "", "whose logits stage 1 learns from too: a model file, or a folder of logits")   \
    X(REAL, kd_weight, FIXED, 0.3, 0.3, 0.3, "weight of the squared distance to the teacher's logits, 0 = no teacher") \
    X(REAL, polyak, FIXED, 0.9, 0.9, 0.9,                                                                              \
      "decay of the parameters' average in stage 1, 0 = no average in either stage")                                   \
    X(WHOLE, debias, FIXED, 1, 1, 0, "1: the average forgets where training began, 0: as published")                   \
    X(TEXT, schedule, FIXED, "constant", "constant", "constant",                                                       \
      "step size over a stage: constant, or cosine (down to zero)")                                                    \
    X(WHOLE, warmup, FIXED, 0, 0, 0, "first steps of a stage, in which the step size rises to its full value")         \
    X(TEXT, leave_out, FIXED, "", "", "", "name of a class that the reward leaves out")                                \
    X(WHOLE, gate, RUN, 1, 1, 1, "gate after stage 1: 0 or 1")                                                         \
    X(WHOLE, stages, RUN, 2, 2, 2, "1: decoder only; 2: what passes the gate goes on end to end")                      \
    X(WHOLE, stage2_samples, FIXED, 32, 0, 0, "crops per pass of stage 2, made anew each time; 0 = one per image")     \
    X(WHOLE, stage2_crop, FIXED, 96, 256, 350, "side of the crops in stage 2")                                         \
    X(WHOLE, stage2_shorter_side, FIXED, 0, 0, 400, "as shorter_side, in stage 2")                                     \
    X(WHOLE, stage2_batch, FIXED, 8, 8, 32, "crops per step in stage 2")                                               \
    X(WHOLE, stage2_epochs, RUN, 1, 1, 1, "passes in stage 2")                                                         \
    X(REAL, stage2_polyak, FIXED, 0.99, 0.99, 0.99, "decay of the parameters' average in stage 2")                     \
    X(REAL, encoder_lr, FIXED, 1e-3, 1e-3, 1e-3, "step size of the encoder's SGD")                                     \
    X(REAL, encoder_momentum, FIXED, 0.9, 0.9, 0.9, "its momentum")                                                    \
    X(REAL, encoder_weight_decay, FIXED, 1e-5, 1e-5, 1e-5, "added to the encoder's gradient")                          \
    X(WHOLE, full_epochs, FREE, 12, 30, 100, "passes over the crops in full training (promote)")                       \
    X(WHOLE, full_stage2_epochs, FREE, 4, 10, 100, "passes end to end after that, when stages = 2")                    \
    X(WHOLE, full_channels, FREE, 64, 64, 64, "width of the decoder in full training")                                 \
    X(WHOLE, full_repeats, FREE, 2, 2, 2, "separable convolutions per sep operation in full training")                 \
    X(WHOLE, save_epochs, FREE, 1, 1, 1, "keep a training's state after so many epochs, 0 = only when it is stopped")  \
    X(WHOLE, latency, RUN, 3, 5, 5, "timed runs of a candidate's network, their median is its latency; 0 = none")      \
    X(WHOLE, hang_seconds, FREE, 300, 300, 300, "a worker silent for so long, beyond its pace, hangs; 0 = never")      \
    X(WHOLE, max_failures, FREE, 5, 5, 5, "failures in a row after which the run pauses itself, 0 = never")

#define AX_SETTING_TEXT 256
typedef struct ax_settings {
#define AX_FIELD_TEXT(name) char name[AX_SETTING_TEXT];
#define AX_FIELD_WHOLE(name) int64_t name;
#define AX_FIELD_REAL(name) double name;
#define AX_FIELD(type, name, scope, demo, cpu, paper, doc) AX_FIELD_##type(name)
    AX_SETTING_LIST(AX_FIELD)
#undef AX_FIELD
    char preset[16]; /* the preset it started from */
} ax_settings;

/* Whether a cell's ends and a block's sides are merged side by side (ax_decoder_spec.concat). */
static inline bool ax_aggregate_is_concat(const ax_settings *s)
{
    return s->aggregate[0] == 'c';
}
/* Fills in a preset: demo, cpu, paper. AX_EINVAL lists them. */
ax_code ax_settings_preset(ax_settings *s, const char *preset, ax_err *err);
/* Sets one by name ('-' and '_' are the same); AX_EINVAL says what is wrong with name or value and, for an unknown
   name that is close to one that exists, which. Ranges are checked here. */
ax_code ax_settings_set(ax_settings *s, const char *name, const char *value, ax_err *err);
/* The setting that a switch (--no-aux, --no-kd, --no-polyak, --no-gate, --no-dedupe) makes "0"; NULL = no such switch.
 */
const char *ax_settings_off(const char *option);
/* Reads / writes run.ini ("[run]" with name = value, every setting). dirfd as in openat. A line that is wrong is named
   with its number. */
ax_code ax_settings_read(ax_settings *s, int dirfd, const char *path, ax_err *err);
ax_code ax_settings_write(const ax_settings *s, int dirfd, const char *path, ax_err *err);
/* Makes the paths in the settings (data spec like camvid:DIR, teacher) absolute, so that they mean the same from
   elsewhere. AX_EINVAL: one gets longer than a setting may be. */
ax_code ax_settings_absolute(ax_settings *s, ax_err *err);
/* The option table for --help: a line per setting, then the switches. */
void ax_settings_help(ax_str *out);
/* Value of setting i as text, with its name; false past the end. */
int ax_settings_at(const ax_settings *s, int i, const char **name, char value[AX_SETTING_TEXT]);
ax_setting_scope ax_settings_scope(int i);

#endif
