/* The engine program's subcommands. engine/main.c passes in what lives outside the engine (data sets, pictures). */
#ifndef AX_COMMAND_PROGRAM_H
#define AX_COMMAND_PROGRAM_H

#include "engine/train/source.h"
#include "engine/train/survey.h"

typedef struct ax_program {
    ax_source_opener open_source;
    ax_surveyor survey;
    /* Decodes a PNG or JPEG into RGB {h,w,3} (malloc, the caller frees it); limits the size. */
    ax_code (*read_picture)(const char *path, uint8_t **rgb, int32_t *h, int32_t *w, ax_err *err);
    /* Enumerate the pictures of a folder or a list; see data/picture_files.h. */
    ax_code (*pictures_of)(const char *path, bool list,
                           ax_code (*take)(void *context, const char *path, const char *name, ax_err *err),
                           void *context, ax_err *err);
    /* Writes RGB {h,w,3} as a PNG, whole or not at all. */
    ax_code (*write_picture)(const char *path, const uint8_t *rgb, int32_t h, int32_t w, ax_err *err);
    ax_task_writers writers; /* for predict's files */
} ax_program;

/* Each gets argv[0] = its own name and returns the exit status; errors are one line on stderr, "auxcell: ...". */
int ax_command_selftest(const ax_program *prog, int argc, char **argv);
int ax_command_devices(const ax_program *prog, int argc, char **argv);
int ax_command_show(const ax_program *prog, int argc, char **argv);
int ax_command_bench(const ax_program *prog, int argc, char **argv);
int ax_command_try(const ax_program *prog, int argc, char **argv);
int ax_command_eval(const ax_program *prog, int argc, char **argv);
int ax_command_train(const ax_program *prog, int argc, char **argv);
int ax_command_predict(const ax_program *prog, int argc, char **argv);
int ax_command_export(const ax_program *prog, int argc, char **argv);
int ax_command_data(const ax_program *prog, int argc, char **argv);
int ax_command_serve(const ax_program *prog, int argc, char **argv);  /* the coordinator of one run */
int ax_command_worker(const ax_program *prog, int argc, char **argv); /* trains candidates for a coordinator */

#endif
