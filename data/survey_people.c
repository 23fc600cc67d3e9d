/* Surveys people with key points: headers of their pictures, which points they have, and the points' positions. */
#include "data/each.h"
#include "data/survey_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_THREADS = 16 };

typedef struct looking {
    ax_surveying *v;
    ax_glance *glance;      /* by picture */
    bool *broken, *used[2]; /* by picture: can't be read; shows people of a split */
} looking;

static const char *part_name(int split)
{
    return split ? "validation" : "training";
}

static ax_code look_at(void *context, int thread, size_t i, ax_err *err)
{
    looking *l = context;
    ax_surveying *v = l->v;
    const ax_people_picture *p = &v->people->picture[i];
    ax_err why = { AX_OK, "" };
    char text[40];
    (void)thread;
    if (l->used[0][i] || l->used[1][i]) {
        l->broken[i] = ax_people_picture_check(p, &l->glance[i], &why) != AX_OK;
        const ax_glance *g = &l->glance[i];
        bool size = g->h && p->h && (g->h != p->h || g->w != p->w);
        if (l->broken[i])
            ax_survey_find(v, size ? AX_FINDING_SIZE : AX_FINDING_UNREADABLE, i, "%s", why.msg);
        snprintf(text, sizeof text, "%dx%d", (int)g->w, (int)g->h);
        pthread_mutex_lock(&v->lock);
        if (!l->broken[i])
            ax_survey_count(v->s->size, &v->s->sizes, text);
        v->s->people[0].pictures += l->used[0][i];
        v->s->people[1].pictures += l->used[1][i];
        pthread_mutex_unlock(&v->lock);
    }
    return ax_survey_progress(v, "headers", v->people->n_pictures, err);
}

/* Checks the positions of one person's points. */
static void look_at_points(looking *l, int split, size_t i, size_t order)
{
    ax_surveying *v = l->v;
    const ax_people_entry *e = &v->people->entry[split][i];
    const ax_glance *g = &l->glance[e->picture];
    ax_survey_people *part = &v->s->people[split];
    for (int k = 0; k < v->people->skeleton->n; k++) {
        const ax_keypoint *at = &e->point[k];
        if (at->v <= 0)
            continue;
        part->labelled++;
        part->of_point[k]++;
        if (!g->h || ax_people_point_is_in(at, g->h, g->w, 0))
            continue;
        part->outside++;
        ax_survey_find(v, ax_people_point_is_in(at, g->h, g->w, 1) ? AX_FINDING_OUTSIDE : AX_FINDING_FAR, order,
                       "%s: %s at %g, %g of %dx%d pixels", v->people->picture[e->picture].path,
                       v->people->skeleton->point[k].name, at->x, at->y, (int)g->w, (int)g->h);
    }
}

static int by_path(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Paths of the pictures that show people of each split. */
static ax_code find_twins(looking *l, ax_err *err)
{
    const ax_people_list *of = l->v->people;
    const char **path[2] = { calloc(of->n_pictures + 1, sizeof *path[0]), calloc(of->n_pictures + 1, sizeof *path[0]) };
    size_t n[2] = { 0, 0 };
    for (size_t i = 0; path[0] && path[1] && i < of->n_pictures; i++)
        for (int s = 0; s < 2; s++)
            if (l->used[s][i])
                path[s][n[s]++] = of->picture[i].path;
    for (int s = 0; s < 2 && path[0] && path[1]; s++)
        qsort(path[s], n[s], sizeof *path[s], by_path);
    for (size_t a = 0, b = 0; a < n[0] && b < n[1];) {
        int order = strcmp(path[0][a], path[1][b]);
        if (order == 0)
            ax_survey_find(l->v, AX_FINDING_TWIN, b, "%s", path[1][b]);
        a += order <= 0;
        b += order >= 0;
    }
    ax_code code = path[0] && path[1] ? AX_OK : ax_fail(err, AX_ENOMEM, "no memory to look at people");
    free(path[0]);
    free(path[1]);
    return code;
}

static ax_code look(looking *l, ax_err *err)
{
    ax_surveying *v = l->v;
    const ax_people_list *of = v->people;
    for (int s = 0; s < 2; s++)
        for (size_t i = 0; i < of->n[s]; i++)
            l->used[s][of->entry[s][i].picture] = true;
    v->done = 0;
    ax_code code = ax_each(of->n_pictures, ax_each_threads(of->n_pictures, MOST_THREADS), look_at, l, err);
    for (int s = 0; s < 2 && code == AX_OK; s++) {
        for (size_t i = 0; i < of->n[s]; i++) {
            size_t order = i + (s ? of->n[0] : 0);
            v->broken[order] = l->broken[of->entry[s][i].picture];
            look_at_points(l, s, i, order);
        }
        for (int k = 0; k < of->skeleton->n; k++)
            if (!v->s->people[s].of_point[k])
                ax_survey_find(v, AX_FINDING_ABSENT, (uint64_t)s * AX_MAX_KEYPOINTS + (uint64_t)k, "%s: %s",
                               part_name(s), of->skeleton->point[k].name);
    }
    return code == AX_OK ? find_twins(l, err) : code;
}

ax_code ax_survey_people_look(ax_surveying *v, ax_err *err)
{
    size_t n = v->people->n_pictures + 1;
    looking l = { v,
                  calloc(n, sizeof *l.glance),
                  calloc(n, sizeof *l.broken),
                  { calloc(n, sizeof *l.used[0]), calloc(n, sizeof *l.used[1]) } };
    ax_code code = l.glance && l.broken && l.used[0] && l.used[1]
                       ? look(&l, err)
                       : ax_fail(err, AX_ENOMEM, "no memory to look at people");
    free(l.glance);
    free(l.broken);
    free(l.used[0]);
    free(l.used[1]);
    return code;
}
