#include "engine/wire/command.h"

#include "engine/base/msgskim.h"
#include "engine/base/pack.h"

#include <string.h>

#define WORD(id, word, candidate, doc) [AX_VERB_##id] = word,
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

bool ax_verb_wakes(ax_verb verb)
{
    return verb == AX_VERB_PROMOTE || verb == AX_VERB_SUBMIT || verb == AX_VERB_FORK || verb == AX_VERB_PIN ||
           verb == AX_VERB_NOTE;
}

size_t ax_command_pack(const ax_command *c, uint8_t *buf, size_t cap)
{
    ax_fixed out = { .buf = buf, .cap = cap };
    msgpack_packer pk;
    msgpack_packer_init(&pk, &out, ax_fixed_write);
    msgpack_pack_array(&pk, 5);
    msgpack_pack_uint64(&pk, c->request);
    ax_pack_text(&pk, ax_verb_word(c->verb));
    msgpack_pack_uint32(&pk, c->id);
    ax_pack_text(&pk, c->text);
    ax_pack_text(&pk, c->by);
    return out.full ? 0 : out.len;
}

static bool read_command(const msgpack_object *o, ax_command *c)
{
    char word[16];
    int64_t request, id;
    if (o->type != MSGPACK_OBJECT_ARRAY || o->via.array.size != 5)
        return false;
    const msgpack_object *e = o->via.array.ptr;
    if (!ax_read_whole(&e[0], &request) || request < 0 || !ax_read_text(&e[1], word, sizeof word) ||
        !ax_verb_find(word, &c->verb) || !ax_read_whole(&e[2], &id) || id < 0 || id > UINT32_MAX ||
        !ax_read_text(&e[3], c->text, sizeof c->text) || !ax_read_text(&e[4], c->by, sizeof c->by))
        return false;
    c->request = (uint64_t)request;
    c->id = (uint32_t)id;
    return true;
}

static bool read_answer(const msgpack_object *o, ax_answer *a)
{
    int64_t request, code;
    if (o->type != MSGPACK_OBJECT_ARRAY || o->via.array.size != 3)
        return false;
    const msgpack_object *e = o->via.array.ptr;
    if (!ax_read_whole(&e[0], &request) || request < 0 || !ax_read_whole(&e[1], &code) || code < 0 ||
        code > AX_CODE_LAST || !ax_read_text(&e[2], a->message, sizeof a->message))
        return false;
    a->request = (uint64_t)request;
    a->code = (ax_code)code;
    return true;
}

ax_code ax_command_unpack(const uint8_t *bytes, size_t n, ax_command *c, ax_err *err)
{
    msgpack_unpacked msg;
    msgpack_unpacked_init(&msg);
    size_t off = 0;
    memset(c, 0, sizeof *c);
    bool good = n <= AX_COMMAND_MAX_BYTES && ax_msg_skim(bytes, n, NULL) == n &&
                msgpack_unpack_next(&msg, (const char *)bytes, n, &off) == MSGPACK_UNPACK_SUCCESS &&
                read_command(&msg.data, c);
    msgpack_unpacked_destroy(&msg);
    return good ? AX_OK : ax_fail(err, AX_EFORMAT, "not a command");
}

size_t ax_answer_pack(const ax_answer *a, uint8_t *buf, size_t cap)
{
    ax_fixed out = { .buf = buf, .cap = cap };
    msgpack_packer pk;
    msgpack_packer_init(&pk, &out, ax_fixed_write);
    msgpack_pack_array(&pk, 3);
    msgpack_pack_uint64(&pk, a->request);
    msgpack_pack_int(&pk, (int)a->code);
    ax_pack_text(&pk, a->message);
    return out.full ? 0 : out.len;
}

ax_code ax_answer_unpack(const uint8_t *bytes, size_t n, ax_answer *a, ax_err *err)
{
    msgpack_unpacked msg;
    msgpack_unpacked_init(&msg);
    size_t off = 0;
    memset(a, 0, sizeof *a);
    bool good = n <= AX_COMMAND_MAX_BYTES && ax_msg_skim(bytes, n, NULL) == n &&
                msgpack_unpack_next(&msg, (const char *)bytes, n, &off) == MSGPACK_UNPACK_SUCCESS &&
                read_answer(&msg.data, a);
    msgpack_unpacked_destroy(&msg);
    return good ? AX_OK : ax_fail(err, AX_EFORMAT, "not an answer");
}
