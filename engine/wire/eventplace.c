/* Passes records on without unpacking their payload. */
#include "engine/wire/eventlog_internal.h"

#include <string.h>

/* Moves the place behind bytes that are not part of the log, to where two records continue one another. */
static void pass_over(const uint8_t *bytes, size_t n, ax_log_place *place)
{
    for (const uint8_t *p = bytes; (p = memchr(p, AX_RECORD_START, n - (size_t)(p - bytes))); p++) {
        size_t left = n - (size_t)(p - bytes), length, next;
        ax_record x, y;
        if (ax_record_look(p, left, &x, &length) > 0 && x.seq > place->seq &&
            ax_record_look(p + length, left - length, &y, &next) > 0 && ax_record_follows(&y, x.seq, x.crc)) {
            *place = (ax_log_place) { place->offset + (size_t)(p - bytes) + length, x.seq, x.crc };
            return;
        }
    }
    if (n > 2 * AX_RECORD_MAX) /* with fewer bytes the two records may still be incomplete */
        place->offset += n - 2 * AX_RECORD_MAX;
}

size_t ax_records_take(const uint8_t *bytes, size_t n, uint64_t until, ax_log_place *place)
{
    size_t at = 0, length;
    ax_record record;
    int got = 0;
    while (place->seq < until && (got = ax_record_look(bytes + at, n - at, &record, &length)) > 0 &&
           ax_record_follows(&record, place->seq, place->crc)) {
        at += length;
        *place = (ax_log_place) { place->offset + length, record.seq, record.crc };
    }
    if (!at && got && place->seq < until)
        pass_over(bytes, n, place);
    return at;
}
