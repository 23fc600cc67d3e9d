/* Figures of the published networks. */
#include "engine/model/network.h"
#include "tests/helper/suite.h"

#include <math.h>

/* The published encoder has an expansion in its first block (32 to 32 channels, batch norm) that torchvision's ImageNet
   weights, which we ship, don't have: our figures are smaller by this much. */
static const uint64_t published_params_more = 32 * 32 + 2 * 32, published_macs_more = 32 * 32 * 256 * 256;

static const char *const arch[] = { "[[8,[0,0,5,2],[0,2,8,8],[0,5,1,4]],[[3,3],[3,2],[3,0]]]",
                                    "[[2,[1,0,3,6],[0,1,2,8],[2,0,6,1]],[[2,3],[3,1],[4,4]]]",
                                    "[[5,[0,0,4,1],[3,2,0,1],[5,6,5,0]],[[1,3],[4,3],[2,2]]]" };

static ax_network_figures measure(int i, int32_t channels, int32_t repeats, int32_t h, int32_t w)
{
    ax_decoder_spec spec = { .channels = channels, .repeats = repeats, .outputs = 21, .train = true, .aux = true };
    ax_network_figures f;
    ax_err err = { 0 };
    if (ax_genotype_parse(arch[i], &spec.genotype, &err) != AX_OK ||
        ax_network_measure(ax_encoder_builtin(), &spec, h, w, &f, &err) != AX_OK)
        fail_msg("%s", err.msg);
    return f;
}

TEST(test_published)
{
    static const double params[] = { 2.630, 2.810, 2.853 }, search[] = { 2.213, 2.316, 2.407 };
    static const double macs[] = { 4.21, 2.85, 3.37 };
    static const int stride[] = { 4, 8, 8 };
    for (int i = 0; i < 3; i++) {
        ax_network_figures f = measure(i, 64, 2, 512, 512);
        assert_true(fabs((double)(f.stats.params + published_params_more) * 1e-6 - params[i]) < 0.00051);
        assert_true(fabs((double)(f.stats.macs + published_macs_more) * 1e-9 - macs[i]) < 0.0051);
        assert_int_equal(f.output_stride, stride[i]);
        f = measure(i, 48, 1, 64, 64);
        assert_true(fabs((double)(f.stats.params + published_params_more) * 1e-6 - search[i]) < 0.00051);
    }
}

/* Counted by PyTorch for the same networks. */
TEST(test_exact)
{
    assert_int_equal(measure(0, 64, 2, 32, 32).stats.params, 817109 + 1811712);
    assert_int_equal(measure(1, 64, 2, 32, 64).stats.params, 997333 + 1811712);
    assert_int_equal(measure(0, 48, 1, 32, 32).stats.params, 399717 + 1811712);
}

/* The networks of WACV 2020 with 19 classes: 280,147 and 268,235, of which 1,088 are the encoder's expansion. */
TEST(test_templates)
{
    static const char *const text[] = {
        "[[[3,0,1],[4,1,1],[3,1,1]],"
        "[[0,1,0,0,1],[2,1,2,1,0],[3,1,1,1,0],[1,1,2,0,0],[3,0,2,0,0],[5,3,2,1,0],[0,5,0,1,0]]]",
        "[[[1,1,0],[1,3,0],[3,4,0]],"
        "[[1,1,0,0,0],[0,1,1,1,1],[3,1,2,3,0],[3,0,2,2,0],[0,1,2,0,0],[2,1,1,3,0],[4,0,2,2,0]]]"
    };
    static const uint64_t published[] = { 280147, 268235 };
    for (int i = 0; i < 2; i++) {
        ax_decoder_spec spec = { .channels = 64, .repeats = 2, .outputs = 19 };
        ax_network_figures f;
        ax_err err;
        assert_int_equal(ax_genotype_parse(text[i], &spec.genotype, &err), AX_OK);
        assert_int_equal(ax_network_measure(ax_encoder_builtin(), &spec, 320, 320, &f, &err), AX_OK);
        assert_int_equal(f.stats.params + published_params_more, published[i]);
    }
}

TEST(test_sizes)
{
    assert_int_equal(measure(1, 48, 1, 64, 64).stats.macs * 2, measure(1, 48, 1, 64, 128).stats.macs);
    ax_decoder_spec spec = { .channels = 8, .repeats = 1, .outputs = 2 };
    ax_network_figures f;
    ax_err err = { 0 };
    assert_int_equal(ax_network_measure(ax_encoder_builtin(), &spec, 33, 64, &f, &err), AX_EINVAL);
    assert_string_equal(err.msg, "encoder: an image of 33x64x3; height and width must be multiples of 32, RGB");
}

int main(void)
{
    return RUN_TESTS(test_published, test_exact, test_templates, test_sizes);
}
