/* COCO's run-length masks: every case of tests/golden/coco-rle.json, from its rings, its counts and its string. */
#include "data/polygon.h"
#include "data/rle.h"
#include "engine/base/json.h"
#include "tests/helper/suite.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 4096 };

static size_t read_numbers(const ax_json *array, double *out)
{
    size_t n = array->u.list.n;
    assert_true(n <= MOST);
    assert_true(ax_json_numbers(array, out, n));
    return n;
}

static void draw(const ax_json *rings, int32_t h, int32_t w, uint8_t *mask)
{
    static double xy[MOST];
    ax_err err = { AX_OK, "" };
    memset(mask, 0, (size_t)h * (size_t)w);
    for (const ax_json *r = rings->u.list.first; r; r = r->next) {
        size_t n = read_numbers(r, xy);
        assert_int_equal(ax_polygon_add(xy, n, h, w, mask, &err), AX_OK);
    }
}

static void check_figures(const ax_json *c, const char *name, const uint8_t *mask, int32_t h, int32_t w)
{
    double area = -1, bbox[4] = { 0 };
    int32_t box[4];
    ax_mask_box(mask, h, w, box);
    assert_true(ax_json_number(c, "area", &area) && ax_json_numbers(ax_json_get(c, "bbox"), bbox, 4));
    if (ax_mask_area(mask, h, w) != (size_t)area)
        fail_msg("%s: area %zu, not %g", name, ax_mask_area(mask, h, w), area);
    for (int i = 0; i < 4; i++)
        if (box[i] != (int32_t)bbox[i])
            fail_msg("%s: box[%d] is %d, not %g", name, i, box[i], bbox[i]);
}

static void check_case(const ax_json *c)
{
    static double counts[MOST];
    const char *name = ax_json_text(c, "name"), *string = ax_json_text(c, "string");
    double height = 0, width = 0;
    ax_err err = { AX_OK, "" };
    ax_json_number(c, "height", &height);
    ax_json_number(c, "width", &width);
    int32_t h = (int32_t)height, w = (int32_t)width;
    size_t pixels = (size_t)h * (size_t)w;
    uint8_t *want = malloc(pixels), *got = malloc(pixels);
    assert_true(want && got && name && string && pixels);
    assert_int_equal(ax_rle_decode(counts, read_numbers(ax_json_get(c, "counts"), counts), h, w, want, &err), AX_OK);
    check_figures(c, name, want, h, w);
    memset(got, 7, pixels);
    if (ax_rle_decode_string(string, strlen(string), h, w, got, &err) != AX_OK)
        fail_msg("%s: %s", name, err.msg);
    if (memcmp(got, want, pixels))
        fail_msg("%s: the string gives another mask", name);
    const ax_json *input = ax_json_get(c, "input"), *rings = ax_json_get(c, "rings");
    assert_true(input || rings);
    if (rings)
        draw(rings, h, w, got);
    else if (input->kind == AX_JSON_STRING)
        assert_int_equal(ax_rle_decode_string(input->u.string.text, input->u.string.n, h, w, got, &err), AX_OK);
    else
        assert_int_equal(ax_rle_decode(counts, read_numbers(input, counts), h, w, got, &err), AX_OK);
    if (memcmp(got, want, pixels))
        fail_msg("%s: the input gives another mask", name);
    free(want);
    free(got);
}

TEST(test_golden)
{
    ax_err err = { AX_OK, "" };
    ax_json_doc *doc = ax_json_open("tests/golden/coco-rle.json", &err);
    if (!doc)
        fail_msg("%s", err.msg);
    const ax_json *cases = ax_json_get(ax_json_root(doc), "cases");
    assert_non_null(cases);
    assert_int_equal(cases->u.list.n, 30);
    for (const ax_json *c = cases->u.list.first; c; c = c->next)
        check_case(c);
    ax_json_free(doc);
}

/* Two columns of three: 0 1 1 | 1 0 0. */
TEST(test_columns)
{
    uint8_t mask[6];
    static const uint8_t want[6] = { 0, 1, 1, 0, 1, 0 };
    static const double counts[] = { 1, 3, 2 };
    assert_int_equal(ax_rle_decode(counts, 3, 3, 2, mask, NULL), AX_OK);
    assert_memory_equal(mask, want, 6);
    assert_int_equal(ax_mask_area(mask, 3, 2), 3);
}

TEST(test_counts_refused)
{
    static const struct {
        double counts[3];
        size_t n;
        int32_t h, w;
        const char *says;
    } bad[] = {
        { { 1, 3, 1 }, 3, 3, 2, "the runs cover all but 1 pixel of a mask of 2 x 3" },
        { { 1, 3, 3 }, 3, 3, 2, "the runs go past the end of a mask of 2 x 3 pixels" },
        { { 1, -3, 3 }, 3, 3, 2, "run 1 is negative" },
        { { 1, 2.5, 3 }, 3, 3, 2, "run 1 isn't a whole number of pixels of an image" },
        { { 1, 1e300, 3 }, 3, 3, 2, "run 1 isn't a whole number of pixels of an image" },
        { { 1, NAN, 3 }, 3, 3, 2, "run 1 isn't a whole number of pixels of an image" },
        { { 0 }, 0, 3, 2, "the runs cover all but 6 pixels of a mask of 2 x 3" },
        { { 0 }, 1, 0, 2, "a mask of 2 x 0 pixels" },
        { { 0 }, 1, 30000, 30000, "a mask of 30000 x 30000 pixels" },
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ax_err err = { AX_OK, "" };
        uint8_t mask[6];
        assert_int_equal(ax_rle_decode(bad[i].counts, bad[i].n, bad[i].h, bad[i].w, mask, &err), AX_EFORMAT);
        assert_string_equal(err.msg, bad[i].says);
    }
}

TEST(test_strings_refused)
{
    static const struct {
        const char *text, *says;
    } bad[] = {
        { "13", "the runs cover all but 2 pixels of a mask of 2 x 3" },
        { "133", "the runs go past the end of a mask of 2 x 3 pixels" },
        { "1O", "run 1 is negative" },                                    /* -1 */
        { "110O", "the runs cover all but 4 pixels of a mask of 2 x 3" }, /* 1 1 0, 1 - 1 */
        { "110N", "run 3 is negative" },                                  /* 1 - 2 */
        { "1p", "character 1 of the string of runs isn't one of '0' to 'o'" },
        { "1/", "character 1 of the string of runs isn't one of '0' to 'o'" },
        { "1\xff", "character 1 of the string of runs isn't one of '0' to 'o'" },
        { "1P", "the string of runs ends within a number" },
        { "PPPPPPP0", "a number in the string of runs is too long, at character 7" },
        { "", "the runs cover all but 6 pixels of a mask of 2 x 3" },
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ax_err err = { AX_OK, "" };
        uint8_t mask[6];
        assert_int_equal(ax_rle_decode_string(bad[i].text, strlen(bad[i].text), 3, 2, mask, &err), AX_EFORMAT);
        assert_string_equal(err.msg, bad[i].says);
    }
}

int main(void)
{
    return RUN_TESTS(test_golden, test_columns, test_counts_refused, test_strings_refused);
}
