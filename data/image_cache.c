#include "data/image_cache.h"

#include <pthread.h>
#include <stdlib.h>

struct ax_image_cache {
    pthread_mutex_t lock;
    size_t images, limit, used; /* limit and used: bytes */
    ax_picture *picture;        /* by image, rgb NULL = not kept; NULL: none is kept */
};

ax_image_cache *ax_image_cache_new(size_t images, ax_err *err)
{
    ax_image_cache *k = ax_new(sizeof *k, "a data set", err);
    if (!k)
        return NULL;
    k->images = images;
    pthread_mutex_init(&k->lock, NULL);
    return k;
}

static void drop(ax_image_cache *k)
{
    for (size_t i = 0; k->picture && i < k->images; i++)
        ax_picture_release(&k->picture[i]);
    free(k->picture);
    k->picture = NULL;
    k->used = 0;
}

void ax_image_cache_free(ax_image_cache *k)
{
    if (!k)
        return;
    drop(k);
    pthread_mutex_destroy(&k->lock);
    free(k);
}

void ax_image_cache_limit(ax_image_cache *k, size_t bytes)
{
    if (bytes < k->used || !bytes)
        drop(k);
    if (bytes && !k->picture)
        k->picture = calloc(k->images, sizeof *k->picture);
    k->limit = k->picture ? bytes : 0;
}

bool ax_image_cache_get(ax_image_cache *k, size_t i, ax_picture *out)
{
    pthread_mutex_lock(&k->lock);
    bool there = k->picture && k->picture[i].rgb;
    if (there)
        *out = k->picture[i];
    pthread_mutex_unlock(&k->lock);
    return there;
}

bool ax_image_cache_put(ax_image_cache *k, size_t i, ax_picture *p, size_t bytes)
{
    pthread_mutex_lock(&k->lock);
    bool there = k->picture && k->picture[i].rgb, room = bytes <= k->limit - k->used;
    if (there) {
        ax_picture_release(p);
        *p = k->picture[i];
    } else if (room) {
        k->picture[i] = *p;
        k->used += bytes;
    }
    pthread_mutex_unlock(&k->lock);
    return there || room;
}
