/* Winograd's transform of the weights. */
#include "engine/backend/cpu/winograd_tiles.h"

#include <string.h>

typedef struct transform {
    const ax_winograd_parts *parts;
    const ax_winograd_weights *weights;
    float *u;
} transform;

/* Squares of a vector's outputs by as many inputs. */
AX_CPU_WORK(transform_squares)
{
    const transform *t = job;
    const ax_winograd_weights *f = t->weights;
    const size_t cip = ax_cpu_whole_vectors(dev, f->ci), cop = ax_cpu_whole_vectors(dev, f->co),
                 some = (size_t)dev->k->lanes, each = cip / some;
    for (size_t square = lo; square < hi; square++) {
        size_t o = square / each * some, i = square % each * some, block = 0, width = 0;
        while (block + width <= o) {
            block += width;
            width = (size_t)ax_matmul_block((int32_t)some, (int32_t)(cop - block));
        }
        size_t at = block * cip + i * width + o - block;
        size_t outputs = (size_t)f->co - o < some ? (size_t)f->co - o : some;
        size_t inputs = (size_t)f->ci - i < some ? (size_t)f->ci - i : some;
        ax_winograd_to to[AX_WINOGRAD_PARTS];
        for (int k = 0; k < t->parts->n; k++) {
            const ax_winograd_part *p = &t->parts->part[k];
            float *first = t->u + p->before * cip * cop + at;
            to[k] = (ax_winograd_to) { p->oy, p->ox, first };
            for (size_t c = inputs; c < some; c++)
                for (size_t q = 0; q < p->products; q++)
                    memset(first + q * cip * cop + c * width, 0, some * sizeof *first);
        }
        dev->k->winograd_filter(f->w + o * f->so + i * f->si, f->so, f->si, f->turn, (int32_t)inputs, (int32_t)outputs,
                                to, t->parts->n, width, cip * cop);
    }
}

void ax_cpu_winograd_transform(const ax_device *dev, const ax_winograd_parts *parts, const ax_winograd_weights *w,
                               float *u)
{
    const size_t cip = ax_cpu_whole_vectors(dev, w->ci), cop = ax_cpu_whole_vectors(dev, w->co),
                 some = (size_t)dev->k->lanes;
    ax_cpu_parallel_for(dev, ax_cpu_tasks(dev, AX_WINOGRAD_PRODUCTS * cip * cop), cop / some * (cip / some), 1,
                        transform_squares, &(transform) { parts, w, u });
}
