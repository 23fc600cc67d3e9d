/* The metadata of a model file in its order: the network, its task, its scores, its origin. */
#ifndef AX_MODEL_MODELMETA_H
#define AX_MODEL_MODELMETA_H

#include "engine/model/modelfile.h"

#define AX_MODEL_FORMAT "auxcell-model"
#define AX_MODEL_VERSION "1"
/* A network that concatenates; a reader of version 1 would build the wrong network. */
#define AX_MODEL_VERSION_CONCAT "2"

enum { AX_MODEL_META = 48 };
typedef struct ax_model_meta {
    ax_st_meta pair[AX_MODEL_META]; /* owned */
    size_t n;
    bool failed; /* memory ran out for a pair */
} ax_model_meta;

/* AX_ENOMEM. Must be released even after a failure. */
ax_code ax_model_meta_of(const ax_model_info *info, ax_model_meta *out, ax_err *err);
void ax_model_meta_release(ax_model_meta *m);
/* Adds a pair; both texts are copied. */
void ax_model_meta_add(ax_model_meta *m, const char *key, const char *value);
/* Whether model files store this figure: the reward and the figures of the model's own task. */
bool ax_model_stores_figure(ax_task_id task, ax_metric m);

#endif
