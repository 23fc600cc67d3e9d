/* Convolution with plain loops and sums in double; channels innermost, as they are in memory. */
#include "cudnn.h"

#include <cstring>

namespace emu
{
size_t count_x(const conv &c)
{
    return static_cast<size_t>(c.n) * c.h * c.w * c.c;
}

size_t count_w(const conv &c)
{
    return static_cast<size_t>(c.k) * c.r * c.s * (c.c / c.groups);
}

size_t count_y(const conv &c)
{
    return static_cast<size_t>(c.n) * c.oh * c.ow * c.k;
}

namespace
{
double dot(const float *a, const float *b, int n)
{
    double sum[8] = {};
    int i = 0;
    for (; i + 8 <= n; i += 8)
        for (int j = 0; j < 8; j++)
            sum[j] += static_cast<double>(a[i + j]) * b[i + j];
    for (; i < n; i++)
        sum[0] += static_cast<double>(a[i]) * b[i];
    return ((sum[0] + sum[1]) + (sum[2] + sum[3])) + ((sum[4] + sum[5]) + (sum[6] + sum[7]));
}

void add_scaled(double *to, const float *from, double by, int n)
{
    for (int i = 0; i < n; i++)
        to[i] += by * from[i];
}

/* For every image, output pixel and filter tap that meets an input pixel: at(output pixel, input pixel, tap) */
template <typename F> void for_taps(const conv &c, F at)
{
    for (int n = 0; n < c.n; n++)
        for (int oy = 0; oy < c.oh; oy++)
            for (int ox = 0; ox < c.ow; ox++)
                for (int r = 0; r < c.r; r++)
                    for (int s = 0; s < c.s; s++) {
                        int y = oy * c.stride_h - c.pad_h + r * c.dilation_h;
                        int x = ox * c.stride_w - c.pad_w + s * c.dilation_w;
                        if (y >= 0 && y < c.h && x >= 0 && x < c.w)
                            at((static_cast<size_t>(n) * c.oh + oy) * c.ow + ox,
                               (static_cast<size_t>(n) * c.h + y) * c.w + x, r * c.s + s);
                    }
}
} // namespace

void convolve(const conv &c, pass which, const float *a, const float *b, float *out, float alpha, float beta)
{
    size_t na = which == pass::forward ? count_x(c) : which == pass::data ? count_w(c) : count_x(c);
    size_t nb = which == pass::forward ? count_w(c) : count_y(c);
    size_t n_out = which == pass::forward ? count_y(c) : which == pass::data ? count_x(c) : count_w(c);
    std::vector<float> ra, rb;
    if (c.tf32) {
        ra.assign(a, a + na);
        rb.assign(b, b + nb);
        for (float &v : ra)
            v = to_tf32(v);
        for (float &v : rb)
            v = to_tf32(v);
        a = ra.data();
        b = rb.data();
    }
    std::vector<double> sum(n_out);
    int per = c.c / c.groups, per_k = c.k / c.groups, taps = c.r * c.s;
    for_taps(c, [&](size_t o, size_t i, int tap) {
        for (int k = 0; k < c.k; k++) {
            size_t pixel = i * c.c + static_cast<size_t>(k / per_k * per);
            size_t filter = (static_cast<size_t>(k) * taps + tap) * per;
            size_t y = o * c.k + k;
            if (which == pass::forward)
                sum[y] += dot(a + pixel, b + filter, per);
            else if (which == pass::data) /* a = w, b = dy */
                add_scaled(&sum[pixel], a + filter, b[y], per);
            else /* a = x, b = dy */
                add_scaled(&sum[filter], a + pixel, b[y], per);
        }
    });
    for (size_t i = 0; i < n_out; i++)
        out[i] = static_cast<float>(alpha * sum[i] + (beta != 0 ? static_cast<double>(beta) * out[i] : 0));
}
} // namespace emu
