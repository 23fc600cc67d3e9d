/* The cache: it is reused if it is complete and belongs to this run; otherwise it is made again. */
#include "data/open.h"
#include "engine/backend/list.h"
#include "engine/base/file.h"
#include "engine/graph/session.h"
#include "engine/train/cache_internal.h"
#include "tests/helper/suite.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SAMPLES = 3, SIDE = 32, PATH = 512 };

typedef struct place {
    char dir[32], file[PATH]; /* file: the cache, once it exists */
    ax_source *source;
    const ax_backend *be;
    ax_device *dev;
    ax_cache_spec spec;
    size_t made; /* number of samples made */
} place;

static int set_up(void **state)
{
    place *p = calloc(1, sizeof *p);
    char note[AX_DEVICE_NOTE];
    ax_err err;
    *state = p;
    snprintf(p->dir, sizeof p->dir, "/tmp/ax-cache-XXXXXX");
    assert_non_null(mkdtemp(p->dir));
    assert_non_null(p->source = ax_source_open("scenes", "", &err));
    assert_non_null(p->dev = ax_device_open("cpu", 1, &p->be, note, &err));
    p->spec = (ax_cache_spec) {
        .source = p->source,
        .data = { 1, 1 },
        .samples = { .split = AX_SPLIT_TRAIN, .h = SIDE, .w = SIDE, .scale_min = 1, .scale_max = 1, .seed = 7 },
        .count = SAMPLES,
        .threads = 1,
    };
    return 0;
}

static int tear_down(void **state)
{
    place *p = *state;
    char command[64];
    snprintf(command, sizeof command, "rm -r '%s'", p->dir);
    p->source->ops->close(p->source);
    p->be->close(p->dev);
    int status = system(command);
    free(p);
    return status;
}

static void count(void *context, size_t done, size_t all)
{
    place *p = context;
    assert_int_equal(all, SAMPLES);
    p->made = done;
}

/* Opens the cache; returns how many samples were computed for it. */
static size_t open_cache(place *p, ax_cache **c)
{
    ax_err err = { AX_OK, "" };
    p->made = 0;
    *c = ax_cache_open(p->dir, &p->spec, p->be, p->dev, count, p, &err);
    if (!*c)
        fail_msg("%s", err.msg);
    return p->made;
}

static size_t opens_with(place *p)
{
    ax_cache *c;
    size_t made = open_cache(p, &c);
    ax_cache_free(c);
    return made;
}

static void refuses_with(place *p, const char *says)
{
    ax_err err = { AX_OK, "" };
    assert_null(ax_cache_open(p->dir, &p->spec, p->be, p->dev, count, p, &err));
    if (!strstr(err.msg, says))
        fail_msg("'%s' instead of '%s'", err.msg, says);
}

/* The name of the only cache file. */
static void find_file(place *p)
{
    DIR *dir = opendir(p->dir);
    int n = 0;
    for (struct dirent *e; (e = readdir(dir));) {
        size_t length = strlen(e->d_name);
        if (length > 6 && !strcmp(e->d_name + length - 6, ".cache")) {
            snprintf(p->file, sizeof p->file, "%s/%s", p->dir, e->d_name);
            n++;
        }
    }
    closedir(dir);
    assert_int_equal(n, 1);
}

static char *read_file(place *p, size_t *n)
{
    char *bytes;
    assert_int_equal(ax_file_read(AT_FDCWD, p->file, 1 << 24, &bytes, n, NULL), AX_OK);
    return bytes;
}

static void write_file(place *p, const void *bytes, size_t n)
{
    assert_int_equal(ax_file_replace(AT_FDCWD, p->file, bytes, n, NULL), AX_OK);
}

static void is_made_once(void **state)
{
    place *p = *state;
    ax_cache *c;
    assert_int_equal(open_cache(p, &c), SAMPLES);
    find_file(p);
    ax_cache_item item = ax_cache_get(c, 2);
    assert_int_equal(item.h, SIDE);
    assert_null(item.teacher);
    ax_cache_free(c);
    assert_int_equal(opens_with(p), 0);
    p->spec.data.files++; /* other data */
    assert_int_equal(opens_with(p), SAMPLES);
    p->spec.data.files--;
    assert_int_equal(opens_with(p), 0);
}

static ax_cache *begin(place *p, const uint32_t order[SAMPLES])
{
    ax_err err = { AX_OK, "" };
    ax_cache *c = ax_cache_begin(p->dir, &p->spec, order, p->be, p->dev, &err);
    if (!c)
        fail_msg("%s", err.msg);
    return c;
}

static int files_in(const place *p, const char *end)
{
    DIR *dir = opendir(p->dir);
    int n = 0;
    for (struct dirent *e; (e = readdir(dir));) {
        size_t length = strlen(e->d_name), tail = strlen(end);
        n += length > tail && !strcmp(e->d_name + length - tail, end);
    }
    closedir(dir);
    return n;
}

/* Items computed on demand, in another order, give the same file; an incomplete set gives none. */
static void made_on_the_way(void **state)
{
    place *p = *state;
    static const uint32_t order[SAMPLES] = { 2, 0, 1 };
    size_t n, again;
    assert_int_equal(opens_with(p), SAMPLES);
    find_file(p);
    char *bytes = read_file(p, &n);
    assert_int_equal(unlink(p->file), 0);

    ax_cache *c = begin(p, order);
    assert_int_equal(ax_cache_count(c), SAMPLES);
    assert_int_equal(ax_cache_bytes(c), n);
    assert_int_equal(ax_cache_ensure(c, &order[1], 1, NULL), AX_OK); /* item 0, and item 2, which comes before it */
    const ax_cache_entry *place_of = (void *)(bytes + sizeof(ax_cache_header));
    ax_cache_item item = ax_cache_get(c, 2);
    assert_int_equal(item.h, SIDE);
    assert_memory_equal(item.tap[0], bytes + place_of[2].offset, n - place_of[2].offset);
    assert_false(ax_cache_is_complete(c));
    assert_int_equal(files_in(p, ".cache"), 0);
    ax_cache_stop_ahead(c);
    assert_int_equal(ax_cache_ensure(c, NULL, 0, NULL), AX_OK);
    assert_true(ax_cache_is_complete(c));
    assert_memory_equal(ax_cache_get(c, 2).tap[0], bytes + place_of[2].offset, n - place_of[2].offset);
    char *made = read_file(p, &again);
    assert_int_equal(again, n);
    assert_memory_equal(made, bytes, n);
    free(made);
    ax_cache_free(c);
    assert_int_equal(opens_with(p), 0);
    c = begin(p, order);
    assert_true(ax_cache_is_complete(c));
    ax_cache_free(c);

    assert_int_equal(unlink(p->file), 0);
    c = begin(p, order);
    assert_int_equal(ax_cache_ensure(c, order, 2, NULL), AX_OK);
    ax_cache_free(c);
    assert_int_equal(files_in(p, ".cache") + files_in(p, ".tmp"), 0);
    assert_int_equal(opens_with(p), SAMPLES);
    free(bytes);
}

/* A source that can't give one sample for a while. */
static const ax_source_ops *real;
static int failures; /* failures that are left */
static ax_code failing(ax_source *s, const ax_sample_spec *spec, uint64_t index, ax_sample *out, ax_err *err)
{
    *out = (ax_sample) { 0 };
    if (index == 1 && failures-- > 0)
        return ax_fail(err, AX_EIO, "gone for now");
    return real->sample(s, spec, index, out, err);
}

/* Samples that couldn't be made at first aren't left out. */
static void a_sample_that_fails_is_tried_again(void **state)
{
    place *p = *state;
    static const uint32_t order[SAMPLES] = { 2, 1, 0 };
    ax_err err = { AX_OK, "" };
    ax_cache *whole, *c;
    assert_int_equal(open_cache(p, &whole), SAMPLES);
    find_file(p);
    assert_int_equal(unlink(p->file), 0);
    real = p->source->ops;
    ax_source_ops ops = *real;
    ops.sample = failing;
    p->source->ops = &ops;
    failures = 2;
    c = begin(p, order);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(ax_cache_ensure(c, NULL, 0, &err), AX_EDATA);
        assert_string_equal(err.msg, "gone for now");
        assert_false(ax_cache_is_complete(c));
    }
    assert_int_equal(ax_cache_ensure(c, NULL, 0, &err), AX_OK);
    assert_true(ax_cache_is_complete(c));
    for (size_t i = 0; i < SAMPLES; i++) {
        size_t bytes = sizeof(float) * ax_tap_size(ax_cache_taps(c), 0, SIDE, SIDE);
        assert_memory_equal(ax_cache_get(c, i).tap[0], ax_cache_get(whole, i).tap[0], bytes);
    }
    ax_cache_free(c);
    ax_cache_free(whole);
    p->source->ops = real;
}

/* The taps of mirrored samples are stored in addition; those of the samples stay the same. */
static void mirrored_taps(void **state)
{
    place *p = *state;
    ax_cache *plain, *both;
    ax_sample sample;
    ax_err err = { AX_OK, "" };
    assert_int_equal(open_cache(p, &plain), SAMPLES);
    p->spec.mirrored = true;
    assert_int_equal(open_cache(p, &both), SAMPLES); /* in another file */
    assert_int_equal(opens_with(p), 0);
    const ax_encoder *e = ax_encoder_builtin();
    ax_session s = { .be = p->be, .dev = p->dev };
    assert_int_equal(ax_session_begin(&s, &err), AX_OK);
    assert_int_equal(ax_encoder_graph(e, s.graph, SIDE, SIDE, &err), AX_OK);
    assert_non_null(s.params = ax_encoder_params(e, s.graph, p->be, p->dev, &err));
    assert_int_equal(ax_session_compile(&s, 0, &err), AX_OK);
    assert_int_equal(p->source->ops->sample(p->source, &p->spec.samples, 1, &sample, &err), AX_OK);
    ax_image_mirror(sample.image, SIDE, SIDE);
    assert_int_equal(ax_plan_write(s.plan, "image", sample.image, SIDE * SIDE * 3 * sizeof(float), &err), AX_OK);
    assert_int_equal(ax_plan_run(s.plan, &err), AX_OK);
    ax_cache_item one = ax_cache_get(plain, 1), two = ax_cache_get(both, 1);
    for (int k = 0; k < e->taps.n; k++) {
        size_t bytes = sizeof(float) * ax_tap_size(&e->taps, k, SIDE, SIDE);
        float *want = malloc(bytes);
        assert_int_equal(ax_plan_read(s.plan, ax_tap_name(k), want, bytes, &err), AX_OK);
        assert_null(one.mirrored[k]);
        assert_memory_equal(two.mirrored[k], want, bytes);
        assert_memory_equal(two.tap[k], one.tap[k], bytes);
        assert_memory_not_equal(two.mirrored[k], two.tap[k], bytes);
        free(want);
    }
    ax_sample_release(&sample);
    ax_session_drop(&s);
    ax_cache_free(plain);
    ax_cache_free(both);
}

static void damage_is_made_anew(void **state)
{
    place *p = *state;
    size_t n, again;
    assert_int_equal(opens_with(p), SAMPLES);
    find_file(p);
    char *bytes = read_file(p, &n);
    size_t end = sizeof(ax_cache_header) + SAMPLES * sizeof(ax_cache_entry), first = ax_align64(end);
    size_t step = n / 20 | 1; /* parts of all items, and of the header and index */
    for (size_t at = 0; at < n; at += at < end ? 5 : step) {
        if ((at >= offsetof(ax_cache_header, pad) && at < sizeof(ax_cache_header)) || (at >= end && at < first))
            continue; /* padding */
        bytes[at] ^= 0x10;
        write_file(p, bytes, n);
        bytes[at] ^= 0x10;
        if (opens_with(p) != SAMPLES)
            fail_msg("a flipped bit in byte %zu wasn't noticed", at);
        char *made = read_file(p, &again);
        assert_int_equal(again, n);
        assert_memory_equal(made, bytes, n);
        free(made);
    }
    static const size_t cut[] = { 0, 1, 63, 64, 100 };
    for (size_t i = 0; i < sizeof cut / sizeof *cut; i++) {
        write_file(p, bytes, cut[i]);
        assert_int_equal(opens_with(p), SAMPLES);
        write_file(p, bytes, n - cut[i] - 1);
        assert_int_equal(opens_with(p), SAMPLES);
    }
    free(bytes);
}

/* Makes the checksum of the header and index right. */
static void sign(char *bytes)
{
    ax_cache_header *head = (void *)bytes;
    head->crc = ax_cache_head_crc(head, (void *)(head + 1));
}

/* Contents of a file with a valid checksum aren't trusted either. */
static void lies_do_no_harm(void **state)
{
    place *p = *state;
    size_t n;
    assert_int_equal(opens_with(p), SAMPLES);
    find_file(p);
    char *bytes = read_file(p, &n), *hostile = malloc(n);
    const ax_cache_header *head = (void *)bytes;
    const ax_task_spec *task = &p->source->info.task;
    const ax_cache_claim claim = { head->key, SAMPLES, SIDE, SIDE, task, 0, &ax_encoder_builtin()->taps };
    const ax_cache_claim whole_images = { head->key, SAMPLES, 0, 0, task, 0, &ax_encoder_builtin()->taps };
    assert_true(ax_cache_is_valid(bytes, n, &claim) && ax_cache_is_valid(bytes, n, &whole_images));
    static const int32_t side[] = { 0, -32, 1, 31, 64, 96, 1 << 16, 1 << 20, INT32_MAX - 31, INT32_MIN };
    for (size_t i = 0; i < SAMPLES * sizeof side / sizeof *side; i++)
        for (int which = 0; which < 3; which++) {
            memcpy(hostile, bytes, n);
            ax_cache_entry *e = (ax_cache_entry *)(hostile + sizeof *head) + i % SAMPLES;
            if (which != 1)
                e->h = side[i / SAMPLES];
            if (which != 0)
                e->w = side[i / SAMPLES];
            sign(hostile);
            assert_false(ax_cache_is_valid(hostile, n, &claim));
            assert_false(ax_cache_is_valid(hostile, n, &whole_images));
        }
    static const uint64_t offset[] = { 0, 64, 65, 1 << 20, UINT32_MAX, UINT64_MAX, UINT64_MAX - 63, (uint64_t)1 << 63 };
    for (size_t i = 0; i < SAMPLES * sizeof offset / sizeof *offset; i++) {
        memcpy(hostile, bytes, n);
        ((ax_cache_entry *)(hostile + sizeof *head))[i % SAMPLES].offset = offset[i / SAMPLES];
        sign(hostile);
        assert_false(ax_cache_is_valid(hostile, n, &whole_images));
        write_file(p, hostile, n);
        assert_int_equal(opens_with(p), SAMPLES);
    }
    /* the same bytes don't pass as a cache with a teacher, with another number of samples, or with none */
    for (int32_t outputs = 1; outputs < 300; outputs += 37) {
        const ax_task_spec other = { .task = &ax_task_segmentation, .outputs = outputs };
        assert_false(ax_cache_is_valid(bytes, n,
                                       &(ax_cache_claim) { head->key, SAMPLES, SIDE, SIDE, &other, AX_CACHE_TEACHER,
                                                           &ax_encoder_builtin()->taps }));
    }
    static const size_t counts[] = { 0, 1, 2, 4, SIZE_MAX, SIZE_MAX / 24, (SIZE_MAX - 64) / 24 + 1 };
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        assert_false(ax_cache_is_valid(
            bytes, n, &(ax_cache_claim) { head->key, counts[i], SIDE, SIDE, task, 0, &ax_encoder_builtin()->taps }));
        memcpy(hostile, bytes, n);
        ((ax_cache_header *)(void *)hostile)->count = counts[i];
        assert_false(ax_cache_is_valid(hostile, n, &claim));
    }
    free(hostile);
    free(bytes);
}

/* In a folder that others can write to, nothing is written through their links, and none of their files is used. */
static void links_of_others_lead_nowhere(void **state)
{
    place *p = *state;
    char victim[PATH], name[2 * PATH];
    size_t n;
    struct stat st;
    assert_int_equal(opens_with(p), SAMPLES);
    find_file(p);
    snprintf(victim, sizeof victim, "%s/victim", p->dir);
    assert_int_equal(ax_file_replace(AT_FDCWD, victim, "precious", 8, NULL), AX_OK);
    static const char *const end[] = { "", ".tmp", ".lock" };
    for (int i = 0; i < 3; i++)
        for (int hard = 0; hard < 2; hard++) {
            unlink(p->file);
            snprintf(name, sizeof name, "%s%s", p->file, end[i]);
            unlink(name);
            assert_int_equal(hard ? link(victim, name) : symlink(victim, name), 0);
            if (i == 2 && !hard)
                refuses_with(p, ".lock: cannot create: there is a link");
            else
                assert_int_equal(opens_with(p), SAMPLES);
            char *bytes;
            assert_int_equal(ax_file_read(AT_FDCWD, victim, 100, &bytes, &n, NULL), AX_OK);
            assert_string_equal(bytes, "precious");
            free(bytes);
            if (i == 2)
                unlink(name);
        }
    assert_int_equal(opens_with(p), 0);
    assert_int_equal(lstat(p->file, &st), 0);
    assert_true(S_ISREG(st.st_mode) && (st.st_mode & 0777) == 0600);
    assert_int_equal(chmod(p->file, 0660), 0);
    assert_int_equal(opens_with(p), SAMPLES);
    if (geteuid() != 0)
        return;
    assert_int_equal(chown(p->file, 65534, 65534), 0);
    assert_int_equal(opens_with(p), SAMPLES);
    assert_int_equal(chown(name, 65534, 65534), 0); /* the lock, which another user could hold */
    assert_int_equal(opens_with(p), 0);             /* an existing cache is read without it */
    unlink(p->file);
    refuses_with(p, ".lock: isn't a file of this user alone");
}

int main(void)
{
    return RUN_EACH_TEST_WITHIN(set_up, tear_down, is_made_once, made_on_the_way, a_sample_that_fails_is_tried_again,
                                mirrored_taps, damage_is_made_anew, lies_do_no_harm, links_of_others_lead_nowhere);
}
