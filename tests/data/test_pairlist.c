/* Lists of pairs as editors and scripts write them. */
#include "tests/helper/suite.h"
#include "tests/helper/tempdir.h"

#include "data/pairlist.h"
#include "engine/base/file.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char prefix[] = "/SegNet/CamVid/";

static void write_file(const char *name, const char *text, size_t n)
{
    assert_int_equal(ax_file_replace(AT_FDCWD, ax_tempdir_path(name), text, n, NULL), AX_OK);
}

static int make_dir(void **state)
{
    static const char *const names[] = { "a.png", "a.m", "b.png", "b.m", "my b.png", "my b.m", "\xc3\xa9.png" };
    if (ax_tempdir_make(state))
        return -1;
    mkdir(ax_tempdir_path("in"), 0700);
    write_file("in/a.png", "", 0);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        write_file(names[i], "", 0);
    return 0;
}

static ax_code read_list(ax_pairlist *list, const char *text, size_t n, ax_err *err)
{
    *list = (ax_pairlist) { 0 };
    *err = (ax_err) { AX_OK, "" };
    write_file("l.txt", text, n);
    return ax_pairlist_read(list, ax_tempdir, "l.txt", prefix, err);
}

/* The pairs that a list gives: "IMAGE MASK;" for each, with $ for the directory. */
static void expect(const char *text, const char *pairs)
{
    char given[1024] = "", want[1024] = "", got[1024] = "";
    ax_pairlist list;
    ax_err err;
    size_t n = 0;
    ax_tempdir_spell(text, given, sizeof given);
    ax_tempdir_spell(pairs, want, sizeof want);
    if (read_list(&list, given, strlen(given), &err) != AX_OK)
        fail_msg("'%s': %s", text, err.msg);
    for (size_t i = 0; i < list.n; i++)
        n += (size_t)snprintf(got + n, sizeof got - n, "%s %s;", list.pair[i].image, list.pair[i].mask);
    assert_string_equal(got, want);
    ax_pairlist_release(&list);
}

static void refuse(const char *text, size_t n, ax_code code, const char *message)
{
    char want[1024] = "";
    ax_pairlist list;
    ax_err err;
    ax_tempdir_spell(message, want, sizeof want);
    assert_int_equal(read_list(&list, text, n, &err), code);
    assert_string_equal(err.msg, want);
    ax_pairlist_release(&list);
}

#define REFUSE(text, code, message) refuse(text, sizeof text - 1, code, message)

TEST(white_space_is_no_part_of_names)
{
    static const char two[] = "$/a.png $/a.m;$/b.png $/b.m;";
    expect("a.png a.m\nb.png b.m\n", two);
    expect("a.png a.m\nb.png b.m", two);
    expect("a.png a.m\r\nb.png b.m\r\n", two);
    expect("a.png a.m\rb.png b.m\r", two);
    expect("\xef\xbb\xbf"
           "a.png a.m\nb.png b.m\n",
           two);
    expect("\xef\xbb\xbf\r\n"
           "a.png a.m\r\nb.png b.m",
           two);
    expect("a.png a.m \nb.png b.m\t\n", two);
    expect(" a.png a.m\n\tb.png\t\t b.m \t\r\n", two);
    expect("\n  \n\t\na.png a.m\n \r\nb.png b.m\n\n\v\n", two);
}

TEST(names_are_relative_absolute_or_of_the_published_list)
{
    expect("/SegNet/CamVid/a.png /SegNet/CamVid/a.m\n", "$/a.png $/a.m;");
    expect("$/b.png $/in/../a.m\n", "$/b.png $/in/../a.m;");
    expect("/a.png /in/a.png\n", "$//a.png $//in/a.png;"); /* no file of that name exists at the root */
}

TEST(names_may_contain_blanks)
{
    expect("my b.png b.m\n", "$/my b.png $/b.m;");
    expect("a.png my b.m\n", "$/a.png $/my b.m;");
    expect("my b.png my b.m \n", "$/my b.png $/my b.m;");
    expect("my b.png\tmy b.m\n", "$/my b.png $/my b.m;");
    expect("$/my b.png  $/my b.m\n", "$/my b.png $/my b.m;");
}

TEST(what_is_odd_in_a_name_is_shown)
{
    REFUSE("a.png a.m\nc.png a.m\n", AX_EIO, "$/l.txt: line 2: \"$/c.png\": No such file or directory");
    REFUSE("a.png\r\n\r\n", AX_EFORMAT, "$/l.txt: line 1: not of the form IMAGE MASK");
    REFUSE("a.png in\n", AX_EIO, "$/l.txt: line 1: \"$/in\": not a file");
    REFUSE("a.png a.m\n\xef\xbb\xbf"
           "a.png a.m\n",
           AX_EIO, "$/l.txt: line 2: \"$/\\ufeffa.png\": No such file or directory");
    REFUSE("a.png \"a.m\"\n", AX_EIO, "$/l.txt: line 1: \"$/\\\"a.m\\\"\": No such file or directory");
    REFUSE("a\x1b[31m.png a.m\n", AX_EIO, "$/l.txt: line 1: \"$/a\\x1b[31m.png\": No such file or directory");
    REFUSE("e\xcc\x81.png a.m\n", AX_EIO, "$/l.txt: line 1: \"$/e\\u0301.png\": No such file or directory");
    REFUSE("a.png\xc2\xa0"
           "a.m x\n",
           AX_EIO, "$/l.txt: line 1: \"$/a.png\\u00a0a.m\": No such file or directory");
    REFUSE("no b.png\tmy b.m\n", AX_EIO,
           "$/l.txt: line 1: \"no b.png\\tmy b.m\": no blank in it separates the names of two existing files");
    REFUSE("a.png a.m\0\n", AX_EFORMAT, "$/l.txt: line 1: a zero byte in it; a list is UTF-8 text");
    REFUSE("\xff\xfe"
           "a\0.\0p\0n\0g\0",
           AX_EFORMAT, "$/l.txt: UTF-16 text; save it as UTF-8");
    REFUSE("", AX_EFORMAT, "$/l.txt: lists no images");
    REFUSE("\xef\xbb\xbf \n\t\n", AX_EFORMAT, "$/l.txt: lists no images");
}

/* Trying a file name at each of its blanks would take hours. */
TEST(an_endless_line_is_refused)
{
    enum { LENGTH = 1 << 20 };
    char *text = malloc(LENGTH);
    assert_non_null(text);
    for (size_t i = 0; i < LENGTH; i++)
        text[i] = i % 2 ? ' ' : 'a';
    refuse(text, LENGTH, AX_EFORMAT, "$/l.txt: line 1: 1048575 bytes are too long for two names");
    free(text);
}

int main(void)
{
    return RUN_TESTS_WITHIN(make_dir, ax_tempdir_remove, white_space_is_no_part_of_names,
                            names_are_relative_absolute_or_of_the_published_list, names_may_contain_blanks,
                            what_is_odd_in_a_name_is_shown, an_endless_line_is_refused);
}
