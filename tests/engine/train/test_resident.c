/* Stage 1's crops in a device's memory: when they are put there, and that a batch gathered from there equals the
   cache's. The device is the CPU with a limited amount of memory. */
#include "data/open.h"
#include "engine/space/decoder.h"
#include "engine/model/encoder.h"
#include "engine/train/resident.h"
#include "tests/helper/suite.h"

#include <stdlib.h>
#include <string.h>

enum { CROPS = 3, SIDE = 32, BATCH = 2, CROP_BYTES = 4 * (8 * 8 * 24 + 4 * 4 * 32 + 2 * 2 * 96 + 320) + 8 * 8 };

static struct {
    size_t spare, all;
    int allocations, live, fails_at; /* fails_at: number of the allocation that fails, 0 = none */
} memory;

static size_t spare(ax_device *dev, size_t *all)
{
    (void)dev;
    if (all)
        *all = memory.all;
    return memory.spare;
}

static void *alloc(ax_device *dev, size_t bytes, ax_err *err)
{
    if (++memory.allocations == memory.fails_at) {
        ax_fail(err, AX_ENOMEM, "out of memory");
        return NULL;
    }
    memory.live++;
    return ax_backend_cpu.alloc(dev, bytes, err);
}

static void release(ax_device *dev, void *mem)
{
    memory.live -= mem != NULL;
    ax_backend_cpu.release(dev, mem);
}

typedef struct bench {
    ax_backend be;
    ax_device *dev;
    ax_source *source;
    ax_cache *cache;
} bench;

static int set_up(void **state)
{
    ax_err err = { AX_OK, "" };
    bench *b = calloc(1, sizeof *b);
    assert_non_null(b);
    b->be = ax_backend_cpu;
    b->be.spare = spare;
    b->be.alloc = alloc;
    b->be.release = release;
    assert_non_null(b->dev = b->be.open(0, 1, &err));
    assert_non_null(b->source = ax_source_open("scenes", "", &err));
    const ax_cache_spec spec = {
        .source = b->source,
        .samples = { .split = AX_SPLIT_TRAIN, .h = SIDE, .w = SIDE, .scale_min = 1, .scale_max = 1, .seed = 1 },
        .count = CROPS,
        .threads = 1,
    };
    b->cache = ax_cache_open(NULL, &spec, &ax_backend_cpu, b->dev, NULL, NULL, &err);
    if (!b->cache)
        fail_msg("%s", err.msg);
    *state = b;
    return 0;
}

static int tear_down(void **state)
{
    bench *b = *state;
    ax_cache_free(b->cache);
    b->source->ops->close(b->source);
    b->be.close(b->dev);
    free(b);
    return 0;
}

static ax_resident *make_shared(const bench *b, size_t room, int fails_at, size_t sharers)
{
    memory.spare = room;
    memory.allocations = memory.live = 0;
    memory.fails_at = fails_at;
    return ax_resident_new(b->cache, &b->source->info.task, &b->be, b->dev, sharers);
}

static ax_resident *make(const bench *b, size_t room, int fails_at)
{
    return make_shared(b, room, fails_at, 1);
}

static void only_when_they_take_less_than_half(void **state)
{
    const bench *b = *state;
    assert_null(make(b, 2 * CROPS * CROP_BYTES - 2, 0));
    assert_int_equal(memory.allocations, 0);
    ax_resident *r = make(b, 2 * CROPS * CROP_BYTES, 0);
    assert_non_null(r);
    ax_resident_free(r);
    assert_int_equal(memory.live, 0);
    assert_null(
        ax_resident_new(b->cache, &b->source->info.task, &ax_backend_cpu, b->dev, 1)); /* reads the cache directly */
}

/* A sixteenth is reserved for what each process uses anyway. All workers have their crops on the device or none has,
   whatever the others have already used, as long as there is room. */
static void of_all_workers_less_than_half(void **state)
{
    const bench *b = *state;
    const size_t crops = CROPS * CROP_BYTES, all = 8 * crops / 15 * 16;
    memory.all = all - 256;
    assert_null(make_shared(b, all, 0, 4));
    assert_int_equal(memory.allocations, 0);
    memory.all = all + 256;
    for (size_t worker = 0; worker < 4; worker++) {
        ax_resident *r = make_shared(b, all - worker * crops, 0, 4);
        assert_non_null(r);
        assert_int_equal(ax_resident_bytes(r), crops);
        ax_resident_free(r);
    }
    assert_null(make_shared(b, 2 * crops - 2, 0, 4)); /* another program uses the rest */
}

static void running_out_leaves_nothing_behind(void **state)
{
    const bench *b = *state;
    for (int n = 1; n <= ax_encoder_builtin()->taps.n + 1; n++) {
        assert_null(make(b, SIZE_MAX, n));
        assert_true(memory.allocations == n && memory.live == 0);
    }
}

static void a_batch_is_what_the_cache_has(void **state)
{
    const bench *b = *state;
    ax_err err = { AX_OK, "" };
    ax_graph *g = ax_graph_new(&err);
    ax_val taps[AX_MAX_TAPS];
    assert_int_equal(ax_decoder_taps(g, &ax_encoder_builtin()->taps, BATCH, SIDE, SIDE, taps, &err), AX_OK);
    ax_type labels = { .shape = { BATCH, SIDE / 4, SIDE / 4, 1 }, .dtype = AX_U8 };
    assert_true(ax_graph_input(g, "target", labels, &err).id);
    ax_plan *plan = ax_plan_new(g, &b->be, b->dev, NULL, 0, &err);
    assert_non_null(plan);
    ax_resident *r = make(b, SIZE_MAX, 0);
    assert_non_null(r);
    static const size_t items[BATCH] = { 2, 0 };
    for (size_t i = 0; i < BATCH; i++)
        assert_int_equal(ax_resident_gather(r, plan, i, items[i], &err), AX_OK);
    for (size_t i = 0; i < BATCH; i++) {
        ax_cache_item item = ax_cache_get(b->cache, items[i]);
        for (int k = 0; k < ax_encoder_builtin()->taps.n; k++) {
            size_t n = (size_t)(SIDE / ax_encoder_builtin()->taps.tap[k].stride) *
                       (size_t)(SIDE / ax_encoder_builtin()->taps.tap[k].stride) *
                       (size_t)ax_encoder_builtin()->taps.tap[k].channels;
            const float *got = ax_plan_input(plan, ax_tap_name(k), &err);
            assert_memory_equal(got + i * n, item.tap[k], n * sizeof *got);
        }
        const char *got = ax_plan_input(plan, "target", &err);
        assert_memory_equal(got + i * 64, item.target[0], 64);
    }
    ax_resident_free(r);
    ax_plan_free(plan);
    ax_graph_free(g);
    assert_int_equal(memory.live, 0);
}

int main(void)
{
    return RUN_TESTS_WITHIN(set_up, tear_down, only_when_they_take_less_than_half, of_all_workers_less_than_half,
                            running_out_leaves_nothing_behind, a_batch_is_what_the_cache_has);
}
