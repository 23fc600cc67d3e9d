/* What decoders read: the encoder's taps. */
#ifndef AX_SPACE_TAPS_H
#define AX_SPACE_TAPS_H

#include <stdint.h>

enum { AX_TAPS = 4 };

/* Channels and strides of the encoder's taps. */
static const int32_t ax_tap_channels[AX_TAPS] = { 24, 32, 96, 320 };
static const int32_t ax_tap_stride[AX_TAPS] = { 4, 8, 16, 32 };
/* Names of the inputs that stand for the taps where a graph has no encoder. */
static const char *const ax_tap_name[AX_TAPS] = { "tap.0", "tap.1", "tap.2", "tap.3" };

#endif
