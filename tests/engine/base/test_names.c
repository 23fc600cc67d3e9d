/* Tables of names: numbers are found by name. */
#include "engine/base/names.h"
#include "tests/helper/suite.h"

#include <stdio.h>
#include <string.h>

TEST(what_was_added_is_found_and_nothing_else)
{
    enum { MANY = 3000 }; /* the table grows several times */
    static char text[MANY][32];
    ax_names names = { 0 };
    assert_int_equal(ax_names_find(&names, "x"), AX_NO_NAME);
    for (uint32_t i = 0; i < MANY; i++) {
        snprintf(text[i], sizeof text[i], "conv%u.weight", i * 7919u);
        assert_int_equal(ax_names_find(&names, text[i]), AX_NO_NAME);
        assert_int_equal(ax_names_add(&names, text[i], i, NULL), AX_OK);
    }
    for (uint32_t i = 0; i < MANY; i++) {
        char copy[sizeof text[i]]; /* names are compared by content, not by address */
        memcpy(copy, text[i], sizeof copy);
        assert_int_equal(ax_names_find(&names, copy), i);
    }
    assert_int_equal(ax_names_find(&names, "conv1.weight"), AX_NO_NAME);
    assert_int_equal(ax_names_find(&names, ""), AX_NO_NAME);
    assert_int_equal(names.n, MANY);
    ax_names_free(&names);
    assert_int_equal(ax_names_find(&names, text[0]), AX_NO_NAME);
    ax_names_free(&names);
}

int main(void)
{
    return RUN_TESTS(what_was_added_is_found_and_nothing_else);
}
