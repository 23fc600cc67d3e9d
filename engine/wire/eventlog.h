/* events.mpk: append-only records [seq, crc32c, payload]; crc32c runs over the previous record's crc32c (u32, little
   endian), seq (u64, little endian) and payload. */
#ifndef AX_WIRE_EVENTLOG_H
#define AX_WIRE_EVENTLOG_H

#include "engine/wire/event.h"

#include <stdbool.h>

typedef struct ax_eventlog ax_eventlog; /* the writer */
/* Opens (or creates) for appending. A torn or damaged tail is copied to NAME.torn-OFFSET, cut off and synced first;
 *cut (may be NULL) = bytes cut. */
ax_eventlog *ax_eventlog_open(int dirfd, const char *name, uint64_t *cut, ax_err *err);
void ax_eventlog_close(ax_eventlog *log);
/* Gives ev the next seq and appends it (write, not yet sync). */
ax_code ax_eventlog_append(ax_eventlog *log, ax_event *ev, ax_err *err);
/* fdatasync. A failure is final: every later call fails too. */
ax_code ax_eventlog_sync(ax_eventlog *log, ax_err *err);
uint64_t ax_eventlog_seq(const ax_eventlog *log); /* of the last record, 0 = none */
/* Whether the file's name still is this log; -1: there is no such name any more. */
int ax_eventlog_named(const ax_eventlog *log);
/* When it isn't: writes all that is in the log to a new file of its name, synced and locked, and goes on with that.
   What has the name now is renamed to NAME.replaced. */
ax_code ax_eventlog_restore(ax_eventlog *log, ax_err *err);
/* Cuts everything after record seq (resume: what a snapshot doesn't know of and must be replayed). */
ax_code ax_eventlog_truncate(ax_eventlog *log, uint64_t seq, ax_err *err);

typedef struct ax_eventreader ax_eventreader; /* follows a file that grows; also used on a socket's bytes */
ax_eventreader *ax_eventreader_new(ax_err *err);
void ax_eventreader_free(ax_eventreader *r);
/* Feeds bytes as they come. */
ax_code ax_eventreader_feed(ax_eventreader *r, const void *bytes, size_t n, ax_err *err);
/* 1: *ev is the next event; 0: more bytes are needed; -1: damaged at *offset (ax_eventreader_offset). Unknown kinds are
   skipped. */
int ax_eventreader_next(ax_eventreader *r, ax_event *ev, ax_err *err);
uint64_t ax_eventreader_offset(const ax_eventreader *r); /* end of the last whole record */
uint64_t ax_eventreader_seq(const ax_eventreader *r);    /* of the last whole record */

/* A record's parts, borrowed from its bytes. */
typedef struct ax_record {
    uint64_t seq;
    uint32_t crc;
    const uint8_t *payload;
    size_t n;
} ax_record;
/* Takes one msgpack object apart; false when it isn't a record. The checksum is not looked at. */
bool ax_record_split(const uint8_t *bytes, size_t n, ax_record *out);

/* Reads a file from the start, giving every event to sink. Returns AX_OK also with a torn tail. */
ax_code ax_eventlog_read(int dirfd, const char *name, void (*sink)(void *context, const ax_event *ev), void *context,
                         ax_err *err);

#endif
