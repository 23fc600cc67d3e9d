/* Opens data sets by their spec. */
#ifndef AX_DATA_OPEN_H
#define AX_DATA_OPEN_H

#include "engine/config/dataset.h"
#include "engine/train/source.h"
#include "engine/train/survey.h"

/* Opens the data set of a spec (engine/config/dataset.h) for a task, "" = its first. AX_EINVAL lists the choices for an
   unknown spec or a task without truth in the data set; errors of an incomplete data set name the file and the reason.
   Close with source->ops->close. */
ax_source *ax_source_open(const char *spec, const char *task, ax_err *err);

/* The same for a parsed spec; info.spec stays empty. */
ax_source *ax_source_open_spec(ax_dataset_spec *spec, const char *task, ax_err *err);

/* The ax_surveyor of all data sets: reads the headers of all files, then pixels, in the order of the images and in
   parallel; finally it looks for images that are in both splits. */
ax_survey *ax_data_survey(const char *spec, const ax_survey_how *how, ax_err *err);

/* An ax_NAME_open for each data set of the list. */
#define AX_DATASET_OPEN(name, form, files, tasks, options, doc)                                                        \
    ax_source *ax_##name##_open(const ax_dataset_spec *spec, ax_err *err);
AX_DATASET_LIST(AX_DATASET_OPEN)

#endif
