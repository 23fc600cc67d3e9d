/* A data set of image files, each with a target: a mask file, or what `draw` makes of a file or of an annotation. All
   sets of files are this; they differ in where they find pairs and classes. */
#ifndef AX_DATA_PAIRS_H
#define AX_DATA_PAIRS_H

#include "data/classes.h"
#include "data/glance.h"
#include "data/image.h"
#include "data/pairlist.h"
#include "data/picture.h"
#include "engine/config/dataset.h"
#include "engine/train/source.h"

typedef struct ax_pairs ax_pairs;
/* Fills classes {h,w}, AX_CLASS_IGNORE = unlabelled, of a pair with an image of that size as it is to be seen. Safe
   from several threads. */
typedef ax_code (*ax_pairs_draw)(const ax_pairs *p, const ax_pair *pair, int32_t h, int32_t w, uint8_t *classes,
                                 ax_err *err);

/* Checks a target before anything is trained, as draw would, without drawing; the image is of that size, or is on its
   side. */
typedef ax_code (*ax_pairs_look)(const ax_pairs *p, const ax_pair *pair, const ax_glance *image, ax_err *err);

enum { AX_PAIRS_FILES = 8 };
struct ax_pairs {
    char *dir;                  /* files below it are known by their path in it; with a slash at its end; owned */
    ax_pairlist list[2];        /* per ax_split; owned */
    char *list_path[2];         /* the lists' own files, NULL = none; owned */
    char *file[AX_PAIRS_FILES]; /* others that say what the data are: class file, map, annotations; owned */
    int n_files;
    ax_classes *classes; /* owned */
    char *class_file;    /* where they are from, NULL = none; owned */
    ax_pairlist orphan;  /* what has no other half: image or mask is NULL; only when the set is inspected; owned */
    ax_pairs_draw draw;  /* NULL: the masks are files */
    ax_pairs_look look;  /* NULL: nothing more to be checked before training */
    bool checked;        /* by ax_pairs_check: some targets are read, too, when the classes are known */
    bool optional;       /* an image without a target is background all over */
    size_t background;   /* the label of what no object covers, where targets are drawn */
    bool metres;         /* targets are depth maps, of this scale */
    ax_depth_scale scale;
    void *more; /* the set's own; owned */
    void (*free_more)(void *more);
};

/* A zeroed set for files in dir; NULL without memory. */
ax_pairs *ax_pairs_new(const char *dir, ax_err *err);
void ax_pairs_free(ax_pairs *p);
/* Notes a file that says what the data are; its path is copied. */
ax_code ax_pairs_note(ax_pairs *p, const char *path, ax_err *err);
/* The classes of a set by its spec: of classes=FILE or of the class file in one of the folders (NULL = none). Without
   any of these it has none yet. */
ax_code ax_pairs_read_classes(ax_pairs *p, const ax_dataset_spec *spec, const char *const *dirs, ax_err *err);
/* Gives a set that has no classes yet those that are known of it, with ids from `first` on. */
ax_code ax_pairs_know_classes(ax_pairs *p, const ax_known_class *known, int n, int first, ax_err *err);
/* Adds the label of what no object covers, unless there is one called so: p->background. */
ax_code ax_pairs_add_background(ax_pairs *p, ax_err *err);
/* Finishes them: reads all masks for their ids where there are none yet, takes map= and ignore= in, numbers them. says:
   as ax_classes_finish. */
ax_code ax_pairs_finish_classes(ax_pairs *p, const ax_dataset_spec *spec, const char *says, ax_source_info *info,
                                ax_err *err);
/* What split= says, "A/B" or "A/B/SEED"; AX_EINVAL: something else. */
ax_code ax_split_parse(const char *split, uint64_t parts[2], uint64_t *seed, ax_err *err);
/* Parts all pairs for training and validation as split= says, which is "A/B" or "A/B/SEED". AX_EINVAL: it says
   something else; AX_EFORMAT: too few pairs. */
ax_code ax_pairs_split(ax_pairs *p, const char *split, ax_err *err);
/* The same as the spec says; a set that isn't in parts by itself is parted 90/10. One that is only inspected may have
   too few pairs. */
ax_code ax_pairs_part(ax_pairs *p, const ax_dataset_spec *spec, bool in_parts, ax_err *err);
/* Makes a set of pairs one of images and depth maps (pairs_depth.c), of the scale that the spec says, and checks it. */
ax_code ax_pairs_are_depth(ax_pairs *p, const ax_dataset_spec *spec, ax_source_info *info, ax_err *err);
/* The median of the depths of a pair, metres; 0 = it has none. Of so many pixels some are missing. */
ax_code ax_pairs_median_depth(const ax_pairs *p, const ax_pair *pair, double *median, uint64_t *pixels,
                              uint64_t *missing, ax_err *err);
/* Checks a pair's depth map by its header. */
ax_code ax_pairs_check_depth(const ax_pair *pair, const ax_glance *map, ax_err *err);
/* AX_EFORMAT or AX_EIO, unless the set is only inspected, of the first pair with a file that can't be what it should:
   headers, sizes and ends of all files are looked at. Also when there is no pair for training or validation. */
ax_code ax_pairs_check(ax_pairs *p, const ax_dataset_spec *spec, ax_err *err);
/* Reads the targets of some images, spread over both parts, with the finished classes: a set whose ids or colours are
   others than its classes say is found before hours are spent. AX_EFORMAT, AX_EIO. */
ax_code ax_pairs_try(const ax_pairs *p, ax_err *err);
/* As ax_pairs_check of one pair; says what the headers do. mask: all 0 where the target is no image. */
ax_code ax_pair_check(const ax_pairs *p, const ax_pair *pair, ax_glance *image, ax_glance *mask, ax_err *err);
/* The image of a pair with its truth. */
ax_code ax_pairs_load(const ax_pairs *p, const ax_pair *pair, ax_picture *out, ax_err *err);
/* A source of p, which it takes, also when it fails; info says classes, names and colours. */
ax_source *ax_pairs_source(ax_pairs *p, ax_source_info *info, ax_err *err);
/* Makes a set for the folder that a spec names, has `fill` find its pairs and its classes, and makes a source of it.
   AX_EIO: no such folder. */
typedef ax_code (*ax_pairs_fill)(ax_pairs *p, const ax_dataset_spec *spec, ax_source_info *info, ax_err *err);
ax_source *ax_pairs_open(const ax_dataset_spec *spec, ax_pairs_fill fill, ax_err *err);
/* The same where the argument is something else. */
ax_source *ax_pairs_make(const ax_dataset_spec *spec, const char *dir, ax_pairs_fill fill, ax_err *err);
/* Adds a pair of two files, which are there, to a list; its name is the image's path within the set. mask: NULL = none.
   AX_EIO names a file that isn't there. */
ax_code ax_pairs_add(ax_pairs *p, ax_pairlist *list, const char *image, const char *mask, size_t record, ax_err *err);
/* The pairs of a source that ax_pairs_source made; NULL of another. Borrowed. */
const ax_pairs *ax_pairs_of(ax_source *s);

#endif
