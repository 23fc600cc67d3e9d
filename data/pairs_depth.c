/* Data sets whose targets are depth maps. */
#include "data/pairs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

ax_code ax_pairs_are_depth(ax_pairs *p, const ax_dataset_spec *spec, ax_source_info *info, ax_err *err)
{
    const char *scale = spec->option[AX_DATASET_scale];
    if (scale && ax_depth_scale_parse(scale, &p->scale, err) != AX_OK)
        return AX_EINVAL;
    p->metres = true;
    info->task.outputs = 1;
    snprintf(info->task.name[0], sizeof info->task.name[0], "depth");
    return ax_pairs_check(p, spec, err);
}

ax_code ax_pairs_check_depth(const ax_pair *pair, const ax_glance *map, ax_err *err)
{
    enum { GREY = 0 };
    char kind[32];
    int32_t h, w;
    float *metres = NULL;
    if (map->jpeg || map->kind != GREY || map->depth != 16)
        return ax_fail(err, AX_EFORMAT, "%s: a depth map is a PNG of 16-bit grey, and this is %s", pair->mask,
                       ax_glance_kind(map, kind));
    if (map->ends)
        return AX_OK;
    ax_code code = ax_depth_read(pair->mask, &(ax_depth_scale) { 0, false }, &metres, &h, &w, err);
    free(metres);
    return code;
}

static int by_size(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

ax_code ax_pairs_median_depth(const ax_pairs *p, const ax_pair *pair, double *median, uint64_t *pixels,
                              uint64_t *missing, ax_err *err)
{
    uint8_t *rgb = NULL;
    float *metres = NULL;
    int32_t h = 0, w = 0;
    size_t n = 0;
    ax_code code = ax_depth_pair_read(pair->image, pair->mask, &p->scale, &rgb, &metres, &h, &w, err);
    *median = 0;
    *pixels = *missing = 0;
    if (code != AX_OK)
        return code;
    for (size_t i = 0; i < (size_t)h * (size_t)w; i++)
        if (metres[i] > 0)
            metres[n++] = metres[i];
    qsort(metres, n, sizeof *metres, by_size);
    *median = n ? (double)metres[n / 2] : 0;
    *pixels = (uint64_t)h * (uint64_t)w;
    *missing = *pixels - n;
    free(rgb);
    free(metres);
    return AX_OK;
}
