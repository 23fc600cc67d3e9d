/* events.mpk: append-only records [seq, crc32c, payload]; crc32c runs over the previous record's crc32c (u32, little
   endian), seq (u64, little endian) and payload. */
#ifndef AX_WIRE_EVENTLOG_H
#define AX_WIRE_EVENTLOG_H

#include "engine/wire/damage.h"
#include "engine/wire/event.h"

#include <stdbool.h>

typedef struct ax_eventlog ax_eventlog; /* the writer */
/* Opens for appending and locks it (AX_EBUSY: another engine has it). Reads it to its end and changes nothing: when it
   has a torn or damaged part, ax_eventlog_settle comes before the first append. create: also when there is none. */
ax_eventlog *ax_eventlog_open(int dirfd, const char *name, bool create, ax_err *err);
void ax_eventlog_close(ax_eventlog *log);
/* What was found when it was opened; seq: of the last event that must be there. */
ax_damage ax_eventlog_damage(const ax_eventlog *log, uint64_t seq);

/* What ax_eventlog_settle had to do. */
typedef struct ax_settled {
    ax_damage lost;            /* of the events up to seq: LOST stands for them now */
    uint64_t torn, torn_start; /* bytes behind event seq that were no records, and where they began */
} ax_settled;
/* Makes the log end with record seq (resume: what a snapshot doesn't know of is done again), so that every reader can
   read all of it. Lost events get a record of kind LOST each, in a new file that replaces the old one whole. Bytes that
   are no records are kept: NAME.damaged-OFFSET, NAME.torn-OFFSET. AX_EFORMAT: so many events can't be lost. */
ax_code ax_eventlog_settle(ax_eventlog *log, uint64_t seq, ax_settled *out, ax_err *err);

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

typedef struct ax_eventreader ax_eventreader; /* follows a file that grows */
ax_eventreader *ax_eventreader_new(ax_err *err);
void ax_eventreader_free(ax_eventreader *r);
/* Feeds bytes as they come. */
ax_code ax_eventreader_feed(ax_eventreader *r, const void *bytes, size_t n, ax_err *err);
/* 1: *ev is the next event; 0: more bytes are needed; -1: damaged at *offset (ax_eventreader_offset). Unknown kinds are
   skipped. */
int ax_eventreader_next(ax_eventreader *r, ax_event *ev, ax_err *err);
/* After -1: looks for the place from which on the log can be read again. A single flipped bit is put right. Else the
   checksums are a chain, so that a record whose checksum the next one continues shows where that begins, and with which
   checksum and number. end: no more bytes will come. 1: ax_eventreader_next goes on; 0: more bytes are needed. */
int ax_eventreader_resync(ax_eventreader *r, bool end);
/* Gives all events in what was fed to sink, past any damage. end: no more bytes will come. */
void ax_eventreader_take(ax_eventreader *r, bool end, void (*sink)(void *context, const ax_event *ev), void *context);
/* What was passed over so far. */
ax_damage ax_eventreader_damage(const ax_eventreader *r);
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

/* A place in a log, between two records. */
typedef struct ax_log_place {
    uint64_t offset, seq; /* of the file; of the record before, 0 = none */
    uint32_t crc;         /* its checksum */
} ax_log_place;
/* To pass records on unread: takes whole ones that continue the place, up to number `until`, from `bytes`, which
   are there, moves the place behind them and returns their bytes. 0: more bytes are needed; or what is there is none
   of the log's, since it was damaged, and the place is behind that now. */
size_t ax_records_take(const uint8_t *bytes, size_t n, uint64_t until, ax_log_place *place);

/* Reads a file from the start, giving every event to sink. AX_OK also when parts of it can't be read: *damage (may be
   NULL) says what was passed over. */
ax_code ax_eventlog_read(int dirfd, const char *name, void (*sink)(void *context, const ax_event *ev), void *context,
                         ax_damage *damage, ax_err *err);

#endif
