#include "engine/train/pictures.h"

#include "engine/base/normalise.h"
#include "engine/train/trainer_internal.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

static const ax_task_spec *task_of(const ax_pictures *p)
{
    return &p->t->source->info.task;
}

/* Takes the size of the first image and the meaning of the colours. */
static void head(const ax_pictures *p, ax_maskfile *m)
{
    const ax_cache_item first = ax_cache_get(p->t->val, 0);
    m->h = first.h;
    m->w = first.w;
    m->channels = 1;
    task_of(p)->task->legend(task_of(p), m);
}

/* Makes a picture of a truth or a prediction; NULL: no memory. */
static uint8_t *draw(const ax_pictures *p, const ax_maskfile *m, const void *value, bool prediction)
{
    uint8_t *out = malloc((size_t)m->h * (size_t)m->w * (size_t)m->channels);
    if (out)
        task_of(p)->task->draw(task_of(p), value, prediction, m->h, m->w, out);
    return out;
}

/* Scores this image's prediction alone; unknown where nothing in the image can be judged. */
static ax_code judge(const ax_task_spec *spec, const void *truth, const void *prediction, int32_t h, int32_t w,
                     ax_outcome *out, ax_err *err)
{
    ax_err nothing = { AX_OK, "" };
    void *score = spec->task->score_new(spec, err);
    *out = ax_outcome_none;
    if (!score)
        return AX_ENOMEM;
    ax_code code = spec->task->score_add(score, spec, truth, prediction, h, w, err);
    if (code == AX_OK && spec->task->score_take(score, spec, out, &nothing) != AX_OK)
        *out = ax_outcome_none;
    spec->task->score_free(score);
    return code;
}

ax_code ax_pictures_add(ax_pictures *p, size_t index, const void *prediction, int32_t h, int32_t w, ax_err *err)
{
    ax_maskfile *m = &p->predicted;
    if (!m->h)
        head(p, m);
    if ((size_t)m->images != index || m->images == AX_MASK_IMAGES || h != m->h || w != m->w)
        return AX_OK;
    uint8_t *picture = draw(p, m, prediction, true);
    if (!picture)
        return ax_fail(err, AX_ENOMEM, "no memory for a picture");
    m->predicted[m->images] = picture;
    const ax_task_spec *spec = task_of(p);
    const void *truth = ax_cache_get(p->t->val, index).truth;
    ax_code code = judge(spec, truth, prediction, h, w, &m->figures[m->images], err);
    if (code != AX_OK)
        return code;
    m->judged = true;
    if (spec->task->draw_error) {
        uint8_t *error = malloc(3 * (size_t)h * (size_t)w);
        if (!error)
            return ax_fail(err, AX_ENOMEM, "no memory for a picture");
        spec->task->draw_error(spec, truth, prediction, h, w, error);
        m->error[m->images] = error;
    }
    m->images++;
    return AX_OK;
}

/* ---- validation.mpk ---- */

/* Lets one of several workers write at a time; -1: no lock, which costs at most a failed rename. */
static int lock_folder(const char *path, size_t dir)
{
    char folder[4096] = ".";
    if (dir)
        snprintf(folder, sizeof folder, "%.*s", (int)dir, path);
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0)
        (void)flock(fd, LOCK_EX);
    return fd;
}

static ax_code take_image(const ax_pictures *p, int32_t i, ax_maskfile *m, ax_err *err)
{
    ax_source *source = p->t->source;
    ax_sample s = { 0 };
    ax_code code = ax_source_failed(source->ops->sample(source, &p->t->val_spec, (uint64_t)i, &s, err), err);
    if (code != AX_OK)
        return code;
    size_t n = 3 * (size_t)m->h * (size_t)m->w;
    bool fits = s.h == m->h && s.w == m->w;
    uint8_t *rgb = malloc(n), *truth = fits ? draw(p, m, s.truth, false) : NULL;
    m->rgb[i] = rgb;
    m->truth[i] = truth;
    m->images = i + 1;
    if (!rgb || !truth)
        code = ax_fail(err, AX_ENOMEM, "no memory for a picture");
    for (size_t k = 0; code == AX_OK && k < n; k++)
        rgb[k] = ax_denormalise(s.image[k], k % 3);
    ax_sample_release(&s);
    return code;
}

/* Images and truth: the same for all candidates, written once. */
static ax_code write_validation(const ax_pictures *p, const char *masks_path, ax_err *err)
{
    char path[4096];
    const char *slash = strrchr(masks_path, '/');
    size_t dir = slash ? (size_t)(slash - masks_path) + 1 : 0;
    if (dir + sizeof "validation.mpk" > sizeof path)
        return ax_fail(err, AX_EINVAL, "%s: name is too long", masks_path);
    memcpy(path, masks_path, dir);
    memcpy(path + dir, "validation.mpk", sizeof "validation.mpk");
    if (!access(path, F_OK))
        return AX_OK;
    int lock = lock_folder(masks_path, dir);
    ax_code code = AX_OK;
    if (access(path, F_OK)) { /* otherwise another worker was faster */
        ax_maskfile m = { 0 };
        head(p, &m);
        for (int32_t i = 0; i < p->predicted.images && code == AX_OK; i++)
            code = take_image(p, i, &m, err);
        if (code == AX_OK)
            code = ax_maskfile_write(AT_FDCWD, path, &m, err);
        ax_maskfile_release(&m);
    }
    if (lock >= 0)
        close(lock);
    return code;
}

ax_code ax_pictures_write(ax_pictures *p, const char *path, ax_err *err)
{
    ax_code code = write_validation(p, path, err);
    return code == AX_OK ? ax_maskfile_write(AT_FDCWD, path, &p->predicted, err) : code;
}

void ax_pictures_release(ax_pictures *p)
{
    ax_maskfile_release(&p->predicted);
}
