/* One record of the event log: its bytes, its checksum, and whether it continues another. */
#include "engine/base/crc32c.h"
#include "engine/base/msgread.h"
#include "engine/base/msgskim.h"
#include "engine/base/pack.h"
#include "engine/wire/eventlog_internal.h"

uint32_t ax_record_crc(uint32_t previous, uint64_t seq, const uint8_t *payload, size_t n)
{
    uint8_t head[12];
    for (int i = 0; i < 4; i++)
        head[i] = (uint8_t)(previous >> (8 * i));
    for (int i = 0; i < 8; i++)
        head[4 + i] = (uint8_t)(seq >> (8 * i));
    return ax_crc32c(ax_crc32c(0, head, sizeof head), payload, n);
}

size_t ax_record_pack(uint64_t seq, uint32_t crc, const uint8_t *payload, size_t n, uint8_t *buf, size_t cap)
{
    ax_fixed out = { .buf = buf, .cap = cap };
    msgpack_packer pk;
    msgpack_packer_init(&pk, &out, ax_fixed_write);
    msgpack_pack_array(&pk, 3);
    msgpack_pack_uint64(&pk, seq);
    msgpack_pack_uint32(&pk, crc);
    msgpack_pack_bin(&pk, n);
    msgpack_pack_bin_body(&pk, payload, n);
    return out.full ? 0 : out.len;
}

bool ax_record_split(const uint8_t *bytes, size_t n, ax_record *out)
{
    ax_msgread r = { bytes, bytes + n };
    uint32_t parts;
    int64_t seq, crc;
    const uint8_t *payload;
    size_t size;
    if (!ax_msgread_array(&r, &parts) || parts != 3 || !ax_msgread_whole(&r, &seq) || seq <= 0 ||
        !ax_msgread_whole(&r, &crc) || crc < 0 || crc > UINT32_MAX || !ax_msgread_bin(&r, &payload, &size) ||
        r.at != r.end)
        return false;
    *out = (ax_record) { (uint64_t)seq, (uint32_t)crc, payload, size };
    return true;
}

bool ax_record_follows(const ax_record *record, uint64_t seq, uint32_t crc)
{
    return record->seq == seq + 1 && record->crc == ax_record_crc(crc, record->seq, record->payload, record->n);
}

int ax_record_look(const uint8_t *bytes, size_t left, ax_record *record, size_t *n)
{
    bool more;
    if (!left)
        return 0;
    *n = ax_msg_skim(bytes, left, &more);
    if (!*n)
        return more && left <= AX_RECORD_MAX ? 0 : -1;
    return *n <= AX_RECORD_MAX && ax_record_split(bytes, *n, record) ? 1 : -1;
}
