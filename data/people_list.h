/* People with key points annotated in files: the common part of MPII and COCO. */
#ifndef AX_DATA_PEOPLE_LIST_H
#define AX_DATA_PEOPLE_LIST_H

#include "data/glance.h"
#include "data/image_cache.h"
#include "data/people.h"
#include "engine/config/dataset.h"

enum { AX_PEOPLE_POINTS = 17, AX_PEOPLE_FILES = 2 };

/* An annotated person, in the terms of ax_pose_truth. */
typedef struct ax_people_entry {
    size_t picture; /* index into ax_people_list.picture */
    ax_keypoint point[AX_PEOPLE_POINTS];
    ax_person person;
    double neck, head, area, box[4];
} ax_people_entry;

typedef struct ax_people_picture {
    char *path, *name; /* path of the file; path within the data set; owned */
    uint64_t id;
    int32_t h, w; /* as annotated; 0: not stated */
} ax_people_picture;

typedef struct ax_people_list {
    char *dir; /* files below it are named by their path in it; ends with a slash; owned */
    ax_people_picture *picture;
    ax_people_entry *entry[2]; /* per ax_split */
    size_t n_pictures, cap_pictures, n[2], cap[2];
    char *file[AX_PEOPLE_FILES]; /* the annotations; owned */
    const ax_skeleton *skeleton;
    double scale, rotation; /* see ax_people_set */
    ax_image_cache *kept;   /* by index of `picture`; only in a source; owned */
} ax_people_list;

/* An empty list for the folder `dir`, which must exist (AX_EIO); NULL with an error. */
ax_people_list *ax_people_list_new(const char *dir, const ax_skeleton *s, double scale, double rotation, ax_err *err);
void ax_people_list_free(ax_people_list *l);
/* Adds a picture, dir/folder/name. AX_EFORMAT: the name leads out of the folder; AX_ENOMEM. */
ax_code ax_people_list_picture(ax_people_list *l, const char *folder, const char *name, uint64_t id, int32_t h,
                               int32_t w, ax_err *err);
/* Adds a copy of a person. */
ax_code ax_people_list_add(ax_people_list *l, ax_split split, const ax_people_entry *e, ax_err *err);
/* Sets the list's file[split] (owned) to a split's annotation file, dir/name. */
ax_code ax_people_list_file(ax_people_list *l, ax_split split, const char *name, ax_err *err);
/* Splits all persons into training and validation by their pictures' names, for split= of a data set (ax_split_parse).
   AX_EFORMAT: fewer than two pictures with persons. */
ax_code ax_people_list_part(ax_people_list *l, const char *split, ax_err *err);
/* Makes a source of the list and takes ownership of it, even on failure. Unless the set is only inspected, all
   pictures' headers and all key points are checked first. AX_EFORMAT: nobody to train on or to validate with, or errors
   of ax_people_list_check. */
ax_source *ax_people_list_source(ax_people_list *l, const ax_dataset_spec *spec, ax_err *err);
/* The list of such a source; NULL for another. Borrowed. */
const ax_people_list *ax_people_list_of(ax_source *s);
/* AX_EIO or AX_EFORMAT for the first picture that can't be read or whose size differs from its annotation, or for the
   first labelled point more than a whole image outside of its image. */
ax_code ax_people_list_check(const ax_people_list *l, ax_err *err);
/* The same for one picture's file; *g: its header. */
ax_code ax_people_picture_check(const ax_people_picture *p, ax_glance *g, ax_err *err);
/* Whether a point is in an image of h x w, or at most that fraction of its sides outside. */
bool ax_people_point_is_in(const ax_keypoint *k, int32_t h, int32_t w, double share);

#endif
