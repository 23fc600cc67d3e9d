#include "engine/task/pose/mean_pose.h"

void ax_mean_pose_add(ax_mean_pose *m, const ax_person *person, const ax_keypoint *point, int n)
{
    if (!(person->scale[0] > 0 && person->scale[1] > 0))
        return;
    for (int k = 0; k < n; k++) {
        if (!(point[k].v > 0))
            continue;
        m->x[k] += (point[k].x - person->centre[0]) / person->scale[0];
        m->y[k] += (point[k].y - person->centre[1]) / person->scale[1];
        m->n[k]++;
    }
}

void ax_mean_pose_place(const ax_mean_pose *m, const ax_person *person, ax_keypoint *out, int n)
{
    for (int k = 0; k < n; k++) {
        double count = m->n[k] ? (double)m->n[k] : 1;
        out[k] = (ax_keypoint) { person->centre[0] + m->x[k] / count * person->scale[0],
                                 person->centre[1] + m->y[k] / count * person->scale[1], 1 };
    }
}
