#include "engine/wire/command.h"

#include "engine/base/pack.h"

#include <string.h>

#define WORD(id, word, on, more, doc) [AX_VERB_##id] = word,
static const char *const words[AX_VERB_COUNT] = { AX_VERB_LIST(WORD) };

const char *ax_verb_word(ax_verb verb)
{
    return words[verb];
}

bool ax_verb_find(const char *word, ax_verb *verb)
{
    for (int v = 0; v < AX_VERB_COUNT; v++)
        if (!strcmp(words[v], word)) {
            *verb = (ax_verb)v;
            return true;
        }
    return false;
}

ax_verb_on ax_verb_acts_on(ax_verb verb)
{
#define ON(id, word, on, more, doc) [AX_VERB_##id] = AX_ON_##on,
    static const ax_verb_on on[AX_VERB_COUNT] = { AX_VERB_LIST(ON) };
    return on[verb];
}

bool ax_verb_wakes_engine(ax_verb verb)
{
    return verb == AX_VERB_PROMOTE || verb == AX_VERB_SUBMIT || verb == AX_VERB_FORK || verb == AX_VERB_PIN ||
           verb == AX_VERB_NOTE || verb == AX_VERB_PRUNE || verb == AX_VERB_UNDO;
}

size_t ax_command_pack(const ax_command *c, uint8_t *buf, size_t cap)
{
    ax_fixed out = { .buf = buf, .cap = cap };
    msgpack_packer pk;
    msgpack_packer_init(&pk, &out, ax_fixed_write);
    bool fields = c->fields || c->batch || c->n_ids;
    msgpack_pack_array(&pk, fields ? 6 : 5);
    msgpack_pack_uint64(&pk, c->request);
    ax_pack_text(&pk, ax_verb_word(c->verb));
    msgpack_pack_uint32(&pk, c->id);
    ax_pack_text(&pk, c->text);
    ax_pack_text(&pk, c->by);
    if (fields) {
        msgpack_pack_map(&pk, (c->batch != 0) + (c->n_ids != 0));
        if (c->batch) {
            ax_pack_text(&pk, "batch");
            msgpack_pack_uint64(&pk, c->batch);
        }
        if (c->n_ids) {
            ax_pack_text(&pk, "ids");
            msgpack_pack_array(&pk, c->n_ids);
            for (uint32_t i = 0; i < c->n_ids; i++)
                msgpack_pack_uint32(&pk, c->ids[i]);
        }
    }
    return out.full ? 0 : out.len;
}

static bool read_count(const msgpack_object *o, uint32_t *out)
{
    int64_t n = 0;
    if (!ax_read_whole(o, &n) || n < 0 || n > UINT32_MAX)
        return false;
    *out = (uint32_t)n;
    return true;
}

/* A missing field is 0. */
static bool read_command_fields(const msgpack_object *map, ax_command *c)
{
    const msgpack_object *batch = ax_map_get(map, "batch"), *ids = ax_map_get(map, "ids");
    int64_t number = 0;
    c->fields = true;
    if (map->type != MSGPACK_OBJECT_MAP || (batch && (!ax_read_whole(batch, &number) || number < 0)))
        return false;
    c->batch = (uint64_t)number;
    if (!ids)
        return true;
    if (ids->type != MSGPACK_OBJECT_ARRAY || ids->via.array.size > AX_COMMAND_IDS || (ids->via.array.size && c->id))
        return false;
    for (c->n_ids = 0; c->n_ids < ids->via.array.size; c->n_ids++)
        if (!read_count(&ids->via.array.ptr[c->n_ids], &c->ids[c->n_ids]) || !c->ids[c->n_ids])
            return false;
    return true;
}

static bool read_command(const msgpack_object *o, void *out)
{
    ax_command *c = out;
    char word[16];
    int64_t request;
    if (o->type != MSGPACK_OBJECT_ARRAY || o->via.array.size < 5 || o->via.array.size > 6)
        return false;
    const msgpack_object *e = o->via.array.ptr;
    if (!ax_read_whole(&e[0], &request) || request < 0 || !ax_read_text(&e[1], word, sizeof word) ||
        !ax_verb_find(word, &c->verb) || !read_count(&e[2], &c->id) || !ax_read_text(&e[3], c->text, sizeof c->text) ||
        !ax_read_text(&e[4], c->by, sizeof c->by))
        return false;
    c->request = (uint64_t)request;
    return o->via.array.size == 5 || read_command_fields(&e[5], c);
}

static bool read_answer_fields(const msgpack_object *map, ax_answer *a)
{
    const msgpack_object *id = ax_map_get(map, "id"), *count = ax_map_get(map, "count");
    a->fields = true;
    return map->type == MSGPACK_OBJECT_MAP && (!id || read_count(id, &a->id)) &&
           (!count || read_count(count, &a->count));
}

static bool read_answer(const msgpack_object *o, void *out)
{
    ax_answer *a = out;
    int64_t request, code;
    if (o->type != MSGPACK_OBJECT_ARRAY || o->via.array.size < 3 || o->via.array.size > 4)
        return false;
    const msgpack_object *e = o->via.array.ptr;
    if (!ax_read_whole(&e[0], &request) || request < 0 || !ax_read_whole(&e[1], &code) || code < 0 ||
        code > AX_CODE_LAST || !ax_read_text(&e[2], a->message, sizeof a->message))
        return false;
    a->request = (uint64_t)request;
    a->code = (ax_code)code;
    return o->via.array.size == 3 || read_answer_fields(&e[3], a);
}

ax_code ax_command_unpack(const uint8_t *bytes, size_t n, ax_command *c, ax_err *err)
{
    memset(c, 0, sizeof *c);
    return n <= AX_COMMAND_MAX_BYTES && ax_unpack_by(read_command, bytes, n, c)
               ? AX_OK
               : ax_fail(err, AX_EFORMAT, "not a command");
}

size_t ax_answer_pack(const ax_answer *a, uint8_t *buf, size_t cap)
{
    ax_fixed out = { .buf = buf, .cap = cap };
    msgpack_packer pk;
    msgpack_packer_init(&pk, &out, ax_fixed_write);
    msgpack_pack_array(&pk, a->fields ? 4 : 3);
    msgpack_pack_uint64(&pk, a->request);
    msgpack_pack_int(&pk, (int)a->code);
    ax_pack_text(&pk, a->message);
    if (a->fields) {
        msgpack_pack_map(&pk, 2);
        ax_pack_text(&pk, "id");
        msgpack_pack_uint32(&pk, a->id);
        ax_pack_text(&pk, "count");
        msgpack_pack_uint32(&pk, a->count);
    }
    return out.full ? 0 : out.len;
}

ax_code ax_answer_unpack(const uint8_t *bytes, size_t n, ax_answer *a, ax_err *err)
{
    memset(a, 0, sizeof *a);
    return n <= AX_COMMAND_MAX_BYTES && ax_unpack_by(read_answer, bytes, n, a)
               ? AX_OK
               : ax_fail(err, AX_EFORMAT, "not an answer");
}
