/* Data sets with a known tree of folders and known ids: VOC, Cityscapes, ADE20K. */
#include "tests/helper/datatree.h"
#include "tests/helper/suite.h"
#include "tests/helper/tempdir.h"

#include "data/open.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void voc_pair(const char *root, const char *masks, const char *stem, const uint8_t *ids, size_t n)
{
    char name[128];
    snprintf(name, sizeof name, "%sJPEGImages/%s.jpg", root, stem);
    ax_datatree_picture(name, 32, 32);
    snprintf(name, sizeof name, "%s%s/%s.png", root, masks, stem);
    ax_datatree_mask(name, 32, 32, ids, n);
}

TEST(voc)
{
    static const uint8_t ids[] = { 0, 20, 255, 15 }, more[] = { 0, 1 };
    voc_pair("VOC2012/", "SegmentationClass", "2007 1", ids, 4);
    voc_pair("VOC2012/", "SegmentationClass", "2007_2", ids, 4);
    ax_datatree_text("VOC2012/ImageSets/Segmentation/train.txt", "2007 1\r\n");
    ax_datatree_text("VOC2012/ImageSets/Segmentation/val.txt", "\xef\xbb\xbf"
                                                               "2007_2 \n\n");
    ax_source *s = ax_datatree_open("voc:$");
    ax_datatree_has(s, 1, 1, 21);
    assert_string_equal(s->info.task.name[15], "person");
    assert_int_equal(s->info.task.color[15][0], 192);
    ax_datatree_first_labels(s, AX_SPLIT_VAL, ids, 4);
    s->ops->close(s);
    /* SBD: a line is an image's name, whose mask is in a folder of its own, or both files */
    voc_pair("VOC2012/", "SegmentationClassAug", "2008_3", more, 2);
    voc_pair("VOC2012/", "SegmentationClassAug", "2008_4", more, 2);
    ax_datatree_text("aug.txt", "2008_3\n/JPEGImages/2008_4.jpg /SegmentationClassAug/2008_4.png\n2007 1\n");
    s = ax_datatree_open("voc:$/VOC2012,list=$/aug.txt");
    assert_int_equal(s->info.n_train, 3);
    ax_datatree_first_labels(s, AX_SPLIT_TRAIN, more, 2);
    s->ops->close(s);
    ax_datatree_text("aug.txt", "2008_3\n2009_5\n");
    ax_datatree_refused("voc:$,list=$/aug.txt",
                        "$/aug.txt: line 2: $/VOC2012/JPEGImages/2009_5.jpg: No such file or directory");
    ax_datatree_text("VOC2012/ImageSets/Segmentation/val.txt", "\n");
    ax_datatree_refused("voc:$", "val.txt: lists no images");
    ax_datatree_refused("voc:$/VOC2012/JPEGImages", "not a VOC tree");
    static const uint8_t wrong[] = { 0, 21 };
    ax_datatree_mask("VOC2012/SegmentationClass/2007_2.png", 32, 32, wrong, 2);
    ax_datatree_text("VOC2012/ImageSets/Segmentation/val.txt", "2007_2\n");
    ax_datatree_refused("voc:$", "2007_2.png: id 21 at x 1, y 0: VOC's ids are 0 to 20, and 255 = unlabelled");
}

/* CVAT: colours by labelmap.txt, one list. */
TEST(cvat)
{
    static const uint32_t colors[] = { 0x000000, 0xfa3253, 0x33ddff };
    char name[64];
    for (int i = 0; i < 4; i++) {
        snprintf(name, sizeof name, "JPEGImages/frame %d.png", i);
        ax_datatree_picture(name, 32, 32);
        snprintf(name, sizeof name, "SegmentationClass/frame %d.png", i);
        ax_datatree_colors(name, 32, 32, colors, 3);
    }
    ax_datatree_text("ImageSets/Segmentation/default.txt", "frame 0\nframe 1\nframe 2\nframe 3\n");
    ax_datatree_text("labelmap.txt",
                     "# label:color_rgb:parts:actions\nbackground:0,0,0::\nroad sign:51,221,255::\ncar:250,50,83::\n");
    ax_source *s = ax_datatree_open("voc:$");
    ax_datatree_has(s, 3, 1, 3);
    static const uint8_t want[] = { 0, 2, 1 };
    ax_datatree_first_labels(s, AX_SPLIT_TRAIN, want, 3);
    s->ops->close(s);
}

TEST(cityscapes)
{
    static const uint8_t ids[] = { 7, 0, 33, 26, 9 }, want[] = { 0, 255, 18, 13, 255 };
    static const char *const part[] = { "train/ulm", "train/bonn", "val/lindau" };
    char name[128];
    for (int i = 0; i < 3; i++) {
        snprintf(name, sizeof name, "leftImg8bit/%s/a_%d_leftImg8bit.png", part[i], i);
        ax_datatree_picture(name, 32, 64);
        snprintf(name, sizeof name, "gtFine/%s/a_%d_gtFine_labelIds.png", part[i], i);
        ax_datatree_mask(name, 32, 64, ids, sizeof ids);
        snprintf(name, sizeof name, "gtFine/%s/a_%d_gtFine_color.png", part[i], i);
        ax_datatree_picture(name, 32, 64);
    }
    ax_source *s = ax_datatree_open("cityscapes:$");
    ax_datatree_has(s, 2, 1, 19);
    assert_string_equal(s->info.task.name[18], "bicycle");
    ax_datatree_first_labels(s, AX_SPLIT_VAL, want, 5);
    s->ops->close(s);
    /* excluded classes can be mapped back in, and merged */
    static const uint8_t mapped[] = { 1, 0, 19, 14, 1 };
    ax_datatree_text("map.txt", "parking -> road\n0 -> nothing\n");
    s = ax_datatree_open("cityscapes:$,map=$/map.txt");
    assert_int_equal(s->info.task.outputs, 20);
    ax_datatree_first_labels(s, AX_SPLIT_VAL, mapped, 5);
    s->ops->close(s);
    ax_datatree_refused("cityscapes:$/leftImg8bit", "leftImg8bit/leftImg8bit/train: No such file");
}

TEST(ade20k)
{
    static const uint8_t ids[] = { 0, 1, 150, 13 }, want[] = { 255, 0, 149, 12 };
    static const char *const part[] = { "training/a1", "training/a2", "validation/v1" };
    char name[128];
    for (int i = 0; i < 3; i++) {
        snprintf(name, sizeof name, "ADEChallengeData2016/images/%s.jpg", part[i]);
        ax_datatree_picture(name, 32, 32);
        snprintf(name, sizeof name, "ADEChallengeData2016/annotations/%s.png", part[i]);
        ax_datatree_mask(name, 32, 32, ids, 4);
    }
    ax_source *s = ax_datatree_open("ade20k:$");
    assert_int_equal(s->info.n_train, 2);
    assert_int_equal(s->info.task.outputs, 150);
    assert_string_equal(s->info.task.name[12], "person");
    assert_string_equal(s->info.task.name[149], "flag");
    ax_datatree_first_labels(s, AX_SPLIT_VAL, want, 4);
    s->ops->close(s);
}

/* The options are the same for data sets given as lists. */
TEST(options_of_lists)
{
    ax_datatree_text("map.txt", "road -> way\npavement -> way\nsky -> -\n* -> rest\n");
    char form[AX_TEMPDIR_PATH], text[AX_TEMPDIR_PATH];
    ax_source *s = ax_datatree_open("camvid:tests/data/camvid-tiny,map=$/map.txt");
    assert_int_equal(s->info.task.outputs, 2);
    assert_string_equal(s->info.task.name[0], "rest"); /* building is the first class that isn't dropped */
    assert_string_equal(s->info.task.name[1], "way");
    size_t n_train = s->info.n_train, n_val = s->info.n_val;
    s->ops->close(s);
    assert_true(n_train > 1 && n_val > 1);
    static const uint8_t ids[] = { 0, 1, 2, 1 };
    for (int i = 0; i < 6; i++) {
        snprintf(text, sizeof text, "i%d.png", i);
        ax_datatree_picture(text, 32, 32);
        snprintf(text, sizeof text, "m%d.png", i);
        ax_datatree_mask(text, 32, 32, ids, 4);
    }
    ax_datatree_text("all.txt", "i0.png m0.png\ni1.png m1.png\ni2.png m2.png\ni3.png m3.png\ni4.png m4.png\n"
                                "i5.png m5.png\n");
    ax_datatree_text("names.txt", "9,9,9 a\n8,8,8 b\n7,7,7 c\n");
    snprintf(form, sizeof form, "list:$/all.txt,split=1/1/3,ignore=2,classes=$/names.txt");
    s = ax_datatree_open(form);
    ax_datatree_has(s, 3, 3, 2);
    static const uint8_t want[] = { 0, 1, 255, 1 };
    ax_datatree_first_labels(s, AX_SPLIT_VAL, want, 4);
    s->ops->close(s);
    ax_datatree_refused("camvid:tests/data/camvid-tiny,classes=$/names.txt", "takes no option classes");
}

int main(void)
{
    return RUN_EACH_TEST_WITHIN(ax_tempdir_make, ax_tempdir_remove, voc, cvat, cityscapes, ade20k, options_of_lists);
}
