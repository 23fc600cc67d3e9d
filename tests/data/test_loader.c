#include "tests/helper/classmap.h"
#include "tests/helper/suite.h"
#include "data/loader.h"
#include "data/open.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A source whose samples are their own numbers; every tenth fails. Some take longer than others. */
static ax_code numbered(ax_source *s, const ax_sample_spec *spec, uint64_t index, ax_sample *out, ax_err *err)
{
    (void)s;
    (void)spec;
    *out = (ax_sample) { 0 };
    if (index % 10 == 7)
        return ax_fail(err, AX_EFORMAT, "sample %d is bad", (int)index);
    volatile double slow = 0;
    for (uint64_t i = 0; i < index * 7919 % 5 * 20000; i++)
        slow = slow + 1;
    *out = (ax_sample) { .h = (int32_t)index, .w = 1, .image = calloc(3, sizeof(float)), .truth = calloc(1, 1) };
    return AX_OK;
}

static const ax_source_ops numbered_ops = { .sample = numbered };
static const ax_sample_spec any = { .scale_min = 1, .scale_max = 1 };

TEST(in_order_with_errors)
{
    ax_source s = { .ops = &numbered_ops, .info = { .spec = "numbers" } };
    for (int threads = 1; threads <= 5; threads += 2) {
        ax_err err = { AX_OK, "" };
        void *l = ax_loader_open(&s, &any, NULL, 100, 60, threads, &err);
        assert_non_null(l);
        for (int i = 100; i < 160; i++) {
            ax_sample out;
            ax_code code = ax_loader_next(l, &out, &err);
            if (i % 10 == 7) {
                char text[40];
                snprintf(text, sizeof text, "sample %d is bad", i);
                assert_int_equal(code, AX_EFORMAT);
                assert_string_equal(err.msg, text);
                assert_null(out.image);
            } else {
                assert_int_equal(code, AX_OK);
                assert_int_equal(out.h, i);
            }
            ax_sample_release(&out);
        }
        ax_sample out;
        assert_int_equal(ax_loader_next(l, &out, &err), AX_EINVAL);
        assert_string_equal(err.msg, "numbers: the stream has ended");
        ax_loader_close(l);
    }
}

/* Failures keep their place in the order, too. */
TEST(in_another_order)
{
    ax_source s = { .ops = &numbered_ops, .info = { .spec = "numbers" } };
    static const uint32_t order[] = { 3, 0, 7, 2, 25, 1 };
    for (int threads = 1; threads <= 4; threads += 3) {
        void *l = ax_loader_open(&s, &any, order, 10, 6, threads, NULL);
        assert_non_null(l);
        for (int i = 0; i < 6; i++) {
            ax_sample out;
            assert_int_equal(ax_loader_next(l, &out, NULL), i == 2 ? AX_EFORMAT : AX_OK);
            assert_int_equal(out.h, i == 2 ? 0 : 10 + order[i]);
            ax_sample_release(&out);
        }
        ax_loader_close(l);
    }
}

TEST(closed_in_the_middle)
{
    ax_source s = { .ops = &numbered_ops };
    for (uint64_t taken = 0; taken < 30; taken++) {
        void *l = ax_loader_open(&s, &any, NULL, 0, UINT64_MAX, 1 + (int)(taken % 4), NULL);
        assert_non_null(l);
        for (uint64_t i = 0; i < taken; i++) {
            ax_sample out;
            if (ax_loader_next(l, &out, NULL) == AX_OK)
                assert_int_equal(out.h, i);
            ax_sample_release(&out);
        }
        ax_loader_close(l); /* leaks are the address sanitizer's business, joined threads the thread sanitizer's */
    }
    void *l = ax_loader_open(&s, &any, NULL, 0, 0, 0, NULL);
    ax_sample out;
    assert_int_equal(ax_loader_next(l, &out, NULL), AX_EINVAL);
    ax_loader_close(l);
    ax_loader_close(NULL);
}

/* One thread, four threads and no loader give the same bytes. */
static void same_for_any_threads(const char *name)
{
    ax_err err = { AX_OK, "" };
    ax_source *s = ax_source_open(name, "", &err);
    if (!s)
        fail_msg("%s", err.msg);
    const ax_sample_spec spec = { .split = AX_SPLIT_TRAIN,
                                  .h = 64,
                                  .w = 64,
                                  .scale_min = 0.8f,
                                  .scale_max = 1.2f,
                                  .mirror = true,
                                  .random_crop = true,
                                  .seed = 42 };
    void *one = s->ops->stream(s, &spec, NULL, 3, 20, 1, &err), *four = s->ops->stream(s, &spec, NULL, 3, 20, 4, &err);
    assert_true(one && four);
    for (uint64_t i = 3; i < 23; i++) {
        ax_sample a, b, c;
        assert_int_equal(s->ops->next(one, &a, &err), AX_OK);
        assert_int_equal(s->ops->next(four, &b, &err), AX_OK);
        assert_int_equal(s->ops->sample(s, &spec, i, &c, &err), AX_OK);
        assert_int_equal(a.h, 64);
        assert_int_equal(a.w, 64);
        assert_memory_equal(a.image, b.image, 3 * 64 * 64 * sizeof(float));
        assert_memory_equal(CLASS_MAP(a), CLASS_MAP(b), 64 * 64);
        assert_memory_equal(a.image, c.image, 3 * 64 * 64 * sizeof(float));
        assert_memory_equal(CLASS_MAP(a), CLASS_MAP(c), 64 * 64);
        ax_sample_release(&a);
        ax_sample_release(&b);
        ax_sample_release(&c);
    }
    s->ops->stream_close(one);
    s->ops->stream_close(four);
    s->ops->close(s);
}

TEST(deterministic)
{
    same_for_any_threads("scenes:8,4");
    same_for_any_threads("camvid:tests/data/camvid-tiny");
}

TEST(wrong_specs)
{
    static const struct {
        const char *spec, *message;
    } wrong[] = {
        { "", "data set '': not one of scenes[:TRAIN,VAL]" },
        { "scene", "data set 'scene': not one of scenes[:TRAIN,VAL]" },
        { "voc2:x", "data set 'voc2:x': not one of scenes[:TRAIN,VAL]" },
        { "camvid", "data set 'camvid': expected camvid:DIR" },
        { "scenes:", "data set 'scenes:': expected scenes:TRAIN,VAL with counts from 1 to 1000000000" },
        { "scenes:5", "data set 'scenes:5': expected scenes:TRAIN,VAL with counts from 1 to 1000000000" },
        { "scenes:0,5", "data set 'scenes:0,5': expected scenes:TRAIN,VAL with counts from 1 to 1000000000" },
        { "scenes:5,-1", "data set 'scenes:5,-1': expected scenes:TRAIN,VAL with counts from 1 to 1000000000" },
        { "scenes:5,1x", "data set 'scenes:5,1x': expected scenes:TRAIN,VAL with counts from 1 to 1000000000" },
        { "scenes:99999999999999999999,1",
          "data set 'scenes:99999999999999999999,1': expected scenes:TRAIN,VAL with counts from 1 to 1000000000" },
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        ax_err err = { AX_OK, "" };
        assert_null(ax_source_open(wrong[i].spec, "", &err));
        assert_int_equal(err.code, AX_EINVAL);
        assert_memory_equal(err.msg, wrong[i].message, strlen(wrong[i].message)); /* the list of known names follows */
    }
    char longest[400];
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    memcpy(longest, "camvid:", 7);
    assert_null(ax_source_open(longest, "", NULL));
}

int main(void)
{
    return RUN_TESTS(in_order_with_errors, in_another_order, closed_in_the_middle, deterministic, wrong_specs);
}
