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
void add_scaled(double *to, const double *from, double by, int n)
{
    for (int i = 0; i < n; i++)
        to[i] += by * from[i];
}

/* Calls at(output pixel, input pixel, tap) for every image, output pixel and filter tap that lies on the input. */
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

/* As doubles, rounded first to the precision of tensor cores. */
static std::vector<double> read(const void *p, size_t n, const conv &c)
{
    std::vector<double> out(n);
    for (size_t i = 0; i < n; i++)
        out[i] = c.tf32 ? to_tf32(number_at(p, i, c.bf16)) : number_at(p, i, c.bf16);
    return out;
}

/* Filters with output channels innermost: {groups, taps, c / groups, k / groups}. */
static std::vector<double> turned(const std::vector<double> &w, const conv &c)
{
    std::vector<double> out(w.size());
    size_t per = c.c / c.groups, per_k = c.k / c.groups, taps = static_cast<size_t>(c.r) * c.s;
    for (size_t k = 0; k < static_cast<size_t>(c.k); k++)
        for (size_t t = 0; t < taps; t++)
            for (size_t i = 0; i < per; i++)
                out[((k / per_k * taps + t) * per + i) * per_k + k % per_k] = w[(k * taps + t) * per + i];
    return out;
}

void convolve(const conv &c, pass which, const void *a, const void *b, void *out, float alpha, float beta)
{
    size_t na = which == pass::forward ? count_x(c) : which == pass::data ? count_w(c) : count_x(c);
    size_t nb = which == pass::forward ? count_w(c) : count_y(c);
    size_t n_out = which == pass::forward ? count_y(c) : which == pass::data ? count_x(c) : count_w(c);
    std::vector<double> sum(n_out);
    int per = c.c / c.groups, per_k = c.k / c.groups, taps = c.r * c.s;
    if (!all_zero(a, na, c.bf16) || !all_zero(b, nb, c.bf16)) {
        std::vector<double> first = read(a, na, c), second = read(b, nb, c);
        if (which == pass::forward)
            second = turned(second, c);
        for_taps(c, [&](size_t o, size_t i, int tap) {
            for (int k = 0; k < c.k && which != pass::forward; k++) { /* b = dy */
                size_t pixel = i * c.c + static_cast<size_t>(k / per_k * per);
                size_t filter = (static_cast<size_t>(k) * taps + tap) * per;
                if (which == pass::data) /* a = w */
                    add_scaled(&sum[pixel], &first[filter], second[o * c.k + k], per);
                else /* a = x */
                    add_scaled(&sum[filter], &first[pixel], second[o * c.k + k], per);
            }
            for (int k = 0; k < c.c && which == pass::forward; k++) /* a = x, b = w; k is an input channel */
                add_scaled(&sum[o * c.k + static_cast<size_t>(k / per * per_k)],
                           &second[((static_cast<size_t>(k / per) * taps + tap) * per + k % per) * per_k],
                           first[i * c.c + k], per_k);
        });
    }
    for (size_t i = 0; i < n_out; i++)
        set_number(out, i, c.bf16,
                   static_cast<float>(alpha * sum[i] +
                                      (beta != 0 ? static_cast<double>(beta) * number_at(out, i, c.bf16) : 0)));
}
} // namespace emu
