/* scenes: the built-in data set of procedural street scenes (data/scene.h). Image i of a split is always the same,
   whatever the counts. */
#include "data/open.h"
#include "data/picture.h"
#include "data/scene.h"
#include "data/scene_people.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEFAULT_TRAIN = 1024, DEFAULT_VAL = 256, MOST = 1000000000 };

/* A separate endless series for each split and for the test images, so that no scene used for judging is ever trained
   on. */
static const uint64_t train_series = 0x7261696e, val_series = 0x76616c, test_series = 0x74657374;

static const struct {
    const char *name;
    uint8_t color[3];
} classes[AX_SCENE_CLASSES] = {
#define ROW(id, name, r, g, b) { name, { r, g, b } },
    AX_SCENE_CLASS_LIST(ROW)
#undef ROW
};

/* What a source of scenes needs besides a number: the kind of truth. */
typedef struct scenes {
    ax_task_id task;
    ax_scene_series from;
} scenes;

static void free_set(void *set)
{
    free(set);
}

static ax_code load(void *set, ax_split split, uint64_t index, ax_picture *out, ax_err *err)
{
    const scenes *of = set;
    ax_scene scene;
    ax_code code = ax_scene_render(of->from.number[split], index, &scene, err);
    if (code != AX_OK)
        return code;
    *out = (ax_picture) { .h = AX_SCENE_H, .w = AX_SCENE_W, .rgb = scene.rgb };
    scene.rgb = NULL;
    if (of->task == AX_TASK_DEPTH) {
        out->truth = scene.depth;
        scene.depth = NULL;
    } else {
        out->truth = scene.labels;
        scene.labels = NULL;
    }
    ax_scene_release(&scene);
    return AX_OK;
}

static void name(void *set, ax_split split, uint64_t index, char *out, size_t cap)
{
    const scenes *of = set;
    snprintf(out, cap, "%s-%llu", of->from.name[split], (unsigned long long)index);
}

/* Parses a whole number from 1 to MOST, digits only; NULL on failure. */
static const char *parse_count(const char *text, size_t *out)
{
    char *end;
    if (*text < '0' || *text > '9')
        return NULL;
    errno = 0;
    unsigned long long n = strtoull(text, &end, 10);
    if (errno || n < 1 || n > MOST)
        return NULL;
    *out = (size_t)n;
    return end;
}

/* Fills in the task of the scenes. */
static void set_task(ax_task_spec *task, ax_task_id id)
{
    enum { FAR = 80 }; /* metres; only a few percent of the pixels are further away */
    if (id == AX_TASK_DEPTH) {
        task->outputs = 1;
        snprintf(task->name[0], sizeof task->name[0], "depth");
        task->of.depth.max = FAR;
        return;
    }
    task->outputs = AX_SCENE_CLASSES;
    for (int i = 0; i < AX_SCENE_CLASSES; i++) {
        snprintf(task->name[i], AX_TASK_OUTPUT_NAME, "%s", classes[i].name);
        memcpy(task->color[i], classes[i].color, 3);
    }
}

ax_source *ax_scenes_open(const ax_dataset_spec *spec, ax_err *err)
{
    const char *argument = spec->argument;
    size_t n_train = DEFAULT_TRAIN, n_val = DEFAULT_VAL;
    if (argument) {
        const char *at = parse_count(argument, &n_train);
        at = at && *at == ',' ? parse_count(at + 1, &n_val) : NULL;
        if (!at || *at) {
            ax_fail(err, AX_EINVAL, "data set 'scenes:%s': expected scenes:TRAIN,VAL with counts from 1 to %d",
                    argument, MOST);
            return NULL;
        }
    }
    const ax_scene_series from = { { train_series, spec->test ? test_series : val_series },
                                   { "train", spec->test ? "test" : "val" } };
    if (strcmp(spec->task, "pose") == 0)
        return ax_scene_people_open(&from, n_train, n_val, err);
    ax_source_info *info = calloc(1, sizeof *info);
    scenes *of = calloc(1, sizeof *of);
    if (!info || !of) {
        free(info);
        free(of);
        ax_fail(err, AX_ENOMEM, "no memory for a data set");
        return NULL;
    }
    info->n_train = n_train;
    info->n_val = n_val;
    of->from = from;
    of->task = ax_task_named(spec->task);
    set_task(&info->task, of->task);
    const ax_item_set items = { of, name, ax_scene_fingerprint, ax_scene_files, free_set };
    ax_source *s = ax_picture_source_new(info, &items, load, err);
    free(info);
    return s;
}
