#include "engine/search/snapshot.h"

#include "engine/base/envelope.h"
#include "engine/base/file.h"
#include "engine/base/str.h"
#include "engine/search/search_internal.h"
#include "engine/search/snapshot_fields.h"
#include "engine/base/pack.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Version 1 held all candidates in the file itself. */
static const ax_envelope envelope = { "auxcell-snapshot", "a snapshot", 1, AX_SNAPSHOT_VERSION };
enum { MOST_BYTES = 1 << 29 };

/* ---- packing ---- */

static void pack_settings(msgpack_packer *pk, const ax_settings *set)
{
    const char *name;
    char value[AX_SETTING_TEXT];
    size_t n = 0;
    while (ax_settings_at(set, (int)n, &name, value))
        n++;
    msgpack_pack_map(pk, n + 1);
    ax_pack_text(pk, "preset");
    ax_pack_text(pk, set->preset);
    for (int i = 0; ax_settings_at(set, i, &name, value); i++) {
        ax_pack_text(pk, name);
        ax_pack_text(pk, value);
    }
}

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

static void pack_requests(msgpack_packer *pk, const ax_search *s)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < AX_REQUESTS; i++)
        n += s->request[i].request != 0;
    msgpack_pack_array(pk, n);
    for (uint32_t k = 0; k < AX_REQUESTS; k++) { /* oldest first */
        const ax_answer *a = &s->request[(s->next_request + k) % AX_REQUESTS];
        if (!a->request)
            continue;
        msgpack_pack_array(pk, 3);
        msgpack_pack_uint64(pk, a->request);
        msgpack_pack_int(pk, (int)a->code);
        ax_pack_text(pk, a->message);
    }
}

/* The candidates that aren't settled; all of them when the snapshot stands alone. */
static void pack_candidates(msgpack_packer *pk, const ax_search *s, bool alone)
{
    uint32_t n = alone ? s->n_rows : 0;
    for (uint32_t k = 0; k < s->n_open && !alone; k++)
        n += !ax_row_settled(ax_search_look(s, s->open[k]));
    msgpack_pack_array(pk, n);
    for (uint32_t k = 0; k < (alone ? s->n_rows : s->n_open); k++) {
        uint32_t id = alone ? k + 1 : s->open[k];
        const ax_row *r = ax_search_look(s, id);
        if (alone || !ax_row_settled(r))
            ax_row_pack(pk, id, r);
    }
}

static void pack_running(msgpack_packer *pk, const ax_search *s)
{
    uint32_t n = 0;
    for (uint32_t k = 0; k < AX_WORKERS; k++)
        n += s->seat[k].id != 0;
    msgpack_pack_array(pk, n);
    for (uint32_t k = 0; k < AX_WORKERS; k++)
        if (s->seat[k].id)
            msgpack_pack_uint32(pk, s->seat[k].id);
}

/* rows: where the settled candidates are; NULL: the snapshot stands alone. */
static void pack_body(msgpack_packer *pk, const ax_search *s, const ax_rowfile *rows, uint64_t seq, const char *state,
                      size_t n_state)
{
    msgpack_pack_map(pk, 14);
    ax_pack_text(pk, "seq");
    msgpack_pack_uint64(pk, seq);
    ax_pack_text(pk, "settings");
    pack_settings(pk, &s->setup.settings);
    ax_pack_text(pk, "classes");
    msgpack_pack_int32(pk, s->setup.classes);
    ax_pack_text(pk, "strategy");
    ax_pack_text(pk, ax_strategy_name(s->strategy));
    ax_pack_text(pk, "state");
    msgpack_pack_bin(pk, n_state);
    msgpack_pack_bin_body(pk, state, n_state);
    ax_pack_text(pk, "gate");
    pack_gate(pk, &s->gate);
    ax_pack_text(pk, "paused");
    if (s->paused)
        msgpack_pack_true(pk);
    else
        msgpack_pack_false(pk);
    ax_pack_text(pk, "failures");
    msgpack_pack_uint32(pk, s->failures);
    ax_pack_text(pk, "running");
    pack_running(pk, s);
    ax_pack_text(pk, "queue");
    msgpack_pack_array(pk, s->n_queue);
    for (uint32_t i = 0; i < s->n_queue; i++)
        msgpack_pack_uint32(pk, s->queue[i]);
    ax_pack_text(pk, "count");
    msgpack_pack_uint32(pk, s->n_rows);
    ax_pack_text(pk, "settled");
    msgpack_pack_array(pk, 2);
    msgpack_pack_uint64(pk, rows ? rows->bytes : 0);
    msgpack_pack_uint32(pk, rows ? rows->crc : 0);
    ax_pack_text(pk, "candidates");
    pack_candidates(pk, s, !rows);
    ax_pack_text(pk, "requests");
    pack_requests(pk, s);
}

static ax_code pack_all(const ax_search *s, const ax_rowfile *rows, uint64_t seq, char **bytes, size_t *n, ax_err *err)
{
    char *state;
    size_t n_state;
    ax_code code = ax_strategy_save(s->strategy, &state, &n_state, err);
    if (code != AX_OK)
        return code;
    ax_str out; /* remembers when memory ran out on the way */
    msgpack_packer pk;
    ax_envelope_begin(&envelope, &out, MOST_BYTES, &pk);
    pack_body(&pk, s, rows, seq, state, n_state);
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
    return pack_all(s, NULL, seq, bytes, n, err);
}

/* ---- unpacking ---- */

static bool may_change(const char *name)
{
    static const char *const free_names[] = { "candidates",    "threads",      "device",      "full_epochs",
                                              "full_channels", "full_repeats", "data",        "save_epochs",
                                              "hang_seconds",  "max_failures", "cuda_graphs", "cuda_cache",
                                              "share",         "workers",      "memory" };
    for (size_t i = 0; i < sizeof free_names / sizeof *free_names; i++)
        if (!strcmp(name, free_names[i]))
            return true;
    return false;
}

/* The settings of run.ini go on with what the snapshot's have made. */
static ax_code check_settings(const msgpack_object *map, const ax_settings *set, const char *file, ax_err *err)
{
    const char *name;
    char now[AX_SETTING_TEXT], then[AX_SETTING_TEXT];
    for (int i = 0; ax_settings_at(set, i, &name, now); i++) {
        const msgpack_object *o = ax_map_get(map, name);
        if (!o)
            continue; /* a setting that is younger than the snapshot */
        if (!ax_read_text(o, then, sizeof then))
            return ax_fail(err, AX_EFORMAT, "%s: setting %s isn't text", file, name);
        if (strcmp(now, then) && !may_change(name))
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
        ax_answer *a = &s->request[i];
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

/* A candidate of either place; those of the snapshot come last, and count. */
static bool read_row(void *search, const msgpack_object *o)
{
    ax_search *s = search;
    int64_t id;
    return ax_read_whole(ax_map_get(o, "id"), &id) && id > 0 && id <= s->n_rows &&
           ax_row_unpack(o, (uint32_t)id, s->n_rows, &s->row[id - 1]);
}

static ax_code read_settled(const msgpack_object *o, ax_search *s, ax_rowfile *rows, ax_err *err)
{
    int64_t bytes, crc;
    if (!o) /* version 1 */
        return AX_OK;
    if (o->type != MSGPACK_OBJECT_ARRAY || o->via.array.size != 2 || !ax_read_whole(&o->via.array.ptr[0], &bytes) ||
        bytes < 0 || !ax_read_whole(&o->via.array.ptr[1], &crc) || crc < 0 || crc > UINT32_MAX)
        return ax_fail(err, AX_EFORMAT, "the settled candidates aren't what they should be");
    if (rows)
        return ax_rowfile_read(rows, (uint64_t)bytes, (uint32_t)crc, read_row, s, err);
    return bytes ? ax_fail(err, AX_EFORMAT, "it needs its %s", AX_ROWFILE_NAME) : AX_OK;
}

static ax_code read_rows(const msgpack_object *map, ax_search *s, ax_rowfile *rows, ax_err *err)
{
    const msgpack_object *list = ax_map_get(map, "candidates"), *count = ax_map_get(map, "count");
    int64_t n = 0;
    if (!list || list->type != MSGPACK_OBJECT_ARRAY || (count && !ax_read_whole(count, &n)))
        return ax_fail(err, AX_EFORMAT, "candidates are missing");
    n = count ? n : list->via.array.size;
    if (n < 0 || n > AX_ROWS_MAX || ax_search_reserve(s, n ? (uint32_t)n : 1, err) != AX_OK)
        return ax_fail(err, AX_ENOMEM, "%lld candidates are too many", (long long)n);
    s->n_rows = (uint32_t)n;
    memset(s->row, 0, s->n_rows * sizeof *s->row);
    ax_code code = read_settled(ax_map_get(map, "settled"), s, rows, err);
    if (code != AX_OK)
        return code;
    for (uint32_t i = 0; i < list->via.array.size; i++) {
        const msgpack_object *o = &list->via.array.ptr[i];
        int64_t id;
        if (!read_row(s, o) || !ax_read_whole(ax_map_get(o, "id"), &id))
            return ax_fail(err, AX_EFORMAT, "candidate %u of the list isn't what it should be", i + 1);
        s->row[id - 1].open = true;
    }
    for (uint32_t i = 0; i < s->n_rows; i++)
        if (!s->row[i].status)
            return ax_fail(err, AX_EFORMAT, "candidate %u is missing", i + 1);
    ax_search_index(s);
    return ax_search_note_all_judged(s, err);
}

static bool read_queue(const msgpack_object *o, ax_search *s)
{
    if (!o || o->type != MSGPACK_OBJECT_ARRAY || o->via.array.size > s->n_rows)
        return false;
    for (uint32_t i = 0; i < o->via.array.size; i++) {
        int64_t id;
        if (!ax_read_whole(&o->via.array.ptr[i], &id) || id < 1 || id > s->n_rows || s->row[id - 1].status != AX_QUEUED)
            return false;
        for (uint32_t k = 0; k < i; k++)
            if (s->queue[k] == id)
                return false;
        s->queue[i] = (uint32_t)id;
    }
    s->n_queue = o->via.array.size;
    return true;
}

/* Which worker had which is of no use later: hello puts all of them back into the queue. */
static bool read_running(const msgpack_object *o, ax_search *s)
{
    int64_t id;
    if (ax_read_whole(o, &id)) { /* version 1: of the only worker, 0 = none */
        s->seat[0].id = id > 0 && id <= s->n_rows ? (uint32_t)id : 0;
        return id == s->seat[0].id;
    }
    if (!o || o->type != MSGPACK_OBJECT_ARRAY || o->via.array.size > AX_WORKERS)
        return false;
    for (uint32_t k = 0; k < o->via.array.size; k++) {
        if (!ax_read_whole(&o->via.array.ptr[k], &id) || id < 1 || id > s->n_rows || ax_search_seat(s, (uint32_t)id))
            return false;
        s->seat[k].id = (uint32_t)id;
    }
    return true;
}

/* Every queued candidate waits in the queue, and only those in training are in training. */
static bool consistent(ax_search *s)
{
    uint32_t queued = 0;
    for (uint32_t i = 0; i < s->n_rows; i++) {
        queued += s->row[i].status == AX_QUEUED;
        if (s->row[i].status == AX_RUNNING && !ax_search_seat(s, i + 1))
            return false;
    }
    return queued == s->n_queue;
}

static ax_code read_body(const msgpack_object *map, const char *name, ax_search *s, ax_rowfile *rows, uint64_t *seq,
                         ax_err *err)
{
    const msgpack_object *settings = ax_map_get(map, "settings"), *state = ax_map_get(map, "state"),
                         *paused = ax_map_get(map, "paused");
    int64_t at, failures, classes;
    if (!settings || !paused || paused->type != MSGPACK_OBJECT_BOOLEAN || !ax_read_whole(ax_map_get(map, "seq"), &at) ||
        at < 0 || !ax_read_whole(ax_map_get(map, "failures"), &failures) || failures < 0 || failures > UINT32_MAX ||
        !ax_read_whole(ax_map_get(map, "classes"), &classes) || !state || state->type != MSGPACK_OBJECT_BIN)
        return ax_fail(err, AX_EFORMAT, "something is missing");
    ax_code code = check_settings(settings, &s->setup.settings, name, err);
    if (code != AX_OK)
        return code;
    if (classes != s->setup.classes)
        return ax_fail(err, AX_EINVAL, "the data has %d classes, but the run was started with %d", s->setup.classes,
                       (int)classes);
    if (ax_strategy_load(s->strategy, state->via.bin.ptr, state->via.bin.size, err) != AX_OK)
        return AX_EFORMAT;
    code = read_rows(map, s, rows, err);
    if (code != AX_OK)
        return code;
    s->paused = paused->via.boolean;
    s->failures = (uint32_t)failures;
    *seq = (uint64_t)at;
    if (!read_gate(ax_map_get(map, "gate"), &s->gate))
        return ax_fail(err, AX_EFORMAT, "the gate's state isn't what it should be");
    if (!read_running(ax_map_get(map, "running"), s) || !read_queue(ax_map_get(map, "queue"), s) || !consistent(s))
        return ax_fail(err, AX_EFORMAT, "the queue isn't what it should be");
    if (!read_requests(ax_map_get(map, "requests"), s))
        return ax_fail(err, AX_EFORMAT, "the requests aren't what they should be");
    return AX_OK;
}

static ax_search *unpack_all(const char *bytes, size_t n, const char *name, const ax_search_setup *setup,
                             ax_rowfile *rows, uint64_t *seq, ax_err *err)
{
    msgpack_unpacked msg;
    msgpack_unpacked_init(&msg);
    ax_err why = { AX_OK, "" };
    ax_search *s = NULL;
    const msgpack_object *map;
    ax_code code = ax_envelope_open(&envelope, bytes, n, &msg, &map, &why);
    if (code == AX_OK && !(s = ax_search_new(setup, &why)))
        code = why.code;
    if (code == AX_OK)
        code = read_body(map, name, s, rows, seq, &why);
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
    return unpack_all(bytes, n, name, setup, NULL, seq, err);
}

/* ---- files ---- */

/* Lets snapshot.prev.mpk be what snapshot.mpk is, without a moment in which snapshot.mpk is missing. */
static ax_code keep_previous(int dirfd, ax_err *err)
{
    static const char tmp[] = AX_SNAPSHOT_PREVIOUS ".tmp";
    if (unlinkat(dirfd, tmp, 0) && errno != ENOENT)
        return ax_fail(err, AX_EIO, "%s: cannot remove: %s", tmp, strerror(errno));
    if (!linkat(dirfd, AX_SNAPSHOT_NAME, dirfd, tmp, 0)) {
        if (!renameat(dirfd, tmp, dirfd, AX_SNAPSHOT_PREVIOUS)) {
            unlinkat(dirfd, tmp, 0); /* both were the same file already: rename leaves the second name */
            return AX_OK;
        }
        return ax_fail(err, AX_EIO, "%s: cannot rename into place: %s", AX_SNAPSHOT_PREVIOUS, strerror(errno));
    }
    if (errno == ENOENT)
        return AX_OK; /* the first one */
    char *bytes;      /* a file system without hard links: copy */
    size_t n;
    ax_code code = ax_file_read(dirfd, AX_SNAPSHOT_NAME, MOST_BYTES, &bytes, &n, err);
    if (code != AX_OK)
        return code;
    code = ax_file_replace(dirfd, AX_SNAPSHOT_PREVIOUS, bytes, n, err);
    free(bytes);
    return code;
}

/* What has been settled since the last snapshot, or changed after it was: to the end of candidates.mpk. */
static ax_code save_settled(const ax_search *s, ax_rowfile *rows, ax_err *err)
{
    ax_str out;
    msgpack_packer pk;
    ax_str_init(&out, MOST_BYTES);
    msgpack_packer_init(&pk, &out, ax_str_write);
    for (uint32_t k = 0; k < s->n_open; k++)
        if (ax_row_settled(ax_search_look(s, s->open[k])))
            ax_row_pack(&pk, s->open[k], ax_search_look(s, s->open[k]));
    ax_code code = AX_OK;
    if (!ax_str_ok(&out))
        code = ax_fail(err, AX_ENOMEM, "%s: no memory", AX_ROWFILE_NAME);
    else if (out.len)
        code = ax_rowfile_append(rows, out.text, out.len, err);
    ax_str_release(&out);
    return code;
}

ax_code ax_snapshot_save(ax_search *s, ax_rowfile *rows, uint64_t seq, size_t *size, ax_err *err)
{
    char *bytes = NULL;
    size_t n = 0;
    ax_code code = save_settled(s, rows, err);
    if (code == AX_OK)
        code = pack_all(s, rows, seq, &bytes, &n, err);
    if (code == AX_OK)
        code = keep_previous(rows->dirfd, err);
    if (code == AX_OK)
        code = ax_file_replace(rows->dirfd, AX_SNAPSHOT_NAME, bytes, n, err);
    free(bytes);
    if (code != AX_OK)
        return code;
    ax_search_close(s);
    if (size)
        *size = n;
    return AX_OK;
}

ax_search *ax_snapshot_load(ax_rowfile *rows, const char *name, const ax_search_setup *setup, uint64_t *seq,
                            ax_err *err)
{
    char *bytes;
    size_t n;
    if (ax_file_read(rows->dirfd, name, MOST_BYTES, &bytes, &n, err) != AX_OK)
        return NULL;
    ax_search *s = unpack_all(bytes, n, name, setup, rows, seq, err);
    free(bytes);
    return s;
}
