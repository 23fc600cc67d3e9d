/* Results of full trainings after each epoch. */
#include "engine/wire/state_internal.h"

#include <stdlib.h>

static ax_validations *find(const ax_state *s, uint32_t id)
{
    for (uint32_t i = s->n_validated; i-- > 0;)
        if (s->validated[i].id == id)
            return &s->validated[i];
    return NULL;
}

const ax_validations *ax_state_validations(const ax_state *s, uint32_t id)
{
    return find(s, id);
}

static ax_validations *add(ax_state *s, uint32_t id)
{
    void *array = s->validated;
    if (!ax_state_reserve(s, &array, s->n_validated, sizeof *s->validated))
        return NULL;
    s->validated = array;
    s->validated[s->n_validated] = (ax_validations) { .id = id };
    return &s->validated[s->n_validated++];
}

/* A training resumed from a checkpoint repeats some epochs. */
void ax_state_fold_validated(ax_state *s, const ax_event *ev)
{
    ax_validations *v = find(s, ev->id);
    if (!v && !(v = add(s, ev->id)))
        return;
    while (v->n && v->at[v->n - 1].epoch >= ev->u.VALIDATED.epoch)
        v->n--;
    void *array = v->at;
    if (!ax_state_reserve(s, &array, v->n, sizeof *v->at))
        return;
    v->at = array;
    v->at[v->n++] = (ax_validation) { .epoch = (int32_t)ev->u.VALIDATED.epoch,
                                      .epochs = (int32_t)ev->u.VALIDATED.epochs,
                                      .loss = (float)ev->u.VALIDATED.loss,
                                      .reward = (float)ev->u.VALIDATED.reward };
}

void ax_state_drop_validations(ax_state *s)
{
    for (uint32_t i = 0; i < s->n_validated; i++)
        free(s->validated[i].at);
    free(s->validated);
}
