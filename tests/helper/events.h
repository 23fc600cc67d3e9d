/* Events filled with values, made from the list of kinds and fields itself. */
#ifndef AX_TEST_EVENTS_H
#define AX_TEST_EVENTS_H

#include "engine/wire/event.h"

enum { AX_TEST_FILLS = 8 };
/* Fills *ev with the k-th set of extreme values (0 to AX_TEST_FILLS - 1): smallest and largest numbers, absent ones,
   infinities, empty and longest texts, control characters, UTF-8, random genotypes. Padding bytes are 0. */
void ax_test_event(ax_event *ev, ax_event_kind kind, int k);

#endif
