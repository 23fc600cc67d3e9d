/* Dense convolution for shapes without a reproducible algorithm in cuDNN, and for tests. Correct first, fast second:
   adjacent threads compute adjacent channels of the result and share the other operand. */
#include "engine/backend/cuda/kernels/device.cuh"

AX_MAP_KERNEL(dense_forward)
{
    const ax_k_conv &g = a.g;
    size_t all = (size_t)g.n * (size_t)g.oh * (size_t)g.ow * (size_t)g.co;
    for (size_t i = thread_index(block); i < all; i += thread_count(block)) {
        size_t pixel, row, image;
        uint32_t o, v, u;
        split(i, (uint32_t)g.co, &pixel, &o);
        split(pixel, (uint32_t)g.ow, &row, &v);
        split(row, (uint32_t)g.oh, &image, &u);
        float sum = a.bias ? a.bias[o] : 0.0f;
        for (int r = 0; r < g.kernel; r++) {
            int h = (int)u * g.stride - g.pad + r * g.dilation;
            if (h < 0 || h >= g.h)
                continue;
            for (int s = 0; s < g.kernel; s++) {
                int w = (int)v * g.stride - g.pad + s * g.dilation;
                if (w < 0 || w >= g.w)
                    continue;
                const T *x =
                    as<T>(a.x) + ((image * (size_t)g.h + (size_t)h) * (size_t)g.w + (size_t)w) * (size_t)g.ci;
                const float *k = a.w + (size_t)(r * g.kernel + s) * (size_t)g.ci * (size_t)g.co + o;
                float part = 0.0f; /* short partial sums reduce rounding errors */
                for (int c = 0; c < g.ci; c++)
                    part += get(x + c) * k[(size_t)c * (size_t)g.co];
                sum += part;
            }
        }
        put(as<T>(a.y) + i, sum);
    }
}

AX_MAP_KERNEL(dense_backward_data)
{
    const ax_k_conv &g = a.g;
    size_t all = (size_t)g.n * (size_t)g.h * (size_t)g.w * (size_t)g.ci;
    for (size_t i = thread_index(block); i < all; i += thread_count(block)) {
        size_t pixel, row, image;
        uint32_t c, v, u;
        split(i, (uint32_t)g.ci, &pixel, &c);
        split(pixel, (uint32_t)g.w, &row, &v);
        split(row, (uint32_t)g.h, &image, &u);
        float sum = 0.0f;
        for (int r = 0; r < g.kernel; r++) {
            int h = (int)u + g.pad - r * g.dilation;
            if (h < 0 || h % g.stride || h / g.stride >= g.oh)
                continue;
            for (int s = 0; s < g.kernel; s++) {
                int w = (int)v + g.pad - s * g.dilation;
                if (w < 0 || w % g.stride || w / g.stride >= g.ow)
                    continue;
                const T *dy = as<T>(a.dy) + ((image * (size_t)g.oh + (size_t)(h / g.stride)) * (size_t)g.ow +
                                             (size_t)(w / g.stride)) * (size_t)g.co;
                const float *k = a.w + (size_t)(r * g.kernel + s) * (size_t)g.co * (size_t)g.ci + c;
                float part = 0.0f;
                for (int o = 0; o < g.co; o++)
                    part += get(dy + o) * k[(size_t)o * (size_t)g.ci];
                sum += part;
            }
        }
        put(as<T>(a.dx) + i, sum);
    }
}

AX_MAP_KERNEL(dense_backward_weights)
{
    const ax_k_conv &g = a.g;
    size_t all = (size_t)(g.kernel * g.kernel) * (size_t)g.ci * (size_t)g.co;
    int rows = (int)a.rows, first = (int)block.y * rows;
    int last = first + rows < g.n * g.oh ? first + rows : g.n * g.oh;
    for (size_t i = thread_index(block); i < all; i += thread_count(block)) {
        size_t rest, tap;
        uint32_t o, c;
        split(i, (uint32_t)g.co, &rest, &o);
        split(rest, (uint32_t)g.ci, &tap, &c);
        int r = (int)tap / g.kernel, s = (int)tap - r * g.kernel;
        float sum = 0.0f;
        for (int row = first; row < last; row++) {
            int n = row / g.oh, h = (row - n * g.oh) * g.stride - g.pad + r * g.dilation;
            if (h < 0 || h >= g.h)
                continue;
            const T *dy = as<T>(a.dy) + (size_t)row * (size_t)g.ow * (size_t)g.co + o;
            const T *x = as<T>(a.x) + ((size_t)n * (size_t)g.h + (size_t)h) * (size_t)g.w * (size_t)g.ci + c;
            float part = 0.0f;
            for (int v = 0; v < g.ow; v++) {
                int w = v * g.stride - g.pad + s * g.dilation;
                if (w >= 0 && w < g.w)
                    part += get(dy + (size_t)v * (size_t)g.co) * get(x + (size_t)w * (size_t)g.ci);
            }
            sum += part;
        }
        a.part[(size_t)block.y * all + i] = sum;
    }
}
