#include "engine/config/dataset.h"
#include "tests/helper/suite.h"

#include <stdio.h>
#include <string.h>

static void refused(const char *spec, const char *why)
{
    ax_dataset_spec s;
    ax_err err;
    assert_int_equal(ax_dataset_parse(spec, &s, &err), AX_EINVAL);
    if (!strstr(err.msg, why))
        fail_msg("%s: says '%s', not '%s'", spec, err.msg, why);
}

TEST(parts)
{
    ax_dataset_spec s;
    assert_int_equal(ax_dataset_parse("scenes", &s, NULL), AX_OK);
    assert_string_equal(s.set->name, "scenes");
    assert_null(s.argument);
    assert_int_equal(ax_dataset_parse("list:a,b=c,d", &s, NULL), AX_OK); /* commas that don't start an option */
    assert_string_equal(s.argument, "a,b=c,d");
    for (int i = 0; i < AX_DATASET_OPTIONS; i++)
        assert_null(s.option[i]);
    assert_int_equal(ax_dataset_parse("camvid:/a/b//,part=test", &s, NULL), AX_OK);
    assert_string_equal(s.argument, "/a/b");
    assert_int_equal(ax_dataset_parse("folder:/", &s, NULL), AX_OK);
    assert_string_equal(s.argument, "/");
    refused("", "not one of scenes[:TRAIN,VAL]");
    refused("camvid", "'camvid': expected camvid:DIR");
    refused("camvid:", "'camvid:': expected camvid:DIR");
    refused("coco,split=90/10", "expected coco:FILE,DIR");
    refused("scene:3,4", "not one of");
    refused("scenes,now", "',now' is not an option; it takes part");
    refused("scenes:3,4,split=1/1", "'scenes' takes no option split");
    char longest[AX_DATASET_SPEC + 1];
    memset(longest, 'x', sizeof longest - 1);
    memcpy(longest, "list:", 5);
    longest[sizeof longest - 1] = '\0';
    refused(longest, "too long");
}

int main(void)
{
    return RUN_TESTS(parts);
}
