/* The template space: the cost of a genotype, which genotypes are the same network, and which are refused. */
#include "engine/base/json.h"
#include "engine/base/str.h"
#include "engine/graph/stats.h"
#include "engine/space/builder.h"
#include "engine/space/change.h"
#include "engine/space/templates/templates.h"
#include "tests/helper/suite.h"

#include <stdio.h>
#include <string.h>

#define ARCH0                                                                                                          \
    "[[[3,0,1],[4,1,1],[3,1,1]],[[0,1,0,0,1],[2,1,2,1,0],[3,1,1,1,0],[1,1,2,0,0],[3,0,2,0,0],[5,3,2,1,0],[0,5,0,1,0]]" \
    "]"
#define ARCH1                                                                                                          \
    "[[[1,1,0],[1,3,0],[3,4,0]],[[1,1,0,0,0],[0,1,1,1,1],[3,1,2,3,0],[3,0,2,2,0],[0,1,2,0,0],[2,1,1,3,0],[4,0,2,2,0]]" \
    "]"

static ax_genotype parsed(const char *text)
{
    ax_genotype g;
    ax_err err;
    if (ax_genotype_parse(text, &g, &err) != AX_OK)
        fail_msg("%s", err.msg);
    assert_string_equal(ax_space_of(&g)->name, "templates");
    return g;
}

/* The decoder of a genotype on taps of h x w and half that size, for n images. */
static ax_graph *decoder(const ax_genotype *g, int32_t n, int32_t h, int32_t w, ax_decoder_spec spec, ax_shape *out,
                         ax_err *err)
{
    ax_graph *graph = ax_graph_new(err);
    ax_val taps[AX_MAX_TAPS] = { { 0 } };
    ax_decoder d;
    taps[0] = ax_graph_input(graph, "tap.0", (ax_type) { .shape = { n, h, w, 24 } }, err);
    taps[1] = ax_graph_input(graph, "tap.1", (ax_type) { .shape = { n, (h + 1) / 2, (w + 1) / 2, 32 } }, err);
    spec.genotype = *g;
    if (ax_decoder_build(graph, &spec, taps, &d, err) == AX_OK) {
        *out = ax_graph_type(graph, d.logits).shape;
        return graph;
    }
    ax_graph_free(graph);
    return NULL;
}

static const ax_decoder_spec full = { .channels = 64, .repeats = 2, .outputs = 19 },
                             search = { .channels = 48, .repeats = 1, .outputs = 19 };

static void costs(const ax_genotype *g, ax_decoder_spec spec, int32_t h, int32_t w, uint64_t params, uint64_t macs)
{
    ax_err err;
    ax_shape logits;
    ax_graph *graph = decoder(g, 1, h, w, spec, &logits, &err);
    if (!graph)
        fail_msg("%s", err.msg);
    ax_stats s = ax_graph_stats(graph);
    assert_int_equal(s.params, params);
    if (macs)
        assert_int_equal(s.macs, macs);
    ax_graph_free(graph);
}

/* The published networks at 360 x 480 and 1024 x 2048, and in the search on crops of 320. */
TEST(published)
{
    ax_genotype g0 = parsed(ARCH0), g1 = parsed(ARCH1);
    costs(&g0, full, 90, 120, 223571, 697270080);
    costs(&g1, full, 90, 120, 211659, 1108726080);
    costs(&g0, full, 256, 512, 223571, 8447721472);
    costs(&g1, full, 256, 512, 211659, 13445562368);
    costs(&g0, search, 80, 80, 171771, 353292800);
    costs(&g1, search, 80, 80, 142011, 436140800);
}

/* The drawing's parameters of all blocks, together with the head's, are the network's; the size of the logits follows
   from the exponents. */
TEST(drawings_know_the_network)
{
    ax_rng rng = ax_rng_new(3, 1);
    static const int taps[AX_TEMPLATE_TAPS] = { 24, 32 };
    for (int i = 0; i < 200; i++) {
        ax_genotype g = ax_space_random(&ax_space_templates, &rng);
        ax_templates t = ax_templates_of(&g);
        ax_template_value value[AX_TEMPLATE_VALUES];
        ax_decoder_spec spec = i % 2 ? full : search;
        ax_drawing d;
        ax_shape logits;
        ax_templates_values(&t, spec.repeats, taps, value);
        ax_space_templates.draw(&g, 0, spec.channels, spec.repeats, &d);
        int64_t params = 0, joined = 0;
        int exponent = 99;
        for (int b = 0; b < AX_TEMPLATE_BLOCKS; b++) {
            params += d.row[AX_TEMPLATE_TAPS + b].params;
            if (!(ax_templates_loose_blocks(&t) >> b & 1))
                continue;
            joined += value[AX_TEMPLATE_TAPS + b].channels;
            if (value[AX_TEMPLATE_TAPS + b].exponent < exponent)
                exponent = value[AX_TEMPLATE_TAPS + b].exponent;
        }
        params += joined * spec.channels + 2 * spec.channels + 9 * spec.channels * spec.outputs + spec.outputs;
        costs(&g, spec, 33, 47, (uint64_t)params, 0);
        ax_graph *graph = decoder(&g, 1, 33, 47, spec, &logits, NULL);
        assert_non_null(graph);
        int32_t h = 33, w = 47;
        for (int e = 0; e < exponent; e++) {
            h = (h + 1) / 2;
            w = (w + 1) / 2;
        }
        assert_true(logits.h == h && logits.w == w && logits.c == 19);
        ax_graph_free(graph);
    }
}

/* ---- which texts are one network ---- */

/* Lists of numbers as text. */
static void print(const ax_json *v, ax_str *out)
{
    if (v->kind == AX_JSON_NUMBER) {
        ax_str_printf(out, "%d", (int)v->u.number);
        return;
    }
    assert_int_equal(v->kind, AX_JSON_ARRAY);
    ax_str_add(out, "[");
    for (const ax_json *e = v->u.list.first; e; e = e->next) {
        print(e, out);
        ax_str_add(out, e->next ? "," : "");
    }
    ax_str_add(out, "]");
}

static ax_genotype genotype_of(const ax_json *v)
{
    ax_str text;
    ax_str_init(&text, 0);
    print(v, &text);
    ax_genotype g = parsed(text.text);
    ax_str_release(&text);
    return g;
}

TEST(one_network_one_key)
{
    ax_err err;
    ax_json_doc *doc = ax_json_open("tests/golden/template-canonical.json", &err);
    if (!doc)
        fail_msg("%s", err.msg);
    const ax_json *same = ax_json_get(ax_json_root(doc), "same"), *other = ax_json_get(ax_json_root(doc), "different");
    int texts = 0, groups = 0, pairs = 0;
    for (const ax_json *group = same->u.list.first; group; group = group->next, groups++) {
        const ax_json *all = ax_json_get(group, "genotypes");
        double params = 0, macs = 0;
        assert_true(ax_json_number(group, "full.decoder_params", &params) &&
                    ax_json_number(group, "full.decoder_macs_360x480", &macs));
        ax_genotype first = genotype_of(all->u.list.first);
        ax_canonical key = ax_genotype_canonical(&first, false);
        for (const ax_json *v = all->u.list.first; v; v = v->next, texts++) {
            ax_genotype g = genotype_of(v);
            ax_canonical own = ax_genotype_canonical(&g, texts % 2);
            assert_true(ax_canonical_same(&own, &key) && own.hash == key.hash);
            costs(&g, full, 90, 120, (uint64_t)params, (uint64_t)macs);
        }
    }
    for (const ax_json *pair = other->u.list.first; pair; pair = pair->next, pairs++) {
        const ax_json *all = ax_json_get(pair, "genotypes");
        ax_genotype a = genotype_of(all->u.list.first), b = genotype_of(all->u.list.first->next);
        ax_canonical x = ax_genotype_canonical(&a, false), y = ax_genotype_canonical(&b, false);
        if (ax_canonical_same(&x, &y))
            fail_msg("pair %d has one key: %s", pairs, ax_json_text(pair, "why"));
    }
    assert_true(groups == 12 && texts == 64 && pairs == 16);
    ax_json_free(doc);
}

/* ---- texts ---- */

static void refused(const char *text, const char *why)
{
    ax_genotype g;
    ax_err err;
    assert_int_equal(ax_genotype_parse(text, &g, &err), AX_EINVAL);
    if (!strstr(err.msg, why))
        fail_msg("'%s' doesn't say '%s'", err.msg, why);
}

TEST(texts)
{
    refused("[[[3,0,1],[4,1,1],[3,1,1]],[[0,2,0,0,1],[2,1,2,1,0],[3,1,1,1,0],[1,1,2,0,0],[3,0,2,0,0],[5,3,2,1,0],"
            "[0,5,0,1,0]]]",
            "position 2 at character 32: positions of block 0 are 0 to 1");
    refused("[[[3,0,1],[4,1,1],[3,1,1]],[[0,1,0,0,1],[2,1,2,1,0],[3,1,1,1,0],[1,1,2,0,1],[3,0,2,0,0],[5,3,2,1,0],"
            "[0,5,0,1,0]]]",
            "strides of block 3 are 0 to 0"); /* later blocks don't downsample */
    refused("[[[6,0,1],[4,1,1],[3,1,1]],[[0,1,0,0,1]", "op 6 at character 4: ops are 0 to 5");
    refused("[[[3,0,1],[4,1,1]],[]]", "expected ','");
    ax_genotype g = parsed(ARCH0), other = g;
    char text[AX_CHANGES_TEXT];
    ax_err err;
    assert_int_equal(ax_genotype_edit(&other, "t1op1=gap b8t=2 b4in1=0", &err), AX_OK);
    assert_string_equal(ax_genotype_changes(&g, &other, text), "t1op1=2 b4in1=0 b8t=2");
    assert_string_equal(ax_genotype_describe(&g, &other, text, sizeof text),
                        "t1op1 sep5x5_d6 -> gap, b4in1 3 -> 0, b8t 0 -> 2");
    assert_int_equal(ax_genotype_edit(&other, "b5s=1", &err), AX_EINVAL);
}

/* Everything can be changed at once, however long the list of changes. */
TEST(many_changes)
{
    ax_rng rng = ax_rng_new(5, 1);
    for (int i = 0; i < 300; i++) {
        ax_genotype from = ax_space_random(&ax_space_templates, &rng), to = ax_space_random(&ax_space_templates, &rng),
                    made = from;
        char text[AX_CHANGES_TEXT];
        assert_true(strlen(ax_genotype_changes(&from, &to, text)) < sizeof text - 1);
        assert_int_equal(ax_genotype_edit(&made, text, NULL), AX_OK);
        assert_memory_equal(&made, &to, sizeof to);
    }
}

/* Batch norm fails when one crop is reduced to a single pixel, but not with two crops. */
TEST(a_single_value)
{
    ax_err err;
    ax_shape logits;
    ax_decoder_spec spec = full;
    spec.train = true;
    ax_genotype g = parsed(ARCH0);
    assert_int_equal(ax_genotype_edit(&g, "t0op1=sep3x3 t0op2=sep3x3 b2rep=3 b2s=1", &err), AX_OK);
    assert_null(decoder(&g, 1, 8, 8, spec, &logits, &err));
    assert_non_null(strstr(err.msg, "batch norm over a single value"));
    ax_graph *two = decoder(&g, 2, 8, 8, spec, &logits, &err);
    assert_non_null(two);
    ax_graph_free(two);
    spec.train = false;
    ax_graph *one = decoder(&g, 1, 8, 8, spec, &logits, &err);
    assert_non_null(one);
    ax_graph_free(one);
}

int main(void)
{
    return RUN_TESTS(published, drawings_know_the_network, one_network_one_key, texts, many_changes, a_single_value);
}
