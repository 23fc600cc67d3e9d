#include "engine/task/pose/decode.h"
#include "tests/helper/golden.h"
#include "tests/helper/suite.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { N = 3, J = 8, H = 32, W = 24 };

/* The mirrored pairs of the file: 1-2, 3-4. */
static const ax_skeleton skeleton = { .n = J,
                                      .point = { { "", 0, 0 },
                                                 { "", 2, 1 },
                                                 { "", 1, 2 },
                                                 { "", 4, 1 },
                                                 { "", 3, 2 },
                                                 { "", 5, 0 },
                                                 { "", 6, 0 },
                                                 { "", 7, 0 } } };

typedef struct variant {
    const char *name;
    bool flip, shift;
    ax_pose_refine refine;
    ax_pose_protocol protocol;
} variant;

/* Reorders {n,c,h,w}, the file's layout, to {n,h,w,c}. */
static float *maps_of(const ax_safetensors *st, const char *name)
{
    size_t n;
    double *from = golden_tensor(st, name, &n);
    float *to = malloc(n * sizeof *to);
    assert_int_equal(n, N * J * H * W);
    assert_non_null(to);
    for (int i = 0; i < N; i++)
        for (int k = 0; k < J; k++)
            for (int at = 0; at < H * W; at++)
                to[(i * H * W + at) * J + k] = (float)from[(i * J + k) * H * W + at];
    free(from);
    return to;
}

static double *tensor_of(const ax_safetensors *st, const variant *v, const char *what)
{
    char name[64];
    size_t n;
    snprintf(name, sizeof name, "%s.%s", v->name, what);
    return golden_tensor(st, name, &n);
}

static void check(const ax_safetensors *st, const variant *v)
{
    size_t n;
    float *maps = maps_of(st, "maps"), *mirrored = maps_of(st, "mirrored_maps");
    double *value = tensor_of(st, v, "value"), *on_map = tensor_of(st, v, "map_coordinates");
    double *in_image = tensor_of(st, v, "image_coordinates");
    double *centre = golden_tensor(st, "center", &n), *scale = golden_tensor(st, "scale", &n);
    /* the file's DARK is computed in double from the same float32 maps */
    double tolerance = v->refine == AX_REFINE_DARK ? 2e-3 : 1e-5;
    for (size_t i = 0; i < N; i++) {
        float *m = maps + i * H * W * J;
        ax_keypoint p[J];
        ax_person person = { { centre[2 * i], centre[2 * i + 1] }, { scale[2 * i], scale[2 * i + 1] } };
        if (v->flip)
            ax_pose_merge_flipped(&skeleton, m, mirrored + i * H * W * J, H, W, v->shift);
        ax_pose_peaks(m, H, W, J, v->refine, p);
        for (size_t k = 0; k < J; k++) {
            size_t at = i * J + k;
            golden_near(p[k].v, value[at], 1e-6, v->name, at);
            golden_near(p[k].x, on_map[2 * at], tolerance, v->name, 2 * at);
            golden_near(p[k].y, on_map[2 * at + 1], tolerance, v->name, 2 * at + 1);
        }
        ax_pose_to_image(v->protocol, &person, W, H, p, J);
        double pixel = 200 * scale[2 * i] / W; /* size of a map's pixel in the image */
        for (size_t k = 0; k < J; k++) {
            size_t at = i * J + k;
            golden_near(p[k].x, in_image[2 * at], tolerance * 2 * pixel + 1e-4, v->name, 2 * at);
            golden_near(p[k].y, in_image[2 * at + 1], tolerance * 2 * pixel + 1e-4, v->name, 2 * at + 1);
        }
    }
    free(maps);
    free(mirrored);
    free(value);
    free(on_map);
    free(in_image);
    free(centre);
    free(scale);
}

TEST(test_golden)
{
    static const variant all[] = {
        { "plain", false, false, AX_REFINE_QUARTER, AX_POSE_PAPER },
        { "flip", true, true, AX_REFINE_QUARTER, AX_POSE_PAPER },
        { "flip_unshifted", true, false, AX_REFINE_QUARTER, AX_POSE_PAPER },
        { "udp_quarter_flip", true, false, AX_REFINE_QUARTER, AX_POSE_UDP },
        { "udp_dark", false, false, AX_REFINE_DARK, AX_POSE_UDP },
        { "udp_dark_flip", true, false, AX_REFINE_DARK, AX_POSE_UDP },
    };
    ax_err err = { AX_OK, "" };
    ax_safetensors *st = ax_safetensors_open("tests/golden/pose-decode.safetensors", &err);
    if (!st)
        fail_msg("%s", err.msg);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        check(st, &all[i]);
    ax_safetensors_free(st);
    assert_true(ax_pose_refine_of(AX_POSE_UDP) == AX_REFINE_DARK && !ax_pose_shift_of(AX_POSE_UDP));
    assert_true(ax_pose_refine_of(AX_POSE_PAPER) == AX_REFINE_QUARTER && ax_pose_shift_of(AX_POSE_PAPER));
}

/* The peak of a Gaussian between pixels is found; without a positive value the result is the origin. */
TEST(test_bell)
{
    static float map[H * W * 2];
    for (int v = 0; v < H; v++)
        for (int u = 0; u < W; u++) {
            double d = (u - 10.3) * (u - 10.3) + (v - 20.6) * (v - 20.6);
            map[(v * W + u) * 2] = (float)exp(-d / 8);
            map[(v * W + u) * 2 + 1] = u == 3 ? 0 : -1;
        }
    ax_keypoint p[2];
    ax_pose_peaks(map, H, W, 2, AX_REFINE_DARK, p);
    golden_near(p[0].x, 10.3, 1e-3, "x", 0);
    golden_near(p[0].y, 20.6, 1e-3, "y", 0);
    assert_true(p[1].x == 0 && p[1].y == 0 && p[1].v == 0);
    ax_pose_peaks(map, H, W, 2, AX_REFINE_QUARTER, p);
    assert_true(p[0].x == 10.25 && p[0].y == 20.75);
    map[0] = NAN;
    ax_pose_peaks(map, H, W, 2, AX_REFINE_DARK, p);
    assert_true(p[0].x == 0 && p[0].y == 0 && p[0].v == 0);
    map[0] = 0;
    /* maps smaller than the smoothing kernel */
    ax_pose_peaks(map, 1, 2, 2, AX_REFINE_DARK, p);
    assert_true(isfinite(p[0].x) && isfinite(p[0].y));
}

int main(void)
{
    return RUN_TESTS(test_golden, test_bell);
}
