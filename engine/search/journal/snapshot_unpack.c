/* Unpacks a snapshot into a search, after validating everything in it. */
#include "engine/search/journal/snapshot_internal.h"

#include "engine/base/pack.h"
#include "engine/search/search_internal.h"
#include "engine/search/journal/snapshot_fields.h"

#include <string.h>

/* Checks the settings of run.ini against those that the snapshot was made with. */
static ax_code check_settings(const msgpack_object *map, const ax_settings *set, const char *file, ax_err *err)
{
    const char *name;
    char now[AX_SETTING_TEXT], then[AX_SETTING_TEXT];
    for (int i = 0; ax_settings_at(set, i, &name, now); i++) {
        const msgpack_object *o = ax_map_get(map, name);
        if (!o)
            continue; /* a setting newer than the snapshot */
        if (!ax_read_text(o, then, sizeof then))
            return ax_fail(err, AX_EFORMAT, "%s: setting %s isn't text", file, name);
        ax_setting_scope scope = ax_settings_scope(i);
        if (strcmp(now, then) && scope != AX_SETTING_FREE && scope != AX_SETTING_MOVES)
            return ax_fail(err, AX_EINVAL, "run.ini: %s = %s, but the run was started with %s; it can't change", name,
                           now, then);
    }
    return AX_OK;
}

static bool read_gate(const msgpack_object *o, ax_gate *g)
{
    int64_t count;
    if (!o || !ax_read_real(ax_map_get(o, "mean"), &g->mean) || !(g->mean > 0) ||
        !ax_read_whole(ax_map_get(o, "count"), &count) || count < 0 || !ax_read_rng(ax_map_get(o, "rng"), &g->rng))
        return false;
    g->count = (uint64_t)count;
    return true;
}

static bool read_requests(const msgpack_object *o, ax_search *s)
{
    if (!o || o->type != MSGPACK_OBJECT_ARRAY || o->via.array.size > AX_REQUESTS)
        return false;
    for (uint32_t i = 0; i < o->via.array.size; i++) {
        const msgpack_object *e = &o->via.array.ptr[i];
        int64_t request, code;
        ax_answer *a = &s->request[i].answer;
        if (e->type != MSGPACK_OBJECT_ARRAY || e->via.array.size != 3 ||
            !ax_read_whole(&e->via.array.ptr[0], &request) || request <= 0 ||
            !ax_read_whole(&e->via.array.ptr[1], &code) || code < 0 || code > AX_CODE_LAST ||
            !ax_read_text(&e->via.array.ptr[2], a->message, sizeof a->message))
            return false;
        a->request = (uint64_t)request;
        a->code = (ax_code)code;
    }
    s->next_request = o->via.array.size % AX_REQUESTS;
    return true;
}

/* Requests by id; older snapshots lack them. */
static bool read_asked(const msgpack_object *o, uint32_t n, ax_search *s)
{
    if (!o)
        return true;
    if (o->type != MSGPACK_OBJECT_ARRAY || o->via.array.size != n)
        return false;
    for (uint32_t i = 0; i < n; i++) {
        const msgpack_object *e = &o->via.array.ptr[i], *at = e->via.array.ptr;
        ax_request *r = &s->request[i];
        if (e->type != MSGPACK_OBJECT_ARRAY || e->via.array.size != 5 ||
            !ax_read_text(&at[0], r->verb, sizeof r->verb) || !ax_read_u32(&at[1], &r->id) ||
            at[2].type != MSGPACK_OBJECT_POSITIVE_INTEGER || !ax_read_u32(&at[3], &r->answer.id) ||
            !ax_read_u32(&at[4], &r->answer.count))
            return false;
        r->arguments = at[2].via.u64;
    }
    return true;
}

/* A candidate from either file; those of the snapshot come last and take precedence. */
static bool read_entry(void *search, const msgpack_object *o)
{
    ax_search *s = search;
    int64_t id;
    return ax_read_whole(ax_map_get(o, "id"), &id) && id > 0 && id <= s->n_entries &&
           ax_entry_unpack(o, (uint32_t)id, s->n_entries, &s->entry[id - 1]);
}

/* A damaged candidates.mpk loses nothing as long as the events are whole. */
static ax_code read_or_rebuild(ax_search *s, ax_settledfile *settled, uint64_t bytes, uint32_t crc, uint64_t seq,
                               ax_err *err)
{
    ax_err why = { AX_OK, "" }, other = { AX_OK, "" };
    ax_code code = ax_settledfile_read(settled, bytes, crc, read_entry, s, &why);
    if (code == AX_EFORMAT) {
        memset(s->entry, 0, s->n_entries * sizeof *s->entry);
        code = ax_search_rebuild(s, settled->dirfd, seq, &other);
        if (code == AX_OK)
            ax_settledfile_renew(settled, why.msg);
        else
            ax_fail(&why, AX_EFORMAT, "%.240s; %.240s", why.msg, other.msg);
    }
    if (code != AX_OK && err)
        *err = why;
    return code == AX_OK ? AX_OK : why.code;
}

static ax_code read_settled(const msgpack_object *o, ax_search *s, ax_settledfile *settled, uint64_t seq, ax_err *err)
{
    int64_t bytes, crc;
    if (!o) /* version 1 */
        return AX_OK;
    if (o->type != MSGPACK_OBJECT_ARRAY || o->via.array.size != 2 || !ax_read_whole(&o->via.array.ptr[0], &bytes) ||
        bytes < 0 || !ax_read_whole(&o->via.array.ptr[1], &crc) || crc < 0 || crc > UINT32_MAX)
        return ax_fail(err, AX_EFORMAT, "the settled candidates aren't what they should be");
    if (settled)
        return read_or_rebuild(s, settled, (uint64_t)bytes, (uint32_t)crc, seq, err);
    return bytes ? ax_fail(err, AX_EFORMAT, "it needs its %s", AX_SETTLEDFILE_NAME) : AX_OK;
}

static ax_code read_entries(const msgpack_object *map, ax_search *s, ax_settledfile *settled, uint64_t seq, ax_err *err)
{
    const msgpack_object *list = ax_map_get(map, "candidates"), *count = ax_map_get(map, "count");
    int64_t n = 0;
    if (!list || list->type != MSGPACK_OBJECT_ARRAY || (count && !ax_read_whole(count, &n)))
        return ax_fail(err, AX_EFORMAT, "candidates are missing");
    n = count ? n : list->via.array.size;
    if (n < 0 || n > AX_ENTRIES_MAX || ax_search_reserve(s, n ? (uint32_t)n : 1, err) != AX_OK)
        return ax_fail(err, AX_ENOMEM, "%lld candidates are too many", (long long)n);
    s->n_entries = (uint32_t)n;
    memset(s->entry, 0, s->n_entries * sizeof *s->entry);
    ax_code code = read_settled(ax_map_get(map, "settled"), s, settled, seq, err);
    if (code != AX_OK)
        return code;
    for (uint32_t i = 0; i < list->via.array.size; i++) {
        const msgpack_object *o = &list->via.array.ptr[i];
        int64_t id;
        if (!read_entry(s, o) || !ax_read_whole(ax_map_get(o, "id"), &id))
            return ax_fail(err, AX_EFORMAT, "candidate %u of the list isn't what it should be", i + 1);
        s->entry[id - 1].open = true;
    }
    for (uint32_t i = 0; i < s->n_entries; i++)
        if (!s->entry[i].status)
            return ax_fail(err, AX_EFORMAT, "candidate %u is missing", i + 1);
    ax_search_index(s);
    /* rewards for other data say nothing about these candidates */
    return ax_search_data_changed(s) ? AX_OK : ax_search_note_all_judged(s, err);
}

static bool read_queue(const msgpack_object *o, ax_search *s)
{
    if (!o || o->type != MSGPACK_OBJECT_ARRAY || o->via.array.size > s->n_entries)
        return false;
    for (uint32_t i = 0; i < o->via.array.size; i++) {
        int64_t id;
        if (!ax_read_whole(&o->via.array.ptr[i], &id) || id < 1 || id > s->n_entries ||
            s->entry[id - 1].status != AX_QUEUED)
            return false;
        for (uint32_t k = 0; k < i; k++)
            if (s->queue[k] == id)
                return false;
        s->queue[i] = (uint32_t)id;
    }
    s->n_queue = o->via.array.size;
    return true;
}

/* Which worker had which candidate doesn't matter: ax_search_hello puts them back into the queue. */
static bool read_running(const msgpack_object *o, ax_search *s)
{
    int64_t id;
    if (ax_read_whole(o, &id)) { /* version 1: candidate of the only worker, 0 = none */
        s->slot[0].id = id > 0 && id <= s->n_entries ? (uint32_t)id : 0;
        return id == s->slot[0].id;
    }
    if (!o || o->type != MSGPACK_OBJECT_ARRAY || o->via.array.size > AX_WORKERS)
        return false;
    for (uint32_t k = 0; k < o->via.array.size; k++) {
        if (!ax_read_whole(&o->via.array.ptr[k], &id) || id < 1 || id > s->n_entries || ax_search_slot(s, (uint32_t)id))
            return false;
        s->slot[k].id = (uint32_t)id;
    }
    return true;
}

/* Checks that all queued candidates are in the queue, and all running ones have a worker slot. */
static bool consistent(ax_search *s)
{
    uint32_t queued = 0;
    for (uint32_t i = 0; i < s->n_entries; i++) {
        queued += s->entry[i].status == AX_QUEUED;
        if (s->entry[i].status == AX_RUNNING && !ax_search_slot(s, i + 1))
            return false;
    }
    return queued == s->n_queue;
}

/* Older snapshots, and those whose data couldn't be examined, lack the fingerprint: the data count as unchanged. */
static bool read_data(const msgpack_object *o, ax_search *s)
{
    if (o && o->type != MSGPACK_OBJECT_POSITIVE_INTEGER)
        return false;
    if (o && o->via.u64)
        s->data = o->via.u64;
    return true;
}

/* Missing: the finals haven't begun. */
static bool read_finals(const msgpack_object *o, ax_search *s)
{
    ax_finals_index(s);
    if (!o)
        return !s->finals.n;
    const msgpack_object *item = o->via.array.ptr;
    if (o->type != MSGPACK_OBJECT_ARRAY || (o->via.array.size != 3 && o->via.array.size != 6) ||
        item[0].type != MSGPACK_OBJECT_BOOLEAN || !ax_read_whole(&item[1], &s->finals.part) ||
        !ax_read_u32(&item[2], &s->finals.earlier))
        return false;
    s->finals.chosen = item[0].via.boolean;
    s->finals.plan = ax_finals_plan_of(&s->setup.settings); /* older snapshots don't say it */
    s->finals.seeds = s->finals.plan.seeds;
    if (o->via.array.size == 6 &&
        (!ax_read_u32(&item[3], &s->finals.plan.finalists) || !ax_read_u32(&item[4], &s->finals.plan.seeds) ||
         !ax_read_u32(&item[5], &s->finals.seeds) || s->finals.seeds > AX_FINALS_SEEDS))
        return false;
    for (uint32_t i = 0; i < s->finals.n; i++)
        if (!s->finals.finalist[i])
            return false;
    return true;
}

/* Missing: the built-in encoder. The path is a setting and doesn't change, but the file may. */
static ax_code check_encoder(const msgpack_object *o, const ax_search *s, ax_err *err)
{
    uint64_t now = s->setup.encoder ? s->setup.encoder->key : 0;
    if (o && o->type != MSGPACK_OBJECT_POSITIVE_INTEGER)
        return ax_fail(err, AX_EFORMAT, "what it says of the encoder isn't what it should be");
    if ((o ? o->via.u64 : 0) != now)
        return ax_fail(err, AX_EINVAL, "encoder %s: the file is another one than the run was started with",
                       s->setup.settings.encoder);
    return AX_OK;
}

static ax_code read_body(const msgpack_object *map, const char *name, ax_search *s, ax_settledfile *settled,
                         uint64_t *seq, ax_err *err)
{
    const msgpack_object *settings = ax_map_get(map, "settings"), *state = ax_map_get(map, "state"),
                         *paused = ax_map_get(map, "paused");
    int64_t at, failures, outputs;
    if (!settings || !paused || paused->type != MSGPACK_OBJECT_BOOLEAN || !ax_read_whole(ax_map_get(map, "seq"), &at) ||
        at < 0 || !ax_read_whole(ax_map_get(map, "failures"), &failures) || failures < 0 || failures > UINT32_MAX ||
        !ax_read_whole(ax_map_get(map, "classes"), &outputs) || !state || state->type != MSGPACK_OBJECT_BIN)
        return ax_fail(err, AX_EFORMAT, "something is missing");
    ax_code code = check_settings(settings, &s->setup.settings, name, err);
    if (code != AX_OK)
        return code;
    if ((code = check_encoder(ax_map_get(map, "encoder"), s, err)) != AX_OK)
        return code;
    if (outputs != s->setup.outputs)
        return ax_fail(err, AX_EINVAL, "the data asks for %d output%s of a network, but the run was started with %d",
                       s->setup.outputs, s->setup.outputs == 1 ? "" : "s", (int)outputs);
    if (ax_strategy_load(s->strategy, state->via.bin.ptr, state->via.bin.size, err) != AX_OK)
        return AX_EFORMAT;
    if (!read_data(ax_map_get(map, "data"), s))
        return ax_fail(err, AX_EFORMAT, "what it says of the data isn't what it should be");
    code = read_entries(map, s, settled, (uint64_t)at, err);
    if (code != AX_OK)
        return code;
    if (!read_finals(ax_map_get(map, "finals"), s))
        return ax_fail(err, AX_EFORMAT, "the finals aren't what they should be");
    s->paused = paused->via.boolean;
    s->failures = (uint32_t)failures;
    *seq = (uint64_t)at;
    if (!read_gate(ax_map_get(map, "gate"), &s->gate))
        return ax_fail(err, AX_EFORMAT, "the gate's state isn't what it should be");
    if (!read_running(ax_map_get(map, "running"), s) || !read_queue(ax_map_get(map, "queue"), s) || !consistent(s))
        return ax_fail(err, AX_EFORMAT, "the queue isn't what it should be");
    const msgpack_object *requests = ax_map_get(map, "requests");
    if (!read_requests(requests, s) || !read_asked(ax_map_get(map, "asked"), requests->via.array.size, s))
        return ax_fail(err, AX_EFORMAT, "the requests aren't what they should be");
    return AX_OK;
}

ax_search *ax_snapshot_unpack_with(const char *bytes, size_t n, const char *name, const ax_search_setup *setup,
                                   ax_settledfile *settled, uint64_t *seq, ax_err *err)
{
    msgpack_unpacked msg;
    msgpack_unpacked_init(&msg);
    ax_err why = { AX_OK, "" };
    ax_search *s = NULL;
    const msgpack_object *map;
    ax_code code = ax_envelope_open(&ax_snapshot_envelope, bytes, n, &msg, &map, &why);
    if (code == AX_OK && !(s = ax_search_new(setup, &why)))
        code = why.code;
    if (code == AX_OK)
        code = read_body(map, name, s, settled, seq, &why);
    msgpack_unpacked_destroy(&msg);
    if (code == AX_OK)
        return s;
    ax_search_free(s);
    if (why.code == AX_EFORMAT)
        ax_fail_prefix(&why, name);
    if (err)
        *err = why;
    return NULL;
}

ax_search *ax_snapshot_unpack(const char *bytes, size_t n, const char *name, const ax_search_setup *setup,
                              uint64_t *seq, ax_err *err)
{
    return ax_snapshot_unpack_with(bytes, n, name, setup, NULL, seq, err);
}
