/* The output files of predict: which, and their names. */
#ifndef AX_COMMAND_PREDICT_FILES_H
#define AX_COMMAND_PREDICT_FILES_H

#include "engine/base/output.h"
#include "engine/command/predict_inputs.h"

typedef struct ax_predict_files {
    const char *dir; /* NULL: the first file of the only picture goes to standard output */
    bool overlay;    /* also write files that are only written on request */
} ax_predict_files;

/* Registers an input's outputs. A name that is too long fails later, for its picture alone. */
ax_code ax_predict_files_name(const ax_predict_files *o, ax_files *f, const ax_task *task, const ax_predict_input *in,
                              ax_err *err);
/* Writes the files of an image; their names become lines of `names` and members of the JSON object. Thread-safe. */
ax_code ax_predict_files_write(const ax_predict_files *o, const ax_task_writers *writers, const ax_task_spec *task,
                               const ax_predict_input *in, const ax_prediction *p, ax_str *names, ax_str *json,
                               ax_err *err);

#endif
