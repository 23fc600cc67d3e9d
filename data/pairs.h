/* A data set of image files with targets: a mask file each, or one drawn from a file or an annotation. All data sets
   made of files use this; they differ in how they find pairs and classes. */
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
/* Fills classes {h,w}, AX_CLASS_IGNORE = unlabelled, of a pair whose displayed image has that size. Thread-safe. */
typedef ax_code (*ax_pairs_draw)(const ax_pairs *p, const ax_pair *pair, int32_t h, int32_t w, uint8_t *classes,
                                 ax_err *err);

/* Checks a target before training as draw would, without drawing it; the image has that size, or is turned on its
   side. */
typedef ax_code (*ax_pairs_look)(const ax_pairs *p, const ax_pair *pair, const ax_glance *image, ax_err *err);

enum { AX_PAIRS_FILES = 8 };
struct ax_pairs {
    char *dir;                  /* files below it are named by their path in it; ends with a slash; owned */
    ax_pairlist list[2];        /* per ax_split; owned */
    char *list_path[2];         /* the lists' own files, NULL = none; owned */
    char *file[AX_PAIRS_FILES]; /* other files that define the data: class file, map, annotations; owned */
    int n_files;
    ax_classes *classes; /* owned */
    char *class_file;    /* where they come from, NULL = none; owned */
    ax_pairlist orphan;  /* files without a counterpart: image or mask is NULL; only when the set is inspected; owned */
    ax_pairs_draw draw;  /* NULL: the masks are files */
    ax_pairs_look look;  /* NULL: nothing else to check before training */
    bool checked;        /* set by ax_pairs_check: once the classes are known, some targets are read as well */
    bool optional;       /* an image without a target is all background */
    size_t background;   /* label of pixels outside all objects, where targets are drawn */
    bool metres;         /* targets are depth maps with this scale */
    ax_depth_scale scale;
    void *more; /* private data of the set; owned */
    void (*free_more)(void *more);
};

/* A zeroed set for files in dir; NULL without memory. */
ax_pairs *ax_pairs_new(const char *dir, ax_err *err);
void ax_pairs_free(ax_pairs *p);
/* Registers a file that defines the data; its path is copied. */
ax_code ax_pairs_note(ax_pairs *p, const char *path, ax_err *err);
/* Reads the set's classes from classes=FILE in the spec, or from the class file in one of the folders (NULL = none).
   Without any of these there are none yet. */
ax_code ax_pairs_read_classes(ax_pairs *p, const ax_dataset_spec *spec, const char *const *dirs, ax_err *err);
/* Gives a set without classes the known ones, with ids from `first` on. */
ax_code ax_pairs_know_classes(ax_pairs *p, const ax_known_class *known, int n, int first, ax_err *err);
/* Adds the label for pixels outside all objects, unless a class has that name: p->background. */
ax_code ax_pairs_add_background(ax_pairs *p, ax_err *err);
/* Finishes the classes: collects ids from all masks if there are none yet, applies map= and ignore=, numbers them.
   says: as in ax_classes_finish. */
ax_code ax_pairs_finish_classes(ax_pairs *p, const ax_dataset_spec *spec, const char *says, ax_source_info *info,
                                ax_err *err);
/* Parses split=, "A/B" or "A/B/SEED"; AX_EINVAL for anything else. */
ax_code ax_split_parse(const char *split, uint64_t parts[2], uint64_t *seed, ax_err *err);
/* Splits all pairs into training and validation by split=, "A/B" or "A/B/SEED". AX_EINVAL: another form; AX_EFORMAT:
   too few pairs. */
ax_code ax_pairs_split(ax_pairs *p, const char *split, ax_err *err);
/* The same by the spec; a set without splits of its own is split 90/10. A set that is only inspected may have too few
   pairs. */
ax_code ax_pairs_part(ax_pairs *p, const ax_dataset_spec *spec, bool in_parts, ax_err *err);
/* Turns a set of pairs into one of images and depth maps (pairs_depth.c), with the spec's scale, and checks it. */
ax_code ax_pairs_are_depth(ax_pairs *p, const ax_dataset_spec *spec, ax_source_info *info, ax_err *err);
/* The median depth of a pair, metres; 0 = none. Also counts its pixels and the missing ones. */
ax_code ax_pairs_median_depth(const ax_pairs *p, const ax_pair *pair, double *median, uint64_t *pixels,
                              uint64_t *missing, ax_err *err);
/* Checks a pair's depth map by its header. */
ax_code ax_pairs_check_depth(const ax_pair *pair, const ax_glance *map, ax_err *err);
/* Checks headers, sizes and ends of all files. AX_EFORMAT or AX_EIO for the first pair with a wrong file, unless the
   set is only inspected; also when training or validation has no pair. */
ax_code ax_pairs_check(ax_pairs *p, const ax_dataset_spec *spec, ax_err *err);
/* Reads the targets of some images, spread over both splits, with the finished classes: wrong ids or colours are found
   before hours of training. AX_EFORMAT, AX_EIO. */
ax_code ax_pairs_try(const ax_pairs *p, ax_err *err);
/* As ax_pairs_check for one pair; also returns the headers. mask: all 0 where the target is no image. */
ax_code ax_pair_check(const ax_pairs *p, const ax_pair *pair, ax_glance *image, ax_glance *mask, ax_err *err);
/* The image of a pair with its truth. */
ax_code ax_pairs_load(const ax_pairs *p, const ax_pair *pair, ax_picture *out, ax_err *err);
/* Makes a source of p and takes ownership of it, even on failure; info provides classes, names and colours. */
ax_source *ax_pairs_source(ax_pairs *p, ax_source_info *info, ax_err *err);
/* Makes a set for the folder that a spec names, calls `fill` to find pairs and classes, and makes a source of it.
   AX_EIO: no such folder. */
typedef ax_code (*ax_pairs_fill)(ax_pairs *p, const ax_dataset_spec *spec, ax_source_info *info, ax_err *err);
ax_source *ax_pairs_open(const ax_dataset_spec *spec, ax_pairs_fill fill, ax_err *err);
/* The same where the argument is not a folder. */
ax_source *ax_pairs_make(const ax_dataset_spec *spec, const char *dir, ax_pairs_fill fill, ax_err *err);
/* Adds a pair of existing files to a list; its name is the image's path within the set. mask: NULL = none. AX_EIO names
   a missing file. */
ax_code ax_pairs_add(ax_pairs *p, ax_pairlist *list, const char *image, const char *mask, size_t record, ax_err *err);
/* The pairs of a source made by ax_pairs_source; NULL for another source. Borrowed. */
const ax_pairs *ax_pairs_of(ax_source *s);

#endif
