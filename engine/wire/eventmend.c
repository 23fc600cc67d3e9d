/* Corrects a single flipped bit of a record. In records of this size every single-bit error gives another CRC-32C, so
   the bit can be found. */
#include "engine/base/msgskim.h"
#include "engine/wire/eventlog_internal.h"

enum { HEAD = 24 }; /* most bytes of a record before its payload */

static bool good(const uint8_t *bytes, size_t n, uint64_t seq, uint32_t crc, ax_record *record)
{
    size_t length = ax_msg_skim(bytes, n, NULL);
    return length && length <= AX_RECORD_MAX && ax_record_split(bytes, length, record) &&
           ax_record_follows(record, seq, crc);
}

/* Flips each bit of bytes from..to in turn. */
static bool mend(uint8_t *bytes, size_t n, size_t from, size_t to, uint64_t seq, uint32_t crc, size_t *at)
{
    ax_record record;
    for (*at = from; *at < to; ++*at)
        for (int bit = 0; bit < 8; bit++) {
            bytes[*at] ^= (uint8_t)(1 << bit);
            if (good(bytes, n, seq, crc, &record))
                return true;
            bytes[*at] ^= (uint8_t)(1 << bit);
        }
    return false;
}

bool ax_record_mend(uint8_t *bytes, size_t n, uint64_t seq, uint32_t crc, size_t *at)
{
    ax_record record;
    size_t length = ax_msg_skim(bytes, n, NULL);
    bool whole = length && length <= AX_RECORD_MAX && ax_record_split(bytes, length, &record);
    if (mend(bytes, n, 0, n < HEAD ? n : HEAD, seq, crc, at))
        return true;
    /* behind its head the record's length is fixed, and its number must be right */
    return whole && record.seq == seq + 1 && mend(bytes, length, HEAD, length, seq, crc, at);
}
