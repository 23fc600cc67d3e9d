#include "tests/helper/datatree.h"
#include "tests/helper/suite.h"
#include "tests/helper/tempdir.h"

#include "data/open.h"
#include "data/png_write.h"
#include "engine/base/file.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* The path of a file; its folders are made. */
static void at(const char *name, char path[AX_TEMPDIR_PATH])
{
    snprintf(path, AX_TEMPDIR_PATH, "%s/%s", ax_tempdir, name);
    for (char *slash = path + strlen(ax_tempdir) + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = '\0';
        mkdir(path, 0700);
        *slash = '/';
    }
}

void ax_datatree_bytes(const char *name, const void *bytes, size_t n)
{
    char path[AX_TEMPDIR_PATH];
    at(name, path);
    assert_int_equal(ax_file_replace(AT_FDCWD, path, bytes, n, NULL), AX_OK);
}

void ax_datatree_text(const char *name, const char *text)
{
    ax_datatree_bytes(name, text, strlen(text));
}

void ax_datatree_picture(const char *name, int32_t h, int32_t w)
{
    char path[AX_TEMPDIR_PATH];
    size_t n = 3 * (size_t)h * (size_t)w;
    uint8_t *rgb = malloc(n);
    assert_non_null(rgb);
    for (size_t i = 0; i < n; i++)
        rgb[i] = (uint8_t)(i * 7 + strlen(name));
    at(name, path);
    assert_int_equal(ax_picture_write(path, rgb, h, w, NULL), AX_OK);
    free(rgb);
}

void ax_datatree_mask(const char *name, int32_t h, int32_t w, const uint8_t *ids, size_t n)
{
    static const uint8_t palette[4][3] = { { 0, 0, 0 }, { 255, 0, 0 }, { 0, 255, 0 }, { 0, 0, 255 } };
    char path[AX_TEMPDIR_PATH];
    uint8_t *mask = malloc((size_t)h * (size_t)w);
    assert_non_null(mask);
    for (size_t i = 0; i < (size_t)h * (size_t)w; i++)
        mask[i] = ids[i % n];
    at(name, path);
    assert_int_equal(ax_mask_write(path, mask, h, w, palette, 4, NULL), AX_OK);
    free(mask);
}

void ax_datatree_colors(const char *name, int32_t h, int32_t w, const uint32_t *color, size_t n)
{
    char path[AX_TEMPDIR_PATH];
    uint8_t *rgb = malloc(3 * (size_t)h * (size_t)w);
    assert_non_null(rgb);
    for (size_t i = 0; i < (size_t)h * (size_t)w; i++)
        for (int c = 0; c < 3; c++)
            rgb[3 * i + (size_t)c] = (uint8_t)(color[i % n] >> (16 - 8 * c));
    at(name, path);
    assert_int_equal(ax_picture_write(path, rgb, h, w, NULL), AX_OK);
    free(rgb);
}

void ax_datatree_copy(const char *name, const char *of)
{
    char *bytes;
    size_t n;
    assert_int_equal(ax_file_read(AT_FDCWD, of, 1 << 24, &bytes, &n, NULL), AX_OK);
    ax_datatree_bytes(name, bytes, n);
    free(bytes);
}

ax_source *ax_datatree_open(const char *form)
{
    char spec[AX_TEMPDIR_PATH];
    ax_err err = { AX_OK, "" };
    ax_tempdir_spell(form, spec, sizeof spec);
    ax_source *s = ax_source_open(spec, "", &err);
    if (!s)
        fail_msg("%s: %s", spec, err.msg);
    return s;
}

void ax_datatree_refused(const char *form, const char *says)
{
    char spec[AX_TEMPDIR_PATH], text[AX_TEMPDIR_PATH];
    ax_err err = { AX_OK, "" };
    ax_tempdir_spell(form, spec, sizeof spec);
    ax_tempdir_spell(says, text, sizeof text);
    ax_source *s = ax_source_open(spec, "", &err);
    if (s)
        fail_msg("%s is taken, and should say '%s'", spec, text);
    if (!strstr(err.msg, text))
        fail_msg("says '%s', not '%s'", err.msg, text);
}

uint8_t *ax_datatree_labels(ax_source *s, ax_split split, uint64_t index, int32_t *h, int32_t *w)
{
    const ax_sample_spec whole = { .split = split, .scale_min = 1, .scale_max = 1 };
    ax_sample sample;
    ax_err err;
    if (s->ops->sample(s, &whole, index, &sample, &err) != AX_OK)
        fail_msg("%s", err.msg);
    uint8_t *labels = sample.truth;
    sample.truth = NULL;
    *h = sample.h;
    *w = sample.w;
    ax_sample_release(&sample);
    return labels;
}

void ax_datatree_has(const ax_source *s, uint64_t n_train, uint64_t n_val, int32_t outputs)
{
    assert_int_equal(s->info.n_train, n_train);
    assert_int_equal(s->info.n_val, n_val);
    assert_int_equal(s->info.task.outputs, outputs);
}

void ax_datatree_first_labels(ax_source *s, ax_split split, const uint8_t *want, size_t n)
{
    int32_t h, w;
    uint8_t *labels = ax_datatree_labels(s, split, 0, &h, &w);
    for (size_t i = 0; i < n; i++)
        if (labels[i] != want[i])
            fail_msg("pixel %zu is %d, not %d", i, labels[i], want[i]);
    free(labels);
}
