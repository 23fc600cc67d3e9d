#include "engine/task/pose/pck.h"

#include <math.h>

enum { PELVIS = 6, THORAX = 7, HEAD_TOP = 9 };

void ax_pck_add(ax_pck *p, const ax_keypoint *found, const ax_keypoint *truth, int n, double length)
{
    for (int k = 0; k < n; k++) {
        if (!(truth[k].v > 0))
            continue;
        double dx = found[k].x - truth[k].x, dy = found[k].y - truth[k].y;
        double error = sqrt(dx * dx + dy * dy) / length;
        p->present[k]++;
        p->right[k] += error <= .5;
        p->right_fine[k] += error <= .11;
    }
}

void ax_pck_merge(ax_pck *into, const ax_pck *other)
{
    for (int k = 0; k < AX_MAX_KEYPOINTS; k++) {
        into->present[k] += other->present[k];
        into->right[k] += other->right[k];
        into->right_fine[k] += other->right_fine[k];
    }
}

static double percent(uint64_t right, uint64_t present)
{
    return present ? 100.0 * (double)right / (double)present : NAN;
}

double ax_pck_mean(const ax_pck *p, int n)
{
    uint64_t right = 0, present = 0;
    for (int k = 0; k < n; k++) {
        right += p->right[k];
        present += p->present[k];
    }
    return percent(right, present);
}

double ax_pckh_length(const double head[4])
{
    double w = head[2] - head[0], h = head[3] - head[1];
    return .6 * sqrt(w * w + h * h);
}

ax_pckh ax_pckh_of(const ax_pck *p)
{
    ax_pckh r;
    uint64_t right = 0, fine = 0, present = 0;
    for (int k = 0; k < AX_MPII_KEYPOINTS; k++) {
        r.joint[k] = percent(p->right[k], p->present[k]);
        if (k == PELVIS || k == THORAX)
            continue;
        right += p->right[k];
        fine += p->right_fine[k];
        present += p->present[k];
    }
    const double *j = r.joint;
    r.ankle = (j[0] + j[5]) / 2;
    r.knee = (j[1] + j[4]) / 2;
    r.hip = (j[2] + j[3]) / 2;
    r.head = j[HEAD_TOP];
    r.wrist = (j[10] + j[15]) / 2;
    r.elbow = (j[11] + j[14]) / 2;
    r.shoulder = (j[12] + j[13]) / 2;
    r.mean = percent(right, present);
    r.mean_at_011 = percent(fine, present);
    return r;
}
