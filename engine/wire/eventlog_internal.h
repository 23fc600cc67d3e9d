/* What reading and writing the event log share. */
#ifndef AX_WIRE_EVENTLOG_INTERNAL_H
#define AX_WIRE_EVENTLOG_INTERNAL_H

#include "engine/wire/eventlog.h"
#include "engine/wire/message.h"

enum { AX_RECORD_MAX = AX_EVENT_MAX_BYTES + 32 };

struct ax_eventreader {
    ax_messages messages;
    uint64_t offset, seq; /* behind the last good record */
    uint32_t crc;         /* its checksum */
    bool damaged;
};

/* The checksum of a record: over that of the record before, its number and its payload. */
uint32_t ax_record_crc(uint32_t previous, uint64_t seq, const uint8_t *payload, size_t n);
/* Reads fd from its position until it ends, is damaged, or sink (may be NULL) wants no more. */
ax_code ax_eventreader_drain(int fd, const char *name, ax_eventreader *r,
                             bool (*sink)(void *context, const ax_event *ev), void *context, ax_err *err);

#endif
