/* The taps that an encoder offers to decoders. */
#ifndef AX_SPACE_TAPS_H
#define AX_SPACE_TAPS_H

#include <stddef.h>
#include <stdint.h>

enum { AX_MAX_TAPS = 6 };

typedef struct ax_taps {
    int n; /* finest first */
    struct {
        int32_t channels, stride;
    } tap[AX_MAX_TAPS];
} ax_taps;

/* Name of the input that replaces tap k in a graph without encoder. */
static inline const char *ax_tap_name(int k)
{
    static const char *const name[AX_MAX_TAPS] = { "tap.0", "tap.1", "tap.2", "tap.3", "tap.4", "tap.5" };
    return name[k];
}

/* Number of values of tap k for an image of h x w, both multiples of the stride. */
static inline size_t ax_tap_size(const ax_taps *t, int k, int32_t h, int32_t w)
{
    int32_t stride = t->tap[k].stride;
    return (size_t)(h / stride) * (size_t)(w / stride) * (size_t)t->tap[k].channels;
}

#endif
