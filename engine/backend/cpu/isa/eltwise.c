/* Operations on every element of a map. */
#include "engine/backend/cpu/isa/vec.h"

void AX_ISA_NAME(relu)(const ax_map *x, uint8_t act, ax_map *y, size_t n)
{
    if (act == AX_ACT_RELU6) {
        const ax_map six = ax_map_put(6.0f);
        for (size_t i = 0; i < n; i++) {
            ax_map v = ax_map_get(x[i]) < 0.0f ? 0 : x[i];
            y[i] = ax_map_get(v) > 6.0f ? six : v;
        }
    } else {
        for (size_t i = 0; i < n; i++)
            y[i] = ax_map_get(x[i]) < 0.0f ? 0 : x[i];
    }
}

void AX_ISA_NAME(relu_backward)(const ax_map *dy, const ax_map *value, uint8_t act, ax_map *dx, size_t n)
{
    if (act == AX_ACT_RELU6) {
        for (size_t i = 0; i < n; i++) {
            const float v = ax_map_get(value[i]);
            dx[i] = ((v > 0.0f) & (v < 6.0f)) ? dy[i] : 0;
        }
    } else {
        for (size_t i = 0; i < n; i++)
            dx[i] = ax_map_get(value[i]) > 0.0f ? dy[i] : 0;
    }
}

void AX_ISA_NAME(add)(const ax_map *a, const ax_map *b, ax_map *y, size_t n)
{
    size_t i = 0;
    for (; AX_NARROW_MAPS && i + AX_LANES <= n; i += AX_LANES)
        AX_STORE_MAP(y + i, AX_LOAD_MAP(a + i) + AX_LOAD_MAP(b + i));
    for (; i < n; i++)
        y[i] = ax_map_put(ax_map_get(a[i]) + ax_map_get(b[i]));
}

void AX_ISA_NAME(scale)(const ax_map *x, float s, ax_map *y, size_t n)
{
    for (size_t i = 0; i < n; i++)
        y[i] = ax_map_put(s * ax_map_get(x[i]));
}

void AX_ISA_NAME(widen)(const ax_map *x, float *y, size_t n)
{
    for (size_t i = 0; i < n; i++)
        y[i] = ax_map_get(x[i]);
}

void AX_ISA_NAME(narrow)(const float *x, ax_map *y, size_t n)
{
    size_t i = 0;
    for (; i + AX_LANES <= n; i += AX_LANES)
        AX_STORE_MAP(y + i, AX_LOAD(x + i));
    for (; i < n; i++)
        y[i] = ax_map_put(x[i]);
}
