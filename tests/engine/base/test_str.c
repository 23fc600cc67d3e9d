#include "engine/base/err.h"
#include "engine/base/rng.h"
#include "engine/base/str.h"
#include "engine/base/utf8.h"
#include "tests/helper/suite.h"

#include <math.h>
#include <string.h>

TEST(errors_keep_code_and_text)
{
    ax_err err = { AX_OK, "" };
    assert_int_equal(ax_fail(&err, AX_EIO, "%s: cannot read", "x.png"), AX_EIO);
    assert_string_equal(err.msg, "x.png: cannot read");
    assert_int_equal(ax_fail_prefix(&err, "val"), AX_EIO);
    assert_string_equal(err.msg, "val: x.png: cannot read");
    ax_fail(&err, AX_EINVAL, "again: %s", err.msg); /* the message's own text as an argument */
    assert_string_equal(err.msg, "again: val: x.png: cannot read");
    assert_int_equal(ax_fail(NULL, AX_ENOMEM, "nobody listens"), AX_ENOMEM);
    char big[2000];
    memset(big, 'a', sizeof big - 1);
    big[sizeof big - 1] = '\0';
    ax_fail(&err, AX_EIO, "%s", big);
    assert_int_equal(strlen(err.msg), sizeof err.msg - 1);
    ax_fail_prefix(&err, big);
    assert_int_equal(strlen(err.msg), sizeof err.msg - 1);
    assert_int_equal(ax_exit_code(AX_EINVAL), 2);
    assert_int_equal(ax_exit_code(AX_EDEVICE), 3);
    assert_int_equal(ax_exit_code(AX_EFORMAT), 1);
    assert_int_equal(ax_exit_code(AX_OK), 0);
}

TEST(strings_grow_up_to_their_bound)
{
    ax_str s;
    ax_str_init(&s, 100);
    assert_string_equal(s.text, "");
    for (int i = 0; i < 10; i++)
        ax_str_printf(&s, "%d,", i);
    assert_string_equal(s.text, "0,1,2,3,4,5,6,7,8,9,");
    for (int i = 0; i < 40; i++)
        ax_str_add(&s, "abc");
    assert_false(ax_str_ok(&s));
    assert_true(s.len <= 100);
    ax_str_clear(&s);
    assert_true(ax_str_ok(&s));
    assert_string_equal(s.text, "");
    ax_str_release(&s);
}

/* `append` turns the first text of each pair into the second. */
static void check_pairs(const char *const (*pair)[2], size_t n, void (*append)(ax_str *, const char *))
{
    for (size_t i = 0; i < n; i++) {
        ax_str s;
        ax_str_init(&s, 0);
        append(&s, pair[i][0]);
        assert_string_equal(s.text, pair[i][1]);
        ax_str_release(&s);
    }
}

TEST(what_cannot_be_seen_is_quoted)
{
    static const char *const pairs[][2] = {
        { "", "\"\"" },
        { "a b/\xc3\xa9.png", "\"a b/\xc3\xa9.png\"" },
        { "\"\\", "\"\\\"\\\\\"" },
        { "a\t\n\r\x1b[1m\x7f", "\"a\\t\\n\\r\\x1b[1m\\x7f\"" },
        { "\xef\xbb\xbf"
          "a",
          "\"\\ufeffa\"" }, /* byte-order mark */
        { "a\xc2\xa0"
          "b",
          "\"a\\u00a0b\"" },                                  /* a no-break space */
        { "e\xcc\x81", "\"e\\u0301\"" },                      /* looks like U+00E9 */
        { "\xe2\x80\x8b\xe2\x80\xae", "\"\\u200b\\u202e\"" }, /* zero width; right to left */
        { "\xf3\xa0\x80\xa0", "\"\\U000e0020\"" },
        { "\xff\xc3", "\"\\xff\\xc3\"" },
    };
    check_pairs(pairs, sizeof pairs / sizeof *pairs, ax_str_quoted);
}

TEST(json_text_is_escaped)
{
    ax_str s;
    ax_str_init(&s, 0);
    ax_str_json(&s, "a\"b\\c\n\x01 \xc3\xa9 \xff \xed\xa0\x80 \xf0\x9f\x98\x80");
    assert_string_equal(s.text, "\"a\\\"b\\\\c\\u000a\\u0001 \xc3\xa9 \xef\xbf\xbd "
                                "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd \xf0\x9f\x98\x80\"");
    ax_str_release(&s);
}

TEST(utf8_round_trip)
{
    for (uint32_t c = 1; c < 0x110000; c += c < 0x3000 ? 1 : 97) {
        if (c >= 0xd800 && c < 0xe000)
            continue;
        char buf[5];
        uint32_t back;
        size_t n = ax_utf8_encode(c, buf);
        assert_int_equal(ax_utf8_decode(buf, &back), n);
        assert_int_equal(back, c);
    }
    static const char *const bad[] = { "\xc0\x80", "\xe0\x80\x80", "\xf0\x80\x80\x80", "\xf4\x90\x80\x80",
                                       "\x80",     "\xe2\x82",     "\xf5\x80\x80\x80" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(ax_utf8_len(bad[i]), 0);
}

TEST(columns_are_those_of_a_terminal)
{
    static const struct {
        const char *text;
        int columns;
        const char *padded; /* to 8 */
    } t[] = { { "", 0, "        " },
              { "road", 4, "road    " },
              { "Stra\u00dfe", 6, "Stra\u00dfe  " },
              { "\u9053\u8def", 4, "\u9053\u8def    " },
              { "e\u0301", 1, "e\u0301       " },
              { "traffic light", 13, "traffic light" } };
    for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
        ax_str s;
        ax_str_init(&s, 0);
        assert_int_equal(ax_utf8_columns(t[i].text), t[i].columns);
        ax_str_padded(&s, t[i].text, 8);
        assert_string_equal(s.text, t[i].padded);
        ax_str_release(&s);
    }
}

TEST(rng_is_a_value_and_fair)
{
    ax_rng a = ax_rng_new(7, 1), b = a, other = ax_rng_new(7, 2);
    for (int i = 0; i < 100; i++)
        assert_true(ax_rng_next(&a) == ax_rng_next(&b));
    assert_true(ax_rng_next(&a) != ax_rng_next(&other));
    uint32_t count[11] = { 0 };
    double sum = 0, squares = 0;
    enum { N = 110000 };
    for (int i = 0; i < N; i++) {
        uint32_t k = ax_rng_below(&a, 11);
        assert_true(k < 11);
        count[k]++;
        double z = ax_rng_normal(&a), u = ax_rng_uniform(&a);
        assert_true(u >= 0 && u < 1);
        sum += z;
        squares += z * z;
    }
    double chi = 0;
    for (int i = 0; i < 11; i++)
        chi += (count[i] - N / 11.0) * (count[i] - N / 11.0) / (N / 11.0);
    assert_true(chi < 30); /* 10 degrees of freedom: above 29.6 for one seed in a thousand; the seed is fixed */
    assert_true(fabs(sum / N) < 0.02 && fabs(squares / N - 1) < 0.02);
}

TEST(what_cannot_be_seen_is_shown)
{
    static const struct {
        const char *text, *shown;
    } row[] = {
        { "plain, and \xc3\xa9 \xe4\xb8\xad \xf0\x9f\x99\x82 \\ \"", NULL },
        { "a\tb\nc\rd\x1b[31m\x7f", "a\\tb\\nc\\rd\\x1b[31m\\x7f" },
        { "\xc2\x80\xc2\x9b|\xc2\xa0", "\\u0080\\u009b|\xc2\xa0" }, /* C1 controls; a no-break space is printable */
        { "\x9b\xff\xe2\x80|\xc0\xaf", "\\x9b\\xff\\xe2\\x80|\\xc0\\xaf" }, /* not UTF-8 */
        { "\xe2\x80\xae\xe2\x81\xa6\xd8\x9c", "\\u202e\\u2066\\u061c" },    /* changes the text direction */
        { "\xef\xbb\xbfx\xe2\x80\x8b\xe2\x80\xa8", "\\ufeffx\\u200b\\u2028" },
        { "\xf3\xa0\x80\x81", "\\U000e0001" },
        { "\xe2\x80\x8d\xe2\x80\x8c", NULL }, /* joiners are part of words and emoji */
    };
    ax_str s;
    ax_str_init(&s, 0);
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        ax_str_clear(&s);
        ax_str_visible(&s, row[i].text, false);
        assert_string_equal(s.text, row[i].shown ? row[i].shown : row[i].text);
    }
    ax_str_clear(&s);
    ax_str_visible(&s, "a\nb\tc\n", true);
    assert_string_equal(s.text, "a\nb\\tc\n");
    ax_str_clear(&s);
    ax_str_json(&s, "\xc2\x9b\xe2\x80\xae\xf3\xa0\x80\x81\x1b");
    assert_string_equal(s.text, "\"\\u009b\\u202e\\udb40\\udc01\\u001b\"");
    ax_str_release(&s);
    assert_int_equal(ax_utf8_fit("a\xc3\xa9\xe2\x82\xac", 6), 6);
    assert_int_equal(ax_utf8_fit("a\xc3\xa9\xe2\x82\xac", 5), 3);
    assert_int_equal(ax_utf8_fit("a\xc3\xa9", 2), 1);
    assert_int_equal(ax_utf8_fit("\xff\xc3", 100), 2);
    char copy[16];
    ax_utf8_copy(copy, sizeof copy,
                 "a\xc2\x9b"
                 "b\xff\xc3\xa9");
    assert_string_equal(copy, "a?b?\xc3\xa9");
}

TEST(cells_of_a_table_are_text)
{
    static const char *const pairs[][2] = {
        { "plain", "plain" },
        { "a, b", "\"a, b\"" },
        { "a \"b\"", "\"a \"\"b\"\"\"" },
        { "=1+1", "'=1+1" },
        { "+1", "'+1" },
        { "-1", "'-1" },
        { "@x", "'@x" },
        { "a=b", "a=b" },
        { "\tx\n", "'\\tx\\n" },
        { "=A1,\"", "\"'=A1,\"\"\"" },
        { "\x1b[31m", "\\x1b[31m" },
        { "", "" },
    };
    check_pairs(pairs, sizeof pairs / sizeof *pairs, ax_str_csv);
}

int main(void)
{
    return RUN_TESTS(columns_are_those_of_a_terminal, errors_keep_code_and_text, strings_grow_up_to_their_bound,
                     what_cannot_be_seen_is_quoted, what_cannot_be_seen_is_shown, json_text_is_escaped, utf8_round_trip,
                     rng_is_a_value_and_fair, cells_of_a_table_are_text);
}
