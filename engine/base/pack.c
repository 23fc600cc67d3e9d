#include "engine/base/pack.h"

#include "engine/base/msgskim.h"
#include "engine/base/str.h"
#include "engine/base/utf8.h"

#include <math.h>
#include <string.h>

int ax_fixed_write(void *fixed, const char *bytes, size_t n)
{
    ax_fixed *f = fixed;
    if (n > f->cap - f->len) {
        f->full = true;
        return -1;
    }
    memcpy(f->buf + f->len, bytes, n);
    f->len += n;
    return 0;
}

int ax_str_write(void *str, const char *bytes, size_t n)
{
    ax_str_bytes(str, bytes, n);
    return ax_str_ok(str) ? 0 : -1;
}

void ax_pack_text(msgpack_packer *pk, const char *text)
{
    msgpack_pack_str(pk, strlen(text));
    while (*text) {
        size_t good = 0, n;
        while (text[good] && (n = ax_utf8_len(text + good)))
            good += n;
        msgpack_pack_str_body(pk, text, good);
        text += good;
        if (*text++)
            msgpack_pack_str_body(pk, "?", 1);
        else
            break;
    }
}

void ax_pack_real(msgpack_packer *pk, double v)
{
    if (isnan(v))
        msgpack_pack_nil(pk);
    else
        msgpack_pack_double(pk, v);
}

void ax_pack_bool(msgpack_packer *pk, bool v)
{
    if (v)
        msgpack_pack_true(pk);
    else
        msgpack_pack_false(pk);
}

void ax_pack_rng(msgpack_packer *pk, const ax_rng *rng)
{
    msgpack_pack_array(pk, 4);
    for (int i = 0; i < 4; i++)
        msgpack_pack_uint64(pk, rng->s[i]);
}

bool ax_unpack(msgpack_unpacked *msg, const void *bytes, size_t n)
{
    size_t off = 0;
    return ax_msg_skim(bytes, n, NULL) == n && msgpack_unpack_next(msg, bytes, n, &off) == MSGPACK_UNPACK_SUCCESS;
}

bool ax_unpack_by(bool (*take)(const msgpack_object *o, void *out), const void *bytes, size_t n, void *out)
{
    msgpack_unpacked msg;
    msgpack_unpacked_init(&msg);
    bool good = ax_unpack(&msg, bytes, n) && take(&msg.data, out);
    msgpack_unpacked_destroy(&msg);
    return good;
}

const msgpack_object *ax_map_get(const msgpack_object *map, const char *key)
{
    if (map->type != MSGPACK_OBJECT_MAP)
        return NULL;
    size_t n = strlen(key);
    for (uint32_t i = 0; i < map->via.map.size; i++) {
        const msgpack_object_kv *kv = &map->via.map.ptr[i];
        if (kv->key.type == MSGPACK_OBJECT_STR && kv->key.via.str.size == n && !memcmp(kv->key.via.str.ptr, key, n))
            return &kv->val;
    }
    return NULL;
}

bool ax_read_whole(const msgpack_object *o, int64_t *out)
{
    if (!o || (o->type != MSGPACK_OBJECT_POSITIVE_INTEGER && o->type != MSGPACK_OBJECT_NEGATIVE_INTEGER))
        return false;
    if (o->type == MSGPACK_OBJECT_POSITIVE_INTEGER && o->via.u64 > INT64_MAX)
        return false;
    *out = o->via.i64;
    return true;
}

bool ax_read_u32(const msgpack_object *o, uint32_t *out)
{
    int64_t v;
    if (!ax_read_whole(o, &v) || v < 0 || v > UINT32_MAX)
        return false;
    *out = (uint32_t)v;
    return true;
}

bool ax_read_real(const msgpack_object *o, double *out)
{
    if (!o)
        return false;
    if (o->type == MSGPACK_OBJECT_NIL)
        *out = NAN;
    else if (o->type == MSGPACK_OBJECT_FLOAT32 || o->type == MSGPACK_OBJECT_FLOAT64)
        *out = o->via.f64;
    else if (o->type == MSGPACK_OBJECT_POSITIVE_INTEGER)
        *out = (double)o->via.u64;
    else if (o->type == MSGPACK_OBJECT_NEGATIVE_INTEGER)
        *out = (double)o->via.i64;
    else
        return false;
    return true;
}

bool ax_read_text(const msgpack_object *o, char *out, size_t cap)
{
    if (!o || o->type != MSGPACK_OBJECT_STR || o->via.str.size >= cap ||
        (o->via.str.size && memchr(o->via.str.ptr, 0, o->via.str.size)))
        return false;
    if (o->via.str.size) /* an empty text may have a NULL address */
        memcpy(out, o->via.str.ptr, o->via.str.size);
    out[o->via.str.size] = '\0';
    return true;
}

bool ax_read_rng(const msgpack_object *o, ax_rng *out)
{
    if (!o || o->type != MSGPACK_OBJECT_ARRAY || o->via.array.size != 4)
        return false;
    ax_rng read;
    uint64_t any = 0;
    for (int i = 0; i < 4; i++) {
        if (o->via.array.ptr[i].type != MSGPACK_OBJECT_POSITIVE_INTEGER)
            return false;
        any |= read.s[i] = o->via.array.ptr[i].via.u64;
    }
    if (any)
        *out = read;
    return any;
}
