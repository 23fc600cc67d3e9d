#include "engine/task/pose/rescore.h"

#include "engine/task/pose/oks.h"

#include <stdlib.h>

double ax_pose_rescore(double box_score, const ax_keypoint *point)
{
    double sum = 0;
    int n = 0;
    for (int k = 0; k < AX_COCO_KEYPOINTS; k++) {
        if (!(point[k].v > .2))
            continue;
        sum += point[k].v;
        n++;
    }
    return n ? box_score * sum / n : 0;
}

static double similarity(const ax_pose_answer *a, const ax_pose_answer *b)
{
    ax_oks_truth t = { .area = (a->area + b->area) / 2 };
    for (int k = 0; k < AX_COCO_KEYPOINTS; k++)
        t.point[k] = (ax_keypoint) { a->point[k].x, a->point[k].y, 1 };
    return ax_oks_similarity(&t, b->point);
}

ax_code ax_pose_suppress(const ax_pose_answer *a, size_t n, double threshold, size_t *keep, size_t *kept, ax_err *err)
{
    bool *gone = calloc(n + 1, sizeof *gone);
    if (!gone)
        return ax_fail(err, AX_ENOMEM, "no memory for the people of an image");
    for (*kept = 0;;) {
        size_t best = n;
        for (size_t i = 0; i < n; i++)
            if (!gone[i] && (best == n || a[i].score > a[best].score))
                best = i;
        if (best == n)
            break;
        keep[(*kept)++] = best;
        gone[best] = true;
        for (size_t i = 0; i < n; i++)
            gone[i] = gone[i] || similarity(&a[best], &a[i]) > threshold;
    }
    free(gone);
    return AX_OK;
}
