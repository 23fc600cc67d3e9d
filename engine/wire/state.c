#include "engine/wire/state_internal.h"

#include "engine/wire/gaterule.h"
#include "engine/wire/narrate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void ax_state_init(ax_state *s)
{
    memset(s, 0, sizeof *s);
    s->gp_length = s->gp_noise = s->baseline = s->policy_entropy = s->advantage = s->clip_fraction = s->gate_mean =
        s->gate_tolerance = s->overhead = NAN;
    s->snapshot_bytes = s->rss_bytes = -1;
}

void ax_state_release(ax_state *s)
{
    ax_state_drop_candidates(s);
    ax_state_drop_validations(s);
    free(s->scored);
    free(s->learned);
    free(s->undoable);
    free(s->log);
    for (int k = 0; k < AX_METRIC_COUNT; k++)
        ax_front_release(&s->front[k]);
    ax_state_init(s);
}

const ax_candidate *ax_state_candidate(const ax_state *s, uint32_t id)
{
    return id && id <= s->n_candidates ? &s->candidate[id - 1] : NULL;
}

uint32_t ax_state_find(const ax_state *s, const ax_genotype *g)
{
    uint32_t id = s->n_candidates;
    while (id && memcmp(&s->candidate[id - 1].genotype, g, sizeof *g) != 0)
        id--;
    return id;
}

bool ax_candidate_undoable(const ax_candidate *c)
{
    return c->status == AX_PRUNED && (c->prune_until > 0 || c->before == AX_DONE || c->before == AX_PROMOTED);
}

bool ax_candidate_known(const ax_candidate *c)
{
    return c->proposed_at > 0;
}

bool ax_candidate_is_final(const ax_candidate *c)
{
    return ax_origin_of(c->origin) == AX_ORIGIN_FINALS;
}

bool ax_candidate_handmade(const ax_candidate *c)
{
    return ax_origin_of(c->origin) == AX_ORIGIN_USER;
}

bool ax_state_reserve(ax_state *s, void **array, uint32_t n, size_t size)
{
    if (n & (n - 1) && n > 1) /* only the first one, and then at powers of two */
        return true;
    void *grown = realloc(*array, (size_t)(n ? 2 * n : 1) * size);
    if (!grown) {
        s->out_of_memory = true;
        return false;
    }
    *array = grown;
    return true;
}

/* Adds the time from the last event to this one, but not across the end of one engine and the start of the next. Events
   of older engines have only the time of day; some events of newer ones have no clock and count as simultaneous with
   the event before. */
double ax_state_elapsed_at(const ax_state *s, const ax_event *ev)
{
    bool known = ev->kind != AX_EVENT_LOST && ev->kind != AX_EVENT_HELLO; /* the time of a lost event is unknown */
    double passed = s->clock > 0 ? ev->clock - s->clock : s->last_at > 0 ? ev->at - s->last_at : 0;
    return s->elapsed + (known && passed > 0 ? passed : 0);
}

static void advance(ax_state *s, const ax_event *ev)
{
    s->elapsed = ax_state_elapsed_at(s, ev);
    if (ev->kind == AX_EVENT_HELLO || (ev->kind != AX_EVENT_LOST && ev->clock > 0))
        s->clock = ev->clock;
}

void ax_state_fold(ax_state *s, const ax_event *ev)
{
    char text[AX_EVENT_TEXT];
    advance(s, ev);
    if (!s->first_at)
        s->first_at = ev->at;
    s->last_at = ev->at;
    s->seq = ev->seq;
    if (ev->kind == AX_EVENT_PROPOSED)
        ax_state_fold_proposed(s, ev);
    else
        ax_state_fold_candidate(s, ev);
    ax_state_fold_run(s, ev);
    ax_state_fold_worker(s, ev);
    ax_event_narrate(ev, text);
    if (ev->kind == AX_EVENT_BYE)
        ax_state_end_text(s, text);
    ax_state_add_log(s, ev, text);
}

const char *ax_state_word(const ax_state *s, bool lives)
{
    if (lives)
        return s->paused ? "paused" : "running";
    if (!s->seq)
        return ax_damage_none(&s->damage) ? "new" : "damaged";
    return s->bye[0] ? s->bye : "interrupted";
}

double ax_state_gate_chance(const ax_state *s, double reward)
{
    return isnan(s->gate_mean) ? NAN : ax_gate_chance(reward, s->gate_mean, s->gate_tolerance);
}

double ax_state_elapsed(const ax_state *s, double clock)
{
    return s->elapsed + (s->clock > 0 && clock > s->clock ? clock - s->clock : 0);
}

/* Whether its end counts in the rate: when a candidate ended that was told again after damage, nothing says. */
static bool ended_since(const ax_state *s, const ax_candidate *c, double since)
{
    return c->finished_elapsed >= since && (c->started_at > 0 || c->reused || !s->n_lost);
}

double ax_state_rate(const ax_state *s, double elapsed)
{
    double since = elapsed > 600 ? elapsed - 600 : 0;
    uint32_t n = 0;
    for (uint32_t i = s->n_scored; i > 0 && s->candidate[s->scored[i - 1] - 1].finished_elapsed >= since; i--)
        n += ended_since(s, &s->candidate[s->scored[i - 1] - 1], since);
    for (uint32_t i = s->n_candidates; i > 0 && ax_candidate_is_final(&s->candidate[i - 1]); i--)
        n += s->candidate[i - 1].status == AX_DONE && ended_since(s, &s->candidate[i - 1], since);
    return elapsed > since ? 60 * n / (elapsed - since) : 0;
}
