#include "engine/model/variants.h"

#include "engine/model/logit_mean.h"
#include "engine/model/network.h"

#include <math.h>
#include <stdlib.h>

struct ax_variant_predictor {
    ax_predictor *p;
    ax_variants v;
    ax_logit_mean mean;
    void *plain; /* prediction of the unmodified image, of h x w */
    int32_t h, w;
};

ax_variant_predictor *ax_variant_predictor_new(ax_predictor *p, const ax_variants *v, ax_err *err)
{
    const ax_task *task = p->info.task.task;
    bool fits = task->scales || !v->scales;
    ax_variant_predictor *vp = fits ? calloc(1, sizeof *vp) : NULL;
    if (!fits)
        ax_fail(err, AX_EINVAL, "--scales: the outputs of a model for %s can't be averaged so", ax_task_name(task->id));
    else if (!vp)
        ax_fail(err, AX_ENOMEM, "no memory to predict");
    if (!vp)
        return NULL;
    vp->p = p;
    vp->v = *v;
    if (!vp->v.scales)
        vp->v.scale[vp->v.scales++] = 1;
    vp->mean.judge.be = p->session.be;
    vp->mean.judge.dev = p->session.dev;
    return vp;
}

void ax_variant_predictor_free(ax_variant_predictor *vp)
{
    if (!vp)
        return;
    ax_logit_mean_drop(&vp->mean);
    free(vp->plain);
    free(vp);
}

static ax_code add_variant(ax_variant_predictor *vp, const float *image, float scale, bool flip, float k, ax_err *err)
{
    const ax_task_spec *task = &vp->p->info.task;
    int32_t image_h = vp->mean.h, image_w = vp->mean.w;
    int32_t h = ax_network_side((int32_t)lroundf((float)image_h * scale)),
            w = ax_network_side((int32_t)lroundf((float)image_w * scale));
    float *x = calloc((size_t)h * (size_t)w * 3, sizeof *x);
    float *logits = malloc((size_t)(h / 4) * (size_t)(w / 4) * (size_t)task->outputs * sizeof *logits);
    ax_code code = x && logits ? AX_OK : ax_fail(err, AX_ENOMEM, "no memory for %dx%d pixels", w, h);
    if (code == AX_OK) {
        ax_map_add_resized(image, image_h, image_w, 3, x, h, w, flip, 1);
        code = ax_predictor_run(vp->p, x, h, w, logits, err);
    }
    if (code == AX_OK && task->task->enlarged) /* by the actual factors, after rounding of the sides */
        k *= task->task->enlarged(sqrtf((float)h * (float)w / ((float)image_h * (float)image_w)));
    if (code == AX_OK)
        ax_logit_mean_add(&vp->mean, task, 0, logits, h / 4, w / 4, flip, k);
    free(x);
    free(logits);
    return code;
}

/* Predicts the unmodified image once. */
static ax_code run_plain(ax_variant_predictor *vp, const float *image, int32_t h, int32_t w, ax_err *err)
{
    ax_code code = ax_predictor_compile(vp->p, h, w, err);
    if (code == AX_OK && (vp->h != h || vp->w != w)) {
        free(vp->plain);
        vp->plain = malloc(ax_predictor_bytes(vp->p));
        vp->h = vp->plain ? h : 0;
        vp->w = w;
    }
    if (code == AX_OK && !vp->plain)
        code = ax_fail(err, AX_ENOMEM, "no memory for %dx%d pixels", w, h);
    return code == AX_OK ? ax_predictor_run(vp->p, image, h, w, vp->plain, err) : code;
}

ax_code ax_variant_predictor_run(ax_variant_predictor *vp, const float *image, int32_t h, int32_t w, const void **out,
                                 ax_err *err)
{
    const ax_task_spec *task = &vp->p->info.task;
    if (vp->p->what == AX_PREDICTS_TASK) {
        ax_code plain = run_plain(vp, image, h, w, err);
        *out = vp->plain;
        return plain;
    }
    ax_code code = ax_logit_mean_compile(&vp->mean, task, 1, h, w, err);
    if (code != AX_OK)
        return code;
    ax_logit_mean_clear(&vp->mean, task);
    float k = 1 / (float)(vp->v.scales * (vp->v.flip ? 2 : 1));
    for (int i = 0; i < vp->v.scales && code == AX_OK; i++) {
        code = add_variant(vp, image, vp->v.scale[i], false, k, err);
        if (code == AX_OK && vp->v.flip)
            code = add_variant(vp, image, vp->v.scale[i], true, k, err);
    }
    if (code == AX_OK)
        code = ax_logit_mean_predict(&vp->mean, err);
    *out = vp->mean.prediction;
    return code;
}
