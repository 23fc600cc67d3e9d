/* From a genotype to a graph. */
#ifndef AX_SPACE_DECODER_H
#define AX_SPACE_DECODER_H

#include "engine/graph/graph.h"
#include "engine/space/genotype.h"

/* Channels and strides of the encoder's taps. */
static const int32_t ax_tap_channels[AX_TAPS] = { 24, 32, 96, 320 };
static const int32_t ax_tap_stride[AX_TAPS] = { 4, 8, 16, 32 };

typedef struct ax_decoder_spec {
    ax_genotype genotype;
    int32_t channels, repeats, classes; /* 48, 1 in search; 64, 2 in full training */
    bool train;                         /* batch statistics, and the auxiliary heads */
    bool aux;
} ax_decoder_spec;

typedef struct ax_decoder {
    ax_val logits;         /* at the decoder's output size */
    ax_val aux[AX_BLOCKS]; /* {0} without auxiliary heads */
} ax_decoder;

/* Appends the decoder reading taps (finest first). Parameter names: "decoder....". */
ax_code ax_decoder_build(ax_graph *g, const ax_decoder_spec *spec, const ax_val taps[AX_TAPS], ax_decoder *out,
                         ax_err *err);

/* Appends the loss of a training graph: logits and auxiliary logits resized to the labels' size, cross-entropy,
   kd * MSE with the teacher (teacher {0} = none), aux_weight * CE of each auxiliary head. Keeps "loss" (total),
   "loss.ce", "loss.kd", "loss.aux.{0-2}". Returns the total in *loss. */
ax_code ax_decoder_loss(ax_graph *g, const ax_decoder *d, ax_val labels, ax_val teacher, float kd, float aux_weight,
                        ax_val *loss, ax_err *err);

#endif
