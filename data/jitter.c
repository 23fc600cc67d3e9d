#include "data/jitter.h"

#include "engine/base/normalise.h"
#include "engine/base/rng.h"

/* Separate from the random numbers of scale, position and mirroring. */
static const uint64_t jitter_stream = 0x6a697474;

static float clamped(float v)
{
    return v < 0 ? 0 : v > 1 ? 1 : v;
}

static float grey_of(const float *v)
{
    return 0.299f * v[0] + 0.587f * v[1] + 0.114f * v[2];
}

static bool is_margin(const float *x)
{
    return x[0] == 0 && x[1] == 0 && x[2] == 0;
}

/* A pixel as RGB from 0 to 1, with its brightness changed. */
static void brighten(const float *x, float brightness, float rgb[3])
{
    for (int c = 0; c < 3; c++)
        rgb[c] = clamped(brightness * (x[c] * ax_image_std[c] + ax_image_mean[c]));
}

void ax_jitter(ax_sample *s, const ax_sample_spec *spec, uint64_t index)
{
    if (!(spec->jitter > 0))
        return;
    ax_rng rng = ax_rng_new(spec->seed + jitter_stream, index);
    float factor[3], rgb[3];
    for (int i = 0; i < 3; i++)
        factor[i] = 1 + spec->jitter * (float)(2 * ax_rng_uniform(&rng) - 1);
    float *end = s->image + 3 * (size_t)s->h * (size_t)s->w;
    double sum = 0, n = 0;
    for (const float *x = s->image; x < end; x += 3) {
        if (is_margin(x))
            continue;
        brighten(x, factor[0], rgb);
        sum += (double)grey_of(rgb);
        n++;
    }
    float mean = n > 0 ? (float)(sum / n) : 0;
    for (float *x = s->image; x < end; x += 3) {
        if (is_margin(x))
            continue;
        brighten(x, factor[0], rgb);
        for (int c = 0; c < 3; c++)
            rgb[c] = clamped(mean + factor[1] * (rgb[c] - mean));
        float grey = grey_of(rgb);
        for (int c = 0; c < 3; c++)
            x[c] = (clamped(grey + factor[2] * (rgb[c] - grey)) - ax_image_mean[c]) / ax_image_std[c];
    }
}
