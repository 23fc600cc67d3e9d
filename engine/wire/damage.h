/* What of a run's history can't be read any more, and how that is said. */
#ifndef AX_WIRE_DAMAGE_H
#define AX_WIRE_DAMAGE_H

#include "engine/base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct ax_damage {
    uint64_t places;              /* stretches of bytes that are no records of this log */
    uint64_t offset, bytes;       /* where the first of them begins; bytes in all of them */
    uint64_t events, first, last; /* records lost in them: how many, and the numbers of the first and the last */
    uint64_t mended, mended_at; /* flipped bits that the checksum showed and that are put right in reading; the first's
                                   byte */
    uint64_t seq, end;          /* the last record that could be read: its number, and the byte behind it */
    uint64_t tail;              /* bytes from there on: torn by a crash, or none of the log's any more */
    bool cut_short;             /* events that the run's snapshot knows are missing at the end */
    uint32_t candidates;        /* that the snapshot knows, and that no readable event proposed */
} ax_damage;

/* Nothing is missing, and nothing was put right. A torn tail alone is no damage. */
bool ax_damage_none(const ax_damage *d);
/* The log must have all events up to number `known`: what is between its end and that one is lost. */
void ax_damage_until(ax_damage *d, uint64_t known);
/* One line: "events.mpk: damaged at byte 1234: 3 events (12 to 14) are missing, 210 bytes can't be read". */
enum { AX_DAMAGE_TEXT = 320 };
const char *ax_damage_text(const ax_damage *d, char text[static AX_DAMAGE_TEXT]);
/* {"byte":1234,...}, or null when there is none. */
void ax_damage_json(const ax_damage *d, ax_str *out);

#endif
