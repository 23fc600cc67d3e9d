/* The unreadable part of a run's history, and its description for users. */
#ifndef AX_WIRE_DAMAGE_H
#define AX_WIRE_DAMAGE_H

#include "engine/base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct ax_damage {
    uint64_t places;              /* stretches of bytes that are not records of this log */
    uint64_t offset, bytes;       /* start of the first stretch; bytes in all stretches */
    uint64_t events, first, last; /* records lost in them: count, numbers of the first and last */
    /* Flipped bits found by the checksum and corrected while reading; offset of the first. */
    uint64_t mended, mended_at;
    uint64_t seq, end;   /* the last readable record: its number, and the offset behind it */
    uint64_t tail;       /* bytes from there on: torn by a crash, or not part of the log */
    bool cut_short;      /* events that the run's snapshot includes are missing at the end */
    uint32_t candidates; /* candidates that the snapshot includes and no readable event proposed */
} ax_damage;

/* True when nothing is missing and nothing was corrected. A torn tail alone is not damage. */
bool ax_damage_none(const ax_damage *d);
/* The log must have all events up to number `known`: those after its end are counted as lost. */
void ax_damage_until(ax_damage *d, uint64_t known);
/* One line: "events.mpk: damaged at byte 1234: 3 events (12 to 14) are missing, 210 bytes can't be read". */
enum { AX_DAMAGE_TEXT = 320 };
const char *ax_damage_text(const ax_damage *d, char text[static AX_DAMAGE_TEXT]);
/* {"byte":1234,...}; null without damage. */
void ax_damage_json(const ax_damage *d, ax_str *out);

#endif
