/* What the pieces of a survey share. */
#ifndef AX_DATA_SURVEY_INTERNAL_H
#define AX_DATA_SURVEY_INTERNAL_H

#include "data/pairs.h"
#include "data/people_list.h"
#include "engine/train/survey.h"

#include <pthread.h>

/* Values that no class has, in masks of a set: those of ids and of colours. */
enum { AX_SURVEY_VALUES = 1024 };
typedef struct ax_survey_value {
    uint32_t value;
    bool color;
    uint64_t pixels[2], images[2]; /* per ax_split */
    uint64_t order;                /* of the first image that has it */
    char first[AX_SURVEY_TEXT];    /* "PATH at x 3, y 4" */
} ax_survey_value;

typedef struct ax_surveying {
    ax_survey *s;
    const ax_survey_how *how;
    ax_source *source;
    const ax_pairs *pairs;        /* NULL: it has none */
    const ax_people_list *people; /* likewise */
    float *median;                /* of the depth maps read, {medians} */
    size_t medians;
    pthread_mutex_t lock;   /* of all below, and of *s */
    ax_survey_value *value; /* {AX_SURVEY_VALUES} */
    size_t values;
    uint64_t done;
    bool *broken;      /* per image: they can't be */
    uint64_t *size[2]; /* per split: bytes of its images, 0 = can't be read */
} ax_surveying;

/* The pair of image i: those of training first. */
const ax_pair *ax_survey_pair(const ax_surveying *v, size_t i, ax_split *split);
/* Notes a finding, printf style. `order` says which ones are shown. Takes the lock. */
void ax_survey_find(ax_surveying *v, ax_finding f, uint64_t order, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* Counts one of a kind. Under the lock. */
void ax_survey_count(ax_survey_kind *kind, int *n, const char *text);
/* Says how far it is; AX_ECANCEL: somebody stops it. Takes the lock. */
ax_code ax_survey_progress(ax_surveying *v, const char *what, uint64_t of, ax_err *err);

/* Reads the pixels of those images that pick says (in order) by several threads. */
ax_code ax_survey_pixels(ax_surveying *v, const size_t *pick, size_t n, ax_err *err);
/* Makes classes of the ids that were seen where the set names none, and findings of what no class has. */
void ax_survey_values(ax_surveying *v);
/* Looks at the headers of all pictures with people, and at all key points. */
ax_code ax_survey_people_look(ax_surveying *v, ax_err *err);
/* Finds images of validation with the bytes of one of training. */
ax_code ax_survey_twins(ax_surveying *v, ax_err *err);

#endif
