#include "tests/helper/masks.h"

#include "engine/task/pose/pose_draw.h"
#include "engine/task/task.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE = 96, IMAGES = 3 };

/* How wrong the prediction for each image is, 0 to 1. */
static const double wrong[IMAGES] = { 0.2, 0.7, 0.1 };

static bool make_room(ax_maskfile *m)
{
    size_t n = (size_t)m->h * (size_t)m->w;
    m->images = IMAGES;
    for (int i = 0; i < IMAGES; i++) {
        m->rgb[i] = malloc(3 * n);
        m->truth[i] = malloc(n * (size_t)m->channels);
        m->predicted[i] = malloc(n * (size_t)m->channels);
        m->figures[i] = ax_outcome_none;
        if (!m->rgb[i] || !m->truth[i] || !m->predicted[i])
            return false;
    }
    m->judged = true;
    return true;
}

/* ---- classes ---- */

static uint8_t class_at(int y, int x, double off)
{
    int disc = (y - 40) * (y - 40) + (x - 50) * (x - 50);
    if (disc < 800 - 500 * off)
        return 1;
    if (y > 70 + 10 * off)
        return 2;
    return x < 20 && y > 10 && (off <= 0 || y < 70 - 50 * off) ? 3 : 0;
}

static bool make_classes(ax_maskfile *m)
{
    static const char *const name[4] = { "sky", "disc", "ground", "box" };
    static const uint8_t color[4][3] = { { 70, 130, 180 }, { 220, 60, 60 }, { 110, 160, 60 }, { 230, 200, 80 } };
    m->classes = 4;
    m->channels = 1;
    if (!make_room(m))
        return false;
    for (int i = 0; i < 4; i++) {
        snprintf(m->name[i], sizeof m->name[i], "%s", name[i]);
        memcpy(m->color[i], color[i], 3);
    }
    for (int i = 0; i < IMAGES; i++)
        for (int k = 0; k < SIDE * SIDE; k++) {
            int y = k / SIDE, x = (k % SIDE + 9 * i) % SIDE;
            m->truth[i][k] = y < 2 ? 255 : class_at(y, x, 0);
            m->predicted[i][k] = class_at(y, x, wrong[i]);
            for (int c = 0; c < 3; c++)
                m->rgb[i][3 * k + c] = (uint8_t)(color[class_at(y, x, 0)][c] / 2 + x);
        }
    for (int i = 0; i < IMAGES; i++) {
        m->figures[i].reward = 0.9 - 0.5 * wrong[i];
        m->figures[i].miou = 0.85 - 0.5 * wrong[i];
        m->figures[i].fwiou = 0.95 - 0.5 * wrong[i];
        m->figures[i].accuracy = 0.92 - 0.5 * wrong[i];
    }
    return true;
}

/* ---- depths ---- */

/* A floor that is nearer at the bottom, a wall behind it, a ball in front of it. */
static float metres_at(int y, int x, double off)
{
    int ball = (y - 50) * (y - 50) + (x - 60) * (x - 60);
    double wall = 8, floor = 300.0 / (y + 1);
    return (float)((ball < 400 ? 1.6 : fmin(wall, floor)) * (1 + off * sin(x / 15.0)));
}

static bool make_depths(ax_maskfile *m)
{
    const ax_task *depth = ax_task_of(AX_TASK_DEPTH);
    const ax_task_spec spec = { .task = depth, .outputs = 1, .of.depth = { .min = 0.001f, .max = 10, .unit = 1 } };
    float *truth = malloc(sizeof *truth * SIDE * SIDE), *predicted = malloc(sizeof *predicted * SIDE * SIDE);
    depth->legend(&spec, m);
    bool ok = truth && predicted && make_room(m);
    for (int i = 0; i < IMAGES && ok; i++) {
        for (int k = 0; k < SIDE * SIDE; k++) {
            int y = k / SIDE, x = (k % SIDE + 9 * i) % SIDE;
            truth[k] = y < 3 ? 0 : metres_at(y, x, 0);
            predicted[k] = metres_at(y, x, wrong[i]);
            memset(m->rgb[i] + 3 * k, (int)(255 - 24 * metres_at(y, x, 0)), 3);
        }
        depth->draw(&spec, truth, false, SIDE, SIDE, m->truth[i]);
        depth->draw(&spec, predicted, true, SIDE, SIDE, m->predicted[i]);
        m->error[i] = malloc(3 * SIDE * SIDE);
        if (m->error[i])
            depth->draw_error(&spec, truth, predicted, SIDE, SIDE, m->error[i]);
        m->figures[i].reward = 0.9 - 0.5 * wrong[i];
        m->figures[i].rmse = m->figures[i].rmse_image = 0.4 + 2 * wrong[i];
        m->figures[i].abs_rel = 0.05 + 0.4 * wrong[i];
        m->figures[i].d1 = 0.97 - 0.6 * wrong[i];
    }
    free(truth);
    free(predicted);
    return ok;
}

/* ---- poses ---- */

static void stand(const ax_skeleton *s, double off, ax_keypoint *point)
{
    for (int i = 0; i < s->n; i++) {
        double side = s->point[i].side == AX_SIDE_LEFT ? 1 : s->point[i].side == AX_SIDE_RIGHT ? -1 : 0;
        point[i] = (ax_keypoint) { .x = 32 + side * (6 + i % 4 * 3) + off * 9 * sin(i * 2.0),
                                   .y = 12 + 72.0 * i / s->n + off * 9 * cos(i * 3.0),
                                   .v = 1 };
    }
}

static bool make_poses(ax_maskfile *m)
{
    const ax_task *pose = ax_task_of(AX_TASK_POSE);
    const ax_task_spec spec = { .task = pose };
    pose->legend(&spec, m);
    m->w = 64; /* portrait format */
    if (!make_room(m))
        return false;
    for (int i = 0; i < IMAGES; i++) {
        ax_keypoint point[AX_MAX_KEYPOINTS];
        size_t bytes = 3 * (size_t)m->h * (size_t)m->w;
        for (size_t k = 0; k < bytes; k++)
            m->rgb[i][k] = (uint8_t)(60 + k / 3 % 64 * 2 + k / 3 / 64);
        memset(m->truth[i], 0, bytes);
        memset(m->predicted[i], 0, bytes);
        stand(&ax_skeleton_coco, 0, point);
        ax_pose_draw(&ax_skeleton_coco, point, 0, 1, m->truth[i], m->h, m->w);
        stand(&ax_skeleton_coco, wrong[i], point);
        ax_pose_draw(&ax_skeleton_coco, point, 0, 1, m->predicted[i], m->h, m->w);
        m->figures[i].reward = 0.9 - 0.5 * wrong[i];
        m->figures[i].pck = 1 - 0.6 * wrong[i];
        m->figures[i].pckh = 1 - 0.7 * wrong[i];
    }
    return true;
}

bool ax_made_masks(ax_task_id task, ax_maskfile *m)
{
    memset(m, 0, sizeof *m);
    m->h = m->w = SIDE;
    return task == AX_TASK_DEPTH ? make_depths(m) : task == AX_TASK_POSE ? make_poses(m) : make_classes(m);
}
