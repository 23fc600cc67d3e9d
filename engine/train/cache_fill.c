/* Makes the items of a cache file: runs every sample through the encoder, and the teacher. */
#include "engine/base/cacheline.h"
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

/* Writes a sample's item to `at`. With mirrored taps, the sample's image is mirrored in the process. */
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

struct ax_cache_maker {
    ax_cache_spec spec;
    int fd;
    char *name; /* for messages */
    uint64_t key;
    encoder encoder;
    uint32_t *order; /* NULL = in numerical order */
    bool *has;
    size_t made;
    ax_cache_entry *index;
    uint64_t end; /* end of the items so far; with an order, of the file */
    char *bytes;  /* bytes of an item; grows */
    size_t cap;
    void *stream; /* stream of the samples still to be made, NULL = not open */
};

static ax_cache_layout layout_of(const ax_cache_maker *m, int32_t h, int32_t w)
{
    return ax_cache_layout_of(&m->spec.source->info.task, &m->encoder.of->taps, h, w, ax_cache_extras(&m->spec));
}

/* Items of one size have fixed places. */
static void place_items(ax_cache_maker *m)
{
    const ax_sample_spec *s = &m->spec.samples;
    size_t bytes = layout_of(m, s->h, s->w).bytes;
    for (size_t i = 0; i < m->spec.count; i++, m->end += bytes)
        m->index[i] = (ax_cache_entry) { .offset = m->end, .h = s->h, .w = s->w };
}

ax_cache_maker *ax_cache_maker_new(int fd, const char *name, const ax_cache_spec *spec, const uint32_t *order,
                                   uint64_t key, const ax_backend *be, ax_device *dev, ax_err *err)
{
    ax_cache_maker *m = calloc(1, sizeof *m);
    if (m) {
        *m = (ax_cache_maker) { .spec = *spec, .fd = fd, .key = key, .name = strdup(name) };
        m->encoder = (encoder) { .of = spec->encoder ? spec->encoder : ax_encoder_builtin(),
                                 .session = { .be = be, .dev = dev } };
        m->index = calloc(spec->count, sizeof *m->index);
        m->has = calloc(spec->count, sizeof *m->has);
        m->order = order ? malloc(spec->count * sizeof *order) : NULL;
    }
    if (!m || !m->name || !m->index || !m->has || (order && !m->order)) {
        ax_cache_maker_free(m);
        ax_fail(err, AX_ENOMEM, "cache: no memory");
        return NULL;
    }
    m->end = ax_cache_head_bytes(spec->count);
    if (order) {
        memcpy(m->order, order, spec->count * sizeof *order);
        place_items(m);
    }
    return m;
}

void ax_cache_maker_rest(ax_cache_maker *m)
{
    if (m->stream)
        m->spec.source->ops->stream_close(m->stream);
    m->stream = NULL;
}

void ax_cache_maker_free(ax_cache_maker *m)
{
    if (!m)
        return;
    ax_cache_maker_rest(m);
    ax_session_drop(&m->encoder.session);
    free(m->name);
    free(m->order);
    free(m->has);
    free(m->index);
    free(m->bytes);
    free(m);
}

bool ax_cache_maker_has(const ax_cache_maker *m, size_t item)
{
    return m->has[item];
}

size_t ax_cache_maker_made(const ax_cache_maker *m)
{
    return m->made;
}

const ax_cache_entry *ax_cache_maker_index(const ax_cache_maker *m)
{
    return m->index;
}

/* Gets the next sample; one that failed isn't skipped. */
static ax_code take_sample(ax_cache_maker *m, ax_sample *out, ax_err *err)
{
    const ax_cache_spec *spec = &m->spec;
    const ax_source_ops *ops = spec->source->ops;
    const uint32_t *order = m->order ? m->order + m->made : NULL;
    if (!m->stream && !(m->stream = ops->stream(spec->source, &spec->samples, order, order ? 0 : m->made,
                                                spec->count - m->made, spec->threads, err)))
        return ax_source_failed(err ? err->code : AX_EIO, err);
    ax_code code = ax_source_failed(ops->next(m->stream, out, err), err);
    if (code != AX_OK)
        ax_cache_maker_rest(m);
    return code;
}

/* Writes a sample's item to m->bytes. */
static ax_code make_item(ax_cache_maker *m, ax_sample *sample, const ax_cache_layout *l, ax_err *err)
{
    ax_code code = encoder_prepare(&m->encoder, sample->h, sample->w, err);
    if (code == AX_OK && l->bytes > m->cap) {
        free(m->bytes);
        m->bytes = ax_lines_zero(l->bytes);
        m->cap = m->bytes ? l->bytes : 0;
        if (!m->bytes)
            return ax_fail(err, AX_ENOMEM, "no memory for an item of %zu bytes", l->bytes);
    }
    return code == AX_OK ? fill_item(&m->encoder, &m->spec, sample, l, m->bytes, err) : code;
}

ax_code ax_cache_maker_next(ax_cache_maker *m, ax_err *err)
{
    ax_sample sample = { 0 };
    ax_code code = take_sample(m, &sample, err);
    if (code != AX_OK)
        return code;
    size_t i = m->order ? m->order[m->made] : m->made;
    ax_cache_entry *e = &m->index[i];
    const ax_cache_layout l = layout_of(m, sample.h, sample.w);
    if (!m->order)
        *e = (ax_cache_entry) { .offset = m->end, .h = sample.h, .w = sample.w };
    code = make_item(m, &sample, &l, err);
    if (code == AX_OK) {
        e->crc = ax_crc32c(0, m->bytes, l.bytes);
        code = ax_write_at(m->fd, m->bytes, l.bytes, e->offset, m->name, err);
    }
    ax_sample_release(&sample);
    if (code != AX_OK) {
        ax_cache_maker_rest(m);
        return code;
    }
    if (!m->order)
        m->end += l.bytes;
    m->has[i] = true;
    m->made++;
    return AX_OK;
}

ax_code ax_cache_maker_end(ax_cache_maker *m, ax_err *err)
{
    ax_cache_header head = { .key = m->key, .count = m->spec.count, .bytes = m->end };
    memcpy(head.magic, ax_cache_magic, sizeof head.magic);
    head.crc = ax_cache_head_crc(&head, m->index);
    ax_cache_maker_rest(m);
    ax_code code = ax_write_at(m->fd, m->index, m->spec.count * sizeof *m->index, sizeof head, m->name, err);
    if (code == AX_OK)
        code = ax_write_at(m->fd, &head, sizeof head, 0, m->name, err);
    if (code == AX_OK && fsync(m->fd))
        code = ax_fail(err, AX_EIO, "%s: cannot sync: %s", m->name, strerror(errno));
    return code;
}
