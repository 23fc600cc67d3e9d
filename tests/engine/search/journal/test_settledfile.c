/* candidates.mpk beside the snapshot: settled candidates are written once, and everything is verified when it is
   read. */
#include "engine/search/search_internal.h"
#include "engine/search/journal/snapshot.h"
#include "tests/helper/searching.h"
#include "tests/helper/suite.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct folder {
    char path[32];
    int fd;
    ax_settledfile settled;
} folder;

static void open_folder(folder *f)
{
    snprintf(f->path, sizeof f->path, "/tmp/ax-snapshot-XXXXXX");
    assert_non_null(mkdtemp(f->path));
    f->fd = open(f->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ax_settledfile_init(&f->settled, f->fd);
}

static void close_folder(folder *f)
{
    static const char *const names[] = { AX_SNAPSHOT_NAME, AX_SNAPSHOT_PREVIOUS, AX_SETTLEDFILE_NAME };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        unlinkat(f->fd, names[i], 0);
    ax_settledfile_release(&f->settled);
    close(f->fd);
    assert_int_equal(rmdir(f->path), 0);
}

static uint64_t size_of(const folder *f, const char *name)
{
    struct stat st;
    assert_int_equal(fstatat(f->fd, name, &st, 0), 0);
    return (uint64_t)st.st_size;
}

/* A new engine that loads the files has the same state as the search, byte for byte when packed in one piece. */
static void assert_loads(folder *f, const searching *t, const char *name, const char *want, size_t n_want)
{
    ax_settledfile settled;
    ax_settledfile_init(&settled, f->fd);
    uint64_t seq;
    ax_err err = { AX_OK, "" };
    ax_search *s = ax_snapshot_load(&settled, name, &t->setup, &seq, &err);
    assert_string_equal(err.msg, "");
    char *bytes;
    size_t n;
    assert_int_equal(ax_snapshot_pack(s, 9, &bytes, &n, NULL), AX_OK);
    assert_int_equal(n, n_want);
    assert_memory_equal(bytes, want, n);
    if (!strcmp(name, AX_SNAPSHOT_NAME))
        assert_int_equal(settled.bytes, f->settled.bytes);
    free(bytes);
    ax_search_free(s);
}

/* Everything that can happen to a candidate, settled ones included, with a snapshot after each step; both snapshots
   load as the search was. */
TEST(every_snapshot_is_the_search)
{
    searching t;
    folder f;
    ax_err err = { AX_OK, "" };
    open_folder(&f);
    searching_init(&t, 30, "random");
    ax_search_hello(t.search, false, 1);
    char *now = NULL, *before = NULL;
    size_t n_now = 0, n_before;
    for (int k = 0; k < 24; k++) {
        uint32_t id = (uint32_t)k / 3 + 1;
        if (k % 4 == 0) {
            searching_take(&t);
            searching_score(&t, 0.1 + 0.01 * k);
        } else if (k % 4 == 1) {
            searching_do(&t, k % 8 == 1 ? AX_VERB_PIN : AX_VERB_PROMOTE, id, NULL, NULL);
        } else if (k % 4 == 2) {
            searching_do(&t, AX_VERB_PRUNE, id, NULL, NULL);
        } else if (k % 8 == 3) {
            searching_do(&t, AX_VERB_UNDO, 0, NULL, NULL);
        } else {
            ax_search_set_time(t.search, 1000 + 20 * k);
            ax_search_tick(t.search);
        }
        free(before);
        before = now;
        n_before = n_now;
        assert_int_equal(ax_snapshot_save(t.search, &f.settled, 9, NULL, &err), AX_OK);
        assert_int_equal(ax_snapshot_pack(t.search, 9, &now, &n_now, NULL), AX_OK);
        assert_loads(&f, &t, AX_SNAPSHOT_NAME, now, n_now);
        if (before)
            assert_loads(&f, &t, AX_SNAPSHOT_PREVIOUS, before, n_before);
    }
    assert_true(searching_count(&t, AX_EVENT_PRUNED) > 5 && searching_count(&t, AX_EVENT_PROMOTED) > 0);
    free(now);
    free(before);
    searching_release(&t);
    close_folder(&f);
}

/* The size of what a snapshot writes doesn't grow with the run: each settled candidate is written once. */
TEST(settled_candidates_are_written_once)
{
    searching t;
    folder f;
    ax_err err = { AX_OK, "" };
    size_t head[40];
    open_folder(&f);
    searching_init(&t, 40, "random");
    for (int k = 0; k < 40; k++) {
        searching_forget(&t);
        searching_take(&t);
        searching_score(&t, 0.5);
        uint64_t written = f.settled.bytes;
        assert_int_equal(ax_snapshot_save(t.search, &f.settled, 1, &head[k], &err), AX_OK);
        assert_in_range(f.settled.bytes - written, 200, 1500);
    }
    assert_true(head[38] < head[1] + 200);
    assert_int_equal(size_of(&f, AX_SETTLEDFILE_NAME), f.settled.bytes);
    searching_release(&t);
    close_folder(&f);
}

static ax_code try_load(const folder *f, const searching *t, ax_settledfile *settled, ax_err *err)
{
    uint64_t seq;
    ax_settledfile_init(settled, f->fd);
    *err = (ax_err) { AX_OK, "" };
    ax_search *s = ax_snapshot_load(settled, AX_SNAPSHOT_NAME, &t->setup, &seq, err);
    ax_search_free(s);
    return s ? AX_OK : err->code;
}

/* Data appended for a snapshot that was never written is cut off, even half a candidate; a missing or changed byte in
   the part that the snapshot refers to is noticed. */
TEST(the_file_is_what_the_snapshot_says)
{
    searching t;
    folder f;
    ax_settledfile settled;
    ax_err err;
    open_folder(&f);
    searching_init(&t, 30, "random");
    for (int k = 0; k < 4; k++) {
        searching_take(&t);
        searching_score(&t, 0.1 * k + 0.123456789);
    }
    assert_int_equal(ax_snapshot_save(t.search, &f.settled, 1, NULL, &err), AX_OK);
    uint64_t n = f.settled.bytes;
    int fd = openat(f.fd, AX_SETTLEDFILE_NAME, O_RDWR | O_CLOEXEC);
    assert_int_equal(pwrite(fd, "\x81\xa2id", 4, (off_t)n), 4);
    assert_int_equal(try_load(&f, &t, &settled, &err), AX_OK);
    assert_int_equal(settled.bytes, n);
    assert_int_equal(ax_settledfile_append(&settled, "\xc0", 1, &err), AX_OK);
    assert_int_equal(size_of(&f, AX_SETTLEDFILE_NAME), n + 1);
    ax_settledfile_release(&settled);
    for (uint64_t k = 0; k < n; k += 7) {
        char byte, other;
        assert_int_equal(pread(fd, &byte, 1, (off_t)k), 1);
        other = (char)(byte ^ 1 << k % 8);
        assert_int_equal(pwrite(fd, &other, 1, (off_t)k), 1);
        assert_int_equal(try_load(&f, &t, &settled, &err), AX_EFORMAT);
        assert_int_equal(pwrite(fd, &byte, 1, (off_t)k), 1);
    }
    assert_non_null(strstr(err.msg, "snapshot.mpk: candidates.mpk: damaged"));
    assert_int_equal(ftruncate(fd, (off_t)n - 1), 0);
    assert_int_equal(try_load(&f, &t, &settled, &err), AX_EFORMAT);
    assert_non_null(strstr(err.msg, "shorter"));
    unlinkat(f.fd, AX_SETTLEDFILE_NAME, 0);
    assert_int_equal(try_load(&f, &t, &settled, &err), AX_EFORMAT);
    assert_non_null(strstr(err.msg, "missing"));
    close(fd);
    searching_release(&t);
    close_folder(&f);
}

int main(void)
{
    return RUN_TESTS(every_snapshot_is_the_search, settled_candidates_are_written_once,
                     the_file_is_what_the_snapshot_says);
}
