#include "tests/helper/datatree.h"
#include "tests/helper/suite.h"
#include "tests/helper/tempdir.h"

#include "data/open.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const uint8_t ids[] = { 0, 1, 2, 255 };

static void pair(const char *image, const char *mask)
{
    ax_datatree_picture(image, 32, 64);
    ax_datatree_mask(mask, 32, 64, ids, sizeof ids);
}

/* The set has these numbers of images, the first image of each split has this name, and the targets are those that
   `pair` makes. */
static void expect(const char *form, size_t n_train, size_t n_val, const char *train, const char *val)
{
    ax_source *s = ax_datatree_open(form);
    char name[128];
    int32_t h, w;
    assert_int_equal(s->info.n_train, n_train);
    assert_int_equal(s->info.n_val, n_val);
    s->ops->name(s, AX_SPLIT_TRAIN, 0, name, sizeof name);
    if (train)
        assert_string_equal(name, train);
    s->ops->name(s, AX_SPLIT_VAL, 0, name, sizeof name);
    if (val)
        assert_string_equal(name, val);
    uint8_t *labels = ax_datatree_labels(s, AX_SPLIT_VAL, 0, &h, &w);
    assert_int_equal(h, 32);
    assert_int_equal(w, 64);
    for (int i = 0; i < 32 * 64; i++)
        assert_int_equal(labels[i], ids[i % 4]);
    free(labels);
    s->ops->close(s);
}

TEST(one_pool)
{
    char image[64], mask[64];
    for (int i = 0; i < 20; i++) {
        snprintf(image, sizeof image, "Images/a b/x %d.PNG", i);
        snprintf(mask, sizeof mask, "masks/a b/x %d%s.png", i, i % 2 ? "_mask" : "");
        pair(image, mask);
    }
    ax_datatree_text("Images/.DS_Store", "x");
    ax_datatree_text("Images/notes.txt", "x");
    expect("folder:$", 18, 2, NULL, NULL);
    expect("folder:$/", 18, 2, NULL, NULL);
    expect("folder:$,split=1/1", 10, 10, NULL, NULL);
    expect("folder:$,split=99/1", 19, 1, NULL, NULL);
    /* the split of a name depends on the name and the seed alone: validation images stay there when images are added */
    ax_source *s = ax_datatree_open("folder:$,split=90/10/7");
    char first[64], second[64];
    s->ops->name(s, AX_SPLIT_VAL, 0, first, sizeof first);
    s->ops->close(s);
    s = ax_datatree_open("folder:$,split=50/50/7");
    bool there = false;
    for (size_t i = 0; i < s->info.n_val; i++) {
        s->ops->name(s, AX_SPLIT_VAL, i, second, sizeof second);
        there = there || !strcmp(first, second);
    }
    assert_true(there);
    s->ops->close(s);
    static const char *const wrong[] = { "90",     "90/",    "/10", "0/10", "90/10/", "90/10/1/2",
                                         "-90/10", "90/10x", "a/b", "9 /1", "90//1" };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char form[64];
        snprintf(form, sizeof form, "folder:$,split=%s", wrong[i]);
        ax_datatree_refused(form, "not A/B or A/B/SEED");
    }
}

TEST(parts_above_and_below)
{
    pair("images/train/a.png", "labels/train/a.png");
    pair("images/train/b.png", "labels/train/b.png");
    pair("images/val/c.png", "labels/val/c.png");
    expect("folder:$", 2, 1, "images/train/a.png", "images/val/c.png");
    expect("folder:$,split=1/2", 1, 2, NULL, NULL);
    assert_int_equal(ax_tempdir_remove(state), 0);
    assert_int_equal(ax_tempdir_make(state), 0);
    pair("Train/imgs/a.png", "Train/mask/a.png");
    pair("validation/images/c.png", "validation/masks/c.png");
    expect("folder:$", 1, 1, "Train/imgs/a.png", "validation/images/c.png");
}

TEST(side_by_side)
{
    static const char csv[] = "Pixel Value, Class\r\n0, background\r\n1, a cat\r\n2, dog\r\n";
    for (int i = 0; i < 4; i++) {
        char image[64], mask[64];
        snprintf(image, sizeof image, "%s/p%d_jpg.rf.0a.jpg", i < 3 ? "train" : "valid", i);
        snprintf(mask, sizeof mask, "%s/p%d_jpg.rf.0a_mask.png", i < 3 ? "train" : "valid", i);
        ax_datatree_copy(image, "tests/data/tiny.jpg");
        ax_datatree_mask(mask, 64, 96, ids, sizeof ids);
    }
    ax_datatree_text("train/_classes.csv", csv);
    ax_datatree_text("valid/_classes.csv", csv);
    ax_source *s = ax_datatree_open("folder:$");
    ax_datatree_has(s, 3, 1, 3);
    assert_string_equal(s->info.task.name[1], "a cat");
    s->ops->close(s);
    ax_datatree_text("joined.txt", "a cat -> pet\ndog -> pet\n");
    s = ax_datatree_open("folder:$,map=$/joined.txt");
    assert_int_equal(s->info.task.outputs, 2);
    assert_string_equal(s->info.task.name[1], "pet");
    ax_datatree_first_labels(s, AX_SPLIT_TRAIN, (const uint8_t[]) { 0, 1, 1, 255 }, 4);
    s->ops->close(s);
}

TEST(colors)
{
    static const uint32_t rgb[] = { 0xff0000, 0x0000ff, 0x000000 };
    for (int i = 0; i < 3; i++) {
        char image[64], mask[64];
        snprintf(image, sizeof image, "images/%d.png", i);
        snprintf(mask, sizeof mask, "masks/%d.png", i);
        ax_datatree_picture(image, 32, 32);
        ax_datatree_colors(mask, 32, 32, rgb, 3);
    }
    ax_datatree_refused("folder:$", "png: a mask of colours; a class file says which class has which");
    ax_datatree_text("labelmap.txt", "# label\nbackground:0,0,0::\nroof:255,0,0::\n");
    ax_datatree_refused("folder:$", "png: colour 0,0,255 at x 1, y 0: labelmap.txt has no such class");
    ax_datatree_text("other.txt", "0,0,0 sky\n255,0,0 roof\n0,0,255 sea\n");
    ax_source *s = ax_datatree_open("folder:$,classes=$/other.txt,ignore=0,0,255");
    assert_int_equal(s->info.task.outputs, 2); /* the sea isn't a class */
    ax_datatree_first_labels(s, AX_SPLIT_TRAIN, (const uint8_t[]) { 1, 255, 0 }, 3);
    s->ops->close(s);
}

TEST(broken_copies)
{
    pair("images/a.png", "masks/a.png");
    pair("images/b.png", "masks/b.png");
    ax_datatree_refused("folder:$/nowhere", "folder:$/nowhere: No such file or directory");
    ax_datatree_refused("folder:$/images", "/a.png: an image without a target; 2 of 2 files");
    ax_datatree_picture("images/c.png", 32, 64);
    ax_datatree_refused("folder:$", "$/images/c.png: an image without a target; 1 of 5 files has no counterpart");
    ax_datatree_mask("masks/c.png", 32, 63, ids, sizeof ids);
    ax_datatree_refused("folder:$", "/masks/c.png: 63x32, but its image $/images/c.png is 64x32");
    ax_datatree_copy("masks/c.png", "tests/data/tiny.jpg");
    ax_datatree_refused("folder:$", "/masks/c.png: a mask must be a PNG, and this is a JPEG");
    ax_datatree_mask("masks/c.png", 32, 64, ids, sizeof ids);
    ax_datatree_mask("masks/c.tif", 32, 64, ids, sizeof ids);
    ax_datatree_refused("folder:$", "'c.png' and 'c.tif' differ in their endings only");
    unlink(ax_tempdir_path("masks/c.tif"));
    ax_datatree_mask("masks/d.png", 32, 64, ids, sizeof ids);
    ax_datatree_refused("folder:$", "$/masks/d.png: a target without an image");
    ax_datatree_copy("images/d.jpg", "tests/data/camvid-tiny/train.txt");
    ax_datatree_refused("folder:$", "/images/d.jpg: neither a PNG nor a JPEG");
    ax_datatree_text("images/d.jpg", "");
    ax_datatree_refused("folder:$", "/images/d.jpg: the file is empty");
    ax_datatree_bytes("images/d.jpg", "\xff\xd8\xff\xe0\x00\x10", 6);
    ax_datatree_refused("folder:$", "/images/d.jpg: damaged header: the file is cut short");
    ax_datatree_picture("images/d.jpg", 32, 64); /* a PNG despite its name */
    ax_source *s = ax_datatree_open("folder:$");
    s->ops->close(s);
    ax_datatree_picture("images/e.png", 32, 64);
    const char *path = ax_tempdir_path("masks/e.png");
    assert_int_equal(symlink("gone.png", path), 0);
    ax_datatree_refused("folder:$", "/masks/e.png: No such file or directory");
    unlink(path);
    assert_int_equal(symlink("d.png", path), 0);
    s = ax_datatree_open("folder:$");
    assert_int_equal(s->info.n_train + s->info.n_val, 5);
    s->ops->close(s);
    assert_int_equal(symlink("..", ax_tempdir_path("images/again")), 0);
    ax_datatree_refused("folder:$", "a link to a folder that it is in");
}

/* A truncated file is found before training starts. */
TEST(cut_files)
{
    FILE *f = fopen("tests/data/tiny.jpg", "rb");
    static uint8_t bytes[1 << 16];
    size_t n = fread(bytes, 1, sizeof bytes, f);
    fclose(f);
    pair("images/a.png", "masks/a.png");
    ax_datatree_mask("masks/b.png", 64, 96, ids, sizeof ids);
    for (size_t part = 0; part < 50; part++) {
        ax_datatree_bytes("images/b.jpg", bytes, n * part / 50);
        ax_datatree_refused("folder:$", "images/b.jpg: ");
    }
    ax_datatree_bytes("images/b.jpg", bytes, n);
    f = fopen(ax_tempdir_path("masks/b.png"), "rb");
    n = fread(bytes, 1, sizeof bytes, f);
    fclose(f);
    for (size_t part = 0; part < 50; part++) {
        ax_datatree_bytes("masks/b.png", bytes, n * part / 50);
        ax_datatree_refused("folder:$", "masks/b.png: ");
    }
}

TEST(ids_without_a_class_file)
{
    static const uint8_t binary[] = { 0, 255 }, one[] = { 0 };
    for (int i = 0; i < 2; i++) {
        char image[64], mask[64];
        snprintf(image, sizeof image, "images/%d.png", i);
        snprintf(mask, sizeof mask, "masks/%d.png", i);
        ax_datatree_picture(image, 32, 32);
        ax_datatree_mask(mask, 32, 32, binary, 2);
    }
    ax_datatree_refused("folder:$", "the masks have ids 0 and 255 only; for 255 to be a class");
    ax_datatree_text("classes.txt", "0 background\n255 object\n");
    ax_source *s = ax_datatree_open("folder:$");
    assert_int_equal(s->info.task.outputs, 2);
    ax_datatree_first_labels(s, AX_SPLIT_TRAIN, (const uint8_t[]) { 0, 1 }, 2);
    s->ops->close(s);
    ax_datatree_text("classes.txt", "0 background\n");
    ax_datatree_refused("folder:$", "one class only, 'background'");
    ax_datatree_mask("masks/0.png", 32, 32, one, 1);
    ax_datatree_mask("masks/1.png", 32, 32, one, 1);
    unlink(ax_tempdir_path("classes.txt"));
    ax_datatree_refused("folder:$", "one class only, 'class 0'");
}

int main(void)
{
    return RUN_EACH_TEST_WITHIN(ax_tempdir_make, ax_tempdir_remove, one_pool, parts_above_and_below, side_by_side,
                                colors, broken_copies, cut_files, ids_without_a_class_file);
}
