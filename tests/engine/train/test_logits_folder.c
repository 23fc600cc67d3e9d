/* A teacher's folder of logits: the file for each image. */
#include "engine/train/logits_folder.h"

#include "data/open.h"
#include "data/png_write.h"
#include "engine/base/file.h"
#include "engine/model/safetensors.h"
#include "tests/helper/suite.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { SIDE = 32, CLASSES = 11, PATH = 256 };

static char root[] = "/tmp/ax-logits-XXXXXX";

static int set_up(void **state)
{
    (void)state;
    return mkdtemp(root) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    char command[64];
    snprintf(command, sizeof command, "rm -rf %s", root);
    return system(command);
}

/* Makes the folders of a path below the root. */
static void make_folders(char *path)
{
    for (char *slash = strchr(path + sizeof root, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(path, 0700);
        *slash = '/';
    }
}

/* A data set in CamVid's layout in root/NAME, whose pictures have these names. */
static ax_source *named_set(const char *name, const char *const *image, int n)
{
    static const uint8_t palette[1][3] = { { 0 } }, pixels[3 * SIDE * SIDE];
    char dir[64], path[PATH], list[1024] = "";
    ax_err err = { AX_OK, "" };
    snprintf(dir, sizeof dir, "%s/%s", root, name);
    assert_int_equal(mkdir(dir, 0700), 0);
    snprintf(path, sizeof path, "%s/m.png", dir);
    assert_int_equal(ax_mask_write(path, pixels, SIDE, SIDE, palette, 1, &err), AX_OK);
    for (int i = 0; i < n; i++) {
        snprintf(path, sizeof path, "%s/%s", dir, image[i]);
        make_folders(path);
        assert_int_equal(ax_picture_write(path, pixels, SIDE, SIDE, &err), AX_OK);
        snprintf(list + strlen(list), sizeof list - strlen(list), "%s m.png\n", image[i]);
    }
    snprintf(path, sizeof path, "%s/train.txt", dir);
    assert_int_equal(ax_file_replace(AT_FDCWD, path, list, strlen(list), &err), AX_OK);
    snprintf(path, sizeof path, "%s/val.txt", dir);
    assert_int_equal(ax_file_replace(AT_FDCWD, path, list, strlen(list), &err), AX_OK);
    snprintf(path, sizeof path, "camvid:%s", dir);
    ax_source *s = ax_source_open(path, "", &err);
    if (!s)
        fail_msg("%s", err.msg);
    return s;
}

/* Writes logits that are all `number` as NAME into the folder dir. */
static void put_number(const char *dir, const char *name, float number)
{
    enum { STORED = CLASSES * SIDE / 8 * SIDE / 8 };
    static const char header[] = "{'descr': '<f4', 'fortran_order': False, 'shape': (11, 4, 4), }";
    char path[PATH], bytes[10 + sizeof header - 1 + STORED * sizeof number] = "\x93NUMPY\1";
    float value[STORED];
    ax_err err = { AX_OK, "" };
    for (size_t i = 0; i < STORED; i++)
        value[i] = number;
    snprintf(path, sizeof path, "%s/%s", dir, name);
    make_folders(path);
    if (strstr(name, ".safetensors")) {
        const ax_st_tensor t = { "logits", AX_ST_F32,    3,      { CLASSES, SIDE / 8, SIDE / 8 },
                                 value,    sizeof value, STORED, "" };
        assert_int_equal(ax_safetensors_write(AT_FDCWD, path, &t, 1, NULL, 0, &err), AX_OK);
        return;
    }
    bytes[8] = sizeof header - 1;
    memcpy(bytes + 10, header, sizeof header - 1);
    memcpy(bytes + 10 + sizeof header - 1, value, sizeof value);
    assert_int_equal(ax_file_replace(AT_FDCWD, path, bytes, sizeof bytes, &err), AX_OK);
}

static float number_of(const char *dir, ax_source *source, uint64_t image)
{
    ax_err err = { AX_OK, "" };
    ax_sample s = { 0 };
    const ax_sample_spec spec = { .split = AX_SPLIT_TRAIN, .scale_min = 1, .scale_max = 1 };
    float out[CLASSES * SIDE / 4 * SIDE / 4];
    assert_int_equal(source->ops->sample(source, &spec, image, &s, &err), AX_OK);
    if (ax_logits_folder_read(dir, source, &s, out, &err) != AX_OK)
        fail_msg("%s", err.msg);
    ax_sample_release(&s);
    return out[0];
}

static uint64_t key_of(const char *dir, ax_source *source)
{
    ax_fingerprint is;
    ax_err err = { AX_OK, "" };
    if (ax_logits_folder_fingerprint(dir, source, &is, &err) != AX_OK)
        fail_msg("%s", err.msg);
    return is.data;
}

static void refuse_folder(const char *dir, ax_source *source, const char *says)
{
    ax_fingerprint is;
    ax_err err = { AX_OK, "" };
    assert_int_equal(ax_logits_folder_fingerprint(dir, source, &is, &err), AX_EFORMAT);
    if (!strstr(err.msg, says))
        fail_msg("'%s' instead of '%s'", err.msg, says);
}

/* Sequences that count from 1 have pictures with the same names: each one uses its own logits. */
TEST(pictures_of_one_name)
{
    static const char *const image[] = { "train/s1/0001.png", "train/s2/0001.png", "train/s2/0002.png", "0003.png" };
    ax_source *source = named_set("set", image, 4);
    char dir[64], path[PATH];
    snprintf(dir, sizeof dir, "%s/logits", root);
    assert_int_equal(mkdir(dir, 0700), 0);
    put_number(dir, "0001.npy", 1);
    refuse_folder(dir, source, "logits/0001.npy: two images are called so (train/s1/0001.png, train/s2/0001.png)");
    put_number(dir, "train/s1/0001.npy", 2);
    refuse_folder(dir, source, "logits/0001.npy: two images are called so");
    put_number(dir, "train/s2/0001.safetensors", 3);
    put_number(dir, "0002.npy", 4);
    put_number(dir, "0003.npy", 5);
    uint64_t key = key_of(dir, source);
    const float want[] = { 2, 3, 4, 5 };
    for (uint64_t i = 0; i < 4; i++)
        assert_true(number_of(dir, source, i) == want[i]);
    put_number(dir, "train/s2/0002.npy", 6); /* found before the one without folders: another teacher */
    assert_true(key_of(dir, source) != key);
    assert_true(number_of(dir, source, 2) == 6);
    source->ops->close(source);

    /* names that differ only in their endings share a path; a name listed twice is one picture */
    static const char *const ending[] = { "train/a.png", "train/a.jpg" };
    static const char *const twice[] = { "train/a.png", "train/a.png", "./train//a.png" };
    snprintf(path, sizeof path, "%s/logits2", root);
    assert_int_equal(mkdir(path, 0700), 0);
    put_number(path, "train/a.npy", 1);
    source = named_set("set2", ending, 2);
    refuse_folder(path, source, "train/a.npy: two images are called so (train/a.jpg, train/a.png)");
    source->ops->close(source);
    source = named_set("set3", twice, 3);
    key_of(path, source);
    source->ops->close(source);
}

int main(void)
{
    return RUN_TESTS_WITHIN(set_up, tear_down, pictures_of_one_name);
}
