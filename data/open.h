/* Data sets by their spec. */
#ifndef AX_DATA_OPEN_H
#define AX_DATA_OPEN_H

#include "engine/config/dataset.h"
#include "engine/train/source.h"
#include "engine/train/survey.h"

/* Opens what a spec names (engine/config/dataset.h) for a task, "" = its first. AX_EINVAL for an unknown spec, or a
   task that the data set has no truth of, lists what there is; a data set that isn't whole says which file and why.
   Close with source->ops->close. */
ax_source *ax_source_open(const char *spec, const char *task, ax_err *err);

/* The same for a spec in its parts; info.spec stays empty. */
ax_source *ax_source_open_spec(ax_dataset_spec *spec, const char *task, ax_err *err);

/* The ax_surveyor of all data sets: headers of all files first, then pixels, in the order of the images and by several
   threads; images that are in both parts last. */
ax_survey *ax_data_survey(const char *spec, const ax_survey_how *how, ax_err *err);

/* ax_NAME_open for each of the list. */
#define AX_DATASET_OPEN(name, form, files, tasks, options, doc)                                                        \
    ax_source *ax_##name##_open(const ax_dataset_spec *spec, ax_err *err);
AX_DATASET_LIST(AX_DATASET_OPEN)

#endif
