#include "engine/train/cache.h"

#include "engine/base/file.h"
#include "engine/base/hash.h"
#include "engine/graph/plan.h"
#include "engine/model/mobilenet.h"
#include "engine/space/decoder.h"
#include "engine/train/labels.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* The file: header, index, then the items, each part on a 64-byte boundary. Native byte order: it never leaves the
   machine. */
typedef struct header {
    char magic[8];
    uint64_t key, count, bytes; /* bytes: of the whole file */
    uint64_t index_hash;        /* of the index that follows; catches a file cut or written by something else */
    uint64_t pad[3];
} header;
typedef struct entry {
    uint64_t offset;
    int32_t h, w;
} entry;

struct ax_cache {
    void *map;
    size_t bytes, count;
    const entry *index;
};

static const char magic[8] = { 'a', 'x', 'c', 'a', 'c', 'h', 'e', '1' };

static size_t align64(size_t n)
{
    return (n + 63) & ~(size_t)63;
}

/* Byte offsets of an item's parts behind its own start; returns its size. */
static size_t item_layout(int32_t h, int32_t w, size_t tap[AX_TAPS], size_t *labels_full, size_t *labels)
{
    size_t at = 0;
    for (int k = 0; k < AX_TAPS; k++) {
        tap[k] = at;
        int32_t s = ax_tap_stride[k];
        at = align64(at + sizeof(float) * (size_t)(h / s) * (size_t)(w / s) * (size_t)ax_tap_channels[k]);
    }
    *labels_full = at;
    at = align64(at + (size_t)h * (size_t)w);
    *labels = at;
    return align64(at + (size_t)(h / 4) * (size_t)(w / 4));
}

/* ---- filling ---- */

typedef struct encoder {
    const ax_backend *be;
    ax_device *dev;
    ax_graph *graph;
    ax_params *params;
    ax_plan *plan;
    int32_t h, w;
} encoder;

static void encoder_release(encoder *e)
{
    ax_plan_free(e->plan);
    ax_params_free(e->params);
    ax_graph_free(e->graph);
    e->plan = NULL;
    e->params = NULL;
    e->graph = NULL;
}

static ax_code encoder_prepare(encoder *e, int32_t h, int32_t w, ax_err *err)
{
    if (e->plan && e->h == h && e->w == w)
        return AX_OK;
    encoder_release(e);
    e->h = h;
    e->w = w;
    e->graph = ax_graph_new(err);
    if (!e->graph)
        return AX_ENOMEM;
    ax_val taps[AX_TAPS];
    ax_val image = ax_graph_input(e->graph, "image", (ax_type) { .shape = { 1, h, w, 3 } }, err);
    ax_code code = ax_mobilenet_build(e->graph, image, false, taps, err);
    for (int k = 0; k < AX_TAPS && code == AX_OK; k++)
        code = ax_graph_keep(e->graph, taps[k], ax_tap_name[k], err);
    if (code == AX_OK && !(e->params = ax_mobilenet_params(e->graph, e->be, e->dev, err)))
        code = err->code;
    if (code == AX_OK && !(e->plan = ax_plan_new(e->graph, e->be, e->dev, e->params, 0, err)))
        code = err->code;
    return code;
}

/* Runs the encoder on a sample and lays the item out at `at`. */
static ax_code fill_item(encoder *e, const ax_sample *sample, char *at, ax_err *err)
{
    size_t tap[AX_TAPS], full, small, n = (size_t)sample->h * (size_t)sample->w;
    item_layout(sample->h, sample->w, tap, &full, &small);
    ax_code code = ax_plan_write(e->plan, "image", sample->image, n * 3 * sizeof(float), err);
    if (code == AX_OK)
        code = ax_plan_run(e->plan, err);
    for (int k = 0; k < AX_TAPS && code == AX_OK; k++) {
        int32_t s = ax_tap_stride[k];
        size_t bytes = sizeof(float) * (size_t)(sample->h / s) * (size_t)(sample->w / s) * (size_t)ax_tap_channels[k];
        code = ax_plan_read(e->plan, ax_tap_name[k], at + tap[k], bytes, err);
    }
    memcpy(at + full, sample->labels, n);
    ax_labels_shrink(sample->labels, sample->h, sample->w, (uint8_t *)at + small, sample->h / 4, sample->w / 4);
    return code;
}

typedef struct filling {
    const char *name;
    ax_source *source;
    const ax_sample_spec *spec;
    size_t count;
    int threads;
    ax_cache_progress progress;
    void *context;
} filling;

static ax_code fill_file(int fd, const filling *f, encoder *e, uint64_t key, ax_err *err)
{
    entry *index = calloc(f->count, sizeof *index);
    char *item = NULL;
    size_t item_cap = 0;
    void *stream = index ? f->source->ops->stream(f->source, f->spec, 0, f->count, f->threads, err) : NULL;
    ax_code code = stream  ? AX_OK
                   : index ? ax_source_failed(err ? err->code : AX_EIO, err)
                           : ax_fail(err, AX_ENOMEM, "cache: no memory");
    uint64_t at = align64(sizeof(header) + f->count * sizeof *index);
    for (size_t i = 0; i < f->count && code == AX_OK; i++) {
        ax_sample sample = { 0 };
        code = ax_source_failed(f->source->ops->next(stream, &sample, err), err);
        if (code != AX_OK)
            break;
        size_t tap[AX_TAPS], full, small, bytes = item_layout(sample.h, sample.w, tap, &full, &small);
        index[i] = (entry) { at, sample.h, sample.w };
        code = encoder_prepare(e, sample.h, sample.w, err);
        if (code == AX_OK && bytes > item_cap) {
            free(item);
            item = calloc(1, bytes);
            item_cap = item ? bytes : 0;
            if (!item)
                code = ax_fail(err, AX_ENOMEM, "%s: no memory for an item of %zu bytes", f->name, bytes);
        }
        if (code == AX_OK)
            code = fill_item(e, &sample, item, err);
        if (code == AX_OK)
            code = ax_write_at(fd, item, bytes, at, f->name, err);
        ax_sample_release(&sample);
        at += bytes;
        if (code == AX_OK && f->progress)
            f->progress(f->context, i + 1, f->count);
    }
    if (stream)
        f->source->ops->stream_close(stream);
    if (code == AX_OK) {
        header head = { .key = key, .count = f->count, .bytes = at };
        memcpy(head.magic, magic, sizeof magic);
        head.index_hash = ax_hash(key, index, f->count * sizeof *index);
        code = ax_write_at(fd, index, f->count * sizeof *index, sizeof head, f->name, err);
        if (code == AX_OK)
            code = ax_write_at(fd, &head, sizeof head, 0, f->name, err);
    }
    free(item);
    free(index);
    return code;
}

/* ---- opening ---- */

/* Maps a finished file; NULL without a message when it isn't one of ours for this key. */
static ax_cache *map_file(int fd, uint64_t key, size_t count)
{
    struct stat st;
    if (fstat(fd, &st) || (size_t)st.st_size < sizeof(header) + count * sizeof(entry))
        return NULL;
    void *map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
    if (map == MAP_FAILED)
        return NULL;
    const header *head = map;
    const entry *index = (const entry *)((const char *)map + sizeof *head);
    bool good = !memcmp(head->magic, magic, sizeof magic) && head->key == key && head->count == count &&
                head->bytes == (uint64_t)st.st_size && head->index_hash == ax_hash(key, index, count * sizeof *index);
    ax_cache *c = good ? malloc(sizeof *c) : NULL;
    if (!c) {
        munmap(map, (size_t)st.st_size);
        return NULL;
    }
    *c = (ax_cache) { .map = map, .bytes = (size_t)st.st_size, .count = count, .index = index };
    return c;
}

static uint64_t cache_key(const ax_source *source, const ax_sample_spec *s, size_t count, ax_err *err)
{
    ax_safetensors *st = ax_mobilenet_embedded(err);
    if (!st)
        return 0;
    uint64_t key = AX_HASH_START;
    for (size_t i = 0; i < ax_safetensors_count(st); i++) {
        const ax_st_tensor *t = ax_safetensors_at(st, i);
        key = ax_hash(key, t->data, t->bytes < 64 ? t->bytes : 64);
    }
    ax_safetensors_free(st);
    key = ax_hash(key, source->info.spec, strlen(source->info.spec));
    /* field by field: padding is not part of the key */
    key = ax_hash(key, &s->split, sizeof s->split);
    key = ax_hash(key, &s->h, sizeof s->h);
    key = ax_hash(key, &s->w, sizeof s->w);
    key = ax_hash(key, &s->shorter_side, sizeof s->shorter_side);
    key = ax_hash(key, &s->scale_min, sizeof s->scale_min);
    key = ax_hash(key, &s->scale_max, sizeof s->scale_max);
    key = ax_hash(key, &s->mirror, sizeof s->mirror);
    key = ax_hash(key, &s->random_crop, sizeof s->random_crop);
    key = ax_hash(key, &s->seed, sizeof s->seed);
    key = ax_hash(key, &count, sizeof count);
    return key ? key : 1;
}

static ax_code fill_and_sync(int fd, const filling *f, const ax_backend *be, ax_device *dev, uint64_t key, ax_err *err)
{
    encoder e = { .be = be, .dev = dev };
    ax_code code = fill_file(fd, f, &e, key, err);
    encoder_release(&e);
    if (code == AX_OK && fsync(fd))
        code = ax_fail(err, AX_EIO, "%s: cannot sync: %s", f->name, strerror(errno));
    return code;
}

/* With the lock held: makes path unless another process did while we waited. */
static ax_cache *open_locked(const char *dir, const char *path, const filling *f, const ax_backend *be, ax_device *dev,
                             uint64_t key, ax_err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ax_cache *c = fd >= 0 ? map_file(fd, key, f->count) : NULL;
    if (fd >= 0)
        close(fd);
    if (c)
        return c;
    char tmp[4200];
    snprintf(tmp, sizeof tmp, "%s.tmp", path);
    fd = open(tmp, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) {
        ax_fail(err, AX_EIO, "%s: cannot create: %s", tmp, strerror(errno));
        return NULL;
    }
    ax_code code = fill_and_sync(fd, f, be, dev, key, err);
    if (code == AX_OK && rename(tmp, path))
        code = ax_fail(err, AX_EIO, "%s: cannot rename into place: %s", path, strerror(errno));
    if (code == AX_OK) {
        int dirfd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (dirfd < 0 || fsync(dirfd))
            code = ax_fail(err, AX_EIO, "%s: cannot sync: %s", dir, strerror(errno));
        if (dirfd >= 0)
            close(dirfd);
        if (code == AX_OK && !(c = map_file(fd, key, f->count)))
            ax_fail(err, AX_EIO, "%s: cannot map", path);
    } else {
        unlink(tmp);
    }
    close(fd);
    return c;
}

ax_cache *ax_cache_open(const char *dir, ax_source *source, const ax_sample_spec *spec, size_t count, int threads,
                        const ax_backend *be, ax_device *dev, ax_cache_progress progress, void *context, ax_err *err)
{
    filling f = { dir ? dir : "cache in memory", source, spec, count, threads, progress, context };
    uint64_t key = cache_key(source, spec, count, err);
    if (!key)
        return NULL;
    ax_cache *c = NULL;
    if (!dir) {
        int fd = memfd_create("auxcell-cache", MFD_CLOEXEC);
        if (fd < 0)
            ax_fail(err, AX_ENOMEM, "cache: no anonymous memory: %s", strerror(errno));
        else if (fill_and_sync(fd, &f, be, dev, key, err) == AX_OK && !(c = map_file(fd, key, count)))
            ax_fail(err, AX_ENOMEM, "cache: cannot map");
        if (fd >= 0)
            close(fd);
        return c;
    }
    char path[4096], lock[4200];
    if ((size_t)snprintf(path, sizeof path, "%s/stage1-%016llx.cache", dir, (unsigned long long)key) >= sizeof path) {
        ax_fail(err, AX_EINVAL, "%s: name is too long", dir);
        return NULL;
    }
    snprintf(lock, sizeof lock, "%s.lock", path);
    int fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
    if (fd < 0)
        ax_fail(err, AX_EIO, "%s: cannot create: %s", lock, strerror(errno));
    else if (fcntl(fd, F_OFD_SETLKW, &whole))
        ax_fail(err, AX_EIO, "%s: cannot lock: %s", lock, strerror(errno));
    else
        c = open_locked(dir, path, &f, be, dev, key, err);
    if (fd >= 0)
        close(fd);
    return c;
}

void ax_cache_free(ax_cache *c)
{
    if (!c)
        return;
    munmap(c->map, c->bytes);
    free(c);
}

size_t ax_cache_count(const ax_cache *c)
{
    return c->count;
}

ax_cache_item ax_cache_get(const ax_cache *c, size_t i)
{
    const entry *e = &c->index[i];
    const char *at = (const char *)c->map + e->offset;
    size_t tap[AX_TAPS], full, small;
    item_layout(e->h, e->w, tap, &full, &small);
    ax_cache_item item = { .h = e->h, .w = e->w };
    for (int k = 0; k < AX_TAPS; k++)
        item.tap[k] = (const float *)(const void *)(at + tap[k]);
    item.labels_full = (const uint8_t *)at + full;
    item.labels = (const uint8_t *)at + small;
    return item;
}
