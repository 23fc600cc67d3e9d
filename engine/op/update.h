/* What changes from step to step of a parameter update. C that CUDA code can read, too. */
#ifndef AX_OP_UPDATE_H
#define AX_OP_UPDATE_H

#include <stdint.h>

/* In the backend's memory, so that an update that was recorded once reads what was written since. */
typedef struct ax_update_now {
    /* written by the host */
    float lr;
    float correct1, correct2; /* Adam: correctK = 1 - betaK^step */
    float decay;              /* of the average */
    int32_t slot;             /* of the log: see ax_backend.log */
    /* written by clip */
    float grad_scale; /* grad * grad_scale is what counts */
    int32_t finite;   /* 0: the norm isn't, and an optimiser changes nothing */
    int32_t unused;   /* no padding */
    double norm;      /* of all gradients, before clipping */
} ax_update_now;

#endif
