/* The whole inference network, encoder and decoder, and its size and cost before it runs. */
#ifndef AX_MODEL_NETWORK_H
#define AX_MODEL_NETWORK_H

#include "engine/graph/stats.h"
#include "engine/model/encoder.h"
#include "engine/space/decoder.h"

/* Appends encoder (evaluation mode) and decoder, reading image {n,h,w,3}; h and w must be multiples of all strides. An
   encoder with more taps than the decoder reads is truncated. */
ax_code ax_network_build(ax_graph *g, ax_val image, const ax_encoder *encoder, const ax_decoder_spec *spec,
                         ax_val *logits, ax_err *err);

/* The divisor of an image's sides: the coarsest stride that the genotype's decoder reads. */
int32_t ax_network_unit(const ax_encoder *encoder, const ax_genotype *g);

/* The side of an image after padding to a multiple of all strides. */
static inline int32_t ax_network_side(int32_t side)
{
    return (side + 31) / 32 * 32;
}

typedef struct ax_network_figures {
    ax_stats stats;        /* of encoder and decoder without auxiliary heads, for one image of h x w */
    int32_t output_stride; /* of the logits */
} ax_network_figures;
/* Builds the graph, counts, and drops it. */
ax_code ax_network_measure(const ax_encoder *encoder, const ax_decoder_spec *spec, int32_t h, int32_t w,
                           ax_network_figures *out, ax_err *err);

#endif
