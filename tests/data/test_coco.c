#include "tests/helper/datatree.h"
#include "tests/helper/suite.h"
#include "tests/helper/tempdir.h"

#include "data/coco_store.h"
#include "data/objects.h"
#include "data/polygon.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HEAD "{\"info\":{\"x\":[1,2]},\"annotations\":["
#define TAIL                                                                                                           \
    "],\"images\":[{\"id\":7,\"file_name\":\"deep/a.png\",\"height\":32,\"width\":64},"                                \
    "{\"id\":3,\"file_name\":\"b.png\",\"height\":32,\"width\":64}],"                                                  \
    "\"categories\":[{\"id\":9,\"name\":\"car\"},{\"id\":2,\"name\":\"road\"}]}"

/* The small car comes first; a ring two columns wide is given as counts: 32 rows each. */
static const char good[] =
    HEAD "{\"id\":1,\"image_id\":7,\"category_id\":9,\"segmentation\":[[16,8,32,8,32,16,16,16]],\"iscrowd\":0},"
         "{\"id\":2,\"image_id\":7,\"category_id\":2,\"segmentation\":[[0,0,64,0,64,24,0,24]],\"iscrowd\":0},"
         "{\"id\":3,\"image_id\":3,\"category_id\":9,\"segmentation\":{\"size\":[32,64],\"counts\":[64,64,1920]},"
         "\"iscrowd\":1}" TAIL;

TEST(class_maps)
{
    ax_datatree_picture("images/deep/a.png", 32, 64);
    ax_datatree_picture("images/b.png", 32, 64);
    ax_datatree_text("a.json", good);
    ax_source *s = ax_datatree_open("coco:$/a.json,$/images");
    ax_datatree_has(s, 1, 1, 3);
    assert_string_equal(s->info.task.name[0], "road");
    assert_string_equal(s->info.task.name[1], "car");
    assert_string_equal(s->info.task.name[2], "background");
    for (int split = 0; split < 2; split++) {
        char name[64];
        int32_t h, w;
        s->ops->name(s, (ax_split)split, 0, name, sizeof name);
        uint8_t *labels = ax_datatree_labels(s, (ax_split)split, 0, &h, &w);
        for (int i = 0; i < h * w; i++) {
            int x = i % w, y = i / w;
            int want = !strcmp(name, "b.png")                  ? (x == 2 || x == 3 ? 1 : 2)
                       : x >= 16 && x < 32 && y >= 8 && y < 16 ? 1
                       : y < 24                                ? 0
                                                               : 2;
            if (labels[i] != want)
                fail_msg("%s: %d at x %d, y %d, not %d", name, labels[i], x, y, want);
        }
        free(labels);
    }
    s->ops->close(s);
    ax_datatree_text("b.json", good);
    s = ax_datatree_open("coco:$/a.json,$/images,val=$/b.json,$/images");
    assert_int_equal(s->info.n_train, 2);
    assert_int_equal(s->info.n_val, 2);
    s->ops->close(s);
    ax_datatree_refused("coco:$/a.json,$/pictures", "not a file of annotations and a folder of images");
    ax_datatree_picture("images/b.png", 31, 64);
    ax_datatree_refused("coco:$/a.json,$/images", "images/b.png: 64x31, but its annotations are for 64x32");
    unlink(ax_tempdir_path("images/b.png"));
    ax_datatree_refused("coco:$/a.json,$/images", "images/b.png: No such file or directory");
}

TEST(broken_files)
{
    ax_datatree_picture("images/deep/a.png", 32, 64);
    ax_datatree_picture("images/b.png", 32, 64);
    size_t n = strlen(good);
    for (size_t part = 0; part < 50; part++) {
        ax_datatree_bytes("a.json", good, n * part / 50);
        ax_datatree_refused("coco:$/a.json,$/images", "$/a.json: ");
    }
    static const struct {
        const char *text, *says;
    } wrong[] = {
        { "[]", "no images in it" },
        { HEAD TAIL, "no annotations in it" },
        { HEAD "{\"id\":1,\"image_id\":8,\"category_id\":9,\"segmentation\":[[1,2,3,4,5,6]]}" TAIL,
          "annotation 1 is of image 8, which isn't there" },
        { HEAD "{\"id\":1,\"image_id\":7,\"category_id\":1,\"segmentation\":[[1,2,3,4,5,6]]}" TAIL,
          "annotation 1 is of category 1, which isn't there" },
        { HEAD "{\"id\":1,\"image_id\":7,\"category_id\":-4,\"segmentation\":[[1,2,3,4,5,6]]}" TAIL,
          "annotation 1 is of a category that isn't there" },
        { HEAD "{\"id\":1,\"image_id\":7}" TAIL, "an annotation without image_id or category_id" },
        { HEAD "{\"id\":5,\"image_id\":7,\"category_id\":9,\"bbox\":[1,2,3,4]}" TAIL,
          "annotation 5: no segmentation; a box alone isn't an outline" },
        { HEAD "{\"id\":5,\"image_id\":7,\"category_id\":9,\"segmentation\":[]}" TAIL, "an empty segmentation" },
        { HEAD "{\"id\":5,\"image_id\":7,\"category_id\":9,\"segmentation\":[[1,2,3,4]]}" TAIL,
          "annotation 5: a polygon isn't a list of three points or more" },
        { HEAD "{\"id\":5,\"image_id\":7,\"category_id\":9,\"segmentation\":[[1,2,3,4,5,\"6\"]]}" TAIL,
          "a polygon has something that isn't a number" },
        { HEAD "{\"id\":5,\"image_id\":7,\"category_id\":9,\"segmentation\":{\"counts\":[1]}}" TAIL,
          "run lengths without a size" },
        { HEAD "{\"id\":5,\"image_id\":7,\"category_id\":9,\"segmentation\":{\"size\":[32,64]}}" TAIL,
          "run lengths without counts" },
        { HEAD "{\"id\":5,\"image_id\":7,\"category_id\":9,\"segmentation\":{\"size\":[32,64],\"counts\":[1,2]}}" TAIL,
          "counts add up to 3 pixels, and the size says 2048" },
        { HEAD "{\"id\":5,\"image_id\":7,\"category_id\":9,\"segmentation\":{\"size\":[32,63],\"counts\":[2016]}}" TAIL,
          "run lengths of 63x32, and its image is 64x32" },
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        ax_datatree_text("a.json", wrong[i].text);
        ax_datatree_refused("coco:$/a.json,$/images", wrong[i].says);
        ax_datatree_refused("coco:$/a.json,$/images", "$/a.json: ");
    }
}

/* The compact form of outlines keeps every bit. */
TEST(outlines_are_kept_as_they_are)
{
    static const double odd[] = { 0.1, 63.97,     1.0 / 3, 2.005,  12.34, 0,      -3.21,
                                  1e5, 31.999999, 64.0001, 5e-324, 20,    17.125, 9.999999999 };
    enum { N = sizeof odd / sizeof *odd, H = 32, W = 64 };
    char text[4096];
    size_t n =
        (size_t)snprintf(text, sizeof text, HEAD "{\"id\":1,\"image_id\":7,\"category_id\":9,\"segmentation\":[[");
    for (int i = 0; i < N; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "%s%.17g", i ? "," : "", odd[i]);
    snprintf(text + n, sizeof text - n, "],[1.5,1.5,30.25,2,8,30]]}" TAIL);
    ax_datatree_text("a.json", text);
    ax_coco c = { .images = 0 };
    ax_err err;
    if (ax_coco_read(&c, ax_tempdir_path("a.json"), &err) != AX_OK)
        fail_msg("%s", err.msg);
    uint8_t want[H * W] = { 0 }, got[H * W] = { 0 };
    static const double second[] = { 1.5, 1.5, 30.25, 2, 8, 30 };
    assert_int_equal(ax_polygon_add(odd, N, H, W, want, &err), AX_OK);
    assert_int_equal(ax_polygon_add(second, 6, H, W, want, &err), AX_OK);
    assert_int_equal(ax_coco_draw(&c, 0, H, W, got, &err), AX_OK);
    assert_memory_equal(got, want, sizeof want);
    assert_true(c.n_bytes < 2 + 2 + 9 * N + 16);
    ax_coco_release(&c);
}

static ax_code draw_bar(void *context, size_t i, int32_t h, int32_t w, uint8_t *mask, uint8_t *class, ax_err *err)
{
    const int *length = context;
    (void)h;
    (void)w;
    for (int k = 0; k < length[i]; k++)
        mask[k] = 1;
    *class = (uint8_t)(i + 1);
    return length[i] < 0 ? ax_fail(err, AX_EFORMAT, "no bar") : AX_OK;
}

TEST(smaller_ones_are_on_top)
{
    static const int length[] = { 3, 6, 3, 1, 0 };
    static const uint8_t want[] = { 4, 3, 3, 2, 2, 2, 9, 9 };
    uint8_t classes[8];
    ax_err err;
    assert_int_equal(ax_objects_paint(5, draw_bar, (void *)(uintptr_t)length, 9, 1, 8, classes, &err), AX_OK);
    assert_memory_equal(classes, want, 8);
    static const int wrong[] = { 2, -1 };
    assert_int_equal(ax_objects_paint(2, draw_bar, (void *)(uintptr_t)wrong, 9, 1, 8, classes, &err), AX_EFORMAT);
}

int main(void)
{
    return RUN_EACH_TEST_WITHIN(ax_tempdir_make, ax_tempdir_remove, class_maps, broken_files,
                                outlines_are_kept_as_they_are, smaller_ones_are_on_top);
}
