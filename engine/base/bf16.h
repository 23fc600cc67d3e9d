/* bfloat16: the upper half of a float. */
#ifndef AX_BASE_BF16_H
#define AX_BASE_BF16_H

#include <stdint.h>
#include <string.h>

static inline float ax_bf16_to(uint16_t half)
{
    uint32_t bits = (uint32_t)half << 16;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* Rounds to the nearest value, ties to even; a NaN stays a NaN. */
static inline uint16_t ax_bf16_from(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    if ((bits & 0x7fffffff) > 0x7f800000)
        return 0x7fff;
    return (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

#endif
