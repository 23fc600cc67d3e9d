/* show and bench: figures, JSON, exit codes. */
#include "tests/helper/capture.h"
#include "tests/helper/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARCH2 "[[5,[0,0,4,1],[3,2,0,1],[5,6,5,0]],[[1,3],[4,3],[2,2]]]"

typedef int command(const ax_program *, int, char **);

static captured run(command *cmd, int status, const char *const *argv)
{
    captured c = capture_command(cmd, argv);
    if (c.status != status)
        fail_msg("%s: exit %d\n%s%s", argv[1] ? argv[1] : "", c.status, c.out, c.err);
    return c;
}

/* Counted by PyTorch for the same network. */
TEST(test_show_json)
{
    const char *argv[] = { "show", ARCH2, "--json", NULL };
    captured c = run(ax_command_show, 0, argv);
    assert_string_equal(
        c.out, "{\"genotype\":\"" ARCH2 "\",\"params\":2852053,\"macs\":3305627648,\"output_stride\":8,"
               "\"channels\":64,\"repeats\":2,\"aggregate\":\"sum\",\"classes\":21,\"height\":512,\"width\":512,"
               "\"padded_height\":512,\"padded_width\":512}\n");
    captured_release(&c);
    const char *search[] = { "show", "--channels=48", "--repeats", "1", "--size", "64x96", "--json", ARCH2, NULL };
    c = run(ax_command_show, 0, search);
    assert_non_null(strstr(c.out, "\"params\":2406117,"));
    assert_non_null(strstr(c.out, "\"height\":64,\"width\":96,"));
    captured_release(&c);
    /* six cells with four loose ends, three blocks with two sides, each back to 64 channels, and batch norm */
    const char *concat[] = { "show", ARCH2, "--json", "--concat", NULL };
    c = run(ax_command_show, 0, concat);
    uint64_t params = 2852053 + 6 * (4 * 64 * 64 + 2 * 64) + 3 * (2 * 64 * 64 + 2 * 64);
    char want[64];
    snprintf(want, sizeof want, "\"params\":%llu,", (unsigned long long)params);
    assert_non_null(strstr(c.out, want));
    assert_non_null(strstr(c.out, "\"aggregate\":\"concat\""));
    captured_release(&c);
}

/* Sizes are padded as in predict. */
TEST(test_show_pads)
{
    captured whole = run(ax_command_show, 0, (const char *[]) { "show", ARCH2, "--json", "--size=384x480", NULL });
    captured odd = run(ax_command_show, 0, (const char *[]) { "show", ARCH2, "--json", "--size=360x479", NULL });
    const char *macs = strstr(whole.out, "\"macs\":");
    char want[64];
    snprintf(want, sizeof want, "%.*s", (int)strcspn(macs, ","), macs);
    assert_non_null(strstr(odd.out, want));
    assert_non_null(strstr(odd.out, "\"height\":360,\"width\":479,\"padded_height\":384,\"padded_width\":480}"));
    captured_release(&odd);
    odd = run(ax_command_show, 0, (const char *[]) { "show", ARCH2, "--size=360x479", NULL });
    assert_non_null(strstr(odd.out, "(360x479, padded to 384x480)"));
    captured_release(&odd);
    captured_release(&whole);
}

/* The memory of a run with the preset's settings; tests/engine/train/test_footprint.c tests the figure itself. */
TEST(test_show_preset)
{
    const char *argv[] = { "show", ARCH2, "--preset", "demo", "--json", NULL };
    captured c = run(ax_command_show, 0, argv);
    assert_non_null(strstr(c.out, "\"channels\":24,\"repeats\":1,"));
    assert_non_null(strstr(c.out, "\"height\":96,\"width\":96,\"padded_height\":96,\"padded_width\":96,\"preset\":"
                                  "\"demo\",\"batch\":8,\"peak_bytes\":"));
    const char *bytes = strstr(c.out, "\"peak_bytes\":") + 13;
    double mib = strtod(bytes, NULL) / 1048576;
    assert_true(mib > 30 && mib < 200);
    captured_release(&c);
    const char *wide[] = { "show", ARCH2, "--preset=demo", "--channels=48", NULL };
    c = run(ax_command_show, 0, wide);
    char *line = strstr(c.out, "memory ");
    assert_non_null(line);
    assert_true(strtod(line + strlen("memory "), NULL) > mib); /* MiB */
    assert_non_null(strstr(line, "MiB  (to train it: preset demo on scenes, batches of 8)\n"));
    captured_release(&c);
}

TEST(test_show_text)
{
    const char *argv[] = { "show", ARCH2, NULL };
    captured c = run(ax_command_show, 0, argv);
    static const char *const wanted[] = { "parameters     2.852 M",    "multiply-adds  3.31 G",
                                          "output stride  8",          "* 1    conv3x3_d3    0",
                                          "  2    gap           0",    "* 10   sum           8 9",
                                          "* 1     block 0  tap 3 /32" };
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        if (!strstr(c.out, wanted[i]))
            fail_msg("no '%s' in\n%s", wanted[i], c.out);
    captured_release(&c);
}

static void wrong(command *cmd, const char *const *argv, int status, const char *message)
{
    captured c = run(cmd, status, argv);
    if (!strstr(c.err, message) || c.out[0] || strchr(c.err, '\n') != c.err + strlen(c.err) - 1)
        fail_msg("'%s' instead of '%s'", c.err, message);
    captured_release(&c);
}

TEST(test_show_wrong)
{
    wrong(ax_command_show, (const char *[]) { "show", NULL }, 2, "show needs a genotype");
    wrong(ax_command_show, (const char *[]) { "show", "[[11", NULL }, 2, "op 11 at character 3");
    wrong(ax_command_show, (const char *[]) { "show", ARCH2, "more", NULL }, 2, "'more' is one argument too many");
    wrong(ax_command_show, (const char *[]) { "show", ARCH2, "--size=0x64", NULL }, 2, "each from 1 to 16384");
    wrong(ax_command_show, (const char *[]) { "show", ARCH2, "--size=64y64", NULL }, 2, "isn't a size HxW");
    wrong(ax_command_show, (const char *[]) { "show", ARCH2, "--channels=0", NULL }, 2, "from 1 to 1024");
    wrong(ax_command_show, (const char *[]) { "show", ARCH2, "--json=1", NULL }, 2, "takes no value");
    wrong(ax_command_show, (const char *[]) { "show", ARCH2, "--preset=fast", NULL }, 2,
          "not one of demo, cpu, cpu-full, paper");
    wrong(ax_command_show, (const char *[]) { "show", ARCH2, "--data=scenes", NULL }, 2, "--data goes with --preset");
    wrong(ax_command_show, (const char *[]) { "show", ARCH2, "--preset=cpu", "--classes=3", NULL }, 2, "from --data");
    wrong(ax_command_show, (const char *[]) { "show", ARCH2, "--preset=cpu", "--data=camvid:/none", NULL }, 1, "/none");
}

TEST(test_bench)
{
    static const char *const modes[][2] = { { "step", "--stage=1" },
                                            { "step", "--stage=2" },
                                            { "infer", "--stage=1" } };
    static const char *const named[] = { "\"mode\":\"step1\"", "\"mode\":\"step2\"", "\"mode\":\"infer\"" };
    for (int i = 0; i < 3; i++) {
        const char *argv[] = { "bench",     modes[i][0],    modes[i][1],   "--genotype", ARCH2,    "--batch=2",
                               "--crop=64", "--channels=8", "--repeats=1", "--runs=3",   "--json", "--threads=1",
                               NULL };
        captured c = run(ax_command_bench, 0, argv);
        assert_non_null(strstr(c.out, named[i]));
        const char *median = strstr(c.out, "\"ms_median\":"), *least = strstr(c.out, "\"ms_min\":");
        assert_non_null(median);
        assert_non_null(least);
        assert_true(strtod(least + 9, NULL) > 0 && strtod(median + 12, NULL) >= strtod(least + 9, NULL));
        assert_non_null(strstr(c.out, "\"peak_bytes\":"));
        captured_release(&c);
    }
}

TEST(test_bench_profile)
{
    const char *argv[] = { "bench",       "step",     "--batch=2", "--crop=32",   "--channels=8",
                           "--repeats=1", "--runs=1", "--profile", "--threads=1", NULL };
    captured c = run(ax_command_bench, 0, argv);
    assert_non_null(strstr(c.out, "conv2d 5x5 dw d6 backward x w 2x8x8x8->8"));
    assert_non_null(strstr(c.out, "batchnorm+relu 2x8x8x8"));
    assert_non_null(strstr(c.out, " 100.0% "));
    captured_release(&c);
}

TEST(test_bench_wrong)
{
    wrong(ax_command_bench, (const char *[]) { "bench", NULL }, 2, "bench needs 'step', 'infer', 'ops' or 'threads'");
    wrong(ax_command_bench, (const char *[]) { "bench", "train", NULL }, 2,
          "bench needs 'step', 'infer', 'ops' or 'threads'");
    wrong(ax_command_bench, (const char *[]) { "bench", "step", "--stage=3", NULL }, 2, "from 1 to 2");
    wrong(ax_command_bench, (const char *[]) { "bench", "step", "--crop=100", NULL }, 2, "isn't a multiple of 32");
    wrong(ax_command_bench, (const char *[]) { "bench", "step", "--genotype=x", NULL }, 2,
          "'x' is not a published network");
    wrong(ax_command_bench, (const char *[]) { "bench", "step", "--device=cuda:9", NULL }, 3, "cuda");
}

int main(void)
{
    return RUN_TESTS(test_show_json, test_show_pads, test_show_preset, test_show_text, test_show_wrong, test_bench,
                     test_bench_profile, test_bench_wrong);
}
