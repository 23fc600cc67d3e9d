/* People whose key points are annotated in files: what MPII and COCO have in common. */
#ifndef AX_DATA_PEOPLE_LIST_H
#define AX_DATA_PEOPLE_LIST_H

#include "data/people.h"

enum { AX_PEOPLE_POINTS = 17, AX_PEOPLE_FILES = 2 };

/* An annotated person, as ax_pose_truth has it. */
typedef struct ax_people_entry {
    size_t picture; /* its place in ax_people_list.picture */
    ax_keypoint point[AX_PEOPLE_POINTS];
    ax_person person;
    double neck, head, area, box[4];
} ax_people_entry;

typedef struct ax_people_picture {
    char *path, *name; /* of the file; within the data set; owned */
    uint64_t id;
    int32_t h, w; /* as the annotation says; 0: it doesn't */
} ax_people_picture;

typedef struct ax_people_list {
    char *dir; /* files below it are known by their path in it; with a slash at its end; owned */
    ax_people_picture *picture;
    ax_people_entry *entry[2]; /* per ax_split */
    size_t n_pictures, cap_pictures, n[2], cap[2];
    char *file[AX_PEOPLE_FILES]; /* the annotations; owned */
    const ax_skeleton *skeleton;
    double scale, rotation; /* as ax_people_set */
} ax_people_list;

/* An empty list for the folder `dir`, which must be there (AX_EIO); NULL with an error. */
ax_people_list *ax_people_list_new(const char *dir, const ax_skeleton *s, double scale, double rotation, ax_err *err);
void ax_people_list_free(ax_people_list *l);
/* Adds a picture, dir/folder/name. AX_EFORMAT: the name leads out of the folder; AX_ENOMEM. */
ax_code ax_people_list_picture(ax_people_list *l, const char *folder, const char *name, uint64_t id, int32_t h,
                               int32_t w, ax_err *err);
/* Adds a person; copied. */
ax_code ax_people_list_add(ax_people_list *l, ax_split split, const ax_people_entry *e, ax_err *err);
/* Notes the annotation file of a split, dir/name, in the list's file[split] (owned). */
ax_code ax_people_list_file(ax_people_list *l, ax_split split, const char *name, ax_err *err);
/* Parts all persons for training and validation by their pictures' names, as split= of a data set says
   (ax_split_parse). AX_EFORMAT: fewer than two pictures with persons. */
ax_code ax_people_list_part(ax_people_list *l, const char *split, ax_err *err);
/* A source of the list, which it takes, also when it fails. AX_EFORMAT: nobody to train on, or to validate with. */
ax_source *ax_people_list_source(ax_people_list *l, ax_err *err);

#endif
