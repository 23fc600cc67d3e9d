/* Internals shared by reading, writing and repairing the event log. */
#ifndef AX_WIRE_EVENTLOG_INTERNAL_H
#define AX_WIRE_EVENTLOG_INTERNAL_H

#include "engine/wire/eventlog.h"
#include "engine/wire/message.h"

/* AX_RECORD_START: first byte of a record, an array of three. */
enum { AX_RECORD_MAX = AX_EVENT_MAX_BYTES + 32, AX_RECORD_START = 0x93 };

struct ax_eventreader {
    ax_messages messages;
    uint64_t offset, seq; /* behind the last good record; its number */
    uint32_t crc;         /* its checksum */
    bool damaged;
    uint64_t skipped; /* bytes from offset on that resync has examined */
    unsigned tries;   /* attempts to correct a flipped bit */
    ax_damage damage;
};

struct ax_eventlog {
    int dirfd, fd;
    char name[64];
    uint64_t seq, offset;
    uint32_t crc;
    bool broken;     /* a write or sync failed: the state on disk is unknown */
    ax_damage found; /* damage found at opening; empty once it is settled */
};

/* The checksum of a record, over the previous record's checksum, its own number and its payload. */
uint32_t ax_record_crc(uint32_t previous, uint64_t seq, const uint8_t *payload, size_t n);
/* Packs a record; returns its length, 0 when it doesn't fit. */
size_t ax_record_pack(uint64_t seq, uint32_t crc, const uint8_t *payload, size_t n, uint8_t *buf, size_t cap);
/* Finds the record at the start of bytes and its length, without verifying it. 1: found; 0: more bytes are needed; -1:
   there is none. */
int ax_record_look(const uint8_t *bytes, size_t left, ax_record *record, size_t *n);
/* Whether the record continues the one with this number and checksum. */
bool ax_record_follows(const ax_record *record, uint64_t seq, uint32_t crc);
/* Searches a damaged record for a single bit whose flip makes it continue the record with this number and checksum, and
   flips it. bytes: n bytes from the record's start; at most AX_RECORD_MAX are examined. */
bool ax_record_mend(uint8_t *bytes, size_t n, uint64_t seq, uint32_t crc, size_t *at);

/* 1: the next record and its event (*known = false for an unknown kind); 0 and -1 as ax_eventreader_next. */
int ax_eventreader_record(ax_eventreader *r, ax_record *record, ax_event *ev, bool *known);
/* Reads fd from its position to its end, or until sink (may be NULL) returns false. */
ax_code ax_eventreader_drain(int fd, const char *name, ax_eventreader *r,
                             bool (*sink)(void *context, const ax_record *record, const ax_event *ev, bool known),
                             void *context, ax_err *err);

/* Appends a packed event; n = 0: it was too large. */
ax_code ax_eventlog_put(ax_eventlog *log, const uint8_t *payload, size_t n, ax_err *err);
/* Writes bytes from..to of the log into a new file and syncs it. Returns its descriptor, or -1. */
int ax_eventlog_copy(const ax_eventlog *log, uint64_t from, uint64_t to, const char *name, ax_err *err);
/* Renames the file tmp, open as fd and synced, to the log's name and locks it. On failure fd is closed and tmp
   removed. */
ax_code ax_eventlog_adopt(ax_eventlog *log, int fd, const char *tmp, ax_err *err);

#endif
