/* All settings of a run in one list: the struct, the presets, run.ini, the command line and the manual are made from
   it. */
#ifndef AX_CONFIG_SETTINGS_H
#define AX_CONFIG_SETTINGS_H

#include "engine/base/err.h"
#include "engine/base/str.h"

#include <stdbool.h>
#include <stdint.h>

/* When a setting may change, and what depends on it. */
typedef enum ax_setting_scope {
    AX_SETTING_FREE,  /* may change when a run is resumed; no training depends on it, or each job carries its value */
    AX_SETTING_MOVES, /* may change when a run is resumed; unfinished trainings then start again */
    AX_SETTING_RUN,   /* fixed for a run, but no training depends on it, or each job carries its value */
    AX_SETTING_FIXED, /* fixed for a run, and trainings depend on it */
} ax_setting_scope;

/* Groups: the headings in --help, run.ini and the manual. */
#define AX_SETTING_GROUP_LIST(X)                                                                                       \
    X(SEARCH, "Search")                                                                                                \
    X(DATA, "Data")                                                                                                    \
    X(STAGE1, "Network and stage 1")                                                                                   \
    X(STAGE2, "Stage 2")                                                                                               \
    X(ENCODER, "Encoder")                                                                                              \
    X(FULL, "Full training")                                                                                           \
    X(DEVICE, "Device")                                                                                                \
    X(HOUSEKEEPING, "Housekeeping")                                                                                    \
    X(DEPTH, "Depth")
#define AX_SETTING_GROUP_ENUM(id, heading) AX_SETTING_GROUP_##id,
typedef enum ax_setting_group { AX_SETTING_GROUP_LIST(AX_SETTING_GROUP_ENUM) AX_SETTING_GROUPS } ax_setting_group;

/* type, name, scope (ax_setting_scope), group, defaults of the presets demo, cpu and paper, allowed values (words
   defined in settings.c), description. On the command line --name VALUE (with '-' for '_'), in run.ini name = VALUE.
   The order is part of the checkpoint fingerprint (engine/train/inflight.c): a new row goes to the end. For settings
   that trainings depend on, the value of demo is the behaviour before the row existed: the run.ini of an older run
   lacks it. */
#define AX_SETTING_LIST(X)                                                                                             \
    X(TEXT, data, MOVES, DATA, "scenes", "scenes", "scenes", ANY, "data set, of those listed at the end")              \
    X(TEXT, strategy, RUN, SEARCH, "ppo", "ppo", "ppo", ONE_OF("ppo, reinforce, evolution, random, elite, gp"),        \
      "what proposes candidates: ppo, reinforce, evolution, random, elite, gp")                                        \
    X(TEXT, feedback, RUN, SEARCH, "previous", "previous", "previous", ONE_OF("previous, none"),                       \
      "what a step of the controller reads: previous (decision), none")                                                \
    X(REAL, entropy_weight, RUN, SEARCH, 0, 0, 0, FROM(0, 10),                                                         \
      "weight of the policy's entropy in the controller's loss")                                                       \
    X(WHOLE, dedupe, RUN, SEARCH, 1, 1, 0, ON_OFF, "1: a network judged before isn't trained again; as published: 0")  \
    X(WHOLE, learn_reused, RUN, SEARCH, 1, 1, 1, ON_OFF, "1: the strategy learns from a reused reward each time")      \
    X(WHOLE, learn_handmade, RUN, SEARCH, 0, 0, 0, ON_OFF,                                                             \
      "1: the strategy learns from submitted candidates as from its own")                                              \
    X(TEXT, objective, RUN, SEARCH, "reward", "reward", "reward", ONE_OF("reward, params, macs, latency"),             \
      "objective: reward, or reward against params, macs or latency")                                                  \
    X(REAL, objective_weight, RUN, SEARCH, 0.07, 0.07, 0.07, FROM(0, 10),                                              \
      "weight of the cost: reward * (cost / target)^-weight")                                                          \
    X(REAL, objective_target, RUN, SEARCH, 0, 0, 0, FROM(0, 1e15),                                                     \
      "cost at which the objective is the reward, 0 = that of candidate 1")                                            \
    X(WHOLE, population, RUN, SEARCH, 20, 50, 100, FROM(2, 1e6), "evolution: youngest candidates that may be parents") \
    X(WHOLE, tournament, RUN, SEARCH, 5, 12, 25, FROM(1, 1e6),                                                         \
      "evolution: members drawn, of which the best is the parent")                                                     \
    X(TEXT, device, FREE, DEVICE, "auto", "auto", "auto", ANY,                                                         \
      "device that computes: auto, cpu, ref, cuda:N (cuda:0,2, cuda:all, cuda:0*4)")                                   \
    X(WHOLE, winograd, FIXED, DEVICE, 1, 1, 1, ON_OFF,                                                                 \
      "CPU: 1: dense 3x3 convolutions by Winograd's filtering, 0: summed directly")                                    \
    X(WHOLE, cuda_graphs, FREE, DEVICE, 1, 1, 1, ON_OFF,                                                               \
      "CUDA: 1: a training step is one launch, 0: kernel by kernel")                                                   \
    X(WHOLE, cuda_tf32, FIXED, DEVICE, 0, 0, 0, ON_OFF,                                                                \
      "CUDA: 1: convolutions round their factors to 10 bits of mantissa")                                              \
    X(WHOLE, cuda_workspace, FIXED, DEVICE, 256, 256, 256, FROM(0, 65536),                                             \
      "CUDA: most workspace of a convolution's algorithm, MiB")                                                        \
    X(WHOLE, cuda_tune, FIXED, DEVICE, 1, 1, 1, ON_OFF,                                                                \
      "CUDA: 1: a convolution's fastest algorithm is measured, and kept with the cache")                               \
    X(WHOLE, cuda_cache, FREE, DEVICE, 1, 1, 1, ON_OFF,                                                                \
      "CUDA: 1: stage 1's crops and validation's images stay on the device if they fit")                               \
    X(WHOLE, data_parallel, RUN, DEVICE, 4, 4, 4, ANY,                                                                 \
      "CUDA: least crops per device in a full training, 0 = one device")                                               \
    X(WHOLE, seed, FIXED, SEARCH, 1, 1, 1, ANY, "seed of all random numbers")                                          \
    X(WHOLE, candidates, FREE, SEARCH, 200, 1000, 5000, FROM(1, 1e6),                                                  \
      "stop after so many candidates, finals included")                                                                \
    X(TEXT, memory, FREE, DEVICE, "0", "0", "0", FORM(memory, "an amount like 4GiB, 512MB"),                           \
      "memory limit of a training, like 4GiB; 0 = its share of what may be used")                                      \
    X(WHOLE, threads, FREE, DEVICE, 0, 0, 0, FROM(0, 1024), "threads of a worker, 0 = all cores of its part")          \
    X(WHOLE, workers, FREE, DEVICE, 1, 1, 1, FROM(1, 32),                                                              \
      "candidates in training at once, on the CPU, each on its part of the cores")                                     \
    X(TEXT, share, FREE, DEVICE, "1/1", "1/1", "1/1", FORM(share, "K/N, the K-th of N parts of the cores"),            \
      "the worker's part of the cores: 1/2 and 2/2 for two runs side by side")                                         \
    X(WHOLE, train_samples, FIXED, DATA, 48, 367, 4000, FROM(1, 1e6), "crops cached for stage 1")                      \
    X(WHOLE, val_samples, FIXED, DATA, 24, 101, 0, FROM(0, 1e6), "validation images, 0 = all")                         \
    X(WHOLE, crop, FIXED, STAGE1, 96, 256, 256, MULTIPLES(32, 4096, 32), "side of the crops")                          \
    X(WHOLE, val_crop, FIXED, DATA, 96, 0, 400, FROM(0, 4096),                                                         \
      "side of validation crops, rounded up to 32; 0 = image, rounded down")                                           \
    X(WHOLE, shorter_side, FIXED, DATA, 0, 0, 300, FROM(0, 8192),                                                      \
      "resize images to this shorter side first, 0 = leave")                                                           \
    X(REAL, scale_min, FIXED, DATA, 1.0, 1.0, 0.7, FROM(0.1, 10), "least random scale")                                \
    X(REAL, scale_max, FIXED, DATA, 1.0, 1.0, 1.4, FROM(0.1, 10), "largest random scale")                              \
    X(WHOLE, mirror, FIXED, DATA, 1, 1, 1, ON_OFF, "mirror at random: 0 or 1")                                         \
    X(WHOLE, batch, FIXED, STAGE1, 8, 16, 64, FROM(1, 4096), "crops per step")                                         \
    X(WHOLE, epochs, FIXED, STAGE1, 4, 5, 5, FROM(1, 100000), "passes over the crops in stage 1")                      \
    X(WHOLE, channels, FIXED, STAGE1, 24, 48, 48, FROM(8, 512), "width of the decoder in search")                      \
    X(WHOLE, repeats, FIXED, STAGE1, 1, 1, 1, FROM(1, 4), "separable convolutions per sep operation in search")        \
    X(TEXT, aggregate, FIXED, STAGE1, "sum", "sum", "sum", ONE_OF("sum, concat"),                                      \
      "what merges a cell's ends and a block's sides: sum, concat (then 1x1)")                                         \
    X(REAL, lr, FIXED, STAGE1, 3e-3, 3e-3, 3e-3, FROM(1e-9, 10), "learning rate of the decoder's Adam")                \
    X(REAL, weight_decay, FIXED, STAGE1, 1e-5, 1e-5, 1e-5, FROM(0, 1), "added to the gradient")                        \
    X(REAL, clip, FIXED, STAGE1, 3.0, 3.0, 3.0, FROM(0, 1e9), "largest gradient norm, 0 = no limit")                   \
    X(REAL, aux_weight, FIXED, STAGE1, 0.15, 0.15, 0.15, FROM(0, 10),                                                  \
      "weight of each auxiliary head's loss, 0 = no heads")                                                            \
    X(TEXT, teacher, FIXED, STAGE1, "", "", "", ANY, "model file, or folder of logits, that stage 1 learns from too")  \
    X(REAL, kd_weight, FIXED, STAGE1, 0.3, 0.3, 0.3, FROM(0, 1000),                                                    \
      "weight of the squared distance to the teacher's logits, 0 = no teacher")                                        \
    X(REAL, polyak, FIXED, STAGE1, 0.9, 0.9, 0.9, FROM(0, 0.999999),                                                   \
      "decay of the parameters' average in stage 1, 0 = no average in either stage")                                   \
    X(WHOLE, debias, FIXED, STAGE1, 1, 1, 0, ON_OFF, "1: the average forgets where training began, 0: as published")   \
    X(TEXT, schedule, FIXED, STAGE1, "constant", "constant", "constant", ONE_OF("constant, cosine, poly"),             \
      "learning rate over a stage: constant (cosine in full training), cosine, poly")                                  \
    X(WHOLE, warmup, FIXED, STAGE1, 0, 0, 0, FROM(0, 1e6),                                                             \
      "first steps of a stage, over which the learning rate rises to its full value")                                  \
    X(TEXT, leave_out, FIXED, DATA, "", "", "", ANY, "name of a class that the reward leaves out")                     \
    X(WHOLE, gate, RUN, SEARCH, 1, 1, 1, ON_OFF, "gate after stage 1: 0 or 1")                                         \
    X(WHOLE, stages, RUN, SEARCH, 2, 2, 2, FROM(1, 2), "1: decoder only; 2: what passes the gate goes on end to end")  \
    X(WHOLE, stage2_samples, FIXED, STAGE2, 32, 0, 0, FROM(0, 1e6),                                                    \
      "crops per pass of stage 2, cut again each time; 0 = one per image")                                             \
    X(WHOLE, stage2_crop, FIXED, STAGE2, 96, 256, 350, FROM(32, 4096), "side of the crops in stage 2")                 \
    X(WHOLE, stage2_shorter_side, FIXED, STAGE2, 0, 0, 400, FROM(0, 8192), "as shorter_side, in stage 2")              \
    X(WHOLE, stage2_batch, FIXED, STAGE2, 8, 8, 32, FROM(1, 4096), "crops per step in stage 2")                        \
    X(WHOLE, stage2_epochs, RUN, STAGE2, 1, 1, 1, FROM(1, 100000), "passes in stage 2")                                \
    X(REAL, stage2_polyak, FIXED, STAGE2, 0.99, 0.99, 0.99, FROM(0, 0.999999),                                         \
      "decay of the parameters' average in stage 2")                                                                   \
    X(REAL, encoder_lr, FIXED, ENCODER, 1e-3, 1e-3, 1e-3, FROM(0, 10), "learning rate of the encoder's SGD")           \
    X(REAL, encoder_momentum, FIXED, ENCODER, 0.9, 0.9, 0.9, FROM(0, 0.999999), "momentum of the encoder's SGD")       \
    X(REAL, encoder_weight_decay, FIXED, ENCODER, 1e-5, 1e-5, 1e-5, FROM(0, 1), "added to the encoder's gradient")     \
    X(WHOLE, full_epochs, FREE, FULL, 12, 30, 100, FROM(1, 100000),                                                    \
      "passes over the crops in full training (promote)")                                                              \
    X(WHOLE, full_stage2_epochs, FREE, FULL, 4, 10, 100, FROM(1, 100000),                                              \
      "passes end to end after that, when stages = 2")                                                                 \
    X(WHOLE, full_channels, FREE, FULL, 64, 64, 64, FROM(8, 512), "width of the decoder in full training")             \
    X(WHOLE, full_repeats, FREE, FULL, 2, 2, 2, FROM(1, 4),                                                            \
      "separable convolutions per sep operation in full training")                                                     \
    X(WHOLE, save_epochs, FREE, HOUSEKEEPING, 1, 1, 1, FROM(0, 100000),                                                \
      "keep a training's state after so many epochs, 0 = only when it is stopped")                                     \
    X(WHOLE, latency, RUN, HOUSEKEEPING, 3, 5, 5, FROM(0, 1000),                                                       \
      "timed runs of a network, whose median is its latency; 0 = none")                                                \
    X(WHOLE, hang_seconds, FREE, HOUSEKEEPING, 300, 300, 300, FROM(0, 1e6),                                            \
      "a worker silent for longer, beyond its usual pauses, hangs; 0 = never")                                         \
    X(WHOLE, max_failures, FREE, HOUSEKEEPING, 5, 5, 5, FROM(0, 1e6),                                                  \
      "failures in a row after which the run pauses itself, 0 = never")                                                \
    X(TEXT, task, FIXED, DATA, "", "", "", ANY, "task; empty: the data set's first")                                   \
    X(TEXT, encoder, FIXED, ENCODER, "built-in", "built-in", "built-in", ANY,                                          \
      "encoder: built-in, or a safetensors file of a MobileNet-v2")                                                    \
    X(TEXT, pose_protocol, FIXED, DATA, "udp", "udp", "udp", ONE_OF("udp, paper"),                                     \
      "pose: protocol of crops and key points: udp, or paper (Simple Baselines)")                                      \
    X(TEXT, depth_loss, FIXED, DEPTH, "berhu", "berhu", "berhu", ONE_OF("berhu, berhu-lineage, silog"),                \
      "loss of depth: berhu, berhu-lineage, silog")                                                                    \
    X(REAL, depth_min, FIXED, DEPTH, 1e-3, 1e-3, 1e-3, FROM(1e-6, 1e6),                                                \
      "metres: truth counts from here on; predictions are at least this")                                              \
    X(REAL, depth_max, FIXED, DEPTH, 0, 0, 0, FROM(0, 1e6),                                                            \
      "metres: truth counts up to here; 0 = scenes 80, other data 10")                                                 \
    X(TEXT, depth_crop, FIXED, DEPTH, "none", "none", "none", ONE_OF("none, nyu, garg, eigen"),                        \
      "part of an image that depth is judged by: none (all), nyu, garg, eigen")                                        \
    X(WHOLE, eval_every, FREE, FULL, 1, 1, 1, FROM(1, 100000), "train: passes from one validation to the next")        \
    X(TEXT, space, RUN, SEARCH, "cells", "cells", "cells", ONE_OF("cells, templates"),                                 \
      "search space: cells (CVPR 2019) or templates (WACV 2020)")                                                      \
    X(REAL, jitter, FIXED, DATA, 0, 0, 0, FROM(0, 1),                                                                  \
      "random factors of brightness, contrast, saturation: 1 - this to 1 + this")                                      \
    X(TEXT, class_weights, FIXED, DATA, "none", "none", "none", ONE_OF("none, median-frequency"),                      \
      "what classes count in the loss: none (the same), median-frequency")                                             \
    X(WHOLE, random_first, RUN, SEARCH, 20, 20, 20, FROM(1, 1e6), "elite, gp: candidates drawn uniformly at first")    \
    X(WHOLE, elites, RUN, SEARCH, 10, 10, 10, FROM(1, 100),                                                            \
      "elite, gp: the best candidates, any of which may be the parent of another")                                     \
    X(REAL, finals, FREE, SEARCH, 0.2, 0.2, 0, FROM(0, 0.9),                                                           \
      "last share of candidates: the best are trained again; 0 = none")                                                \
    X(WHOLE, finals_best, FREE, SEARCH, 10, 10, 10, FROM(1, 100), "finals: most networks that are trained again")      \
    X(WHOLE, finals_seeds, FREE, SEARCH, 4, 4, 4, FROM(1, 1000),                                                       \
      "finals: least fresh seeds of each network, else there are fewer of them")                                       \
    X(WHOLE, polyak_copy, FIXED, STAGE1, 0, 0, 1, ON_OFF,                                                              \
      "1: after each epoch the averages become the parameters, as published")                                          \
    X(TEXT, scaling, FIXED, DATA, "resized", "resized", "original", ONE_OF("resized, original"),                       \
      "random scales apply to the resized or original image")                                                          \
    X(TEXT, interpolation, FIXED, DATA, "bilinear", "bilinear", "bicubic", ONE_OF("bilinear, bicubic"),                \
      "how images are resized: bilinear, bicubic")                                                                     \
    X(WHOLE, val_shorter_side, FIXED, DATA, 0, 0, 400, FROM(0, 8192),                                                  \
      "as shorter_side, of validation images; 0 = the same")                                                           \
    X(TEXT, init, FIXED, STAGE1, "he", "pytorch", "pytorch", ONE_OF("he, pytorch"),                                    \
      "initial weights of convolutions: he or pytorch (uniform)")                                                      \
    X(REAL, reinforce_lr, RUN, SEARCH, 6e-4, 6e-4, 1e-4, FROM(1e-9, 1), "reinforce: learning rate of the controller")  \
    X(TEXT, gate_mean, RUN, SEARCH, "before", "before", "after", ONE_OF("before, after"),                              \
      "the gate's mean reward: before this one, or after it")                                                          \
    X(WHOLE, gate_handmade, RUN, SEARCH, 1, 1, 0, ON_OFF, "1: what people submit counts in the gate's mean")           \
    X(WHOLE, bn_refresh, FIXED, STAGE2, 0, 0, 0, FROM(0, 10000),                                                       \
      "batches that refresh batch norm's statistics under the averages, 0 = none")                                     \
    X(WHOLE, val_flip, FIXED, DATA, 0, 0, 0, ON_OFF,                                                                   \
      "1: validation by the flip test: means with mirrored images, twice the time")                                    \
    X(WHOLE, image_cache, FREE, DATA, 512, 512, 512, FROM(0, 1e6),                                                     \
      "most MiB of decoded images that are kept, where memory allows; 0 = none")                                       \
    X(WHOLE, cuda_bf16, FIXED, DEVICE, 0, 0, 0, ON_OFF,                                                                \
      "CUDA: 1: maps of training in bfloat16 (7 bits of mantissa), sums in float32")                                   \
    X(WHOLE, cpu_bf16, FIXED, DEVICE, 0, 0, 0, ON_OFF,                                                                 \
      "CPU: 1: maps of training in bfloat16, sums in float32; needs AVX512-BF16")

#define AX_SETTING_TEXT 512
#define AX_PRESET 16 /* bytes of a preset's name */
#define AX_PRESETS "demo, cpu, cpu-full, paper, paper-templates"
typedef struct ax_settings {
#define AX_FIELD_TEXT(name) char name[AX_SETTING_TEXT];
#define AX_FIELD_WHOLE(name) int64_t name;
#define AX_FIELD_REAL(name) double name;
#define AX_FIELD(type, name, scope, group, demo, cpu, paper, limits, doc) AX_FIELD_##type(name)
    AX_SETTING_LIST(AX_FIELD)
#undef AX_FIELD
    char preset[AX_PRESET]; /* the preset it started from */
} ax_settings;

/* Whether loose ends of a cell and sides of a block are concatenated (ax_decoder_spec.concat). */
static inline bool ax_aggregate_is_concat(const ax_settings *s)
{
    return s->aggregate[0] == 'c';
}
/* Fills in a preset by name. AX_EINVAL lists the presets. */
ax_code ax_settings_preset(ax_settings *s, const char *preset, ax_err *err);
/* Sets one setting by name ('-' and '_' are equal) and checks its range. AX_EINVAL says what is wrong with the name or
   the value; for an unknown name it suggests a similar one. */
ax_code ax_settings_set(ax_settings *s, const char *name, const char *value, ax_err *err);
/* The setting that a switch (--no-aux, --no-kd, --no-polyak, --no-gate, --no-dedupe) sets to 0; NULL = no such
   switch. */
const char *ax_settings_off(const char *option);
/* Read and write run.ini: "[run]", then name = value for every setting. dirfd as in openat. An error names the line. A
   setting that comes twice is an error, and so is a file without any. */
ax_code ax_settings_read(ax_settings *s, int dirfd, const char *path, ax_err *err);
/* Loads a run's settings from run.ini in its directory, starting from preset demo. A setting that an older run lacks
   gets the behaviour of the version that started the run. */
ax_code ax_settings_read_run(ax_settings *s, int dirfd, ax_err *err);
ax_code ax_settings_write(const ax_settings *s, int dirfd, const char *path, ax_err *err);
/* Makes the paths in the settings (data spec like camvid:DIR, teacher, encoder) absolute, so that they hold in any
   directory. AX_EINVAL: one becomes longer than a setting may be. */
ax_code ax_settings_absolute(ax_settings *s, ax_err *err);
/* The settings that a command uses; others would have no effect there. Names with blanks between. */
typedef struct ax_settings_choice {
    const char *only;    /* NULL = all */
    const char *without; /* NULL = none */
} ax_settings_choice;
/* What only a search has a use for. */
#define AX_SETTINGS_OF_SEARCH                                                                                          \
    "strategy feedback entropy_weight dedupe learn_reused learn_handmade objective objective_weight objective_target " \
    "population tournament candidates gate gate_mean gate_handmade space random_first elites finals finals_best "      \
    "finals_seeds reinforce_lr hang_seconds max_failures"
/* The length and width of a candidate's short training, and those of a full training in their place. */
#define AX_SETTINGS_OF_SHORT "epochs stage2_epochs channels repeats"
#define AX_SETTINGS_OF_FULL "full_epochs full_stage2_epochs full_channels full_repeats"
bool ax_settings_chosen(const ax_settings_choice *c, const char *name);
/* The settings for --help: one line each, by group, then the switches. */
void ax_settings_help(ax_str *out, const ax_settings_choice *c);
/* Name and text value of setting i; false past the end. */
int ax_settings_at(const ax_settings *s, int i, const char **name, char value[AX_SETTING_TEXT]);
ax_setting_scope ax_settings_scope(int i);
/* The index of the k-th setting in display order, by group; -1 past the end. *heading is set to the group's heading at
   its first setting, else to NULL. */
int ax_settings_in_order(int k, const char **heading);

#endif
