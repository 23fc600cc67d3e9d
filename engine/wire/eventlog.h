/* The event log events.mpk: append-only records [seq, crc32c, payload]. Each crc32c covers the previous record's crc32c
   (u32, little endian), seq (u64, little endian) and the payload. */
#ifndef AX_WIRE_EVENTLOG_H
#define AX_WIRE_EVENTLOG_H

#include "engine/wire/damage.h"
#include "engine/wire/event.h"

#include <stdbool.h>

typedef struct ax_eventlog ax_eventlog; /* the writer */
/* Opens the log for appending, locks it (AX_EBUSY: another engine has it) and reads it to its end, without changing it.
   When a part is torn or damaged, ax_eventlog_settle must come before the first append. create: create the log if it
   doesn't exist. */
ax_eventlog *ax_eventlog_open(int dirfd, const char *name, bool create, ax_err *err);
void ax_eventlog_close(ax_eventlog *log);
/* What was found at opening; seq: number of the last event that must exist. */
ax_damage ax_eventlog_damage(const ax_eventlog *log, uint64_t seq);

/* Result of ax_eventlog_settle. */
typedef struct ax_settled {
    ax_damage lost;            /* lost events up to seq: records LOST stand for them now */
    uint64_t torn, torn_start; /* bytes behind event seq that were no records, and their offset */
} ax_settled;
/* Makes the log end with record seq and readable in full. On resume, events that the snapshot doesn't include are
   computed again. Each lost event is replaced by a record LOST, in a new file that replaces the old one whole. Bytes
   that are no records are kept in NAME.damaged-OFFSET and NAME.torn-OFFSET. AX_EFORMAT: an implausible number of lost
   events. */
ax_code ax_eventlog_settle(ax_eventlog *log, uint64_t seq, ax_settled *out, ax_err *err);

/* Gives ev the next seq and appends it (written, but not yet synced). */
ax_code ax_eventlog_append(ax_eventlog *log, ax_event *ev, ax_err *err);
/* Calls fdatasync. A failure is final: every later call fails too. */
ax_code ax_eventlog_sync(ax_eventlog *log, ax_err *err);
uint64_t ax_eventlog_seq(const ax_eventlog *log); /* of the last record, 0 = none */
/* Whether the file's name still refers to this log; -1: the name doesn't exist any more. */
int ax_eventlog_named(const ax_eventlog *log);
/* For a log that lost its name: writes the whole log to a new file of its name, synced and locked, and continues with
   that. The file that has the name now is renamed to NAME.replaced. */
ax_code ax_eventlog_restore(ax_eventlog *log, ax_err *err);

typedef struct ax_eventreader ax_eventreader; /* reads a growing log */
ax_eventreader *ax_eventreader_new(ax_err *err);
void ax_eventreader_free(ax_eventreader *r);
/* Appends bytes as they arrive. */
ax_code ax_eventreader_feed(ax_eventreader *r, const void *bytes, size_t n, ax_err *err);
/* 1: *ev is the next event; 0: more bytes are needed; -1: damaged at *offset (ax_eventreader_offset). Unknown kinds are
   skipped. */
int ax_eventreader_next(ax_eventreader *r, ax_event *ev, ax_err *err);
/* Call after -1: searches for the place where the log becomes readable again. A single flipped bit is corrected.
   Otherwise the chained checksums help: a record whose checksum is continued by the next one shows where, and with
   which checksum and number, the log goes on. end: no more bytes will come. 1: ax_eventreader_next can continue; 0:
   more bytes are needed. */
int ax_eventreader_resync(ax_eventreader *r, bool end);
/* Passes all events in the bytes fed so far to sink and skips damage. end: no more bytes will come. */
void ax_eventreader_take(ax_eventreader *r, bool end, void (*sink)(void *context, const ax_event *ev), void *context);
/* What has been skipped so far. */
ax_damage ax_eventreader_damage(const ax_eventreader *r);
uint64_t ax_eventreader_offset(const ax_eventreader *r); /* end of the last whole record */
uint64_t ax_eventreader_seq(const ax_eventreader *r);    /* number of the last whole record */

/* The parts of a record, borrowed from its bytes. */
typedef struct ax_record {
    uint64_t seq;
    uint32_t crc;
    const uint8_t *payload;
    size_t n;
} ax_record;
/* Splits one msgpack object into its parts; false when it isn't a record. Doesn't check the checksum. */
bool ax_record_split(const uint8_t *bytes, size_t n, ax_record *out);

/* A place in a log, between two records. */
typedef struct ax_log_place {
    uint64_t offset, seq; /* offset in the file; number of the record before, 0 = none */
    uint32_t crc;         /* checksum of that record */
} ax_log_place;
/* For passing records on without unpacking them: takes whole records from `bytes` that continue the place, up to number
   `until`, moves the place behind them and returns their length. 0: more bytes are needed, or the bytes are not part of
   the log because it was damaged; the place is then behind them. */
size_t ax_records_take(const uint8_t *bytes, size_t n, uint64_t until, ax_log_place *place);

/* Reads a file from the start and passes every event to sink. AX_OK also when parts can't be read: *damage (may be
   NULL) describes them. */
ax_code ax_eventlog_read(int dirfd, const char *name, void (*sink)(void *context, const ax_event *ev), void *context,
                         ax_damage *damage, ax_err *err);

#endif
