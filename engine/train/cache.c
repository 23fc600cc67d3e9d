#include "engine/train/cache.h"

#include "engine/base/file.h"
#include "engine/base/hash.h"
#include "engine/train/cache_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Maps a finished file; NULL without a message when it isn't valid for this key. */
static ax_cache *map_file(int fd, const ax_cache_opening *o)
{
    struct stat st;
    const ax_sample_spec *s = &o->spec->samples;
    const ax_cache_claim claim = {
        o->key, o->spec->count, s->h, s->w, &o->spec->source->info.task, ax_cache_extras(o->spec), &o->encoder->taps
    };
    if (fstat(fd, &st) || st.st_size <= 0)
        return NULL;
    size_t bytes = (size_t)st.st_size;
    void *map = mmap(NULL, bytes, PROT_READ, MAP_SHARED, fd, 0);
    if (map == MAP_FAILED)
        return NULL;
    ax_cache *c = ax_cache_is_valid(map, bytes, &claim) ? malloc(sizeof *c) : NULL;
    if (!c) {
        munmap(map, bytes);
        return NULL;
    }
    const char *index = (const char *)map + sizeof(ax_cache_header);
    *c = (ax_cache) { map,        bytes,        claim.count, (const ax_cache_entry *)(const void *)index,
                      claim.task, claim.extras, *claim.taps, NULL };
    return c;
}

/* In a folder that others can write to, a file may be theirs; what it says of the data isn't trusted. */
static bool is_ours(int fd)
{
    struct stat st;
    return !fstat(fd, &st) && S_ISREG(st.st_mode) && st.st_uid == geteuid() && !(st.st_mode & (S_IWGRP | S_IWOTH));
}

ax_cache *ax_cache_open_finished(const ax_cache_opening *o)
{
    int fd = open(o->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    ax_cache *c = fd >= 0 && is_ours(fd) ? map_file(fd, o) : NULL;
    if (fd >= 0)
        close(fd);
    return c;
}

/* The built-in encoder's hash is the one from before other encoders were supported. */
static ax_code encoder_key(const ax_encoder *e, uint64_t *key, ax_err *err)
{
    const int32_t taps = e->taps.n;
    *key = ax_hash(AX_HASH_START, &e->key, sizeof e->key);
    if (e->key)
        return AX_OK;
    ax_safetensors *st = ax_encoder_weights(e, err);
    if (!st)
        return err->code;
    *key = AX_HASH_START;
    for (size_t i = 0; i < ax_safetensors_count(st); i++) {
        const ax_st_tensor *t = ax_safetensors_at(st, i);
        *key = ax_hash(*key, t->data, t->bytes < 64 ? t->bytes : 64);
    }
    if (taps != ax_encoder_builtin()->taps.n) /* the encoder is truncated */
        *key = ax_hash(*key, &taps, sizeof taps);
    ax_safetensors_free(st);
    return AX_OK;
}

static uint64_t cache_key(const ax_cache_spec *spec, const ax_encoder *encoder, ax_err *err)
{
    const ax_source *source = spec->source;
    const ax_sample_spec *s = &spec->samples;
    uint64_t key = 0;
    if (encoder_key(encoder, &key, err) != AX_OK)
        return 0;
    key = ax_hash(key, source->info.spec, strlen(source->info.spec));
    key = ax_hash(key, &spec->data.files, sizeof spec->data.files);
    const ax_task_spec *task = &source->info.task;
    if (task->task->id) { /* keys of the first task are those from before there were others */
        key = ax_hash(key, ax_task_name(task->task->id), strlen(ax_task_name(task->task->id)));
        key = ax_hash(key, &task->of, sizeof task->of);
    }
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
    key = ax_hash(key, &spec->count, sizeof spec->count);
    /* Keys without jitter, and below without other later settings, are those from before these existed. */
    if (s->jitter > 0)
        key = ax_hash(key, &s->jitter, sizeof s->jitter);
    if (s->floor || s->cubic) {
        const uint8_t how[] = { 's', s->floor, s->cubic };
        key = ax_hash(key, how, sizeof how);
    }
    if (spec->mirrored)
        key = ax_hash(key, "mirrored", 8);
    if (spec->teacher) {
        uint64_t teacher = ax_teacher_key(spec->teacher);
        key = ax_hash(key, &teacher, sizeof teacher);
    }
    return key ? key : 1;
}

/* Makes all items. */
static ax_code fill(const ax_cache_opening *o, int fd, ax_err *err)
{
    size_t all = o->spec->count;
    ax_cache_maker *m =
        ax_cache_maker_new(fd, o->dir ? o->dir : "cache in memory", o->spec, NULL, o->key, o->be, o->dev, err);
    ax_code code = m ? AX_OK : AX_ENOMEM;
    for (size_t i = 0; i < all && code == AX_OK; i++) {
        code = ax_cache_maker_next(m, err);
        if (code == AX_OK && o->progress)
            o->progress(o->context, i + 1, all);
    }
    if (code == AX_OK)
        code = ax_cache_maker_end(m, err);
    ax_cache_maker_free(m);
    return code;
}

/* With the lock held: makes the file, unless another process finished it while we waited. */
static ax_cache *open_locked(const ax_cache_opening *o, ax_err *err)
{
    ax_cache *c = ax_cache_open_finished(o);
    if (c)
        return c;
    char tmp[4200];
    snprintf(tmp, sizeof tmp, "%s.tmp", o->path);
    int fd = ax_file_make(AT_FDCWD, tmp);
    if (fd < 0) {
        ax_fail(err, AX_EIO, "%s: cannot create: %s", tmp, strerror(errno));
        return NULL;
    }
    ax_code code = fill(o, fd, err);
    if (code == AX_OK && rename(tmp, o->path))
        code = ax_fail(err, AX_EIO, "%s: cannot rename into place: %s", o->path, strerror(errno));
    if (code == AX_OK)
        code = ax_file_sync_folder(AT_FDCWD, o->path, err);
    else
        unlink(tmp);
    if (code == AX_OK && !(c = map_file(fd, o)))
        ax_fail(err, AX_EIO, "%s: cannot map", o->path);
    close(fd);
    return c;
}

/* A lock file that belongs to another user isn't waited for. */
int ax_cache_lock(const ax_cache_opening *o, ax_err *err)
{
    char lock[4200];
    snprintf(lock, sizeof lock, "%s.lock", o->path);
    struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
    int fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0600);
    if (fd < 0)
        ax_fail(err, AX_EIO, "%s: cannot create: %s", lock, errno == ELOOP ? "there is a link" : strerror(errno));
    else if (!is_ours(fd))
        ax_fail(err, AX_EIO, "%s: isn't a file of this user alone", lock);
    else if (fcntl(fd, F_OFD_SETLKW, &whole))
        ax_fail(err, AX_EIO, "%s: cannot lock: %s", lock, strerror(errno));
    else
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

static ax_cache *lock_and_open(const ax_cache_opening *o, ax_err *err)
{
    int fd = ax_cache_lock(o, err);
    ax_cache *c = fd >= 0 ? open_locked(o, err) : NULL;
    if (fd >= 0)
        close(fd);
    return c;
}

static ax_cache *open_in_memory(const ax_cache_opening *o, ax_err *err)
{
    ax_cache *c = NULL;
    int fd = memfd_create("auxcell-cache", MFD_CLOEXEC);
    if (fd < 0)
        ax_fail(err, AX_ENOMEM, "cache: no anonymous memory: %s", strerror(errno));
    else if (fill(o, fd, err) == AX_OK && !(c = map_file(fd, o)))
        ax_fail(err, AX_ENOMEM, "cache: cannot map");
    if (fd >= 0)
        close(fd);
    return c;
}

ax_code ax_cache_find(ax_cache_opening *o, ax_err *err)
{
    o->encoder = o->spec->encoder ? o->spec->encoder : ax_encoder_builtin();
    if (!(o->key = cache_key(o->spec, o->encoder, err)))
        return err->code;
    /* users who share a folder have separate files */
    if (o->dir && (size_t)snprintf(o->path, sizeof o->path, "%s/stage1-%016llx-%u.cache", o->dir,
                                   (unsigned long long)o->key, (unsigned)geteuid()) >= sizeof o->path)
        return ax_fail(err, AX_EINVAL, "%s: name is too long", o->dir);
    return AX_OK;
}

ax_cache *ax_cache_open(const char *dir, const ax_cache_spec *spec, const ax_backend *be, ax_device *dev,
                        ax_cache_progress progress, void *context, ax_err *err)
{
    ax_cache_opening o = { .dir = dir, .spec = spec, .be = be, .dev = dev, .progress = progress, .context = context };
    if (ax_cache_find(&o, err) != AX_OK)
        return NULL;
    if (!dir)
        return open_in_memory(&o, err);
    ax_cache *c = ax_cache_open_finished(&o);
    return c ? c : lock_and_open(&o, err);
}

ax_cache *ax_cache_open_complete(const char *dir, const ax_cache_spec *spec)
{
    ax_err why;
    ax_cache_opening o = { .dir = dir, .spec = spec };
    return dir && ax_cache_find(&o, &why) == AX_OK ? ax_cache_open_finished(&o) : NULL;
}

void ax_cache_free(ax_cache *c)
{
    if (!c)
        return;
    munmap(c->map, c->bytes);
    ax_cache_making_free(c->making);
    free(c);
}

size_t ax_cache_count(const ax_cache *c)
{
    return c->count;
}

size_t ax_cache_bytes(const ax_cache *c)
{
    return c->bytes;
}

size_t ax_cache_head_bytes(size_t count)
{
    return ax_align64(sizeof(ax_cache_header) + count * sizeof(ax_cache_entry));
}

size_t ax_cache_item_bytes(const ax_task_spec *task, const ax_taps *taps, int32_t h, int32_t w, unsigned extras)
{
    return ax_cache_layout_of(task, taps, h, w, extras).bytes;
}

size_t ax_cache_bytes_of(const ax_task_spec *task, const ax_taps *taps, size_t count, int32_t h, int32_t w,
                         unsigned extras)
{
    return ax_cache_head_bytes(count) + count * ax_cache_item_bytes(task, taps, h, w, extras);
}

const ax_taps *ax_cache_taps(const ax_cache *c)
{
    return &c->taps;
}

ax_cache_item ax_cache_get(const ax_cache *c, size_t i)
{
    const ax_cache_entry *e = &c->index[i];
    const char *at = (const char *)c->map + e->offset;
    const ax_cache_layout l = ax_cache_layout_of(c->task, &c->taps, e->h, e->w, c->extras);
    ax_cache_item item = { .h = e->h, .w = e->w };
    for (int k = 0; k < c->taps.n; k++)
        item.tap[k] = (const float *)(const void *)(at + l.tap[k]);
    item.truth = at + l.truth;
    for (int k = 0; k < ax_task_targets(c->task->task); k++)
        item.target[k] = at + l.target[k];
    for (int k = 0; k < c->taps.n && (c->extras & AX_CACHE_MIRRORED); k++)
        item.mirrored[k] = (const float *)(const void *)(at + l.mirrored[k]);
    if (c->extras & AX_CACHE_TEACHER)
        item.teacher = (const float *)(const void *)(at + l.teacher);
    return item;
}
