/* A strategy's state as bytes. */
#include "engine/base/msgskim.h"
#include "engine/base/pack.h"
#include "engine/policy/strategy_internal.h"

#include <stdlib.h>
#include <string.h>

enum { VERSION = 1 };

ax_code ax_strategy_pack(const ax_strategy *s, char **bytes, size_t *n, ax_err *err)
{
    msgpack_sbuffer buf;
    msgpack_packer pk;
    msgpack_sbuffer_init(&buf);
    msgpack_packer_init(&pk, &buf, msgpack_sbuffer_write);
    msgpack_pack_map(&pk, 3 + s->ops->fields);
    ax_pack_text(&pk, "strategy");
    ax_pack_text(&pk, s->ops->name);
    ax_pack_text(&pk, "version");
    msgpack_pack_int(&pk, VERSION);
    ax_pack_text(&pk, "rng");
    ax_pack_rng(&pk, &s->rng);
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
    char name[32];
    int64_t version;
    ax_rng rng;
    if (!ax_read_text(ax_map_get(map, "strategy"), name, sizeof name) || strcmp(name, s->ops->name) != 0 ||
        !ax_read_whole(ax_map_get(map, "version"), &version) || version != VERSION ||
        !ax_read_rng(ax_map_get(map, "rng"), &rng) || !s->ops->unpack(s, map))
        return false;
    s->rng = rng;
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
