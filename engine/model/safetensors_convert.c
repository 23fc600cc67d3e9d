#include "engine/model/safetensors_tensor.h"

#include "engine/base/bf16.h"

#include <stdbool.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static float float_of(uint32_t bits)
{
    float f;
    memcpy(&f, &bits, sizeof f);
    return f;
}

/* IEEE 754 binary16: 5 bits of exponent with bias 15, 10 bits of fraction. By bit operations, since every start of an
   engine converts millions of encoder weights. */
static float from_half(uint16_t h)
{
    const uint32_t sign = (uint32_t)(h >> 15) << 31, exponent = h >> 10 & 31, fraction = h & 1023;
    if (exponent == 31)
        return float_of(sign | 0x7f800000u | fraction << 13);
    if (exponent)
        return float_of(sign | (exponent + 127 - 15) << 23 | fraction << 13);
    const float magnitude = (float)fraction * 0x1p-24f;
    return sign ? -magnitude : magnitude;
}

/* Elements are copied one by one, since the data may be unaligned. */
#define CONVERT(type, expression)                                                                                      \
    for (size_t i = 0; i < t->elements; i++) {                                                                         \
        type x;                                                                                                        \
        memcpy(&x, bytes + i * sizeof x, sizeof x);                                                                    \
        out[i] = (float)(expression);                                                                                  \
    }                                                                                                                  \
    break

void ax_st_to_float(const ax_st_tensor *t, float *out)
{
    const char *bytes = t->data;
    switch (t->dtype) {
    case AX_ST_F32:
        if (t->bytes)
            memcpy(out, bytes, t->bytes);
        break;
    case AX_ST_F64:
        CONVERT(double, x);
    case AX_ST_F16:
        CONVERT(uint16_t, from_half(x));
    case AX_ST_BF16:
        CONVERT(uint16_t, ax_bf16_to(x));
    case AX_ST_I64:
        CONVERT(int64_t, x);
    case AX_ST_I32:
        CONVERT(int32_t, x);
    case AX_ST_U8:
        CONVERT(uint8_t, x);
    case AX_ST_OTHER:
        break;
    }
}

ax_code ax_st_import(const ax_st_tensor *t, const char *file, ax_st_takes takes, float *out, ax_err *err)
{
    char what[224] = "";
    if (t->name[0])
        snprintf(what, sizeof what, "tensor '%.200s': ", t->name);
    if (t->dtype == AX_ST_OTHER)
        return ax_fail(err, AX_EFORMAT, "%s: %snumbers of type %s, which isn't read", file, what, t->type);
    bool integers = t->dtype == AX_ST_I64 || t->dtype == AX_ST_I32 || t->dtype == AX_ST_U8;
    if (integers && takes == AX_ST_FLOATS)
        return ax_fail(err, AX_EFORMAT, "%s: %sintegers (%s) instead of floats", file, what,
                       ax_st_dtype_name(t->dtype));
    ax_st_to_float(t, out);
    for (size_t i = 0; i < t->elements; i++)
        if (!isfinite(out[i]))
            return ax_fail(err, AX_EFORMAT, "%s: %selement %zu is %s", file, what, i,
                           isnan(out[i]) ? "not a number" : "infinite");
    return AX_OK;
}
