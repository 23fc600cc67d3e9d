/* RFC 4648, section 10, and all values of a byte. */
#include "engine/base/base64.h"
#include "tests/helper/suite.h"

#include <string.h>

static void check(const char *bytes, size_t n, const char *want)
{
    ax_str out;
    ax_str_init(&out, 0);
    ax_base64(&out, bytes, n);
    assert_true(ax_str_ok(&out) && out.len == strlen(want));
    assert_memory_equal(out.text, want, out.len);
    ax_str_release(&out);
}

TEST(published_vectors)
{
    static const char *const of[][2] = { { "f", "Zg==" },        { "fo", "Zm8=" },        { "foo", "Zm9v" },
                                         { "foob", "Zm9vYg==" }, { "fooba", "Zm9vYmE=" }, { "foobar", "Zm9vYmFy" } };
    for (size_t i = 0; i < sizeof of / sizeof *of; i++)
        check(of[i][0], strlen(of[i][0]), of[i][1]);
    check("\0\xff\xfe\x80", 4, "AP/+gA==");
}

int main(void)
{
    return RUN_TESTS(published_vectors);
}
