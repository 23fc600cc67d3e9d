#include "engine/task/pose/target.h"
#include "tests/helper/golden.h"
#include "tests/helper/suite.h"

#include <math.h>
#include <stdlib.h>

enum { N = 2, J = 14, H = 32, W = 24 };
static const ax_pose_size size = { 96, 128, W, H };

static void check(const ax_safetensors *st, ax_pose_protocol protocol, const char *target_name, const char *weight_name)
{
    size_t n;
    double *joints = golden_tensor(st, "joints", &n), *visible = golden_tensor(st, "visible", &n);
    double *target = golden_tensor(st, target_name, &n);
    assert_int_equal(n, N * J * H * W);
    double *weight = golden_tensor(st, weight_name, &n), sum = 0;
    assert_int_equal(n, N * J);
    static float got[H * W * J], got_weight[J];
    for (int i = 0; i < N; i++) {
        ax_keypoint p[J];
        for (int k = 0; k < J; k++)
            p[k] = (ax_keypoint) { joints[(i * J + k) * 2], joints[(i * J + k) * 2 + 1], visible[i * J + k] };
        for (int at = 0; at < H * W * J; at++)
            got[at] = NAN; /* the previous contents don't matter */
        ax_pose_target(protocol, &size, p, J, got, got_weight);
        for (size_t k = 0; k < J; k++) {
            golden_near(got_weight[k], weight[(size_t)i * J + k], 0, weight_name, (size_t)i * J + k);
            for (size_t at = 0; at < H * W; at++) {
                size_t where = ((size_t)i * J + k) * H * W + at;
                golden_near(got[at * J + k], target[where], 1e-6, target_name, where);
                sum += target[where];
            }
        }
    }
    assert_true(sum > 100);
    free(joints);
    free(visible);
    free(target);
    free(weight);
}

TEST(test_golden)
{
    ax_err err = { AX_OK, "" };
    ax_safetensors *st = ax_safetensors_open("tests/golden/pose-targets.safetensors", &err);
    if (!st)
        fail_msg("%s", err.msg);
    check(st, AX_POSE_PAPER, "target", "weight");
    check(st, AX_POSE_UDP, "udp_target", "udp_weight");
    ax_safetensors_free(st);
}

TEST(test_edges)
{
    static float target[H * W * 4], weight[4];
    /* in paper pixels of 4: at m = -7 the weight stays with an empty map, at -8 it doesn't; at size + 5 it does, at
       size + 6 it doesn't */
    const ax_keypoint p[4] = { { -7 * 4 - 2, 8, 1 }, { -8 * 4 - 2, 8, 1 }, { 8, (H + 5) * 4, 1 }, { 8, 1e300, 1 } };
    ax_pose_target(AX_POSE_PAPER, &size, p, 4, target, weight);
    assert_true(weight[0] == 1 && weight[1] == 0 && weight[2] == 1 && weight[3] == 0);
    double sum[4] = { 0 };
    for (int i = 0; i < H * W * 4; i++)
        sum[i % 4] += (double)target[i];
    assert_true(sum[0] == 0 && sum[1] == 0 && sum[2] > 0 && sum[3] == 0);
}

int main(void)
{
    return RUN_TESTS(test_golden, test_edges);
}
