#include "tests/helper/datatree.h"
#include "tests/helper/suite.h"
#include "tests/helper/tempdir.h"

#include "tests/helper/classmap.h"
#include "data/image.h"
#include "data/open.h"
#include "data/png_write.h"
#include "engine/base/file.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char root[4096];

static void put(const char *name, const char *text)
{
    assert_int_equal(ax_file_replace(AT_FDCWD, ax_tempdir_path(name), text, strlen(text), NULL), AX_OK);
}

/* Lists the CamVid pairs that the tests have, by absolute name. */
static void put_list(const char *name, int n, const char *before)
{
    char text[16384];
    size_t used = (size_t)snprintf(text, sizeof text, "%s", before);
    for (int i = 0; i < n; i++) {
        const char *split = i % 2 ? "val" : "train";
        char *list;
        size_t size, want = (size_t)(i / 2 % 2);
        char path[8192], image[256], mask[256];
        snprintf(path, sizeof path, "%s/tests/data/camvid-tiny/%s.txt", root, split);
        assert_int_equal(ax_file_read(AT_FDCWD, path, 1 << 16, &list, &size, NULL), AX_OK);
        const char *line = want ? strchr(list, '\n') + 1 : list;
        assert_int_equal(sscanf(line, "%255s %255s", image, mask), 2);
        const char *skip = "/SegNet/CamVid/";
        const char *a = strstr(image, skip) == image ? image + strlen(skip) : image;
        const char *b = strstr(mask, skip) == mask ? mask + strlen(skip) : mask;
        used += (size_t)snprintf(text + used, sizeof text - used,
                                 "%s/tests/data/camvid-tiny/%s\t%s/tests/data/camvid-tiny/%s\n", root, a, root, b);
        free(list);
    }
    put(name, text);
}

static ax_source *open_list(const char *argument, ax_err *err)
{
    char spec[256];
    snprintf(spec, sizeof spec, argument[0] == '/' ? "list:%s" : "list:%s/%s",
             argument[0] == '/' ? argument : ax_tempdir, argument);
    return ax_source_open(spec, "", err);
}

static ax_source *must_open(const char *argument)
{
    ax_err err;
    ax_source *s = open_list(argument, &err);
    if (!s)
        fail_msg("%s", err.msg);
    return s;
}

TEST(one_list_is_parted)
{
    put_list("all.txt", 25, "\xef\xbb\xbf# image\tmask\n\n");
    ax_source *s = must_open("all.txt");
    assert_int_equal(s->info.n_val, 2); /* lines 10 and 20 */
    assert_int_equal(s->info.n_train, 23);
    assert_int_equal(s->info.task.outputs, 12); /* CamVid's unlabelled id, 11, counts as a class */
    assert_string_equal(s->info.task.name[3], "class 3");
    s->ops->close(s);
    put_list("few.txt", 3, "");
    s = must_open("few.txt");
    assert_int_equal(s->info.n_val, 1);
    assert_int_equal(s->info.n_train, 2);
    s->ops->close(s);
    put_list("one.txt", 1, "");
    ax_err err;
    assert_null(open_list("one.txt", &err));
    assert_non_null(strstr(err.msg, "training and validation need one each"));
    assert_null(ax_source_open("list:/nowhere", "", &err));
    assert_string_equal(err.msg, "/nowhere: cannot open: No such file or directory");
}

TEST(two_lists_and_their_classes)
{
    char both[256];
    put_list("train,1.txt", 2, "");
    put_list("val.txt", 3, "");
    put("classes.txt",
        "# id 0 first\nsky 1,2,3\nbuilding\npole of a lamp\t9,8,255\nroad\npavement\ntree\nsign\nfence\ncar\n"
        "pedestrian\ncyclist\nnothing\n");
    snprintf(both, sizeof both, "%s/train,1.txt,%s/val.txt", ax_tempdir, ax_tempdir);
    ax_source *s = must_open(both);
    ax_datatree_has(s, 2, 3, 12);
    assert_string_equal(s->info.task.name[0], "sky");
    assert_string_equal(s->info.task.name[2], "pole of a lamp");
    assert_int_equal(s->info.task.color[0][1], 2);
    assert_int_equal(s->info.task.color[2][2], 255);
    assert_int_equal(s->info.task.color[1][0], 128); /* no colours given: id 1 has VOC's colour */
    assert_int_equal(s->info.task.color[1][1], 0);
    ax_sample_spec whole = { .split = AX_SPLIT_TRAIN, .scale_min = 1, .scale_max = 1 };
    ax_sample a;
    ax_err err;
    assert_int_equal(s->ops->sample(s, &whole, 0, &a, &err), AX_OK);
    int sky = 0;
    for (int i = 0; i < a.h * a.w; i++)
        sky += CLASS_MAP(a)[i] == 0;
    assert_int_equal(sky, 2230);
    ax_sample_release(&a);
    s->ops->close(s);
    put("classes.txt", "sky\nbuilding\n");
    assert_null(open_list(both, &err));
    assert_non_null(strstr(err.msg, "classes.txt names fewer classes"));
    static const struct {
        const char *text, *says;
    } wrong[] = {
        { "\n# none\n", "names no classes" },
        { "sky 300,0,0\n", "line 1: a colour is R,G,B" },
        { "sky\naaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n", "line 2: a name of more than" },
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        put("classes.txt", wrong[i].text);
        assert_null(open_list(both, &err));
        if (!strstr(err.msg, wrong[i].says))
            fail_msg("%s: lacks '%s'", err.msg, wrong[i].says);
    }
    put("classes.txt", "");
    assert_null(open_list("nowhere.txt", &err));
    assert_non_null(strstr(err.msg, "nowhere.txt: "));
}

static int set_up(void **state)
{
    return !getcwd(root, sizeof root) || ax_tempdir_make(state);
}

int main(void)
{
    return RUN_TESTS_WITHIN(set_up, ax_tempdir_remove, one_list_is_parted, two_lists_and_their_classes);
}
