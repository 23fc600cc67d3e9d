/* What came out of training a candidate: plain numbers. NAN where there is none. */
#ifndef AX_SPACE_OUTCOME_H
#define AX_SPACE_OUTCOME_H

#include <stdint.h>

typedef struct ax_outcome {
    double reward, miou, fwiou, accuracy; /* of the best evaluation point reached: the last validation */
    double loss;                          /* mean training loss of the last epoch */
    double seconds;                       /* wall time of training and validation */
    uint64_t params, macs;                /* decoder and encoder, without auxiliary heads, at one validation image */
    uint64_t peak_bytes;
} ax_outcome;

#endif
