/* Looks over msgpack bytes before msgpack-c sees them: five bytes that claim an array of four billion elements make it
   reserve gigabytes. */
#ifndef AX_BASE_MSGSKIM_H
#define AX_BASE_MSGSKIM_H

#include <stdbool.h>
#include <stddef.h>

enum { AX_MSG_DEPTH = 16 };

/* Length of the one object at the start of bytes when it is there whole: every string within the bytes, every
   container with no more elements than bytes are left, at most AX_MSG_DEPTH levels. 0: cut, too deep, or lying;
   *more (may be NULL) tells a cut object that could still grow into a good one. */
size_t ax_msg_skim(const void *bytes, size_t n, bool *more);

#endif
