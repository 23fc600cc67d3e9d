/* A cache file whose items are made when the first epoch needs them. */
#include "engine/base/file.h"
#include "engine/train/cache_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

void ax_cache_making_free(ax_cache_making *m)
{
    if (!m)
        return;
    ax_cache_maker_free(m->maker);
    if (m->tmp)
        unlink(m->tmp);
    if (m->fd >= 0)
        close(m->fd);
    if (m->lock >= 0)
        close(m->lock);
    free(m->path);
    free(m->tmp);
    free(m);
}

/* Takes the lock and creates the file, still empty. */
static ax_cache_making *start_making(const ax_cache_opening *o, const uint32_t *order, int lock, ax_err *err)
{
    ax_cache_making *m = calloc(1, sizeof *m);
    if (!m) {
        if (lock >= 0)
            close(lock);
        ax_fail(err, AX_ENOMEM, "cache: no memory");
        return NULL;
    }
    *m = (ax_cache_making) { .fd = -1, .lock = lock, .key = o->key, .task = &o->spec->source->info.task };
    ax_code code = AX_OK;
    if (o->dir && (!(m->path = strdup(o->path)) || asprintf(&m->tmp, "%s.tmp", o->path) < 0)) {
        m->tmp = NULL;
        code = ax_fail(err, AX_ENOMEM, "cache: no memory");
    }
    if (code == AX_OK) {
        m->fd = o->dir ? ax_file_make(AT_FDCWD, m->tmp) : memfd_create("auxcell-cache", MFD_CLOEXEC);
        if (m->fd < 0)
            code = ax_fail(err, AX_EIO, "%s: cannot create: %s", o->dir ? m->tmp : "cache in memory", strerror(errno));
    }
    if (code == AX_OK && !(m->maker = ax_cache_maker_new(m->fd, o->dir ? o->dir : "cache in memory", o->spec, order,
                                                         o->key, o->be, o->dev, err)))
        code = AX_ENOMEM;
    if (code == AX_OK)
        return m;
    ax_cache_making_free(m);
    return NULL;
}

/* Maps a sparse file of the final size. */
static ax_cache *map_unmade(const ax_cache_opening *o, ax_cache_making *m, ax_err *err)
{
    const ax_cache_spec *spec = o->spec;
    unsigned extras = ax_cache_extras(spec);
    size_t bytes = ax_cache_bytes_of(m->task, &o->encoder->taps, spec->count, spec->samples.h, spec->samples.w, extras);
    const char *name = m->tmp ? m->tmp : "cache in memory";
    ax_cache *c = malloc(sizeof *c);
    if (!c)
        ax_fail(err, AX_ENOMEM, "cache: no memory");
    else if (ftruncate(m->fd, (off_t)bytes))
        ax_fail(err, AX_EIO, "%s: cannot make room: %s", name, strerror(errno));
    else {
        void *map = mmap(NULL, bytes, PROT_READ, MAP_SHARED, m->fd, 0);
        *c = (ax_cache) {
            map, bytes, spec->count, ax_cache_maker_index(m->maker), m->task, extras, o->encoder->taps, m
        };
        if (map != MAP_FAILED)
            return c;
        ax_fail(err, AX_EIO, "%s: cannot map: %s", name, strerror(errno));
    }
    free(c);
    return NULL;
}

ax_cache *ax_cache_begin(const char *dir, const ax_cache_spec *spec, const uint32_t *order, const ax_backend *be,
                         ax_device *dev, ax_err *err)
{
    ax_cache_opening o = { .dir = dir, .spec = spec, .be = be, .dev = dev };
    if (ax_cache_find(&o, err) != AX_OK)
        return NULL;
    ax_cache *c = dir ? ax_cache_open_finished(&o) : NULL;
    if (c)
        return c;
    int lock = dir ? ax_cache_lock(&o, err) : -1;
    if (dir && lock < 0)
        return NULL;
    if (dir && (c = ax_cache_open_finished(&o))) { /* another process finished it while we waited */
        close(lock);
        return c;
    }
    ax_cache_making *m = start_making(&o, order, lock, err);
    c = m ? map_unmade(&o, m, err) : NULL;
    if (!c)
        ax_cache_making_free(m);
    return c;
}

bool ax_cache_is_complete(const ax_cache *c)
{
    return !c->making;
}

void ax_cache_stop_ahead(ax_cache *c)
{
    if (c->making)
        ax_cache_maker_rest(c->making->maker);
}

/* Renames the complete file to the name where others find it. */
static ax_code finish(ax_cache *c, ax_err *err)
{
    ax_cache_making *m = c->making;
    const ax_cache_entry *first = ax_cache_maker_index(m->maker);
    const ax_cache_claim claim = { m->key, c->count, first->h, first->w, c->task, c->extras, &c->taps };
    ax_code code = ax_cache_maker_end(m->maker, err);
    if (code == AX_OK && !ax_cache_is_valid(c->map, c->bytes, &claim))
        code = ax_fail(err, AX_EIO, "%s: isn't what was written there", m->path ? m->path : "cache in memory");
    if (code == AX_OK && m->tmp && rename(m->tmp, m->path))
        code = ax_fail(err, AX_EIO, "%s: cannot rename into place: %s", m->path, strerror(errno));
    if (code != AX_OK)
        return code;
    free(m->tmp);
    m->tmp = NULL;
    if (m->path && (code = ax_file_sync_folder(AT_FDCWD, m->path, err)) != AX_OK)
        return code;
    c->index = (const ax_cache_entry *)(const void *)((const char *)c->map + sizeof(ax_cache_header));
    ax_cache_making_free(m);
    c->making = NULL;
    return AX_OK;
}

ax_code ax_cache_ensure(ax_cache *c, const uint32_t *item, size_t n, ax_err *err)
{
    if (!c->making)
        return AX_OK;
    ax_cache_maker *m = c->making->maker;
    ax_code code = AX_OK;
    for (size_t i = 0; i < (item ? n : c->count) && code == AX_OK; i++)
        while (!ax_cache_maker_has(m, item ? item[i] : i) && code == AX_OK)
            code = ax_cache_maker_next(m, err);
    return code == AX_OK && ax_cache_maker_made(m) == c->count ? finish(c, err) : code;
}
