/* Builds a decoder's graph from a genotype. */
#ifndef AX_SPACE_DECODER_H
#define AX_SPACE_DECODER_H

#include "engine/graph/graph.h"
#include "engine/space/genotype.h"
#include "engine/space/taps.h"

enum { AX_MAX_AUX = 4 };

typedef struct ax_decoder_spec {
    ax_genotype genotype;
    /* channels, repeats: 48, 1 in search, 64, 2 in full training; outputs: channels of the last convolution. */
    int32_t channels, repeats, outputs;
    bool train; /* batch statistics, and the auxiliary heads */
    bool aux;
    bool quiet; /* the last convolutions start with small weights: for outputs that are nearly all zero */
    /* How the loose ends of a cell and the two sides of a block are merged. false: summed, as in the published code.
       true: concatenated along the channels, then a 1x1 convolution, batch norm and ReLU back to `channels` (parameters
       "....aggregate.{conv,bn}"); a cell with one loose end has nothing to merge. */
    bool concat;
    bool bias_one;    /* the bias of the outputs starts at 1, not 0 */
    bool init_fan_in; /* convolutions start as PyTorch's do (ax_layers) */
} ax_decoder_spec;

typedef struct ax_decoder {
    ax_val logits; /* at the decoder's output size */
    ax_val aux[AX_MAX_AUX];
    uint32_t n_aux; /* number of auxiliary heads */
} ax_decoder;

/* Adds the inputs "tap.0" {n,h/4,w/4,24}, ... in place of an encoder's taps, for n images of h x w (multiples of all
   strides). */
ax_code ax_decoder_taps(ax_graph *g, const ax_taps *taps, int32_t n, int32_t h, int32_t w, ax_val out[AX_MAX_TAPS],
                        ax_err *err);

/* Appends the decoder, reading as many taps (finest first) as its space uses. Parameter names: "decoder....". */
ax_code ax_decoder_build(ax_graph *g, const ax_decoder_spec *spec, const ax_val taps[AX_MAX_TAPS], ax_decoder *out,
                         ax_err *err);

#endif
