/* A trained network from its file, run on one image at a time. */
#ifndef AX_MODEL_PREDICTOR_H
#define AX_MODEL_PREDICTOR_H

#include "engine/graph/session.h"
#include "engine/model/modelfile.h"
#include "engine/space/decoder.h"

typedef enum ax_predicts {
    AX_PREDICTS_TASK,  /* as the model's task has it (ax_task.predict) */
    AX_PREDICTS_LOGITS /* {h/4,w/4,outputs} floats */
} ax_predicts;

typedef struct ax_predictor {
    const char *path; /* borrowed; names the file in messages */
    ax_predicts what;
    ax_safetensors *st; /* owned */
    ax_model_info info;
    ax_session session; /* its backend and device are the caller's to set before the network is compiled */
    int32_t h, w;       /* of the image that it is compiled for */
} ax_predictor;

/* Opens the file and reads what it says of the network. Release the predictor also after a failure. */
ax_code ax_predictor_open(ax_predictor *p, const char *path, ax_predicts what, ax_err *err);
void ax_predictor_release(ax_predictor *p);
/* The decoder that the file describes. */
ax_decoder_spec ax_predictor_decoder(const ax_predictor *p);
/* Bytes of what the compiled network gives. */
size_t ax_predictor_bytes(const ax_predictor *p);
/* Compiles the network for images of h x w, multiples of 32, and loads its tensors; nothing to do when the last image
   was of that size. */
ax_code ax_predictor_compile(ax_predictor *p, int32_t h, int32_t w, ax_err *err);
/* image {h,w,3}, normalised; out: as large as `what` says. Compiles when need be. AX_EFORMAT: the logits aren't finite,
   as with weights so large that sums overflow. */
ax_code ax_predictor_run(ax_predictor *p, const float *image, int32_t h, int32_t w, void *out, ax_err *err);

#endif
