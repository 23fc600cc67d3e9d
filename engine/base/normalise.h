/* Normalises pixels for the network, (RGB/255 - mean) / std with the mean and std of ImageNet that the encoder's
   weights were trained with, and back. */
#ifndef AX_BASE_NORMALISE_H
#define AX_BASE_NORMALISE_H

#include <stdint.h>

static const float ax_image_mean[3] = { 0.485f, 0.456f, 0.406f };
static const float ax_image_std[3] = { 0.229f, 0.224f, 0.225f };

/* value: 0 to 255, of channel 0 to 2. */
static inline float ax_normalise(float value, unsigned channel)
{
    return (value / 255.0f - ax_image_mean[channel]) / ax_image_std[channel];
}

/* The nearest byte value. */
static inline uint8_t ax_denormalise(float x, unsigned channel)
{
    float v = (x * ax_image_std[channel] + ax_image_mean[channel]) * 255.0f + 0.5f;
    return (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
}

#endif
