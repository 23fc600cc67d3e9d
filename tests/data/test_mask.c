/* Masks in every kind of PNG, read with every kind of class file. */
#include "tests/helper/suite.h"
#include "tests/helper/tempdir.h"

#include "data/classfile.h"
#include "data/image.h"
#include "engine/base/file.h"

#include <fcntl.h>
#include <limits.h>
#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char png[64], text[64];

/* Rows as stored in the file: packed, 16 bits big-endian. */
static void put_png(int w, int h, int depth, int type, const uint8_t *rows)
{
    static const png_color palette[16] = { { 9, 9, 9 }, { 200, 0, 0 }, { 0, 200, 0 }, { 0, 0, 200 } };
    FILE *f = fopen(png, "wb");
    png_structp s = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(s);
    if (!f || setjmp(png_jmpbuf(s)))
        abort();
    png_init_io(s, f);
    png_set_IHDR(s, info, (png_uint_32)w, (png_uint_32)h, depth, type, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_BASE,
                 PNG_FILTER_TYPE_BASE);
    if (type == PNG_COLOR_TYPE_PALETTE)
        png_set_PLTE(s, info, palette, depth == 8 ? 16 : 1 << depth);
    png_write_info(s, info);
    size_t stride = png_get_rowbytes(s, info);
    for (int y = 0; y < h; y++)
        png_write_row(s, rows + stride * (size_t)y);
    png_write_end(s, NULL);
    png_destroy_write_struct(&s, &info);
    fclose(f);
}

/* Classes from a file with these lines and a map (NULL = none), or the error. */
static ax_classes *classes_of(const char *lines, const char *map, ax_source_info *info, ax_err *err)
{
    ax_classes *c = ax_classes_new(err);
    assert_non_null(c);
    assert_int_equal(ax_file_replace(AT_FDCWD, text, lines, strlen(lines), NULL), AX_OK);
    ax_code code = ax_classfile_read(c, text, err);
    if (code == AX_OK && map) {
        assert_int_equal(ax_file_replace(AT_FDCWD, text, map, strlen(map), NULL), AX_OK);
        code = ax_classmap_read(c, text, err);
    }
    if (code == AX_OK)
        code = ax_classes_finish(c, "no such class", info, err);
    if (code == AX_OK)
        return c;
    ax_classes_free(c);
    return NULL;
}

/* The mask in the file, as classes, equals `want`; if that is NULL, there is an error that contains `says`. */
static void expect(const char *lines, const char *map, const char *ignore, const uint8_t *want, const char *says)
{
    ax_err err = { AX_OK, "" };
    ax_source_info *info = calloc(1, sizeof *info);
    ax_classes *c = ax_classes_new(&err);
    assert_int_equal(ax_file_replace(AT_FDCWD, text, lines, strlen(lines), NULL), AX_OK);
    assert_int_equal(ax_classfile_read(c, text, &err), AX_OK);
    if (map)
        assert_int_equal(ax_file_replace(AT_FDCWD, text, map, strlen(map), NULL), AX_OK);
    if (map && ax_classmap_read(c, text, &err) != AX_OK)
        fail_msg("%s", err.msg);
    if (ignore)
        assert_int_equal(ax_classes_ignore(c, ignore, &err), AX_OK);
    assert_int_equal(ax_classes_finish(c, "no such class", info, &err), AX_OK);
    ax_mask m;
    if (ax_mask_read(png, &m, &err) != AX_OK)
        fail_msg("%s", err.msg);
    ax_code code = ax_mask_classes(&m, c, png, &err);
    if (want) {
        if (code != AX_OK)
            fail_msg("%s", err.msg);
        assert_memory_equal(m.bytes, want, (size_t)m.h * (size_t)m.w);
    } else {
        assert_int_equal(code, AX_EFORMAT);
        if (!strstr(err.msg, says))
            fail_msg("says '%s', not '%s'", err.msg, says);
    }
    free(m.bytes);
    free(info);
    ax_classes_free(c);
}

TEST(ids_of_any_depth)
{
    static const char two[] = "no\nyes\n", four[] = "0 a\n1 b\n2 c\n3 d\n";
    const uint8_t bits[] = { 0xa0 }, want1[] = { 1, 0, 1 };
    put_png(3, 1, 1, PNG_COLOR_TYPE_GRAY, bits);
    expect(two, NULL, NULL, want1, NULL); /* 1-bit values are 0 and 1, not 0 and 255 */
    put_png(3, 1, 1, PNG_COLOR_TYPE_PALETTE, bits);
    expect(two, NULL, NULL, want1, NULL);
    const uint8_t pairs[] = { 0x1b }, want2[] = { 0, 1, 2, 3 };
    put_png(4, 1, 2, PNG_COLOR_TYPE_GRAY, pairs);
    expect(four, NULL, NULL, want2, NULL);
    put_png(4, 1, 2, PNG_COLOR_TYPE_PALETTE, pairs);
    expect(four, NULL, NULL, want2, NULL);
    const uint8_t nibbles[] = { 0x30, 0x12 }, want4[] = { 3, 0, 1, 2 };
    put_png(4, 1, 4, PNG_COLOR_TYPE_GRAY, nibbles);
    expect(four, NULL, NULL, want4, NULL);
    put_png(4, 1, 4, PNG_COLOR_TYPE_PALETTE, nibbles);
    expect(four, NULL, NULL, want4, NULL);
    const uint8_t bytes[] = { 3, 255, 2, 0 }, want8[] = { 3, 255, 2, 0 };
    put_png(2, 2, 8, PNG_COLOR_TYPE_GRAY, bytes);
    expect(four, NULL, NULL, want8, NULL);
    put_png(2, 1, 8, PNG_COLOR_TYPE_PALETTE, bytes + 2);
    expect(four, NULL, NULL, want8 + 2, NULL);
    const uint8_t alpha[] = { 3, 0, 255, 9, 2, 255, 0, 1 };
    put_png(2, 2, 8, PNG_COLOR_TYPE_GRAY_ALPHA, alpha);
    expect(four, NULL, NULL, want8, NULL);
    const uint8_t words[] = { 0x03, 0xe8, 0x00, 0x02, 0x00, 0xff, 0x75, 0x30 }, want16[] = { 0, 1, 255, 2 };
    put_png(2, 2, 16, PNG_COLOR_TYPE_GRAY, words);
    expect("1000 a\n2: b\n30000,c\n", NULL, NULL, want16, NULL);
    expect("1000 a\n2: b\n", NULL, NULL, NULL, "id 30000 at x 1, y 1: no such class");
}

TEST(colors_by_a_table)
{
    const uint8_t rgb[] = { 255, 0, 0, 0, 0, 255, 0, 0, 0, 224, 224, 192 }, want[] = { 1, 2, 0, 255 };
    put_png(2, 2, 8, PNG_COLOR_TYPE_RGB, rgb);
    static const char labelmap[] = "\xef\xbb\xbf# label:color_rgb:parts:actions\r\nbackground:0,0,0::\r\n"
                                   "red car:255,0,0::\t\r\n\r\nwater: 0, 0, 255 ::\r\n";
    expect(labelmap, NULL, "224,224,192", want, NULL);
    expect(labelmap, NULL, NULL, NULL, "colour 224,224,192 at x 1, y 1: no such class");
    expect("0,0,0 background\n255 0 0\tred car\n0, 0, 255, water\n", NULL, "224,224,192", want, NULL);
    expect("background 0,0,0\nred car\t255,0,0\nwater 0,0,255\n", NULL, "224,224,192", want, NULL);
    expect("name,r,g,b\nbackground,0,0,0\nred car,255,0,0\nwater,0,0,255\n", NULL, "224,224,192", want, NULL);
    expect("0 background\n1 red\n2 blue\n", NULL, NULL, NULL, "the classes have ids and no colours");
    const uint8_t rgba[] = { 255, 0, 0, 255, 0, 0, 255, 7, 0, 0, 0, 0, 255, 0, 0, 1 }, want_rgba[] = { 1, 2, 0, 1 };
    put_png(2, 2, 8, PNG_COLOR_TYPE_RGB_ALPHA, rgba);
    expect(labelmap, NULL, NULL, want_rgba, NULL);
    const uint8_t ids[] = { 1, 1, 1, 0, 0, 0, 2, 2, 2, 255, 255, 255 }, want_ids[] = { 1, 0, 2, 255 };
    put_png(2, 2, 8, PNG_COLOR_TYPE_RGB, ids); /* grey that a program saved as RGB */
    expect("Pixel Value, Class\n0, background\n1, cat\n2, a \"dog\"\n", NULL, NULL, want_ids, NULL);
    const uint8_t deep[] = { 0, 1, 0, 2, 0, 3 };
    put_png(1, 1, 16, PNG_COLOR_TYPE_RGB, deep);
    ax_mask m;
    ax_err err;
    assert_int_equal(ax_mask_read(png, &m, &err), AX_EFORMAT);
    assert_non_null(strstr(err.msg, "16-bit colours"));
}

TEST(maps)
{
    static const char lines[] = "0 sky\n1 old car\n2 bus\n3 tree\n255 void\n";
    const uint8_t ids[] = { 0, 1, 2, 3, 255 }, joined[] = { 0, 1, 1, 255, 255 };
    const uint8_t rest[] = { 0, 1, 1, 0, 0 }; /* in the order of the ids, not of the lines */
    put_png(5, 1, 8, PNG_COLOR_TYPE_GRAY, ids);
    expect(lines, "old car -> vehicle\r\n2->vehicle\n  tree  ->  -\nvoid -> ignore\n", NULL, joined, NULL);
    expect(lines, "old car -> vehicle\nbus -> vehicle\n* -> rest\n", NULL, rest, NULL);
    expect(lines, "* -> rest\nold car -> vehicle\nbus -> vehicle\n", NULL, rest, NULL);
    const uint8_t without[] = { 255, 0, 1, 2, 3 };
    expect(lines, NULL, "0", without, NULL);
    ax_source_info *info = calloc(1, sizeof *info);
    ax_err err;
    ax_classes *c = classes_of(lines, "1 -> car\n2 -> car\n", info, &err);
    assert_non_null(c);
    assert_int_equal(info->task.outputs, 4);
    assert_string_equal(info->task.name[1], "car");
    assert_string_equal(info->task.name[3], "void"); /* 255 is a class if the file names it */
    ax_classes_free(c);
    static const struct {
        const char *map, *says;
    } wrong[] = {
        { "sky = blue\n", "line 1: not of the form OLD -> NEW" },
        { "\nsky -> a\nsea -> b\n", "line 3: the data set has no class 'sea'" },
        { "sky -> a\n0 -> b\n", "line 2: class 'sky' is mapped twice" },
        { "* -> -\n", "no class is left" },
        { "-> b\n", "line 1: not of the form OLD -> NEW" },
        { "sky -> aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n", "line 1: a name of more than 31 bytes" },
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_null(classes_of(lines, wrong[i].map, info, &err));
        if (!strstr(err.msg, wrong[i].says))
            fail_msg("says '%s', not '%s'", err.msg, wrong[i].says);
    }
    free(info);
}

TEST(wrong_class_files)
{
    static const struct {
        const char *text, *says;
    } wrong[] = {
        { "# only this\n", "names no classes" },
        { "a:1,2,3::\nb\n", "line 2: not of the form of the lines before it: name:r,g,b::" },
        { "1,2,3 a\n4 b\n", "line 2: not of the form" },
        { "0 a\n\n1 a\n", "line 3: class 'a' comes twice" },
        { "0 a\n0 b\n", "line 2: classes 'a' and 'b' both have id 0" },
        { "1,2,3 a\n1 2 3 b\n", "line 2: classes 'a' and 'b' both have the colour 1,2,3" },
        { "1,2,300 a\n", "line 1: a colour is R,G,B, each up to 255" },
        { "\xff\xfe"
          "0 a",
          "UTF-16" },
    };
    ax_source_info *info = calloc(1, sizeof *info);
    ax_err err;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_null(classes_of(wrong[i].text, NULL, info, &err));
        if (!strstr(err.msg, wrong[i].says))
            fail_msg("says '%s', not '%s'", err.msg, wrong[i].says);
    }
    ax_classes *c = ax_classes_new(&err);
    static const char *const ignore[] = { "", "x", "-1", "70000", "1,2", "1,2,256", "1,2,3,4" };
    for (size_t i = 0; i < sizeof ignore / sizeof *ignore; i++)
        assert_int_equal(ax_classes_ignore(c, ignore[i], &err), AX_EINVAL);
    ax_classes_free(c);
    free(info);
}

static int set_up(void **state)
{
    if (ax_tempdir_make(state))
        return -1;
    snprintf(png, sizeof png, "%s/m.png", ax_tempdir);
    snprintf(text, sizeof text, "%s/classes.txt", ax_tempdir);
    return 0;
}

int main(void)
{
    return RUN_TESTS_WITHIN(set_up, ax_tempdir_remove, ids_of_any_depth, colors_by_a_table, maps, wrong_class_files);
}
