#include "engine/policy/archive.h"

#include "engine/base/pack.h"
#include "engine/space/canonical.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The memory of an archive whose other members are set. */
static ax_code allocate(ax_archive *a, ax_err *err)
{
    a->point = calloc(AX_ARCHIVE_POINTS, sizeof *a->point);
    a->seen = calloc(AX_ARCHIVE_SEEN, sizeof *a->seen);
    if (a->point && a->seen)
        return AX_OK;
    ax_archive_release(a);
    return ax_fail(err, AX_ENOMEM, "no memory for an archive of %d candidates", AX_ARCHIVE_POINTS);
}

ax_code ax_archive_init(ax_archive *a, const ax_strategy_options *o, ax_err *err)
{
    *a = (ax_archive) { .concat = o->concat, .random_first = o->random_first, .elites = o->elites };
    if (o->elites < 1 || o->elites > AX_ARCHIVE_KEPT)
        return ax_fail(err, AX_EINVAL, "%s: %u elites: 1 to %d", o->name, o->elites, AX_ARCHIVE_KEPT);
    return allocate(a, err);
}

void ax_archive_release(ax_archive *a)
{
    free(a->point);
    free(a->seen);
    *a = (ax_archive) { 0 };
}

/* ---- keys that were seen ---- */

uint64_t ax_archive_key(const ax_archive *a, const ax_genotype *g)
{
    return ax_genotype_canonical(g, a->concat).hash;
}

bool ax_archive_has_seen(const ax_archive *a, uint64_t key)
{
    for (uint32_t i = 0; i < a->n_seen; i++)
        if (a->seen[i] == key)
            return true;
    return false;
}

static void see(ax_archive *a, uint64_t key)
{
    if (ax_archive_has_seen(a, key))
        return;
    a->seen[a->next_seen] = key;
    a->next_seen = (a->next_seen + 1) % AX_ARCHIVE_SEEN;
    a->n_seen += a->n_seen < AX_ARCHIVE_SEEN;
}

void ax_archive_propose(ax_archive *a, uint64_t key)
{
    a->proposed++;
    see(a, key);
}

/* ---- points ---- */

static bool is_better(const ax_point *a, const ax_point *b) /* in one array, the older point is at the lower address */
{
    return a->reward > b->reward || (a->reward == b->reward && a < b);
}

uint32_t ax_archive_best(const ax_archive *a, uint32_t most, const ax_point **out)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < a->n && most; i++) {
        const ax_point *p = &a->point[i];
        if (n == most && !is_better(p, out[n - 1]))
            continue;
        uint32_t at = n < most ? n++ : n - 1;
        for (; at > 0 && is_better(p, out[at - 1]); at--)
            out[at] = out[at - 1];
        out[at] = p;
    }
    return n;
}

static void thin(ax_archive *a)
{
    const ax_point *best[AX_ARCHIVE_KEPT];
    bool keep[AX_ARCHIVE_POINTS] = { false };
    uint32_t n_best = ax_archive_best(a, AX_ARCHIVE_KEPT, best), young = AX_ARCHIVE_KEPT, n = 0;
    for (uint32_t i = 0; i < n_best; i++)
        keep[best[i] - a->point] = true;
    for (uint32_t i = a->n; i-- > 0 && young;)
        if (!keep[i]) {
            keep[i] = true;
            young--;
        }
    for (uint32_t i = 0; i < a->n; i++)
        if (keep[i])
            a->point[n++] = a->point[i];
    a->n = n;
}

bool ax_archive_learn(ax_archive *a, const ax_proposal *p, double reward)
{
    const uint64_t key = ax_archive_key(a, &p->genotype);
    const bool full = a->n == AX_ARCHIVE_POINTS;
    see(a, key);
    for (uint32_t i = 0; i < a->n; i++)
        if (a->point[i].key == key)
            return true;
    if (full)
        thin(a);
    a->point[a->n++] = (ax_point) { p->genotype, p->id, reward, key };
    return !full;
}

/* ---- proposing ---- */

bool ax_archive_draw(const ax_archive *a, const ax_point *const *best, uint32_t n, int steps, const ax_space *space,
                     ax_rng *rng, ax_drawn *out)
{
    enum { TRIES = 200 };
    for (int i = 0; i < TRIES; i++) {
        const ax_point *from = n ? best[ax_rng_below(rng, n)] : NULL;
        out->genotype = from ? from->genotype : ax_space_random(space, rng);
        out->parent = from ? from->id : 0;
        for (int k = 0; from && k < steps; k++)
            ax_space_mutate(space, &out->genotype, rng);
        out->key = ax_archive_key(a, &out->genotype);
        if (!ax_archive_has_seen(a, out->key))
            return true;
    }
    return false;
}

void ax_archive_shares(const ax_archive *a, const ax_space *space, float *p)
{
    const ax_point *best[AX_ARCHIVE_KEPT];
    uint32_t n = ax_archive_best(a, a->elites, best);
    for (unsigned d = 0, at = 0; d < space->n_decisions; at += space->decision[d++].choices)
        for (uint32_t i = 0; i < n; i++)
            p[at + best[i]->genotype.value[d]] += 1.0f / (float)n;
}

/* ---- state ---- */

void ax_archive_pack(const ax_archive *a, msgpack_packer *pk)
{
    ax_pack_text(pk, "points"); /* oldest first */
    msgpack_pack_array(pk, a->n);
    for (uint32_t i = 0; i < a->n; i++)
        ax_strategy_pack_sample(pk, &a->point[i].genotype, (double)a->point[i].id, a->point[i].reward);
    ax_pack_text(pk, "proposed");
    msgpack_pack_uint64(pk, a->proposed);
    ax_pack_text(pk, "seen"); /* oldest first */
    msgpack_pack_array(pk, a->n_seen);
    for (uint32_t i = 0; i < a->n_seen; i++)
        msgpack_pack_uint64(pk, a->seen[(a->next_seen + AX_ARCHIVE_SEEN - a->n_seen + i) % AX_ARCHIVE_SEEN]);
}

static bool read_points(ax_archive *a, const ax_strategy *s, const msgpack_object *list)
{
    if (!list || list->type != MSGPACK_OBJECT_ARRAY || list->via.array.size > AX_ARCHIVE_POINTS)
        return false;
    for (uint32_t i = 0; i < list->via.array.size; i++) {
        ax_point *p = &a->point[i];
        if (!ax_strategy_read_scored(s, &list->via.array.ptr[i], &p->genotype, &p->id, &p->reward))
            return false;
        p->key = ax_archive_key(a, &p->genotype);
    }
    a->n = list->via.array.size;
    return true;
}

static bool read_seen(ax_archive *a, const msgpack_object *list)
{
    if (!list || list->type != MSGPACK_OBJECT_ARRAY || list->via.array.size > AX_ARCHIVE_SEEN)
        return false;
    for (uint32_t i = 0; i < list->via.array.size; i++) {
        if (list->via.array.ptr[i].type != MSGPACK_OBJECT_POSITIVE_INTEGER)
            return false;
        a->seen[i] = list->via.array.ptr[i].via.u64;
    }
    a->n_seen = list->via.array.size;
    a->next_seen = a->n_seen % AX_ARCHIVE_SEEN;
    return true;
}

bool ax_archive_unpack(ax_archive *a, const ax_strategy *s, const msgpack_object *map)
{
    ax_archive read = { .concat = a->concat, .random_first = a->random_first, .elites = a->elites };
    int64_t proposed;
    if (allocate(&read, NULL) != AX_OK)
        return false;
    if (!ax_read_whole(ax_map_get(map, "proposed"), &proposed) || proposed < 0 ||
        !read_points(&read, s, ax_map_get(map, "points")) || !read_seen(&read, ax_map_get(map, "seen"))) {
        ax_archive_release(&read);
        return false;
    }
    read.proposed = (uint64_t)proposed;
    ax_archive_release(a);
    *a = read;
    return true;
}
