/* What came out of training a candidate: plain numbers. NAN where there is none. */
#ifndef AX_SPACE_OUTCOME_H
#define AX_SPACE_OUTCOME_H

#include <math.h>
#include <msgpack.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct ax_outcome {
    double reward, miou, fwiou, accuracy; /* of the best evaluation point reached: the last validation */
    double loss;                          /* mean training loss of the last epoch */
    double seconds;                       /* wall time of training and validation */
    uint64_t params, macs;                /* decoder and encoder, without auxiliary heads, at one validation image */
    uint64_t peak_bytes;                  /* predicted, of the larger stage (engine/train/footprint.h) */
    uint32_t stage;                       /* the last one: 1 decoder only, 2 end to end; 0 = none */
    uint32_t batch;                       /* of that stage: smaller than asked for when memory was short */
    double latency_ms;                    /* of one image through the network as trained, measured (train/latency.h) */
} ax_outcome;

static const ax_outcome ax_outcome_none = { NAN, NAN, NAN, NAN, NAN, NAN, 0, 0, 0, 0, 0, NAN };

/* As an array of its fields, in their order. One that ends before latency_ms, the youngest, is read as well. */
void ax_outcome_pack(msgpack_packer *pk, const ax_outcome *o);
bool ax_outcome_read(const msgpack_object *o, ax_outcome *out); /* o may be NULL: false */

#endif
