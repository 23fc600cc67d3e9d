/* State of a parameter update that changes from step to step. Valid C and CUDA. */
#ifndef AX_OP_UPDATE_H
#define AX_OP_UPDATE_H

#include <stdint.h>

/* Resides in the backend's memory, so that a recorded update reads the current values. */
typedef struct ax_update_now {
    /* written by the host */
    float lr;
    float correct1, correct2; /* Adam: correctK = 1 - betaK^step */
    float decay;              /* of the average */
    int32_t slot;             /* row of the log: see ax_backend.log */
    /* written by clip */
    float grad_scale; /* the gradient is multiplied by this */
    int32_t finite;   /* 0: the norm isn't finite, and the optimiser changes nothing */
    int32_t unused;   /* no padding */
    double norm;      /* of all gradients, before clipping */
} ax_update_now;

#endif
