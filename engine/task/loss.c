/* Assembles the loss of a training step, for every task. */
#include "engine/task/task.h"

#include <stdio.h>

/* Appends the task's loss of a head's logits, already resized to the targets' size, and keeps it under the name. */
static ax_val term_of(const ax_layers *l, const ax_task_spec *spec, ax_val logits, const ax_val *target,
                      const char *name)
{
    ax_val v = spec->task->loss(l, spec, logits, target);
    if (l->err->code == AX_OK)
        ax_graph_keep(l->g, v, name, l->err);
    return v;
}

ax_code ax_task_loss(ax_graph *g, const ax_task_spec *spec, const ax_decoder *d, const ax_val target[AX_TASK_TARGETS],
                     int32_t h, int32_t w, ax_val teacher, float kd, float aux_weight, ax_val *loss, ax_err *err)
{
    ax_err local = { 0 };
    const ax_layers l = { .g = g, .group = AX_GROUP_DECODER, .train = true, .err = &local };
    ax_val term[AX_MAX_IN], logits = ax_layer_resize(&l, d->logits, h, w);
    ax_attr sum = { .weight = { 1.0f } };
    size_t n = 0;
    term[n++] = term_of(&l, spec, logits, target, "loss.task");
    if (teacher.id) {
        const ax_val args[2] = { logits, teacher };
        term[n] = ax_layer_apply(&l, AX_OP_MSE, (ax_attr) { 0 }, args, 2);
        if (local.code == AX_OK)
            ax_graph_keep(g, term[n], "loss.kd", &local);
        sum.weight[n++] = kd;
    }
    for (unsigned b = 0; b < d->n_aux; b++) {
        char name[32];
        snprintf(name, sizeof name, "loss.aux.%u", b);
        term[n] = term_of(&l, spec, ax_layer_resize(&l, d->aux[b], h, w), target, name);
        sum.weight[n++] = aux_weight;
    }
    *loss = ax_layer_apply(&l, AX_OP_WSUM, sum, term, n);
    if (local.code == AX_OK)
        ax_graph_keep(g, *loss, "loss", &local);
    if (local.code != AX_OK && err)
        *err = local;
    return local.code;
}
