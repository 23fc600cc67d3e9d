/* What reading, writing and repairing the event log share. */
#ifndef AX_WIRE_EVENTLOG_INTERNAL_H
#define AX_WIRE_EVENTLOG_INTERNAL_H

#include "engine/wire/eventlog.h"
#include "engine/wire/message.h"

enum { AX_RECORD_MAX = AX_EVENT_MAX_BYTES + 32, AX_RECORD_START = 0x93 }; /* its first byte: an array of three */

struct ax_eventreader {
    ax_messages messages;
    uint64_t offset, seq; /* behind the last good record */
    uint32_t crc;         /* its checksum */
    bool damaged;
    uint64_t skipped; /* bytes from offset on that resync has looked at */
    unsigned tries;   /* to put a flipped bit right */
    ax_damage damage;
};

struct ax_eventlog {
    int dirfd, fd;
    char name[64];
    uint64_t seq, offset;
    uint32_t crc;
    bool broken;     /* a write or sync failed: what is on disk is not known any more */
    ax_damage found; /* when it was opened; empty again once it is settled */
};

/* The checksum of a record: over that of the record before, its number and its payload. */
uint32_t ax_record_crc(uint32_t previous, uint64_t seq, const uint8_t *payload, size_t n);
/* Packs a record; 0: it doesn't fit. */
size_t ax_record_pack(uint64_t seq, uint32_t crc, const uint8_t *payload, size_t n, uint8_t *buf, size_t cap);
/* The record that bytes begin with, unchecked, and its length: 1; 0: more bytes are needed; -1: there is none. */
int ax_record_look(const uint8_t *bytes, size_t left, ax_record *record, size_t *n);
/* Whether the record continues one with this number and checksum. */
bool ax_record_follows(const ax_record *record, uint64_t seq, uint32_t crc);
/* Looks for the one bit of a damaged record whose change makes it continue one with this number and checksum, and
   changes it. bytes: n, from the record's start on and at most AX_RECORD_MAX that are looked at. */
bool ax_record_mend(uint8_t *bytes, size_t n, uint64_t seq, uint32_t crc, size_t *at);

/* 1: the next record, and its event (of an unknown kind: *known false); 0 and -1 as ax_eventreader_next. */
int ax_eventreader_record(ax_eventreader *r, ax_record *record, ax_event *ev, bool *known);
/* Reads fd from its position to its end, or until sink (may be NULL) wants no more. */
ax_code ax_eventreader_drain(int fd, const char *name, ax_eventreader *r,
                             bool (*sink)(void *context, const ax_record *record, const ax_event *ev, bool known),
                             void *context, ax_err *err);

/* Appends an event that is packed already; n 0: it was too large. */
ax_code ax_eventlog_put(ax_eventlog *log, const uint8_t *payload, size_t n, ax_err *err);
/* Writes bytes from..to of the log into a new file and syncs it; its descriptor, or -1. */
int ax_eventlog_copy(const ax_eventlog *log, uint64_t from, uint64_t to, const char *name, ax_err *err);
/* Lets the file tmp, open as fd and synced, take the log's name, locked. On failure fd is closed and tmp removed. */
ax_code ax_eventlog_adopt(ax_eventlog *log, int fd, const char *tmp, ax_err *err);

#endif
