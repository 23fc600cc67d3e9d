/* Fills a cache file: every sample through the encoder, and the teacher. */
#include "engine/base/crc32c.h"
#include "engine/base/file.h"
#include "engine/graph/session.h"
#include "engine/model/encoder.h"
#include "engine/train/cache_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The encoder, compiled for images of h x w. */
typedef struct encoder {
    const ax_encoder *of;
    ax_session session;
    int32_t h, w;
} encoder;

static ax_code encoder_prepare(encoder *e, int32_t h, int32_t w, ax_err *err)
{
    ax_session *s = &e->session;
    if (s->plan && e->h == h && e->w == w)
        return AX_OK;
    e->h = h;
    e->w = w;
    ax_code code = ax_session_begin(s, err);
    if (code == AX_OK)
        code = ax_encoder_graph(e->of, s->graph, h, w, err);
    if (code == AX_OK && !(s->params = ax_encoder_params(e->of, s->graph, s->be, s->dev, err)))
        code = err->code;
    return code == AX_OK ? ax_session_compile(s, 0, err) : code;
}

/* Runs the encoder on an image and writes tap k to at + tap[k]. */
static ax_code fill_taps(encoder *e, const ax_sample *sample, const size_t *tap, char *at, ax_err *err)
{
    const ax_taps *taps = &e->of->taps;
    size_t n = (size_t)sample->h * (size_t)sample->w;
    ax_plan *plan = e->session.plan;
    ax_code code = ax_plan_write(plan, "image", sample->image, n * 3 * sizeof(float), err);
    if (code == AX_OK)
        code = ax_plan_run(plan, err);
    for (int k = 0; k < taps->n && code == AX_OK; k++) {
        size_t bytes = sizeof(float) * ax_tap_size(taps, k, sample->h, sample->w);
        code = ax_plan_read(plan, ax_tap_name(k), at + tap[k], bytes, err);
    }
    return code;
}

/* Lays the item of a sample out at `at`. Where its mirrored taps are wanted, its image is mirrored afterwards. */
static ax_code fill_item(encoder *e, const ax_cache_spec *spec, ax_sample *sample, const ax_cache_layout *l, char *at,
                         ax_err *err)
{
    const ax_task_spec *task = &spec->source->info.task;
    int32_t h = sample->h, w = sample->w;
    ax_code code = fill_taps(e, sample, l->tap, at, err);
    memcpy(at + l->truth, sample->truth, task->task->truth_bytes(task, h, w));
    for (int k = 0; k < ax_task_targets(task->task); k++)
        task->task->fill_target(task, k, sample->truth, h, w, at + l->target[k], h / 4, w / 4);
    if (code == AX_OK && spec->teacher)
        code = ax_teacher_logits(spec->teacher, sample, (float *)(void *)(at + l->teacher), err);
    if (code != AX_OK || !spec->mirrored)
        return code;
    ax_image_mirror(sample->image, h, w);
    return fill_taps(e, sample, l->mirrored, at, err);
}

/* The item of a sample, in a buffer that grows. */
typedef struct item {
    char *bytes;
    size_t cap;
} item;

static ax_code make_item(item *it, encoder *e, const ax_cache_spec *spec, ax_sample *sample, const ax_cache_layout *l,
                         ax_err *err)
{
    ax_code code = encoder_prepare(e, sample->h, sample->w, err);
    if (code == AX_OK && l->bytes > it->cap) {
        free(it->bytes);
        it->bytes = aligned_alloc(64, l->bytes);
        it->cap = it->bytes ? l->bytes : 0;
        if (!it->bytes)
            return ax_fail(err, AX_ENOMEM, "no memory for an item of %zu bytes", l->bytes);
        memset(it->bytes, 0, l->bytes);
    }
    return code == AX_OK ? fill_item(e, spec, sample, l, it->bytes, err) : code;
}

static ax_code write_head(int fd, const char *name, uint64_t key, const ax_cache_entry *index, size_t count,
                          uint64_t bytes, ax_err *err)
{
    ax_cache_header head = { .key = key, .count = count, .bytes = bytes };
    memcpy(head.magic, ax_cache_magic, sizeof head.magic);
    head.crc = ax_cache_head_crc(&head, index);
    ax_code code = ax_write_at(fd, index, count * sizeof *index, sizeof head, name, err);
    if (code == AX_OK)
        code = ax_write_at(fd, &head, sizeof head, 0, name, err);
    if (code == AX_OK && fsync(fd))
        code = ax_fail(err, AX_EIO, "%s: cannot sync: %s", name, strerror(errno));
    return code;
}

ax_code ax_cache_fill(int fd, const char *name, const ax_cache_spec *spec, uint64_t key, const ax_backend *be,
                      ax_device *dev, ax_cache_progress progress, void *context, ax_err *err)
{
    ax_source *source = spec->source;
    encoder e = { .of = spec->encoder ? spec->encoder : ax_encoder_builtin(), .session = { .be = be, .dev = dev } };
    item it = { NULL, 0 };
    ax_cache_entry *index = calloc(spec->count, sizeof *index);
    void *stream = index ? source->ops->stream(source, &spec->samples, 0, spec->count, spec->threads, err) : NULL;
    ax_code code = stream  ? AX_OK
                   : index ? ax_source_failed(err ? err->code : AX_EIO, err)
                           : ax_fail(err, AX_ENOMEM, "cache: no memory");
    uint64_t at = ax_align64(sizeof(ax_cache_header) + spec->count * sizeof *index);
    for (size_t i = 0; i < spec->count && code == AX_OK; i++) {
        ax_sample sample = { 0 };
        code = ax_source_failed(source->ops->next(stream, &sample, err), err);
        if (code != AX_OK)
            break;
        const ax_cache_layout l =
            ax_cache_layout_of(&source->info.task, &e.of->taps, sample.h, sample.w, ax_cache_extras(spec));
        code = make_item(&it, &e, spec, &sample, &l, err);
        index[i] = (ax_cache_entry) { .offset = at, .h = sample.h, .w = sample.w };
        if (code == AX_OK)
            index[i].crc = ax_crc32c(0, it.bytes, l.bytes);
        if (code == AX_OK)
            code = ax_write_at(fd, it.bytes, l.bytes, at, name, err);
        ax_sample_release(&sample);
        at += l.bytes;
        if (code == AX_OK && progress)
            progress(context, i + 1, spec->count);
    }
    if (stream)
        source->ops->stream_close(stream);
    if (code == AX_OK)
        code = write_head(fd, name, key, index, spec->count, at, err);
    ax_session_drop(&e.session);
    free(it.bytes);
    free(index);
    return code;
}
