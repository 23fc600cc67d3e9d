/* Measures how long the network takes for an image. Unlike all other figures of an outcome it isn't a function of the
   genotype: it depends on this machine and its load. */
#ifndef AX_TRAIN_LATENCY_H
#define AX_TRAIN_LATENCY_H

#include "engine/space/decoder.h"
#include "engine/train/trainer.h"

/* Timed runs per network; 0 = the settings want no latencies. */
int32_t ax_latency_runs(const ax_settings *s);
/* Milliseconds that the encoder takes for the first validation image: the median of those runs, after two warm-up runs.
   Measuring needs much memory, and the result is the same for all candidates: once per trainer is enough. */
ax_code ax_latency_encoder(ax_trainer *t, double *ms, ax_err *err);
/* The same for a decoder without its auxiliary heads, from the encoder's outputs to the prediction. params: of its
   training, borrowed. It needs no more memory than validation. */
ax_code ax_latency_decoder(ax_trainer *t, const ax_decoder_spec *spec, ax_params *params, double *ms, ax_err *err);

#endif
