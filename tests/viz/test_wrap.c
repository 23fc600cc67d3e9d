/* Wrapping text into lines. */
#include "viz/wrap.h"
#include "tests/helper/suite.h"

#include <string.h>

static void lines_are(const char *text, int width, const char *const *want, int n)
{
    assert_int_equal(ax_wrap_lines(text, width), n);
    for (int i = 0; i < n; i++) {
        const char *from = text;
        size_t bytes = ax_wrap_line(from, width, &text);
        assert_int_equal(bytes, strlen(want[i]));
        assert_memory_equal(from, want[i], bytes);
    }
    assert_string_equal(text, "");
}
#define LINES(text, width, ...)                                                                                        \
    lines_are(text, width, (const char *const[]) { __VA_ARGS__ },                                                      \
              sizeof((const char *const[]) { __VA_ARGS__ }) / sizeof(char *))

TEST(words_stay_whole)
{
    LINES("", 5, "");
    LINES("one two", 7, "one two");
    LINES("one two", 6, "one", "two");
    LINES("one two", 3, "one", "two");
    LINES("one  two three", 8, "one  two", "three");
    LINES("a hippopotamus is", 5, "a", "hippo", "potam", "us is");
    LINES("\u00e4\u00f6\u00fc \u20ac", 3, "\u00e4\u00f6\u00fc", "\u20ac");
}

int main(void)
{
    return RUN_TESTS(words_stay_whole);
}
