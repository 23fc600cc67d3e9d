#include "tests/helper/datatree.h"
#include "tests/helper/suite.h"
#include "tests/helper/tempdir.h"

#include "data/yolo_names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

TEST(outlines)
{
    char name[64];
    for (int i = 0; i < 4; i++) {
        snprintf(name, sizeof name, "images/%s/p%d.jpg", i < 3 ? "train" : "val", i);
        ax_datatree_picture(name, 32, 64);
    }
    /* the small one comes first in the file, and is drawn on top all the same */
    static const char text[] = "1 0.25 0.25 0.5 0.25 0.5 0.5 0.25 0.5\r\n"
                               "0 0 0 1 0 1 1 0 1\n\n";
    ax_datatree_text("labels/train/p0.txt", text);
    ax_datatree_text("labels/train/p1.txt", "");
    ax_datatree_text("labels/val/p3.txt", "1 .5 .5 1 .5 1 1.005\n");
    ax_datatree_text("data.yaml", "path: .\nnames: # of classes\n  0: road\n  1: 'a car'  # red\nnc: 2\n");
    ax_source *s = ax_datatree_open("yolo:$");
    ax_datatree_has(s, 3, 1, 3);
    assert_string_equal(s->info.task.name[1], "a car");
    assert_string_equal(s->info.task.name[2], "background");
    int32_t h, w;
    uint8_t *labels = ax_datatree_labels(s, AX_SPLIT_TRAIN, 0, &h, &w);
    int count[3] = { 0 };
    for (int i = 0; i < h * w; i++)
        count[labels[i]]++;
    assert_int_equal(labels[12 * 64 + 20], 1);
    assert_int_equal(labels[2 * 64 + 2], 0);
    assert_int_equal(count[1], 16 * 8);
    assert_int_equal(count[2], 0);
    free(labels);
    for (uint64_t i = 1; i < 3; i++) { /* an empty file, and no file */
        labels = ax_datatree_labels(s, AX_SPLIT_TRAIN, i, &h, &w);
        for (int k = 0; k < h * w; k++)
            assert_int_equal(labels[k], 2);
        free(labels);
    }
    s->ops->close(s);
    ax_datatree_text("map.txt", "road -> background\n");
    s = ax_datatree_open("yolo:$,map=$/map.txt");
    assert_int_equal(s->info.task.outputs, 2);
    s->ops->close(s);
    static const struct {
        const char *text, *says;
    } wrong[] = {
        { "1 .1 .1 .5 .5\n", "line 1: four numbers are a box" },
        { "0 0 0 1 0 1 1\n\n1 .1 .1 .2 .2 .3\n", "line 3: 5 numbers; an outline has three points or more" },
        { "2 0 0 1 0 1 1\n", "line 1: class 2 has no name" },
        { "-1 0 0 1 0 1 1\n", "line 1: '-1 0 0 1 0 1 1': a line begins with the class's number" },
        { "1.5 0 0 1 0 1 1\n", "a line begins with the class's number" },
        { "0 0 0 1 0 1 320\n", "line 1: 320 isn't from 0 to 1" },
        { "0 0 0 1 x 1 1\n", "line 1: 'x 1 1' is not a number" },
        { "0 0 0 1 nan 1 1\n", "is not a number" },
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        ax_datatree_text("labels/train/p1.txt", wrong[i].text);
        ax_datatree_refused("yolo:$", wrong[i].says);
        ax_datatree_refused("yolo:$", "labels/train/p1.txt: line ");
    }
    ax_datatree_text("labels/train/p1.txt", "");
    ax_datatree_text("labels/val/p9.txt", text);
    ax_datatree_refused("yolo:$", "labels/val/p9.txt: a target without an image");
}

TEST(side_by_side_without_names)
{
    char name[64];
    for (int i = 0; i < 10; i++) {
        snprintf(name, sizeof name, "%d.png", i);
        ax_datatree_picture(name, 32, 32);
        snprintf(name, sizeof name, "%d.txt", i);
        ax_datatree_text(name, i == 4 ? "3 0 0 1 0 1 1\n" : "0 0 0 1 0 1 1\n");
    }
    ax_source *s = ax_datatree_open("yolo:$");
    assert_int_equal(s->info.n_train, 9);
    assert_int_equal(s->info.task.outputs, 5);
    assert_string_equal(s->info.task.name[3], "class 3");
    s->ops->close(s);
    ax_datatree_text("classes.txt", "cat\ndog\nowl\nfox\n");
    s = ax_datatree_open("yolo:$");
    assert_string_equal(s->info.task.name[3], "fox");
    s->ops->close(s);
    ax_datatree_picture("sub/a.png", 32, 32);
    ax_datatree_refused("yolo:$/sub", "no images with text files");
}

TEST(names)
{
    static const struct {
        const char *yaml;
        int n;
        const char *last;
    } good[] = {
        { "names: [a, 'b, c', \"d\"]\n", 3, "d" },
        { "nc: 2\r\nnames:\r\n- a\r\n- traffic light\r\n\r\ntrain: x\r\n", 2, "traffic light" },
        { "names:\n  - a\n  # none\n  - b # one\n", 2, "b" },
        { "names: {0: a, 2: b}", 2, "b" },
        { "names: [a,\n  b,\n  c ]  # all\n", 3, "c" },
        { "\xef\xbb\xbfnames:\n  0: a\n  7: b", 2, "b" },
        { "train: x\n", 0, "" },
        { "names:\nnc: 0\n", 0, "" },
    };
    ax_err err;
    const char *path = ax_tempdir_path("y");
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        ax_classes *c = ax_classes_new(&err);
        ax_datatree_text("y", good[i].yaml);
        if (ax_yolo_names_read(c, path, &err) != AX_OK)
            fail_msg("%s", err.msg);
        assert_int_equal(c->n, good[i].n);
        if (c->n)
            assert_string_equal(c->label[c->n - 1].name, good[i].last);
        ax_classes_free(c);
    }
    static const struct {
        const char *yaml, *says;
    } wrong[] = {
        { "names: [a, b\n", "line 2: " },
        { "names: abc\n", "line 1: names are neither" },
        { "names: ['a, b]\n", "closing quote" },
        { "names:\n  a: 0\n", "line 2: not of the form ID: NAME" },
        { "names: [a] b\n", "more behind" },
        { "names: {a: b}\n", "not of the form ID: NAME" },
        { "names: [a, a]\n", "comes twice" },
        { "names: [a, ]\n", NULL },
        { "names: {0: a, 0: b}\n", "both have id" },
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        ax_classes *c = ax_classes_new(&err);
        ax_datatree_text("y", wrong[i].yaml);
        ax_code code = ax_yolo_names_read(c, path, &err);
        assert_int_equal(code, wrong[i].says ? AX_EFORMAT : AX_OK);
        if (wrong[i].says && !strstr(err.msg, wrong[i].says))
            fail_msg("says '%s', not '%s'", err.msg, wrong[i].says);
        ax_classes_free(c);
    }
}

int main(void)
{
    return RUN_EACH_TEST_WITHIN(ax_tempdir_make, ax_tempdir_remove, outlines, side_by_side_without_names, names);
}
