#include "engine/train/teacher.h"

#include "engine/base/hash.h"
#include "engine/model/predictor.h"
#include "engine/train/logits_folder.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct ax_teacher {
    char *path;
    ax_source *source;
    uint64_t key;
    ax_predictor model; /* without a file: the teacher is a folder */
};

/* ---- a model ---- */

static ax_code check_task(const ax_teacher *t, ax_err *err)
{
    const char *data = t->source->info.spec;
    const ax_task_spec *ours = &t->source->info.task, *its = &t->model.info.task;
    if (its->task != ours->task)
        return ax_fail(err, AX_EINVAL, "teacher %s: a model for %s; the run is for %s", t->path,
                       ax_task_name(its->task->id), ax_task_name(ours->task->id));
    char model[PATH_MAX];
    snprintf(model, sizeof model, "teacher %s", t->path);
    if (ax_task_check_outputs(ours, its, model, data, err) != AX_OK)
        return AX_EINVAL;
    if (ours->task->adopt) { /* logits are compared as they are */
        ax_task_spec as_its = *ours;
        if (ours->task->adopt(&as_its, its, NULL))
            return ax_fail(err, AX_EINVAL, "teacher %s: its outputs are in another unit than those of %s", t->path,
                           data);
    }
    return AX_OK;
}

static uint64_t model_key(const ax_teacher *t)
{
    const ax_model_info *info = &t->model.info;
    const int32_t says[] = { info->channels, info->repeats, info->concat };
    uint64_t key = ax_hash(AX_HASH_START, &info->genotype, sizeof info->genotype);
    key = ax_hash(key, says, sizeof says);
    for (size_t i = 0; i < ax_safetensors_count(t->model.st); i++) {
        const ax_st_tensor *tensor = ax_safetensors_at(t->model.st, i);
        key = ax_hash(ax_hash(key, tensor->name, strlen(tensor->name)), tensor->data, tensor->bytes);
    }
    return key;
}

/* Without a backend the model is only checked. */
static ax_code open_model(ax_teacher *t, ax_err *err)
{
    ax_code code = ax_predictor_open(&t->model, t->path, AX_PREDICTS_LOGITS, err);
    if (code == AX_OK)
        code = check_task(t, err);
    if (code == AX_OK && t->model.session.be) /* reports wrong tensors before the first crop is made */
        code = ax_predictor_compile(&t->model, 32, 32, err);
    if (code == AX_OK && t->model.session.be)
        t->key = model_key(t);
    return code;
}

static ax_code open_folder(ax_teacher *t, ax_err *err)
{
    ax_fingerprint is;
    ax_code code = ax_logits_folder_fingerprint(t->path, t->source, &is, err);
    t->key = is.files;
    return code;
}

/* ---- models and folders ---- */

ax_code ax_teacher_fingerprint(const char *path, ax_source *source, ax_fingerprint *out, ax_err *err)
{
    struct stat st;
    if (stat(path, &st))
        return ax_fail(err, AX_EIO, "teacher %s: %s", path, strerror(errno));
    if (S_ISDIR(st.st_mode))
        return ax_logits_folder_fingerprint(path, source, out, err);
    *out = ax_fingerprint_start;
    ax_fingerprint_add(out, "", &st);
    return AX_OK;
}

ax_code ax_teacher_files(const char *path, ax_source *source, ax_files *out, ax_err *err)
{
    struct stat st;
    bool folder = !stat(path, &st) && S_ISDIR(st.st_mode);
    return folder ? ax_logits_folder_files(path, source, out, err) : ax_files_read(out, path, err);
}

ax_teacher *ax_teacher_open(const char *path, ax_source *source, const ax_backend *be, ax_device *dev, ax_err *err)
{
    struct stat st;
    ax_err why = { AX_OK, "" };
    ax_teacher *t = calloc(1, sizeof *t);
    ax_code code = t && (t->path = strdup(path)) ? AX_OK : ax_fail(&why, AX_ENOMEM, "no memory for a teacher");
    if (code == AX_OK) {
        t->source = source;
        t->model.session = (ax_session) { .be = be, .dev = dev };
        if (stat(path, &st))
            code = ax_fail(&why, AX_EIO, "teacher %s: %s", path, strerror(errno));
        else
            code = S_ISDIR(st.st_mode) ? open_folder(t, &why) : open_model(t, &why);
    }
    if (code == AX_OK)
        return t;
    ax_source_failed(code, &why);
    if (err)
        *err = why;
    ax_teacher_free(t);
    return NULL;
}

ax_code ax_teacher_check(const char *path, ax_source *source, ax_err *err)
{
    ax_err why = { AX_OK, "" };
    ax_teacher_free(ax_teacher_open(path, source, NULL, NULL, &why));
    if (why.code != AX_OK && err)
        *err = why;
    return why.code;
}

void ax_teacher_free(ax_teacher *t)
{
    if (!t)
        return;
    ax_predictor_release(&t->model);
    free(t->path);
    free(t);
}

uint64_t ax_teacher_key(const ax_teacher *t)
{
    return t->key;
}

ax_code ax_teacher_logits(ax_teacher *t, const ax_sample *s, float *out, ax_err *err)
{
    if (!t->model.st)
        return ax_source_failed(ax_logits_folder_read(t->path, t->source, s, out, err), err);
    return ax_source_failed(ax_predictor_run(&t->model, s->image, s->h, s->w, out, err), err);
}
