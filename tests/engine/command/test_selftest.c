/* selftest passes the golden files on every backend (CUDA: emulated), and fails when a number is wrong. */
#include "engine/model/safetensors.h"
#include "tests/helper/capture.h"
#include "tests/helper/emulated.h"
#include "tests/helper/suite.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define GOLDEN "tests/golden/"

static void green(const char *device, const char *threads, const char *file, const char *rows)
{
    /* few threads: spinning threads crawl when other tests share the cores */
    const char *argv[] = { "selftest", "--device", device, "--threads", threads, file, NULL };
    captured c = capture_command(ax_command_selftest, argv);
    if (c.status || strstr(c.out, "FAIL") || c.err[0] || !strstr(c.out, rows))
        fail_msg("%s: exit %d\n%s%s", file, c.status, c.out, c.err);
    captured_release(&c);
}

/* A file of golden vectors, the number of threads for it, and a line that the output must contain. */
typedef struct golden {
    const char *name, *threads, *row;
} golden;

static void all_green(const char *device, const golden *file, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char path[128];
        snprintf(path, sizeof path, GOLDEN "%s.safetensors", file[i].name);
        green(device, file[i].threads, path, file[i].row);
    }
}

TEST(test_golden_ref)
{
    static const golden files[] = {
        { "decoder-arch0", "1", "adam step" },   { "decoder-arch1", "1", "running statistics" },
        { "decoder-arch2", "1", "eval.logits" }, { "decoder-skipnone", "1", "gradients" },
        { "template-arch0", "1", "adam step" },  { "template-full1", "1", "eval.logits" },
        { "encoder-f16", "1", " taps " },
    };
    all_green("ref", files, sizeof files / sizeof *files);
}

TEST(test_golden_cpu)
{
    static const golden files[] = {
        { "decoder-arch0", "1", "train.aux" },
        { "decoder-arch1", "1", "gradient norm" },
        { "decoder-arch2", "1", "losses" },
        { "decoder-skipnone", "2", "adam step" },
        { "template-arch0", "1", "losses" },
        { "template-arch1", "1", "gradients" },
        { "template-rand3", "2", "running statistics" },
        { "template-full1", "1", "eval.logits" },
        { "encoder-f16", "1", " taps " },
        { "encoder", "1", "taps, f16 weights" },
    };
    all_green("cpu", files, sizeof files / sizeof *files);
}

/* Every instruction set of the CPU passes, not only the one that it would choose. */
TEST(test_instruction_sets)
{
    static const char *const sets[] = { "base", "v3", "v4" };
    const char *quick[] = { "selftest", "--device=cpu", "--threads=1", GOLDEN "decoder-skipnone.safetensors", NULL };
    int passed = 0;
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
        setenv("AUXCELL_ISA", sets[i], 1);
        captured c = capture_command(ax_command_selftest, quick);
        if (c.status == 0) {
            green("cpu", "1", GOLDEN "decoder-arch2.safetensors", "gradients");
            green("cpu", "1", GOLDEN "encoder-f16.safetensors", " taps ");
            setenv("AUXCELL_WINOGRAD", "0", 1);
            green("cpu", "1", GOLDEN "decoder-skipnone.safetensors", "adam step");
            unsetenv("AUXCELL_WINOGRAD");
            passed++;
        } else if (i == 0 || (!strstr(c.err, "this processor lacks it") && !strstr(c.err, "not one of "))) {
            fail_msg("AUXCELL_ISA=%s: exit %d\n%s%s", sets[i], c.status, c.out, c.err);
        }
        captured_release(&c);
    }
    unsetenv("AUXCELL_ISA");
    assert_true(passed > 0);
#if defined(__x86_64__)
    assert_int_equal(passed, 1 + !!__builtin_cpu_supports("avx2") + !!__builtin_cpu_supports("avx512bw"));
#endif
}

TEST(test_golden_cuda)
{
    static const golden files[] = {
        { "decoder-arch0", "1", "adam step" },  { "decoder-arch1", "1", "gradient norm" },
        { "decoder-arch2", "1", "losses" },     { "decoder-skipnone", "1", "gradients" },
        { "template-arch1", "1", "gradients" }, { "template-rand3", "1", "adam step" },
        { "encoder-f16", "1", " taps " },       { "encoder", "1", "taps, f16 weights" },
    };
    if (!ax_emulated_backend(false))
        skip();
    all_green("cuda:0", files, sizeof files / sizeof *files);
    assert_int_equal(ax_emulated_live(), 0);
}

TEST(test_golden_controller)
{
    static const golden files[] = {
        { "controller-previous", "1", "log-probabilities" },
        { "controller-none", "1", "adam step" },
        { "template-controller-previous", "1", "gradients" },
        { "template-controller-none", "1", "log-probabilities" },
    };
    all_green("ref", files, sizeof files / sizeof *files);
}

TEST(test_quick)
{
    const char *argv[] = { "selftest", "--device=cpu", "--threads=1", NULL };
    captured c = capture_command(ax_command_selftest, argv);
    if (c.status || !strstr(c.out, "random 5") || !strstr(c.out, "encoder"))
        fail_msg("exit %d\n%s%s", c.status, c.out, c.err);
    captured_release(&c);
}

/* ---- spoiled copies ---- */

static char dir[32], spoiled[64];

static int set_up(void **state)
{
    (void)state;
    snprintf(dir, sizeof dir, "/tmp/ax-selftest-XXXXXX");
    if (!mkdtemp(dir))
        return -1;
    snprintf(spoiled, sizeof spoiled, "%s/decoder.safetensors", dir);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    unlink(spoiled);
    return rmdir(dir);
}

enum spoil { SCALE, DROP, RESHAPE, EXTRA };

/* A copy of the smallest decoder file with one tensor changed; genotype NULL: its own. */
static void write_spoiled(const char *name, enum spoil how, const char *genotype)
{
    static const char *const keys[] = { "genotype", "channels", "repeats", "classes", "ignore" };
    enum { KEYS = sizeof keys / sizeof *keys };
    ax_err err = { 0 };
    ax_safetensors *st = ax_safetensors_open(GOLDEN "decoder-skipnone.safetensors", &err);
    if (!st)
        fail_msg("%s", err.msg);
    size_t n = 0, all = ax_safetensors_count(st);
    ax_st_tensor *list = calloc(all + 1, sizeof *list);
    ax_st_meta meta[KEYS];
    float *other = NULL;
    assert_non_null(list);
    for (int i = 0; i < KEYS; i++)
        meta[i] = (ax_st_meta) { keys[i], i || !genotype ? ax_safetensors_meta(st, keys[i]) : genotype };
    for (size_t i = 0; i < all; i++) {
        list[n] = *ax_safetensors_at(st, i);
        if (name && !strcmp(list[n].name, name)) {
            if (how == DROP)
                continue;
            if (how == RESHAPE)
                list[n].dim[list[n].n_dim++] = 1;
            if (how == SCALE) {
                assert_non_null(other = malloc(list[n].bytes));
                ax_st_to_float(&list[n], other);
                other[0] += 0.01f * (1 + other[0] * other[0]);
                list[n].data = other;
            }
        }
        n++;
    }
    if (how == EXTRA) {
        list[n] = *ax_safetensors_find(st, "param.decoder.head.bn.bias");
        list[n++].name = name;
    }
    if (ax_safetensors_write(AT_FDCWD, spoiled, list, n, meta, KEYS, &err) != AX_OK)
        fail_msg("%s", err.msg);
    ax_safetensors_free(st);
    free(list);
    free(other);
}

static void expect(int status, const char *out, const char *message)
{
    const char *argv[] = { "selftest", "--device", "ref", spoiled, NULL };
    captured c = capture_command(ax_command_selftest, argv);
    if (c.status != status || (out && !strstr(c.out, out)) || (message ? !strstr(c.err, message) : c.err[0] != 0))
        fail_msg("exit %d, wanted %d with '%s' '%s':\n%s%s", c.status, status, out ? out : "", message ? message : "",
                 c.out, c.err);
    if (message)
        assert_ptr_equal(strchr(c.err, '\n'), c.err + strlen(c.err) - 1); /* one line */
    captured_release(&c);
}

TEST(test_unspoiled)
{
    write_spoiled(NULL, SCALE, NULL);
    expect(0, "adam step", NULL);
}

/* One wrong number in each kind of tensor is found, and the tensor is named. */
TEST(test_wrong_numbers)
{
    static const char *const names[] = { "eval.logits",
                                         "train.logits",
                                         "train.aux.1",
                                         "grad.decoder.block.0.cell.0.op.6.conv.weight",
                                         "train.grad_norm",
                                         "after.decoder.head.bn.running_var",
                                         "adam.decoder.classifier.bias" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        write_spoiled(names[i], SCALE, NULL);
        char row[96];
        snprintf(row, sizeof row, "FAIL  %s", names[i]);
        expect(1, row, NULL);
    }
    write_spoiled("train.losses", SCALE, NULL);
    expect(1, "FAIL  loss", NULL);
    write_spoiled("param.decoder.adapt.3.conv.weight", SCALE, NULL);
    expect(1, "FAIL  train.logits", NULL);
}

TEST(test_wrong_files)
{
    write_spoiled("param.decoder.head.bn.bias", DROP, NULL);
    expect(1, NULL, "decoder.safetensors: tensor 'param.decoder.head.bn.bias' is missing");
    write_spoiled("param.decoder.head.bn.bias", RESHAPE, NULL);
    expect(1, NULL, "tensor 'param.decoder.head.bn.bias' has the shape [8,1], not [8]");
    write_spoiled("param.decoder.block.0.cell.0.op.0.bn.bias", EXTRA, NULL);
    expect(1, NULL, "'param.decoder.block.0.cell.0.op.0.bn.bias' isn't a parameter of this genotype");
    write_spoiled("noise.decoder.head.bn.bias", DROP, NULL);
    expect(1, NULL, "tensor 'noise.decoder.head.bn.bias' is missing");
    write_spoiled("input.labels", DROP, NULL);
    expect(1, NULL, "tensor 'input.labels' is missing");
    write_spoiled("input.tap.0", DROP, NULL);
    expect(1, NULL, "no golden vectors");
    write_spoiled(NULL, SCALE, "[[9,[0,1,9,10],[4,2,9,0],[7,7,10,4]],[[0,3],[4,4],[1,6]]]");
    expect(1, NULL, "genotype: input 6 at character 54: inputs of block 2 are 0 to 5");
}

TEST(test_usage)
{
    static const struct {
        const char *argv[4];
        int status;
        const char *message;
    } cases[] = {
        { { "selftest", "--colour" }, 2, "auxcell: unknown option '--colour'; 'auxcell selftest --help' lists them\n" },
        { { "selftest", "--device" }, 2, "auxcell: option --device needs a value\n" },
        { { "selftest", "--device", "abacus" }, 2, "auxcell: device 'abacus'" },
        { { "selftest", "--threads=many" }, 2, "isn't a whole number from 0 to 1024\n" },
        { { "selftest", "--device=ref" }, 2, "nothing to be compared with" },
        { { "selftest", "/nowhere/x.safetensors" }, 1, "auxcell: /nowhere/x.safetensors: cannot open" },
        { { "selftest", GOLDEN "README.md" }, 1, "not a safetensors file" },
        { { "selftest", "--help" }, 0, "" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        captured c = capture_command(ax_command_selftest, cases[i].argv);
        if (c.status != cases[i].status || !strstr(c.err, cases[i].message))
            fail_msg("case %zu: exit %d: %s", i, c.status, c.err);
        if (!c.status)
            assert_non_null(strstr(c.out, "--threads N"));
        captured_release(&c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden_ref),
        cmocka_unit_test(test_golden_cpu),
        cmocka_unit_test(test_instruction_sets),
        cmocka_unit_test(test_golden_cuda),
        cmocka_unit_test(test_golden_controller),
        cmocka_unit_test(test_quick),
        cmocka_unit_test_setup_teardown(test_unspoiled, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_wrong_numbers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_wrong_files, set_up, tear_down),
        cmocka_unit_test(test_usage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
