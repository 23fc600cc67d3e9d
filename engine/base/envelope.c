#include "engine/base/envelope.h"

#include "engine/base/crc32c.h"
#include "engine/base/pack.h"

#include <string.h>

enum { CRC_BYTES = 5 }; /* 0xce and four bytes, highest first */

void ax_envelope_begin(const ax_envelope *e, ax_str *out, size_t bound, msgpack_packer *pk)
{
    ax_str_init(out, bound);
    msgpack_packer_init(pk, out, ax_str_write);
    msgpack_pack_array(pk, 4);
    ax_pack_text(pk, e->magic);
    msgpack_pack_uint32(pk, e->version);
}

void ax_envelope_end(ax_str *out)
{
    uint32_t crc = ax_crc32c(0, out->text, out->len);
    const char tail[CRC_BYTES] = { (char)0xce, (char)(crc >> 24), (char)(crc >> 16), (char)(crc >> 8), (char)crc };
    ax_str_bytes(out, tail, sizeof tail);
}

ax_code ax_envelope_open(const ax_envelope *e, const char *bytes, size_t n, msgpack_unpacked *msg,
                         const msgpack_object **map, ax_err *err)
{
    if (n < CRC_BYTES + 1 || (uint8_t)bytes[n - CRC_BYTES] != 0xce)
        return ax_fail(err, AX_EFORMAT, "damaged: it is cut or isn't %s", e->what);
    uint32_t crc = 0;
    for (size_t i = n - 4; i < n; i++)
        crc = crc << 8 | (uint8_t)bytes[i];
    if (crc != ax_crc32c(0, bytes, n - CRC_BYTES))
        return ax_fail(err, AX_EFORMAT, "damaged: the checksum doesn't match");
    char text[32];
    int64_t version;
    if (!ax_unpack(msg, bytes, n) || msg->data.type != MSGPACK_OBJECT_ARRAY || msg->data.via.array.size < 3 ||
        !ax_read_text(&msg->data.via.array.ptr[0], text, sizeof text) || strcmp(text, e->magic) != 0 ||
        !ax_read_whole(&msg->data.via.array.ptr[1], &version))
        return ax_fail(err, AX_EFORMAT, "not %s of auxcell", e->what);
    if (version > e->version)
        return ax_fail(err, AX_EFORMAT,
                       "format version %lld, this program reads up to %u: it was written by a newer auxcell",
                       (long long)version, e->version);
    if (version < e->oldest || msg->data.via.array.size != 4)
        return ax_fail(err, AX_EFORMAT, "not %s of auxcell", e->what);
    *map = &msg->data.via.array.ptr[2];
    return AX_OK;
}
