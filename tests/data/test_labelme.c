#include "tests/helper/datatree.h"
#include "tests/helper/suite.h"
#include "tests/helper/tempdir.h"

#include <stdio.h>
#include <stdlib.h>

#define SHAPE(label, type, points) "{\"label\":\"" label "\",\"shape_type\":\"" type "\",\"points\":" points "}"

static void put_image(const char *name, const char *shapes)
{
    char path[64], text[2048];
    snprintf(path, sizeof path, "%s.jpg", name);
    ax_datatree_picture(path, 32, 64);
    snprintf(path, sizeof path, "%s.json", name);
    snprintf(text, sizeof text, "{\"shapes\":[%s],\"imageHeight\":32,\"imageWidth\":64,\"imageData\":\"aGk=\"}",
             shapes);
    ax_datatree_text(path, text);
}

static void put_both(void)
{
    /* the small shape comes first, and is drawn on top all the same */
    put_image("train/a",
              SHAPE("car", "rectangle", "[[24,16],[16,8]]") "," SHAPE(
                  "road", "polygon", "[[0,0],[64,0],[64,24],[0,24]]") "," SHAPE("__ignore__", "polygon",
                                                                                "[[0,0],[4,0],[4,4],[0,4]]"));
    put_image("val/b",
              SHAPE("sun", "circle", "[[32,16],[32,26]]") "," SHAPE("_background_", "rectangle", "[[30,14],[34,18]]"));
}

static void count(ax_source *s, ax_split split, int n[256], uint8_t **labels)
{
    int32_t h, w;
    *labels = ax_datatree_labels(s, split, 0, &h, &w);
    assert_true(h == 32 && w == 64);
    for (int i = 0; i < 256; i++)
        n[i] = 0;
    for (int i = 0; i < h * w; i++)
        n[(*labels)[i]]++;
}

/* Classes are the labels in alphabetical order, then the background. */
TEST(class_maps)
{
    enum { CAR, ROAD, SUN, BACKGROUND };
    int n[256];
    uint8_t *labels;
    put_both();
    ax_source *s = ax_datatree_open("labelme:$");
    assert_int_equal(s->info.task.outputs, 4);
    static const char *const name[] = { "car", "road", "sun", "background" };
    for (int i = 0; i < 4; i++)
        assert_string_equal(s->info.task.name[i], name[i]);
    count(s, AX_SPLIT_TRAIN, n, &labels);
    assert_true(n[CAR] == 64 && n[255] == 16 && n[ROAD] == 24 * 64 - 64 - 16 && n[BACKGROUND] == 8 * 64);
    assert_true(labels[8 * 64 + 16] == CAR && labels[7 * 64 + 16] == ROAD && labels[3 * 64 + 3] == 255);
    free(labels);
    count(s, AX_SPLIT_VAL, n, &labels);
    assert_true(n[SUN] > 275 && n[SUN] < 325); /* 100 pi, less the hole of 16 */
    assert_true(n[SUN] + n[BACKGROUND] == 32 * 64 && labels[16 * 64 + 32] == BACKGROUND);
    assert_true(labels[16 * 64 + 40] == SUN && labels[16 * 64 + 43] == BACKGROUND);
    free(labels);
    s->ops->close(s);
}

/* The label list of LabelMe's own converters: the ignored label, the background, then the others. */
TEST(own_list)
{
    int n[256];
    uint8_t *labels;
    put_both();
    ax_datatree_text("labels.txt", "__ignore__\n_background_\nsun\nroad\ncar\n");
    ax_source *s = ax_datatree_open("labelme:$");
    assert_int_equal(s->info.task.outputs, 4);
    assert_string_equal(s->info.task.name[0], "_background_");
    assert_string_equal(s->info.task.name[1], "sun");
    count(s, AX_SPLIT_TRAIN, n, &labels);
    assert_true(n[0] == 8 * 64 && n[255] == 16 && n[3] == 64);
    free(labels);
    s->ops->close(s);
    ax_datatree_text("labels.txt", "__ignore__\n_background_\nsun\nroad\n");
    ax_datatree_refused("labelme:$", "$/train/a.json: shape 1: no class is called 'car'");
}

int main(void)
{
    return RUN_EACH_TEST_WITHIN(ax_tempdir_make, ax_tempdir_remove, class_maps, own_list);
}
