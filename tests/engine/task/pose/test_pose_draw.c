#include "engine/task/pose/pose_draw.h"
#include "tests/helper/suite.h"

#include <math.h>
#include <string.h>

enum { H = 12, W = 16 };

/* Three points: middle, left, right. */
static const ax_skeleton three = {
    .n = 3,
    .point = { { "m", 0, AX_SIDE_MIDDLE }, { "l", 2, AX_SIDE_LEFT }, { "r", 1, AX_SIDE_RIGHT } },
    .n_limbs = 2,
    .limb = { { 0, 1 }, { 1, 2 } },
};

/* 'm', 'l', 'r' by colour, '.' for black, '?' for anything else. */
static char at(const uint8_t *rgb, int x, int y)
{
    static const uint8_t black[3];
    const uint8_t *p = rgb + (y * W + x) * 3;
    for (int side = 0; side < 3; side++)
        if (!memcmp(p, ax_side_color[side], 3))
            return "mlr"[side];
    return memcmp(p, black, 3) ? '?' : '.';
}

TEST(test_lines)
{
    uint8_t rgb[H * W * 3] = { 0 };
    const ax_keypoint p[3] = { { 2, 2, .9 }, { 10, 2, .9 }, { 10, 9, .9 } };
    ax_pose_draw(&three, p, .5, 1, rgb, H, W);
    static const char *const want[H] = {
        "................", "................", "..mllllllll.....", "..........m.....",
        "..........m.....", "..........m.....", "..........m.....", "..........m.....",
        "..........m.....", "..........r.....", "................", "................",
    };
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++)
            if (at(rgb, x, y) != want[y][x])
                fail_msg("(%d, %d) is %c, not %c", x, y, at(rgb, x, y), want[y][x]);
}

TEST(test_unseen)
{
    uint8_t rgb[H * W * 3] = { 0 }, black[H * W * 3] = { 0 };
    const ax_keypoint low[3] = { { 2, 2, .5 }, { 10, 2, .4 }, { 10, 9, .1 } };
    ax_pose_draw(&three, low, .5, 1, rgb, H, W);
    assert_memory_equal(rgb, black, sizeof rgb);
    const ax_keypoint away[3] = { { -1e9, 2, 1 }, { -1e9, 1e300, 1 }, { NAN, 9, 1 } };
    ax_pose_draw(&three, away, .5, 1, rgb, H, W);
    assert_memory_equal(rgb, black, sizeof rgb);
    /* one end is outside: the part inside is drawn */
    const ax_keypoint across[3] = { { -20, 5, 1 }, { 30, 5, 1 }, { 0, 0, 0 } };
    ax_pose_draw(&three, across, .5, 3, rgb, H, W);
    for (int x = 0; x < W; x++)
        assert_true(at(rgb, x, 5) == 'l' && at(rgb, x, 4) == 'l' && at(rgb, x, 6) == 'l' && at(rgb, x, 3) == '.');
}

int main(void)
{
    return RUN_TESTS(test_lines, test_unseen);
}
