/* Internals shared by the parts of a survey. */
#ifndef AX_DATA_SURVEY_INTERNAL_H
#define AX_DATA_SURVEY_INTERNAL_H

#include "data/pairs.h"
#include "data/people_list.h"
#include "engine/train/survey.h"

#include <pthread.h>

/* A value in masks, id or colour, that no class has. */
enum { AX_SURVEY_VALUES = 1024 };
typedef struct ax_survey_value {
    uint32_t value;
    bool color;
    uint64_t pixels[2], images[2]; /* per split */
    uint64_t order;                /* of the first image with it */
    char first[AX_SURVEY_TEXT];    /* "PATH at x 3, y 4" */
} ax_survey_value;

typedef struct ax_surveying {
    ax_survey *s;
    const ax_survey_how *how;
    ax_source *source;
    const ax_pairs *pairs;        /* NULL: none */
    const ax_people_list *people; /* NULL: none */
    bool maybe_depth;             /* the targets could also be depth maps */
    float *median;                /* by depth map read, {medians} */
    size_t medians;
    pthread_mutex_t lock;   /* protects everything below, and *s */
    ax_survey_value *value; /* {AX_SURVEY_VALUES} */
    size_t values;
    uint64_t done;
    bool *broken;      /* by image: it can't be read */
    uint64_t *size[2]; /* by split: file sizes of its images, 0 = can't be read */
} ax_surveying;

/* The pair of image i; images of training come first. */
const ax_pair *ax_survey_pair(const ax_surveying *v, size_t i, ax_split *split);
/* Records a finding, printf style. `order` decides which ones are shown. Takes the lock. */
void ax_survey_find(ax_surveying *v, ax_finding f, uint64_t order, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* Counts one of a kind. The lock must be held. */
void ax_survey_count(ax_survey_kind *kind, int *n, const char *text);
/* Reports progress; AX_ECANCEL: the user stops the survey. Takes the lock. */
ax_code ax_survey_progress(ax_surveying *v, const char *what, uint64_t of, ax_err *err);

/* Reads the pixels of the images in pick (ascending), in parallel. */
ax_code ax_survey_pixels(ax_surveying *v, const size_t *pick, size_t n, ax_err *err);
/* Turns the ids that were seen into classes if the set names none, and reports values without a class. */
void ax_survey_values(ax_surveying *v);
/* Checks the headers of all pictures with people, and all key points. */
ax_code ax_survey_people_look(ax_surveying *v, ax_err *err);
/* Reports images of validation that equal an image of training byte by byte. */
ax_code ax_survey_twins(ax_surveying *v, ax_err *err);

#endif
