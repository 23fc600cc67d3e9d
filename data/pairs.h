/* A data set of image files, each with a mask file: what SegNet's CamVid and users' own lists have in common. */
#ifndef AX_DATA_PAIRS_H
#define AX_DATA_PAIRS_H

#include "data/pairlist.h"
#include "engine/train/source.h"

typedef struct ax_pairs {
    char *dir;             /* files below it are known by their path in it; with a slash at its end; owned */
    ax_pairlist list[2];   /* per ax_split; owned */
    char *list_path[2];    /* the lists' own files, NULL = none; owned */
    int16_t class_of[256]; /* of an id in a mask: its class, AX_PAIRS_IGNORE or AX_PAIRS_WRONG */
    const char *ids;       /* "CamVid's ids are 0 to 10, and 11 = unlabelled", for messages */
} ax_pairs;
enum { AX_PAIRS_IGNORE = 255, AX_PAIRS_WRONG = -1 };

/* A zeroed set for files in dir; NULL without memory. */
ax_pairs *ax_pairs_new(const char *dir, ax_err *err);
void ax_pairs_free(ax_pairs *p);
/* A source of p, which it takes, also when it fails; info says classes, names and colours. */
ax_source *ax_pairs_source(ax_pairs *p, ax_source_info *info, ax_err *err);

#endif
