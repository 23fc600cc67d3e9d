#include "viz/ticks.h"

#include <math.h>
#include <stdio.h>

/* Lists the multiples of a step from lo to hi; returns how many, -1 = more than `most`. */
static int multiples(double lo, double hi, double step, int most, double *out)
{
    double first = ceil(lo / step - 1e-9), last = floor(hi / step + 1e-9);
    if (last - first + 1 > most)
        return -1;
    int n = (int)(last - first) + 1;
    for (int k = 0; k < n; k++)
        out[k] = fabs(first + k) < 0.5 ? 0 : (first + k) * step;
    return n < 0 ? 0 : n;
}

static int linear(double lo, double hi, int most, double *out)
{
    static const double round[3] = { 1, 2, 5 };
    double power = pow(10, floor(log10((hi - lo) / most)));
    for (int i = 0;; i++) {
        int n = multiples(lo, hi, power * round[i % 3], most, out);
        if (n >= 0)
            return n;
        if (i % 3 == 2)
            power *= 10;
    }
}

/* Values digit * 10^k for the digits of a set, every `every` powers of ten. */
static int of_decades(double lo, double hi, const char *digits, int every, int most, double *out)
{
    int n = 0;
    for (int k = (int)floor(log10(lo)); k <= (int)ceil(log10(hi)); k++)
        for (const char *d = digits; *d && k % every == 0; d++) {
            double v = (*d - '0') * pow(10, k);
            if (v < lo * (1 - 1e-9) || v > hi * (1 + 1e-9))
                continue;
            if (n == most)
                return -1;
            out[n++] = v;
        }
    return n;
}

int ax_ticks(double lo, double hi, bool log_scale, int most, double out[static AX_TICKS])
{
    most = most > AX_TICKS ? AX_TICKS : most;
    if (most < 1 || !(hi > lo) || !isfinite(hi - lo))
        return 0;
    if (!log_scale || hi < 10 * lo)
        return linear(lo, hi, most, out);
    static const char *const digits[] = { "123456789", "125", "1" };
    int n = -1;
    for (int i = 0; i < 3 && n < 0; i++)
        n = of_decades(lo, hi, digits[i], 1, most, out);
    for (int every = 2; n < 0; every++)
        n = of_decades(lo, hi, "1", every, most, out);
    return n;
}

char *ax_tick_text(double v, char out[static AX_TICK_TEXT])
{
    static const char unit[] = " kMGT";
    int u = 0;
    for (double most = 9999.5; u < 4 && fabs(v) >= most; most = 999.9995) { /* 5000, but 50k and 1.5M */
        v /= 1000;
        u++;
    }
    for (int digits = 1; digits <= 6; digits++) {
        char text[AX_TICK_TEXT];
        double back;
        snprintf(text, sizeof text, "%.*f", digits - 1, v);
        if (sscanf(text, "%lf", &back) == 1 && fabs(back - v) <= 1e-6 * fabs(v) + 1e-12) {
            snprintf(out, AX_TICK_TEXT, u ? "%.12s%c" : "%.12s", text, unit[u]);
            return out;
        }
    }
    snprintf(out, AX_TICK_TEXT, u ? "%.4g%c" : "%.4g", v, unit[u]);
    return out;
}
