#include "data/scene_people.h"

#include "data/scene.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Requires that nearly all joints are visible, and that the person is tall enough to tell them apart. */
enum { LEAST_VISIBLE = 9, LEAST_HEIGHT = 30, TRIES = 1000 };

/* Replacement scenes have indices far beyond the size of any data set. */
static const uint64_t next_try = (uint64_t)1 << 40;

typedef struct scene_people {
    ax_scene_series from;
} scene_people;

/* The box around all joints, visible or not; at least as wide as a third of its height, like bodies. */
static void box_of(const ax_scene_person *p, double box[4])
{
    double x0 = (double)p->joint[0].x, x1 = x0, y0 = (double)p->joint[0].y, y1 = y0;
    for (int k = 1; k < AX_JOINTS; k++) {
        x0 = fmin(x0, (double)p->joint[k].x);
        x1 = fmax(x1, (double)p->joint[k].x);
        y0 = fmin(y0, (double)p->joint[k].y);
        y1 = fmax(y1, (double)p->joint[k].y);
    }
    double widen = fmax(0, (y1 - y0) / 3 - (x1 - x0)) / 2;
    box[0] = x0 - widen - .5; /* a scene's pixel centres are at .5 */
    box[1] = y0 - .5;
    box[2] = x1 - x0 + 2 * widen;
    box[3] = y1 - y0;
}

static bool is_seen_well(const ax_scene_person *p)
{
    double box[4];
    int visible = 0;
    for (int k = 0; k < AX_JOINTS; k++)
        visible += p->joint[k].visible;
    box_of(p, box);
    return visible >= LEAST_VISIBLE && box[3] >= LEAST_HEIGHT;
}

/* The nearest person; NULL: none. */
static const ax_scene_person *choose(const ax_scene *s)
{
    const ax_scene_person *best = NULL;
    for (int32_t i = 0; i < s->people; i++)
        if (is_seen_well(&s->person[i]) && (!best || s->person[i].z < best->z))
            best = &s->person[i];
    return best;
}

static void fill_truth(const ax_scene_person *p, uint64_t index, ax_pose_truth *t)
{
    double box[4];
    *t = (ax_pose_truth) { .image = index };
    box_of(p, box);
    t->person = ax_person_of_box(box, 1);
    for (int k = 0; k < AX_JOINTS; k++)
        t->in_image[k] = (ax_keypoint) { (double)p->joint[k].x - .5, (double)p->joint[k].y - .5, p->joint[k].visible };
    t->neck = hypot((double)(p->joint[AX_JOINT_HEAD_TOP].x - p->joint[AX_JOINT_NECK].x),
                    (double)(p->joint[AX_JOINT_HEAD_TOP].y - p->joint[AX_JOINT_NECK].y));
}

static ax_code load(void *set, ax_split split, uint64_t index, ax_people_one *out, ax_err *err)
{
    const scene_people *s = set;
    for (uint64_t i = 0; i < TRIES; i++) {
        ax_scene scene;
        ax_code code = ax_scene_render(s->from.number[split], index + i * next_try, &scene, err);
        if (code != AX_OK)
            return code;
        const ax_scene_person *p = choose(&scene);
        if (p) {
            *out = (ax_people_one) { .h = AX_SCENE_H, .w = AX_SCENE_W, .rgb = scene.rgb, .owned = scene.rgb };
            fill_truth(p, index, &out->truth);
            scene.rgb = NULL;
        }
        ax_scene_release(&scene);
        if (out->rgb)
            return AX_OK;
    }
    return ax_fail(err, AX_EFORMAT, "scene %llu: nobody is seen well in %d scenes", (unsigned long long)index, TRIES);
}

static void name(void *set, ax_split split, uint64_t index, char *out, size_t cap)
{
    const scene_people *s = set;
    snprintf(out, cap, "%s-person-%llu", s->from.name[split], (unsigned long long)index);
}

/* Must change when the scenes, or the choice of persons, change. */
ax_code ax_scene_fingerprint(void *set, ax_fingerprint *out, ax_err *err)
{
    (void)set;
    (void)err;
    *out = (ax_fingerprint) { 1, 1 };
    return AX_OK;
}

ax_code ax_scene_files(void *set, ax_files *out, ax_err *err)
{
    (void)set;
    (void)out;
    (void)err;
    return AX_OK;
}

ax_source *ax_scene_people_open(const ax_scene_series *from, size_t n_train, size_t n_val, ax_err *err)
{
    scene_people *s = malloc(sizeof *s);
    if (!s) {
        ax_fail(err, AX_ENOMEM, "no memory for a data set");
        return NULL;
    }
    s->from = *from;
    const ax_item_set items = { s, name, ax_scene_fingerprint, ax_scene_files, free };
    const ax_people_set what = { &ax_skeleton_scenes, .25, 30, load, NULL };
    return ax_people_source_new(n_train, n_val, &items, &what, err);
}
