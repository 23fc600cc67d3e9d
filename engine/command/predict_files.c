#include "engine/command/predict_files.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

/* One picture from standard input, without a directory, goes to standard output. */
static ax_code output_path(const ax_predict_files *o, const ax_predict_input *in, const char *suffix, char *path,
                           size_t cap, ax_err *err)
{
    const char *slash = strrchr(in->name, '/'), *base = slash ? slash + 1 : in->name, *dot = strrchr(base, '.');
    size_t stem = dot && dot > base ? (size_t)(dot - in->name) : strlen(in->name);
    if (!o->dir)
        return (size_t)snprintf(path, cap, "/dev/stdout") < cap ? AX_OK : AX_EINVAL;
    if ((size_t)snprintf(path, cap, "%s/%.*s%s", o->dir, (int)stem, in->name, suffix) >= cap)
        return ax_fail(err, AX_EINVAL, "%s: name is too long", in->path);
    return AX_OK;
}

/* Creates the folder below the output folder for a picture from a nested folder. */
static ax_code make_folder(const ax_predict_files *o, const ax_predict_input *in, ax_err *err)
{
    char path[PATH_MAX];
    ax_code code = AX_OK;
    for (const char *slash = strchr(in->name, '/'); slash && o->dir && code == AX_OK; slash = strchr(slash + 1, '/')) {
        if ((size_t)snprintf(path, sizeof path, "%s/%.*s", o->dir, (int)(slash - in->name), in->name) >= sizeof path)
            return ax_fail(err, AX_EINVAL, "%s: name is too long", in->path);
        code = ax_output_folder(path, err);
    }
    return code;
}

/* Whether file k of the task is written. */
static bool is_wanted(const ax_predict_files *o, const ax_task *task, int k)
{
    return task->file[k].key && (o->dir || !k) && (o->overlay || !task->file[k].overlay);
}

ax_code ax_predict_files_name(const ax_predict_files *o, ax_files *f, const ax_task *task, const ax_predict_input *in,
                              ax_err *err)
{
    char path[PATH_MAX];
    ax_code code = AX_OK;
    for (int k = 0; k < AX_TASK_FILES && code == AX_OK; k++)
        if (is_wanted(o, task, k) && output_path(o, in, task->file[k].suffix, path, sizeof path, NULL) == AX_OK)
            code = ax_files_write(f, path, in->path, err);
    return code;
}

ax_code ax_predict_files_write(const ax_predict_files *o, const ax_task_writers *writers, const ax_task_spec *task,
                               const ax_predict_input *in, const ax_prediction *p, ax_str *names, ax_str *json,
                               ax_err *err)
{
    ax_code code = make_folder(o, in, err);
    for (int k = 0; k < AX_TASK_FILES && task->task->file[k].key && code == AX_OK; k++) {
        const ax_task_file *file = &task->task->file[k];
        char path[PATH_MAX];
        ax_str_printf(json, ",\"%s\":", file->key);
        if (!is_wanted(o, task->task, k)) {
            ax_str_add(json, "null");
            continue;
        }
        code = output_path(o, in, file->suffix, path, sizeof path, err);
        if (code == AX_OK)
            code = task->task->write(task, k, p, writers, path, err);
        ax_str_json(json, path);
        if (code == AX_OK && o->dir) {
            ax_str_visible(names, path, false);
            ax_str_add(names, "\n");
        }
    }
    return code;
}
