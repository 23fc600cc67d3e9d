#include "viz/figure.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

char *ax_figure_share(double v, int digits, char out[static AX_FIGURE])
{
    if (!isfinite(v) || fabs(v) > 1e6)
        return memcpy(out, "-", 2);
    char text[AX_FIGURE] = "";
    snprintf(text, sizeof text, "%.*f", digits, v);
    char *zero = strstr(text, "0.");
    if (zero && (zero == text || zero[-1] == '-')) /* the leading zero carries no information */
        memmove(zero, zero + 1, strlen(zero));
    return memcpy(out, text, sizeof text);
}

static char *scaled(int64_t n, double base, int wide, char out[static AX_FIGURE])
{
    static const char unit[] = " kMGTPE";
    double v = (double)n;
    int u = 0;
    while (v >= 999.5 && u < 6) {
        v /= base;
        u++;
    }
    if (u == 0)
        snprintf(out, AX_FIGURE, "%d", (int)n);
    else
        snprintf(out, AX_FIGURE, "%.*f%c", v >= 99.95 ? 0 : v >= 9.995 || !wide ? 1 : 2, v, unit[u]);
    return out;
}

char *ax_figure_count(int64_t n, char out[static AX_FIGURE])
{
    if (n < 0)
        return memcpy(out, "-", 2);
    return scaled(n, 1000, n >= 1000000 && n < 1000000000, out);
}

char *ax_figure_bytes(int64_t n, char out[static AX_FIGURE])
{
    if (n < 0)
        return memcpy(out, "-", 2);
    return scaled(n, 1024, 0, out);
}

char *ax_figure_clock(double seconds, char out[static AX_FIGURE])
{
    if (!isfinite(seconds) || seconds < 0 || seconds > 1e9)
        return memcpy(out, "-", 2);
    long s = (long)seconds;
    if (s >= 86400)
        snprintf(out, AX_FIGURE, "%ldd %02ld:%02ld", s / 86400, s / 3600 % 24, s / 60 % 60);
    else if (s >= 3600)
        snprintf(out, AX_FIGURE, "%ld:%02ld:%02ld", s / 3600, s / 60 % 60, s % 60);
    else
        snprintf(out, AX_FIGURE, "%ld:%02ld", s / 60, s % 60);
    return out;
}

char *ax_figure_ms(double ms, char out[static AX_FIGURE])
{
    if (!(ms >= 0 && ms < 1e9))
        return memcpy(out, "-", 2);
    snprintf(out, AX_FIGURE, "%.*fms", ms < 9.995 ? 2 : ms < 99.95 ? 1 : 0, ms);
    return out;
}

char *ax_figure_time(double at, char out[static AX_FIGURE])
{
    time_t t = isfinite(at) && at > 0 && at < 1e11 ? (time_t)at : 0;
    struct tm tm;
    if (!localtime_r(&t, &tm) || !strftime(out, AX_FIGURE, "%H:%M:%S", &tm))
        memcpy(out, "-", 2);
    return out;
}

char *ax_figure_metric(ax_metric m, double v, char out[static AX_FIGURE])
{
    const ax_metric_info *info = ax_metric_of(m);
    int64_t whole = v > 0 && v < 0x1p63 ? (int64_t)v : -1;
    switch (info->form.form) {
    case AX_FORM_COUNT:
        return ax_figure_count(whole, out);
    case AX_FORM_BYTES:
        return ax_figure_bytes(whole, out);
    case AX_FORM_SECONDS:
        return ax_figure_clock(v, out);
    case AX_FORM_MS:
        return ax_figure_ms(v, out);
    default:
        return ax_figure_share(v, info->form.digits, out);
    }
}
