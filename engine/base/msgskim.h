/* Checks msgpack bytes before msgpack-c unpacks them: five bytes that claim an array of four billion elements would
   make it reserve gigabytes. */
#ifndef AX_BASE_MSGSKIM_H
#define AX_BASE_MSGSKIM_H

#include <stdbool.h>
#include <stddef.h>

enum { AX_MSG_DEPTH = 16 };

/* Length of the object at the start of bytes, if it is complete and sound: every string lies within the bytes, no
   container claims more elements than there are bytes left, and nesting has at most AX_MSG_DEPTH levels. Otherwise 0;
   *more (may be NULL) is then true when the object is only incomplete and may become sound with more bytes. */
size_t ax_msg_skim(const void *bytes, size_t n, bool *more);

#endif
