/* Proposals by a Gaussian process over judged networks: among a pool of random networks and mutants of the best, the
   one with the highest value in one draw from the posterior is proposed (Thompson, 1933). Draws differ, so several
   workers get different networks. Rewards enter as normal scores; length scale and noise are chosen by marginal
   likelihood. */
#include "engine/policy/archive.h"
#include "engine/policy/gp_model.h"
#include "engine/policy/scores.h"
#include "engine/base/pack.h"

#include <math.h>
#include <stdlib.h>

enum { REFIT = 10, RANDOM = 100, MUTANTS = 50, POOL = RANDOM + 2 * MUTANTS };

/* Scratch memory for a proposal; not part of the state. */
typedef struct workspace {
    double reward[AX_ARCHIVE_POINTS], score[AX_ARCHIVE_POINTS];
    uint32_t order[AX_ARCHIVE_POINTS];
    ax_drawn pool[POOL];
    ax_reduced reduced[POOL];
    double mean[POOL], deviation[POOL], normal[POOL], covariance[POOL * POOL];
    uint32_t n; /* size of the pool */
} workspace;

typedef struct gp {
    ax_strategy base;
    ax_archive archive;
    ax_gp *model; /* of the archive's first points; others are added when it is needed */
    workspace *work;
    ax_gp_choice choice;
    uint64_t fitted; /* base.samples when the hyperparameters were chosen, 0 = not yet */
} gp;

static void stop(ax_strategy *s)
{
    gp *g = (gp *)s;
    ax_archive_release(&g->archive);
    ax_gp_free(g->model);
    free(g->work);
    free(g);
}

static ax_strategy *start(const ax_strategy_options *o, ax_err *err)
{
    gp *g = (gp *)ax_strategy_start(sizeof *g, &ax_strategy_gp, 7, o, err);
    if (!g)
        return NULL;
    g->model = ax_gp_new(err);
    g->work = malloc(sizeof *g->work);
    if (!g->work)
        ax_fail(err, AX_ENOMEM, "no memory for a strategy");
    if (g->model && g->work && ax_archive_init(&g->archive, o, err) == AX_OK)
        return &g->base;
    stop(&g->base);
    return NULL;
}

/* ---- proposing ---- */

/* Updates the model to all points, and chooses the hyperparameters that fit best. */
static ax_code learn_from_all(gp *g, ax_err *err)
{
    ax_code code = AX_OK;
    workspace *w = g->work;
    for (uint32_t i = 0; i < g->archive.n; i++)
        w->reward[i] = g->archive.point[i].reward;
    ax_normal_scores(w->reward, g->archive.n, w->order, w->score);
    for (uint32_t i = ax_gp_count(g->model); i < g->archive.n && code == AX_OK; i++) {
        const ax_reduced x = ax_genotype_reduce(&g->archive.point[i].genotype, g->archive.concat);
        code = ax_gp_add(g->model, &x, err);
    }
    if (code == AX_OK && (!g->fitted || g->base.samples >= g->fitted + REFIT)) {
        code = ax_gp_fit(g->model, w->score, &g->choice, err);
        g->fitted = code == AX_OK ? g->base.samples : g->fitted;
    }
    return code;
}

/* Adds `count` networks that are neither seen nor in the pool. */
static void fill(gp *g, const ax_point *const *best, uint32_t n_best, int steps, uint32_t count)
{
    workspace *w = g->work;
    for (uint32_t i = 0; i < count; i++) {
        ax_drawn *drawn = &w->pool[w->n];
        bool is_new = ax_archive_draw(&g->archive, best, n_best, steps, g->base.space, &g->base.rng, drawn);
        for (uint32_t k = 0; k < w->n && is_new; k++)
            is_new = w->pool[k].key != drawn->key;
        if (is_new)
            w->reduced[w->n++] = ax_genotype_reduce(&drawn->genotype, g->archive.concat);
    }
}

/* Draws once from the pool's posterior; returns the index of the largest value. */
static ax_code sample(gp *g, uint32_t *chosen, ax_err *err)
{
    static const double jitter = 1e-6; /* two networks of the pool may have distance 0 */
    workspace *w = g->work;
    const uint32_t n = w->n;
    ax_code code = ax_gp_posterior(g->model, g->choice, w->score, w->reduced, n, w->mean, w->covariance, err);
    if (code != AX_OK)
        return code;
    for (uint32_t i = 0; i < n; i++) {
        double *variance = &w->covariance[i * n + i];
        w->deviation[i] = sqrt(fmax(*variance, 0));
        *variance += jitter;
        w->normal[i] = ax_rng_normal(&g->base.rng);
    }
    bool joint = ax_cholesky(w->covariance, n);
    double best = -INFINITY;
    for (uint32_t i = 0; i < n; i++) {
        double value = w->mean[i] + (joint ? 0 : w->deviation[i] * w->normal[i]);
        for (uint32_t k = 0; k <= i && joint; k++)
            value += w->covariance[i * n + k] * w->normal[k];
        *chosen = value > best ? i : *chosen;
        best = fmax(value, best);
    }
    return AX_OK;
}

static double as_reward(const gp *g, double score)
{
    return ax_score_reward(g->work->reward, g->work->order, g->archive.n, score);
}

/* Chooses a network of the pool by sampling. */
static ax_code propose_of_pool(gp *g, ax_proposal *out, ax_err *err)
{
    workspace *w = g->work;
    const ax_point *best[AX_ARCHIVE_KEPT] = { NULL };
    uint32_t n_best = ax_archive_best(&g->archive, g->archive.elites, best), chosen = 0;
    ax_code code = learn_from_all(g, err);
    w->n = 0;
    fill(g, best, 0, 0, RANDOM);
    fill(g, best, n_best, 1, MUTANTS);
    fill(g, best, n_best, 2, MUTANTS);
    if (!w->n) /* all networks were seen: take any */
        ax_archive_draw(&g->archive, best, 0, 0, g->base.space, &g->base.rng, &w->pool[0]);
    else if (code == AX_OK)
        code = sample(g, &chosen, err);
    if (code != AX_OK)
        return code;
    *out = ax_proposal_of(&w->pool[chosen].genotype);
    out->parent = w->pool[chosen].parent;
    if (w->n) {
        out->expected = (float)as_reward(g, w->mean[chosen]);
        out->expected_low = (float)as_reward(g, w->mean[chosen] - w->deviation[chosen]);
        out->expected_high = (float)as_reward(g, w->mean[chosen] + w->deviation[chosen]);
    }
    ax_archive_propose(&g->archive, w->pool[chosen].key);
    return AX_OK;
}

static ax_code propose(ax_strategy *s, ax_proposal *out, ax_err *err)
{
    gp *g = (gp *)s;
    if (g->archive.proposed >= g->archive.random_first && g->archive.n)
        return propose_of_pool(g, out, err);
    ax_drawn drawn;
    ax_archive_draw(&g->archive, NULL, 0, 0, s->space, &s->rng, &drawn);
    ax_archive_propose(&g->archive, drawn.key);
    *out = ax_proposal_of(&drawn.genotype);
    return AX_OK;
}

static ax_code learn(ax_strategy *s, const ax_proposal *p, double reward, ax_learned *what, ax_err *err)
{
    (void)err;
    gp *g = (gp *)s;
    *what = ax_strategy_tally(s, reward);
    if (!ax_archive_learn(&g->archive, p, reward))
        ax_gp_clear(g->model);
    if (g->fitted) {
        what->length = ax_gp_length[g->choice.length];
        what->noise = ax_gp_noise[g->choice.noise];
    }
    return AX_OK;
}

static void shares(ax_strategy *s, float *p)
{
    ax_archive_shares(&((const gp *)s)->archive, s->space, p);
}

/* ---- state ---- */

static void pack(const ax_strategy *s, msgpack_packer *pk)
{
    const gp *g = (const gp *)s;
    ax_archive_pack(&g->archive, pk);
    ax_pack_text(pk, "length");
    msgpack_pack_uint8(pk, g->choice.length);
    ax_pack_text(pk, "noise");
    msgpack_pack_uint8(pk, g->choice.noise);
    ax_pack_text(pk, "fitted");
    msgpack_pack_uint64(pk, g->fitted);
}

static bool unpack(ax_strategy *s, const msgpack_object *map)
{
    gp *g = (gp *)s;
    int64_t length, noise, fitted, samples;
    if (!ax_read_whole(ax_map_get(map, "length"), &length) || length < 0 || length >= AX_GP_LENGTHS ||
        !ax_read_whole(ax_map_get(map, "noise"), &noise) || noise < 0 || noise >= AX_GP_NOISES ||
        !ax_read_whole(ax_map_get(map, "fitted"), &fitted) || fitted < 0 ||
        !ax_read_whole(ax_map_get(map, "samples"), &samples) || fitted > samples ||
        !ax_archive_unpack(&g->archive, s, map))
        return false;
    g->choice = (ax_gp_choice) { (uint8_t)length, (uint8_t)noise };
    g->fitted = (uint64_t)fitted;
    ax_gp_clear(g->model);
    return true;
}

const ax_strategy_ops ax_strategy_gp = {
    "gp", start, stop, propose, learn, shares, AX_ARCHIVE_FIELDS + 3, pack, unpack
};
