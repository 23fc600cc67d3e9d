/* A trained network, loaded from its file and run on one image at a time. */
#ifndef AX_MODEL_PREDICTOR_H
#define AX_MODEL_PREDICTOR_H

#include "engine/graph/session.h"
#include "engine/model/modelfile.h"
#include "engine/space/decoder.h"

typedef enum ax_predicts {
    AX_PREDICTS_TASK,  /* in the task's format (ax_task.predict) */
    AX_PREDICTS_LOGITS /* {h/4,w/4,outputs} floats */
} ax_predicts;

typedef struct ax_predictor {
    const char *path; /* borrowed; used in messages */
    ax_predicts what;
    ax_safetensors *st; /* owned */
    ax_model_info info;
    ax_session session; /* the caller sets its backend and device before the network is compiled */
    int32_t h, w;       /* size of the image that it is compiled for */
} ax_predictor;

/* Opens the file and reads its metadata. Release the predictor even after a failure. */
ax_code ax_predictor_open(ax_predictor *p, const char *path, ax_predicts what, ax_err *err);
void ax_predictor_release(ax_predictor *p);
/* The decoder described by the file. */
ax_decoder_spec ax_predictor_decoder(const ax_predictor *p);
/* Size in bytes of the compiled network's output. */
size_t ax_predictor_bytes(const ax_predictor *p);
/* Compiles the network for images of h x w, multiples of 32, and loads its tensors; does nothing when the size hasn't
   changed. */
ax_code ax_predictor_compile(ax_predictor *p, int32_t h, int32_t w, ax_err *err);
/* Predicts image {h,w,3}, normalised; out: of the size that `what` requires. Compiles if needed. AX_EFORMAT: the logits
   aren't finite, for example because weights are so large that sums overflow. */
ax_code ax_predictor_run(ax_predictor *p, const float *image, int32_t h, int32_t w, void *out, ax_err *err);

#endif
