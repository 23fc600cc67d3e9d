/* How long the network takes for an image: measured, so it is no function of the genotype as all else in an outcome is,
   but of this machine and of what else it does. */
#ifndef AX_TRAIN_LATENCY_H
#define AX_TRAIN_LATENCY_H

#include "engine/space/decoder.h"
#include "engine/train/trainer.h"

/* Runs that are timed of each network; 0 = the settings want no latencies. */
int32_t ax_latency_runs(const ax_settings *s);
/* Milliseconds of the encoder for the first validation image, by itself, the median of those runs after two that don't
   count. It needs the most memory between two candidates, and is the same for all of them: once per trainer is enough.
 */
ax_code ax_latency_encoder(ax_trainer *t, double *ms, ax_err *err);
/* The same of a decoder without its auxiliary heads, from the encoder's outputs to what is predicted. params:
   those of its training, borrowed. It needs no more memory than the validation. */
ax_code ax_latency_decoder(ax_trainer *t, const ax_decoder_spec *spec, ax_params *params, double *ms, ax_err *err);

#endif
