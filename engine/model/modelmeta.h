/* The metadata of a model file, in its order: what its network is, what it predicts, how good it was, where it comes
 * from.
 */
#ifndef AX_MODEL_MODELMETA_H
#define AX_MODEL_MODELMETA_H

#include "engine/model/modelfile.h"

#define AX_MODEL_FORMAT "auxcell-model"
#define AX_MODEL_VERSION "1"
/* A network that concatenates: a reader of version 1 would build the wrong one. */
#define AX_MODEL_VERSION_CONCAT "2"

enum { AX_MODEL_META = 48 };
typedef struct ax_model_meta {
    ax_st_meta pair[AX_MODEL_META]; /* owned */
    size_t n;
    bool failed; /* there was no memory for one */
} ax_model_meta;

/* AX_ENOMEM. To be released also after a failure. */
ax_code ax_model_meta_of(const ax_model_info *info, ax_model_meta *out, ax_err *err);
void ax_model_meta_release(ax_model_meta *m);
/* Adds a pair; both texts are copied. */
void ax_model_meta_say(ax_model_meta *m, const char *key, const char *value);
/* Whether a model file has this figure of a candidate: the reward, and those that are its task's alone. */
bool ax_model_says(ax_task_id task, ax_metric m);

#endif
