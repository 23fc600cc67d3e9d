#include "engine/base/file.h"
#include "engine/wire/maskfile.h"
#include "tests/helper/suite.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { H = 7, W = 300 };

static ax_maskfile make(bool pictures)
{
    ax_maskfile m = { .h = H, .w = W, .classes = 3, .images = 2 };
    snprintf(m.name[0], AX_MASK_NAME, "sky");
    snprintf(m.name[2], AX_MASK_NAME, "road");
    m.color[2][1] = 200;
    for (int i = 0; i < 2; i++) {
        uint8_t *mask = malloc(H * W);
        for (int k = 0; k < H * W; k++)
            mask[k] = (uint8_t)(i ? k * k % 3 : k > 700);
        if (pictures) {
            m.truth[i] = mask;
            m.rgb[i] = malloc(3 * H * W);
            for (int k = 0; k < 3 * H * W; k++)
                m.rgb[i][k] = (uint8_t)(k + i);
        } else {
            m.scale = m.over = m.judged = true;
            m.figures[i] = ax_outcome_none;
            m.figures[i].reward = 0.25 + i;
            m.figures[i].rmse = i ? 3.5 : NAN;
            m.predicted[i] = mask;
            m.error[i] = malloc(3 * H * W);
            for (int k = 0; k < 3 * H * W; k++)
                m.error[i][k] = (uint8_t)(3 * k + i);
        }
    }
    return m;
}

TEST(two_files_make_one_view)
{
    char dir[] = "/tmp/ax-mask-XXXXXX";
    assert_non_null(mkdtemp(dir));
    int fd = open(dir, O_RDONLY | O_DIRECTORY);
    ax_maskfile truth = make(true), predicted = make(false), back = { 0 };
    ax_err err;
    assert_int_equal(ax_maskfile_write(fd, "validation.mpk", &truth, &err), AX_OK);
    assert_int_equal(ax_maskfile_write(fd, "1.mpk", &predicted, &err), AX_OK);
    assert_int_equal(ax_maskfile_read(fd, "validation.mpk", &back, &err), AX_OK);
    assert_int_equal(ax_maskfile_read(fd, "1.mpk", &back, &err), AX_OK);
    assert_int_equal(back.images, 2);
    assert_string_equal(back.name[2], "road");
    assert_int_equal(back.color[2][1], 200);
    assert_true(back.scale && back.over && back.judged);
    assert_true(back.figures[0].reward == 0.25 && isnan(back.figures[0].rmse) && isnan(back.figures[0].miou));
    assert_true(back.figures[1].reward == 1.25 && back.figures[1].rmse == 3.5 && isnan(back.figures[2].reward));
    for (int i = 0; i < 2; i++) {
        assert_memory_equal(back.rgb[i], truth.rgb[i], 3 * H * W);
        assert_memory_equal(back.truth[i], truth.truth[i], H * W);
        assert_memory_equal(back.predicted[i], predicted.predicted[i], H * W);
        assert_memory_equal(back.error[i], predicted.error[i], 3 * H * W);
    }
    ax_maskfile_release(&back);

    /* the file truncated anywhere is refused */
    char *bytes;
    size_t n;
    assert_int_equal(ax_file_read(fd, "1.mpk", 1 << 20, &bytes, &n, &err), AX_OK);
    for (size_t k = 0; k < n; k++) {
        assert_int_equal(ax_file_replace(fd, "cut.mpk", bytes, k, &err), AX_OK);
        assert_int_equal(ax_maskfile_read(fd, "cut.mpk", &back, &err), AX_EFORMAT);
        assert_non_null(strstr(err.msg, "cut.mpk: damaged"));
        ax_maskfile_release(&back);
        if (k > 64)
            k += 13; /* each truncation is synced to disk, so only every 13th is tested */
    }
    free(bytes);
    ax_maskfile_release(&truth);
    ax_maskfile_release(&predicted);
    unlinkat(fd, "cut.mpk", 0);
    unlinkat(fd, "1.mpk", 0);
    unlinkat(fd, "validation.mpk", 0);
    close(fd);
    rmdir(dir);
}

TEST(lengths_that_lie_are_refused)
{
    char dir[] = "/tmp/ax-mask-XXXXXX";
    assert_non_null(mkdtemp(dir));
    int fd = open(dir, O_RDONLY | O_DIRECTORY);
    static const char *const evil[] = { "\xdd\xff\xff\xff\xff", "\xdf\xff\xff\xff\xff", "\xc6\xff\xff\xff\xff",
                                        "\x91\xdd\x7f\xff\xff\xff" };
    for (size_t i = 0; i < sizeof evil / sizeof *evil; i++) {
        ax_maskfile m = { 0 };
        ax_err err;
        assert_int_equal(ax_file_replace(fd, "e.mpk", evil[i], strlen(evil[i]), &err), AX_OK);
        assert_int_equal(ax_maskfile_read(fd, "e.mpk", &m, &err), AX_EFORMAT);
        ax_maskfile_release(&m);
    }
    unlinkat(fd, "e.mpk", 0);
    close(fd);
    rmdir(dir);
}

int main(void)
{
    return RUN_TESTS(two_files_make_one_view, lengths_that_lie_are_refused);
}
