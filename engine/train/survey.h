/* Facts about a data set and problems in it, as reported by `auxcell data check`. data/ finds them, the command prints
   them. */
#ifndef AX_TRAIN_SURVEY_H
#define AX_TRAIN_SURVEY_H

#include "engine/train/source.h"

/* Kinds of problems: id, name in JSON, whether training would go wrong, description */
#define AX_FINDING_LIST(X)                                                                                             \
    X(NO_TARGET, "image_without_target", true, "images without a target")                                              \
    X(NO_IMAGE, "target_without_image", true, "targets without an image")                                              \
    X(UNREADABLE, "unreadable", true, "files that can't be read")                                                      \
    X(SIZE, "other_size", true, "masks of another size than their image")                                              \
    X(VALUE, "value_without_class", true, "ids or colours without a class")                                            \
    X(TWIN, "in_both_splits", true, "images of validation that are in training too")                                   \
    X(CLASSES, "classes", true, "faults of the classes")                                                               \
    X(NO_LABELS, "no_labels", true, "parts without a labelled pixel")                                                  \
    X(ABSENT, "absent_class", false, "classes or key points that a part hasn't got")                                   \
    X(BLANK, "blank_target", false, "targets without a labelled pixel")                                                \
    X(TURNED, "turned", false, "masks of the stored pixels, which are turned with their images")                       \
    X(DEPTH, "odd_depth", false, "depth maps with a median below 0.5 m or above 50 m: a wrong scale")                  \
    X(FAR, "point_far_outside", true, "key points further outside of their image than it is large")                    \
    X(OUTSIDE, "point_outside", false, "key points outside of their image")                                            \
    X(OTHER, "remark", false, "remarks")
#define AX_FINDING_ENUM(id, name, stops, doc) AX_FINDING_##id,
typedef enum ax_finding { AX_FINDING_LIST(AX_FINDING_ENUM) AX_FINDINGS } ax_finding;

enum { AX_SURVEY_SHOWN = 10, AX_SURVEY_TEXT = 320, AX_SURVEY_KINDS = 16 };

/* Findings of one kind: their number, and the first of them in data set order. */
typedef struct ax_survey_found {
    uint64_t n;
    int shown;
    struct {
        uint64_t order;
        char text[AX_SURVEY_TEXT];
    } first[AX_SURVEY_SHOWN];
} ax_survey_found;

/* A size or a kind of file, and the number of files that have it. */
typedef struct ax_survey_kind {
    char text[40];
    uint64_t n;
} ax_survey_kind;

/* Pixels of a part. */
typedef struct ax_survey_part {
    uint64_t images, read;                 /* of the part; with pixels read */
    uint64_t pixels, unlabelled;           /* of those read */
    uint64_t of_class[AX_TASK_OUTPUTS];    /* pixels */
    uint64_t images_with[AX_TASK_OUTPUTS]; /* images read that contain the class */
} ax_survey_part;

/* People with key points, per part. */
typedef struct ax_survey_people {
    /* Pictures with people in them; labelled points; points outside their image. */
    uint64_t pictures, labelled, outside;
    uint64_t of_point[AX_TASK_OUTPUTS]; /* persons who have the point */
} ax_survey_people;

/* Depth maps that were read: metres. */
typedef struct ax_survey_depth {
    uint64_t maps; /* maps with any depth */
    uint64_t pixels, missing;
    double least, median, most; /* of the maps' medians */
} ax_survey_depth;

typedef struct ax_survey {
    ax_source_info info;
    char classes_of[256]; /* origin of the classes: a path, "ids in the masks", ... */
    bool classes;         /* the truth is classes, which are counted */
    bool files;           /* it consists of files, whose headers were read */
    bool all, stopped;    /* all pixels were read; the user stopped it */
    ax_survey_part part[2];
    bool people_known; /* the truth is key points in files: images are persons, and `people` has details */
    ax_survey_people people[2];
    ax_survey_depth depth;                                         /* maps 0: no depth maps */
    ax_survey_kind size[AX_SURVEY_KINDS], target[AX_SURVEY_KINDS]; /* of images and targets, most frequent first */
    int sizes, targets;
    ax_survey_found found[AX_FINDINGS];
} ax_survey;

typedef struct ax_survey_how {
    const char *task; /* task of the truth, "" = the data set's first */
    bool all;         /* reads all pixels, not a sample */
    uint64_t sample;  /* minimum number of images in the sample */
    /* Called by several threads, one at a time; returning false stops the survey. NULL = no progress reports. */
    bool (*progress)(void *context, const char *what, uint64_t done, uint64_t of);
    void *context;
} ax_survey_how;

/* Examines the data set that a spec names; out (malloc, the caller frees it) is large. Problems with single files are
   findings, not errors; errors are those of opening the data set. NULL: err says why. */
typedef ax_survey *(*ax_surveyor)(const char *spec, const ax_survey_how *how, ax_err *err);

/* Whether training would go wrong. */
bool ax_survey_bad(const ax_survey *s);
/* A finding's JSON name, its text, and whether training goes wrong with it. */
const char *ax_finding_name(ax_finding f, bool *stops, const char **doc);

#endif
