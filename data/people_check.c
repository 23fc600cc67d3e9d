/* Checks annotated people and the headers of their pictures before anything is computed. */
#include "data/people_list.h"

#include "data/each.h"
#include "data/glance.h"
#include "data/image.h"

#include <math.h>
#include <stdlib.h>

enum { MOST_THREADS = 8 };

typedef struct checking {
    const ax_people_list *l;
    bool *shown; /* by picture: it shows a person */
    ax_glance *glance;
} checking;

ax_code ax_people_picture_check(const ax_people_picture *p, ax_glance *g, ax_err *err)
{
    uint8_t *rgb = NULL;
    int32_t h, w;
    ax_code code = ax_glance_read(p->path, g, err);
    if (code == AX_OK && p->h && (g->h != p->h || g->w != p->w))
        return ax_fail(err, AX_EFORMAT, "%s: %dx%d pixels, where its annotation says %dx%d", p->path, (int)g->w,
                       (int)g->h, (int)p->w, (int)p->h);
    if (code == AX_OK && !g->ends) /* decoding finds out whether pixels are missing */
        code = ax_picture_read(p->path, &rgb, &h, &w, err);
    free(rgb);
    return code;
}

bool ax_people_point_is_in(const ax_keypoint *k, int32_t h, int32_t w, double share)
{
    double over_x = share * w, over_y = share * h;
    return k->x >= -over_x && k->x <= w - 1 + over_x && k->y >= -over_y && k->y <= h - 1 + over_y;
}

static ax_code check_picture(void *context, int thread, size_t i, ax_err *err)
{
    const checking *c = context;
    (void)thread;
    return c->shown[i] ? ax_people_picture_check(&c->l->picture[i], &c->glance[i], err) : AX_OK;
}

/* Published annotations have points slightly outside; points more than a whole image away must belong to something
   else. */
static ax_code check_points(const checking *c, ax_err *err)
{
    const ax_skeleton *s = c->l->skeleton;
    for (int split = 0; split < 2; split++)
        for (size_t i = 0; i < c->l->n[split]; i++) {
            const ax_people_entry *e = &c->l->entry[split][i];
            const ax_glance *g = &c->glance[e->picture];
            for (int k = 0; k < s->n; k++)
                if (e->point[k].v > 0 && !ax_people_point_is_in(&e->point[k], g->h, g->w, 1))
                    return ax_fail(err, AX_EFORMAT,
                                   "%s: %s of a person in %s is at %g, %g, far outside of %dx%d pixels",
                                   c->l->file[split] ? c->l->file[split] : c->l->file[0], s->point[k].name,
                                   c->l->picture[e->picture].name, e->point[k].x, e->point[k].y, (int)g->w, (int)g->h);
        }
    return AX_OK;
}

ax_code ax_people_list_check(const ax_people_list *l, ax_err *err)
{
    checking c = { l, calloc(l->n_pictures + 1, sizeof *c.shown), calloc(l->n_pictures + 1, sizeof *c.glance) };
    ax_code code = c.shown && c.glance ? AX_OK : ax_fail(err, AX_ENOMEM, "no memory for a data set");
    for (int split = 0; split < 2 && code == AX_OK; split++)
        for (size_t i = 0; i < l->n[split]; i++)
            c.shown[l->entry[split][i].picture] = true;
    if (code == AX_OK)
        code = ax_each(l->n_pictures, ax_each_threads(l->n_pictures, MOST_THREADS), check_picture, &c, err);
    if (code == AX_OK)
        code = check_points(&c, err);
    free(c.shown);
    free(c.glance);
    return code;
}
