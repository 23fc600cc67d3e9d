/* mpii: MPII Human Pose with the annotations of Simple Baselines and others: DIR/annot/train.json and valid.json, lists
   of persons, each with image, centre, scale, joints (counted from 1) and their visibility; DIR/images. Only the
   official annotation has head boxes: here a person may have one as "head_box", x1 y1 x2 y2, counted from 1. */
#include "data/open.h"
#include "data/people_list.h"
#include "engine/base/json.h"
#include "engine/task/pose/pck.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { J = AX_MPII_KEYPOINTS, NECK = 8, HEAD_TOP = 9 };

typedef struct reading {
    ax_people_list *list;
    ax_split split;
    uint64_t pictures; /* number so far */
} reading;

static ax_code read_joints(const ax_json *v, ax_people_entry *e, ax_err *err)
{
    const ax_json *joints = ax_json_get_as(v, "joints", AX_JSON_ARRAY);
    double visible[J], xy[2];
    int k = 0;
    if (!joints || joints->u.list.n != J || !ax_json_numbers(ax_json_get(v, "joints_vis"), visible, J))
        return ax_fail(err, AX_EFORMAT, "a person without %d joints and joints_vis", J);
    for (const ax_json *j = joints->u.list.first; j; j = j->next, k++) {
        if (!ax_json_numbers(j, xy, 2))
            return ax_fail(err, AX_EFORMAT, "joint %d of a person isn't a pair of numbers", k);
        e->point[k] = (ax_keypoint) { xy[0] - 1, xy[1] - 1, visible[k] > 0 };
    }
    return AX_OK;
}

/* Persons of one image are adjacent, so the picture may be the last person's. */
static ax_code find_picture(reading *r, const char *name, size_t *out, ax_err *err)
{
    ax_people_list *l = r->list;
    if (l->n_pictures) {
        const char *last = l->picture[l->n_pictures - 1].name;
        if (strcmp(last + strlen("images/"), name) == 0) {
            *out = l->n_pictures - 1;
            return AX_OK;
        }
    }
    *out = l->n_pictures;
    return ax_people_list_picture(l, "images", name, r->pictures++, 0, 0, err);
}

static ax_code take_person(void *context, const char *list, const ax_json *v, ax_err *err)
{
    reading *r = context;
    const char *image = ax_json_text(v, "image");
    double centre[2], scale, head[4];
    ax_people_entry e = { 0 };
    bool known = false;
    if (*list)
        return AX_OK;
    if (!image || !ax_json_numbers(ax_json_get(v, "center"), centre, 2) || !ax_json_number(v, "scale", &scale) ||
        !(scale > 0))
        return ax_fail(err, AX_EFORMAT, "a person without image, center and scale");
    ax_code code = read_joints(v, &e, err);
    for (int k = 0; k < J; k++)
        known = known || e.point[k].v > 0;
    if (code != AX_OK || !known)
        return code;
    e.person = ax_person_of_mpii(centre, scale);
    if (e.point[NECK].v > 0 && e.point[HEAD_TOP].v > 0)
        e.neck = hypot(e.point[HEAD_TOP].x - e.point[NECK].x, e.point[HEAD_TOP].y - e.point[NECK].y);
    if (ax_json_numbers(ax_json_get(v, "head_box"), head, 4))
        e.head = ax_pckh_length(head);
    code = find_picture(r, image, &e.picture, err);
    return code == AX_OK ? ax_people_list_add(r->list, r->split, &e, err) : code;
}

static ax_code read_file(ax_people_list *l, ax_split split, const char *name, bool needed, ax_err *err)
{
    reading r = { .list = l, .split = split };
    ax_code code = ax_people_list_file(l, split, name, err);
    if (code == AX_OK && !needed && access(l->file[split], F_OK) != 0) {
        free(l->file[split]);
        l->file[split] = NULL;
        return AX_OK;
    }
    return code == AX_OK ? ax_json_each(l->file[split], take_person, &r, err) : code;
}

ax_source *ax_mpii_open(const ax_dataset_spec *spec, ax_err *err)
{
    const char *parts = spec->option[AX_DATASET_split];
    ax_people_list *l = ax_people_list_new(spec->argument, &ax_skeleton_mpii, .25, 30, err);
    if (!l)
        return NULL;
    ax_code code = read_file(l, AX_SPLIT_TRAIN, "annot/train.json", !parts, err);
    if (code == AX_OK)
        code = read_file(l, AX_SPLIT_VAL, spec->test ? "annot/test.json" : "annot/valid.json", !parts, err);
    if (code == AX_OK && parts)
        code = ax_people_list_part(l, parts, err);
    if (code == AX_OK)
        return ax_people_list_source(l, spec, err);
    ax_people_list_free(l);
    return NULL;
}
