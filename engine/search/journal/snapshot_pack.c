/* Packs a search as a snapshot. */
#include "engine/search/journal/snapshot_internal.h"

#include "engine/base/pack.h"
#include "engine/base/str.h"
#include "engine/config/settings_pack.h"
#include "engine/search/search_internal.h"
#include "engine/search/journal/snapshot_fields.h"

#include <stdlib.h>

static void pack_gate(msgpack_packer *pk, const ax_gate *g)
{
    msgpack_pack_map(pk, 3);
    ax_pack_text(pk, "mean");
    ax_pack_real(pk, g->mean);
    ax_pack_text(pk, "count");
    msgpack_pack_uint64(pk, g->count);
    ax_pack_text(pk, "rng");
    ax_pack_rng(pk, &g->rng);
}

/* Oldest first; asked: the requests, else their answers. */
static void pack_requests(msgpack_packer *pk, const ax_search *s, bool asked)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < AX_REQUESTS; i++)
        n += s->request[i].answer.request != 0;
    msgpack_pack_array(pk, n);
    for (uint32_t k = 0; k < AX_REQUESTS; k++) {
        const ax_request *r = &s->request[(s->next_request + k) % AX_REQUESTS];
        const ax_answer *a = &r->answer;
        if (!a->request)
            continue;
        msgpack_pack_array(pk, asked ? 5 : 3);
        if (asked) {
            ax_pack_text(pk, r->verb);
            msgpack_pack_uint32(pk, r->id);
            msgpack_pack_uint64(pk, r->arguments);
            msgpack_pack_uint32(pk, a->id);
            msgpack_pack_uint32(pk, a->count);
        } else {
            msgpack_pack_uint64(pk, a->request);
            msgpack_pack_int(pk, (int)a->code);
            ax_pack_text(pk, a->message);
        }
    }
}

/* The unsettled candidates; all candidates in a stand-alone snapshot. */
static void pack_candidates(msgpack_packer *pk, const ax_search *s, bool alone)
{
    uint32_t n = alone ? s->n_entries : 0;
    for (uint32_t k = 0; k < s->n_open && !alone; k++)
        n += !ax_entry_settled(ax_search_get(s, s->open[k]));
    msgpack_pack_array(pk, n);
    for (uint32_t k = 0; k < (alone ? s->n_entries : s->n_open); k++) {
        uint32_t id = alone ? k + 1 : s->open[k];
        const ax_entry *r = ax_search_get(s, id);
        if (alone || !ax_entry_settled(r))
            ax_entry_pack(pk, id, r);
    }
}

static void pack_running(msgpack_packer *pk, const ax_search *s)
{
    uint32_t n = 0;
    for (uint32_t k = 0; k < AX_WORKERS; k++)
        n += s->slot[k].id != 0;
    msgpack_pack_array(pk, n);
    for (uint32_t k = 0; k < AX_WORKERS; k++)
        if (s->slot[k].id)
            msgpack_pack_uint32(pk, s->slot[k].id);
}

/* settled: file of the settled candidates; NULL: a stand-alone snapshot. */
static void pack_body(msgpack_packer *pk, const ax_search *s, const ax_settledfile *settled, uint64_t seq,
                      const char *state, size_t n_state)
{
    const ax_encoder *encoder = s->setup.encoder;
    bool other = encoder && encoder->key; /* an encoder other than the built-in one, which isn't recorded */
    bool finals = s->finals.chosen || s->finals.earlier;
    msgpack_pack_map(pk, 16 + other + finals);
    ax_pack_text(pk, "seq");
    msgpack_pack_uint64(pk, seq);
    ax_pack_text(pk, "settings");
    ax_settings_pack(pk, &s->setup.settings, true);
    ax_pack_text(pk, "classes");
    msgpack_pack_int32(pk, s->setup.outputs);
    ax_pack_text(pk, "data");
    msgpack_pack_uint64(pk, s->data);
    if (other) {
        ax_pack_text(pk, "encoder");
        msgpack_pack_uint64(pk, encoder->key);
    }
    ax_pack_text(pk, "strategy");
    ax_pack_text(pk, ax_strategy_name(s->strategy));
    ax_pack_text(pk, "state");
    msgpack_pack_bin(pk, n_state);
    msgpack_pack_bin_body(pk, state, n_state);
    ax_pack_text(pk, "gate");
    pack_gate(pk, &s->gate);
    if (finals) {
        ax_pack_text(pk, "finals");
        msgpack_pack_array(pk, 6);
        ax_pack_bool(pk, s->finals.chosen);
        msgpack_pack_int64(pk, s->finals.part);
        msgpack_pack_uint32(pk, s->finals.earlier);
        msgpack_pack_uint32(pk, s->finals.plan.finalists);
        msgpack_pack_uint32(pk, s->finals.plan.seeds);
        msgpack_pack_uint32(pk, s->finals.seeds);
    }
    ax_pack_text(pk, "paused");
    ax_pack_bool(pk, s->paused);
    ax_pack_text(pk, "failures");
    msgpack_pack_uint32(pk, s->failures);
    ax_pack_text(pk, "running");
    pack_running(pk, s);
    ax_pack_text(pk, "queue");
    msgpack_pack_array(pk, s->n_queue);
    for (uint32_t i = 0; i < s->n_queue; i++)
        msgpack_pack_uint32(pk, s->queue[i]);
    ax_pack_text(pk, "count");
    msgpack_pack_uint32(pk, s->n_entries);
    ax_pack_text(pk, "settled");
    msgpack_pack_array(pk, 2);
    msgpack_pack_uint64(pk, settled ? settled->bytes : 0);
    msgpack_pack_uint32(pk, settled ? settled->crc : 0);
    ax_pack_text(pk, "candidates");
    pack_candidates(pk, s, !settled);
    ax_pack_text(pk, "requests");
    pack_requests(pk, s, false);
    ax_pack_text(pk, "asked");
    pack_requests(pk, s, true);
}

ax_code ax_snapshot_pack_with(const ax_search *s, const ax_settledfile *settled, uint64_t seq, char **bytes, size_t *n,
                              ax_err *err)
{
    char *state;
    size_t n_state;
    ax_code code = ax_strategy_save(s->strategy, &state, &n_state, err);
    if (code != AX_OK)
        return code;
    ax_str out; /* also records whether memory ran out before */
    msgpack_packer pk;
    ax_envelope_begin(&ax_snapshot_envelope, &out, AX_SNAPSHOT_MOST, &pk);
    pack_body(&pk, s, settled, seq, state, n_state);
    free(state);
    ax_envelope_end(&out);
    if (!ax_str_ok(&out)) {
        ax_str_release(&out);
        return ax_fail(err, AX_ENOMEM, "%s: no memory", AX_SNAPSHOT_NAME);
    }
    *bytes = out.text;
    *n = out.len;
    return AX_OK;
}

ax_code ax_snapshot_pack(const ax_search *s, uint64_t seq, char **bytes, size_t *n, ax_err *err)
{
    return ax_snapshot_pack_with(s, NULL, seq, bytes, n, err);
}
