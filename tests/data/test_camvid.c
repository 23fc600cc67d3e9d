#include "tests/helper/datatree.h"
#include "tests/helper/classmap.h"
#include "tests/helper/suite.h"
#include "tests/helper/tempdir.h"
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

static const ax_sample_spec whole = { .split = AX_SPLIT_TRAIN, .scale_min = 1, .scale_max = 1 };

TEST(real_pairs)
{
    ax_err err = { AX_OK, "" };
    ax_source *s = ax_source_open("camvid:tests/data/camvid-tiny", "", &err);
    if (!s)
        fail_msg("%s", err.msg);
    static const char *const name[] = { "sky",  "building", "pole", "road",       "pavement", "tree",
                                        "sign", "fence",    "car",  "pedestrian", "cyclist" };
    assert_string_equal(s->info.spec, "camvid:tests/data/camvid-tiny");
    ax_datatree_has(s, 2, 2, 11);
    for (int i = 0; i < 11; i++)
        assert_string_equal(s->info.task.name[i], name[i]);
    ax_sample a;
    assert_int_equal(s->ops->sample(s, &whole, 0, &a, &err), AX_OK);
    assert_int_equal(a.h, 64);
    assert_int_equal(a.w, 96);
    int count[256] = { 0 };
    for (int i = 0; i < 64 * 96; i++)
        count[CLASS_MAP(a)[i]]++;
    assert_int_equal(count[0], 2230);
    assert_int_equal(count[2], 118);
    assert_int_equal(count[5], 2443);
    assert_int_equal(count[8], 417);
    assert_int_equal(count[11], 0);
    assert_int_equal(count[255], 936);
    ax_sample_release(&a);
    uint8_t *one, *other;
    int32_t h, w;
    assert_int_equal(s->ops->picture(s, AX_SPLIT_VAL, 1, &one, &h, &w, &err), AX_OK);
    assert_int_equal(s->ops->picture(s, AX_SPLIT_VAL, 3, &other, &h, &w, &err), AX_OK); /* wraps around */
    assert_memory_equal(one, other, 3 * 64 * 96);
    free(one);
    free(other);
    s->ops->close(s);
}

/* ---- damaged data sets ---- */

static void write_text(const char *name, const char *text)
{
    assert_int_equal(ax_file_replace(AT_FDCWD, ax_tempdir_path(name), text, strlen(text), NULL), AX_OK);
}

static void write_pair(const char *image, int32_t h, int32_t w, const char *mask, int32_t mask_h, int32_t mask_w,
                       uint8_t last)
{
    static const uint8_t palette[1][3] = { { 1, 2, 3 } };
    uint8_t pixels[3 * 64 * 64] = { 0 };
    assert_int_equal(ax_picture_write(ax_tempdir_path(image), pixels, h, w, NULL), AX_OK);
    pixels[mask_h * mask_w - 1] = last;
    assert_int_equal(ax_mask_write(ax_tempdir_path(mask), pixels, mask_h, mask_w, palette, 1, NULL), AX_OK);
}

static const char good_list[] = "/SegNet/CamVid/train/a.png /SegNet/CamVid/trainannot/a.png\r\n";

static int make_dir(void **state)
{
    if (ax_tempdir_make(state))
        return -1;
    mkdir(ax_tempdir_path("train"), 0700);
    mkdir(ax_tempdir_path("trainannot"), 0700);
    write_pair("train/a.png", 32, 40, "trainannot/a.png", 32, 40, 10);
    write_text("train.txt", good_list);
    write_text("val.txt", "train/a.png  trainannot/a.png\n\n"); /* names without the prefix are relative to DIR */
    return 0;
}

/* The expected message, with $ for the directory. */
static void expect(const ax_err *err, ax_code code, const char *message)
{
    char text[512];
    ax_tempdir_spell(message, text, sizeof text);
    assert_string_equal(err->msg, text);
    assert_int_equal(err->code, code);
}

static ax_source *open_set(ax_err *err)
{
    char spec[128];
    snprintf(spec, sizeof spec, "camvid:%s", ax_tempdir);
    *err = (ax_err) { AX_OK, "" };
    return ax_source_open(spec, "", err);
}

static void expect_open(ax_code code, const char *message)
{
    ax_err err;
    assert_null(open_set(&err));
    expect(&err, code, message);
}

static void expect_sample(void)
{
    ax_err err;
    ax_source *s = open_set(&err);
    if (!s)
        fail_msg("%s", err.msg);
    ax_sample out;
    assert_int_equal(s->ops->sample(s, &whole, 0, &out, &err), AX_OK);
    ax_sample_release(&out);
    s->ops->close(s);
}

static ax_fingerprint fingerprint(void)
{
    ax_err err;
    ax_fingerprint f = { 0, 0 };
    ax_source *s = open_set(&err);
    if (!s)
        fail_msg("%s", err.msg);
    assert_int_equal(s->ops->fingerprint(s, &f, &err), AX_OK);
    s->ops->close(s);
    return f;
}

/* Changes to a file, and whether the fingerprint shows them. */
TEST(what_tells_data_apart)
{
    struct timespec then[2] = { { .tv_sec = 1000 }, { .tv_sec = 1000 } };
    static const char *const name[] = { "train/a.png", "trainannot/a.png" };
    write_pair(name[0], 32, 40, name[1], 32, 40, 10);
    write_text("train.txt", good_list);
    write_text("val.txt", good_list);
    for (int i = 0; i < 2; i++) {
        const char *path = ax_tempdir_path(name[i]);
        utimensat(AT_FDCWD, path, then, 0);
        const ax_fingerprint first = fingerprint(), again = fingerprint();
        assert_true(first.data == again.data && first.files == again.files);
        then[1].tv_nsec++;
        utimensat(AT_FDCWD, path, then, 0);
        const ax_fingerprint later = fingerprint();
        assert_true(later.data != first.data && later.files != first.files);
        then[1].tv_nsec--;
        utimensat(AT_FDCWD, path, then, 0); /* the time is set back */
        const ax_fingerprint back = fingerprint();
        assert_true(back.data == first.data && back.files != first.files);
        struct stat st;
        assert_int_equal(stat(path, &st), 0);
        assert_int_equal(truncate(path, st.st_size + 1), 0); /* one byte appended */
        utimensat(AT_FDCWD, path, then, 0);
        assert_true(fingerprint().data != first.data);
    }
    const ax_fingerprint before = fingerprint();
    write_text("val.txt", good_list); /* the same files under other names in the list */
    assert_true(fingerprint().data == before.data);
    write_text("val.txt", "train/a.png trainannot/a.png\ntrain/a.png trainannot/a.png\n");
    assert_true(fingerprint().data != before.data);
    write_text("train.txt", "train/a.png trainannot/a.png\ntrain/a.png trainannot/a.png\n");
    write_text("val.txt", good_list);
    assert_true(fingerprint().data != before.data);
}

TEST(broken_lists)
{
    ax_err err = { AX_OK, "" };
    assert_null(ax_source_open("camvid:/nowhere", "", &err));
    assert_string_equal(err.msg, "camvid:/nowhere: No such file or directory");
    assert_null(ax_source_open("camvid:tests/data/tiny.jpg", "", &err));
    assert_string_equal(err.msg, "camvid:tests/data/tiny.jpg: not a directory");
    expect_sample();
    write_text("train.txt", "\n\n");
    expect_open(AX_EFORMAT, "$/train.txt: lists no images");
    write_text("train.txt", "only-one\n");
    expect_open(AX_EFORMAT, "$/train.txt: line 1: not of the form IMAGE MASK");
    write_text("train.txt", "train/a.png trainannot/a.png\ntrain/b.png trainannot/a.png\n");
    expect_open(AX_EIO, "$/train.txt: line 2: \"$/train/b.png\": No such file or directory");
    write_text("train.txt", "train/a.png train\n");
    expect_open(AX_EIO, "$/train.txt: line 1: \"$/train\": not a file");
    const char *path = ax_tempdir_path("train.txt");
    unlink(path);
    expect_open(AX_EIO, "$/train.txt: cannot open: No such file or directory");
    write_text("train.txt", good_list);
    expect_sample();
}

TEST(broken_files)
{
    write_pair("train/a.png", 32, 40, "trainannot/a.png", 32, 40, 12);
    expect_open(AX_EFORMAT, "$/trainannot/a.png: id 12 at x 39, y 31: CamVid's ids are 0 to 10, and 11 = unlabelled");
    write_pair("train/a.png", 32, 40, "trainannot/a.png", 32, 41, 0);
    expect_open(AX_EFORMAT, "$/trainannot/a.png: 41x32, but its image $/train/a.png is 40x32");
    write_pair("train/a.png", 32, 40, "trainannot/a.png", 32, 40, 11);
    expect_sample();
    write_text("train/a.png", "not an image");
    expect_open(AX_EFORMAT, "$/train/a.png: neither a PNG nor a JPEG");
    write_text("train/a.png", "");
    expect_open(AX_EFORMAT, "$/train/a.png: the file is empty");
    write_text("train/a.png", "\x89PNG\r\n\x1a\n");
    expect_open(AX_EFORMAT, "$/train/a.png: damaged header: the file is cut short");
    write_pair("train/a.png", 32, 40, "trainannot/a.png", 32, 40, 11);
    ax_err err;
    ax_source *s = open_set(&err);
    assert_non_null(s);
    const char *path = ax_tempdir_path("train/a.png");
    unlink(path); /* deleted after it was seen */
    ax_sample out;
    assert_int_equal(s->ops->sample(s, &whole, 0, &out, &err), AX_EIO);
    expect(&err, AX_EIO, "$/train/a.png: cannot open: No such file or directory");
    s->ops->close(s);
}

int main(void)
{
    return RUN_TESTS_WITHIN(make_dir, ax_tempdir_remove, real_pairs, broken_lists, broken_files, what_tells_data_apart);
}
