/* Maximum pooling. The gradient is gathered: a thread adds the windows that have their maximum at its input, in order,
   so that the result is the same each time. */
#include "engine/backend/cuda/kernels/device.cuh"

/* Element i of a map {n,h,w,c}. */
struct element {
    int n, h, w, c;
};
static __device__ __forceinline__ element element_of(size_t i, int h, int w, int c)
{
    size_t pixel, row, image;
    uint32_t channel, column, line;
    split(i, (uint32_t)c, &pixel, &channel);
    split(pixel, (uint32_t)w, &row, &column);
    split(row, (uint32_t)h, &image, &line);
    element e = { (int)image, (int)line, (int)column, (int)channel };
    return e;
}

AX_MAP_KERNEL(maxpool)
{
    const ax_k_pool g = a.g;
    size_t all = (size_t)g.n * (size_t)g.oh * (size_t)g.ow * (size_t)g.c;
    for (size_t i = thread_index(block); i < all; i += thread_count(block)) {
        element e = element_of(i, g.oh, g.ow, g.c);
        float most = 0.0f;
        int place = -1;
        for (int k = 0; k < g.kernel * g.kernel; k++) {
            int h = e.h * g.stride - g.pad + k / g.kernel, w = e.w * g.stride - g.pad + k % g.kernel;
            if (h < 0 || h >= g.h || w < 0 || w >= g.w)
                continue;
            float v = get(as<T>(a.x) + (((size_t)e.n * (size_t)g.h + (size_t)h) * (size_t)g.w + (size_t)w) * (size_t)g.c +
                          (size_t)e.c);
            if (place < 0 || v > most || v != v) { /* NaN wins, so that it is noticed */
                most = v;
                place = k;
            }
        }
        if (a.y)
            put(as<T>(a.y) + i, most);
        if (a.place)
            a.place[i] = (uint8_t)place;
    }
}

AX_MAP_KERNEL(maxpool_backward)
{
    const ax_k_pool g = a.g;
    size_t all = (size_t)g.n * (size_t)g.h * (size_t)g.w * (size_t)g.c;
    for (size_t i = thread_index(block); i < all; i += thread_count(block)) {
        element e = element_of(i, g.h, g.w, g.c);
        float sum = 0.0f;
        for (int k = g.kernel * g.kernel - 1; k >= 0; k--) {
            int h = e.h + g.pad - k / g.kernel, w = e.w + g.pad - k % g.kernel;
            if (h < 0 || w < 0 || h % g.stride || w % g.stride || h / g.stride >= g.oh || w / g.stride >= g.ow)
                continue;
            size_t from = (((size_t)e.n * (size_t)g.oh + (size_t)(h / g.stride)) * (size_t)g.ow +
                           (size_t)(w / g.stride)) * (size_t)g.c + (size_t)e.c;
            sum += a.place[from] == k ? get(as<T>(a.dy) + from) : 0.0f;
        }
        put(as<T>(a.dx) + i, sum);
    }
}
