/* A strategy's state as bytes. */
#include "engine/base/msgskim.h"
#include "engine/policy/strategy_internal.h"

#include <stdlib.h>
#include <string.h>

enum { VERSION = 1 };

void ax_state_key(msgpack_packer *pk, const char *key)
{
    size_t n = strlen(key);
    msgpack_pack_str(pk, n);
    msgpack_pack_str_body(pk, key, n);
}

const msgpack_object *ax_state_find(const msgpack_object *map, const char *key)
{
    size_t n = strlen(key);
    for (uint32_t i = 0; map->type == MSGPACK_OBJECT_MAP && i < map->via.map.size; i++) {
        const msgpack_object_kv *kv = &map->via.map.ptr[i];
        if (kv->key.type == MSGPACK_OBJECT_STR && kv->key.via.str.size == n && !memcmp(kv->key.via.str.ptr, key, n))
            return &kv->val;
    }
    return NULL;
}

ax_code ax_strategy_pack(const ax_strategy *s, char **bytes, size_t *n, ax_err *err)
{
    msgpack_sbuffer buf;
    msgpack_packer pk;
    msgpack_sbuffer_init(&buf);
    msgpack_packer_init(&pk, &buf, msgpack_sbuffer_write);
    msgpack_pack_map(&pk, 3 + s->ops->fields);
    ax_state_key(&pk, "strategy");
    ax_state_key(&pk, s->ops->name);
    ax_state_key(&pk, "version");
    msgpack_pack_int(&pk, VERSION);
    ax_state_key(&pk, "rng");
    msgpack_pack_array(&pk, 4);
    for (int i = 0; i < 4; i++)
        msgpack_pack_uint64(&pk, s->rng.s[i]);
    s->ops->pack(s, &pk);
    *n = buf.size;
    *bytes = msgpack_sbuffer_release(&buf);
    /* a packer that ran out of memory leaves a cut object behind */
    if (*bytes && ax_msg_skim(*bytes, *n, NULL) == *n)
        return AX_OK;
    free(*bytes);
    *bytes = NULL;
    return ax_fail(err, AX_ENOMEM, "no memory for the strategy's state");
}

static bool read_all(ax_strategy *s, const msgpack_object *map)
{
    const msgpack_object *name = ax_state_find(map, "strategy"), *version = ax_state_find(map, "version"),
                         *rng = ax_state_find(map, "rng");
    size_t n = strlen(s->ops->name);
    if (!name || name->type != MSGPACK_OBJECT_STR || name->via.str.size != n ||
        memcmp(name->via.str.ptr, s->ops->name, n) || !version || version->type != MSGPACK_OBJECT_POSITIVE_INTEGER ||
        version->via.u64 != VERSION || !rng || rng->type != MSGPACK_OBJECT_ARRAY || rng->via.array.size != 4)
        return false;
    ax_rng read;
    uint64_t any = 0;
    for (int i = 0; i < 4; i++) {
        if (rng->via.array.ptr[i].type != MSGPACK_OBJECT_POSITIVE_INTEGER)
            return false;
        any |= read.s[i] = rng->via.array.ptr[i].via.u64;
    }
    if (!any) /* the one state that xoshiro never leaves */
        return false;
    if (!s->ops->unpack(s, map))
        return false;
    s->rng = read;
    return true;
}

ax_code ax_strategy_unpack(ax_strategy *s, const char *bytes, size_t n, ax_err *err)
{
    msgpack_unpacked msg;
    msgpack_unpacked_init(&msg);
    size_t off = 0;
    bool good = ax_msg_skim(bytes, n, NULL) == n &&
                msgpack_unpack_next(&msg, bytes, n, &off) == MSGPACK_UNPACK_SUCCESS && read_all(s, &msg.data);
    msgpack_unpacked_destroy(&msg);
    return good ? AX_OK : ax_fail(err, AX_EFORMAT, "damaged, or not the state of strategy %s", s->ops->name);
}
