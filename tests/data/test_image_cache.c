/* Decoded images cached in memory: within their budget, the same from all threads, and the same samples as without a
   cache. */
#include "tests/helper/datatree.h"
#include "tests/helper/suite.h"
#include "tests/helper/tempdir.h"

#include "data/image_cache.h"
#include "data/open.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { H = 2, W = 3, BYTES = H * W * 3, IMAGES = 40 };

static ax_picture picture(uint8_t value)
{
    ax_picture p = { .h = H, .w = W, .rgb = malloc(BYTES), .truth = malloc(1) };
    assert_true(p.rgb && p.truth);
    memset(p.rgb, value, BYTES);
    return p;
}

TEST(the_first_ones_stay)
{
    ax_image_cache *k = ax_image_cache_new(4, NULL);
    ax_picture p = picture(1), got = { 0 };
    assert_false(ax_image_cache_put(k, 0, &p, BYTES)); /* no limit yet */
    assert_false(ax_image_cache_get(k, 0, &got));
    ax_image_cache_limit(k, 2 * BYTES + 1);
    assert_true(ax_image_cache_put(k, 0, &p, BYTES));
    ax_picture again = picture(1), second = picture(2), third = picture(3);
    assert_true(ax_image_cache_put(k, 0, &again, BYTES)); /* from a slower thread */
    assert_ptr_equal(again.rgb, p.rgb);
    assert_true(ax_image_cache_put(k, 3, &second, BYTES));
    assert_false(ax_image_cache_put(k, 1, &third, BYTES));
    ax_picture_release(&third);
    assert_true(ax_image_cache_get(k, 3, &got) && got.rgb == second.rgb && got.rgb[0] == 2 && got.h == H && got.w == W);
    assert_false(ax_image_cache_get(k, 1, &got) || ax_image_cache_get(k, 2, &got));
    ax_image_cache_limit(k, 2 * BYTES); /* as many as there are */
    assert_true(ax_image_cache_get(k, 0, &got));
    ax_image_cache_limit(k, 2 * BYTES - 1);
    assert_false(ax_image_cache_get(k, 0, &got) || ax_image_cache_get(k, 3, &got));
    ax_image_cache_free(k);
    ax_image_cache_free(NULL);
}

static void *use(void *arg)
{
    ax_image_cache *k = arg;
    uintptr_t wrong = 0;
    for (int pass = 0; pass < 20; pass++)
        for (size_t i = 0; i < IMAGES; i++) {
            ax_picture p;
            bool kept = ax_image_cache_get(k, i, &p);
            if (!kept) {
                p = picture((uint8_t)i);
                kept = ax_image_cache_put(k, i, &p, BYTES);
            }
            wrong += p.rgb[0] != i || p.rgb[BYTES - 1] != i;
            if (!kept)
                ax_picture_release(&p);
        }
    return (void *)wrong;
}

TEST(threads_share_them)
{
    pthread_t thread[4];
    ax_image_cache *k = ax_image_cache_new(IMAGES, NULL);
    ax_image_cache_limit(k, IMAGES / 2 * BYTES);
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&thread[i], NULL, use, k), 0);
    for (int i = 0; i < 4; i++) {
        void *wrong;
        pthread_join(thread[i], &wrong);
        assert_null(wrong);
    }
    ax_picture got;
    size_t there = 0;
    for (size_t i = 0; i < IMAGES; i++)
        there += ax_image_cache_get(k, i, &got);
    assert_int_equal(there, IMAGES / 2);
    ax_image_cache_free(k);
}

/* ---- sources ---- */

/* All samples of two shuffled passes over a split, one after the other. */
static size_t read_samples(ax_source *s, ax_split split, float *out)
{
    const ax_sample_spec spec = { .split = split,
                                  .h = 32,
                                  .w = 32,
                                  .scale_min = 1,
                                  .scale_max = 2,
                                  .mirror = true,
                                  .random_crop = true,
                                  .seed = 5,
                                  .shuffle = true };
    size_t images = split == AX_SPLIT_TRAIN ? s->info.n_train : s->info.n_val, n = 0;
    ax_err err = { AX_OK, "" };
    void *stream = s->ops->stream(s, &spec, NULL, 0, 2 * images, 3, &err);
    assert_non_null(stream);
    for (size_t i = 0; i < 2 * images; i++) {
        ax_sample sample;
        if (s->ops->next(stream, &sample, &err) != AX_OK)
            fail_msg("%s", err.msg);
        memcpy(out + n, sample.image, 32 * 32 * 3 * sizeof *out);
        n += 32 * 32 * 3;
        ax_sample_release(&sample);
    }
    s->ops->stream_close(stream);
    return n;
}

/* Without its files a set can return what it has cached, and nothing else. */
TEST(samples_are_the_same)
{
    static const uint8_t ids[] = { 0, 1 };
    static float plain[20 * 32 * 32 * 3], kept[20 * 32 * 32 * 3];
    char path[64];
    for (int i = 0; i < 10; i++) {
        snprintf(path, sizeof path, "images/%d.png", i);
        ax_datatree_picture(path, 48, 64);
        snprintf(path, sizeof path, "masks/%d.png", i);
        ax_datatree_mask(path, 48, 64, ids, sizeof ids);
    }
    ax_source *s = ax_datatree_open("folder:$,split=8/2");
    assert_int_equal(s->info.n_train, 8);
    size_t n = read_samples(s, AX_SPLIT_TRAIN, plain);
    size_t one = 48 * 64 * 3 + 48 * 64;
    for (int all = 0; all < 2; all++) {
        s->ops->keep(s, all ? 8 * one : 3 * one);
        assert_int_equal(read_samples(s, AX_SPLIT_TRAIN, kept), n);
        assert_memory_equal(plain, kept, n * sizeof *kept);
    }
    for (int i = 0; i < 10; i++) {
        snprintf(path, sizeof path, "images/%d.png", i);
        assert_int_equal(unlink(ax_tempdir_path(path)), 0);
    }
    assert_int_equal(read_samples(s, AX_SPLIT_TRAIN, kept), n);
    assert_memory_equal(plain, kept, n * sizeof *kept);
    ax_sample sample;
    const ax_sample_spec spec = { .split = AX_SPLIT_VAL, .h = 32, .w = 32, .scale_min = 1, .scale_max = 1 };
    assert_int_equal(s->ops->sample(s, &spec, 0, &sample, NULL), AX_EIO); /* there was no room for it */
    s->ops->keep(s, 0);
    ax_sample_spec train = spec;
    train.split = AX_SPLIT_TRAIN;
    assert_int_equal(s->ops->sample(s, &train, 0, &sample, NULL), AX_EIO);
    s->ops->close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_ones_stay),
        cmocka_unit_test(threads_share_them),
        cmocka_unit_test_setup_teardown(samples_are_the_same, ax_tempdir_make, ax_tempdir_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
