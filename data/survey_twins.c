/* Finds images that are in both splits of a data set: equal bytes, whatever their names. */
#include "data/survey_internal.h"
#include "engine/base/file.h"
#include "engine/base/hash.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SOME = 4096 };

typedef struct image {
    uint64_t size, hash; /* size in bytes; hash of the first and last bytes */
    size_t i;            /* index in the survey */
    ax_split split;
} image;

static int by_size(const void *a, const void *b)
{
    const image *p = a, *q = b;
    return p->size != q->size ? (p->size < q->size ? -1 : 1) : p->i < q->i ? -1 : p->i > q->i;
}

static int by_hash(const void *a, const void *b)
{
    const image *p = a, *q = b;
    return p->hash != q->hash ? (p->hash < q->hash ? -1 : 1) : p->i < q->i ? -1 : p->i > q->i;
}

static const char *path_of(const ax_surveying *v, const image *m)
{
    ax_split split;
    return ax_survey_pair(v, m->i, &split)->image;
}

/* 0 if it can't be read any more. */
static uint64_t hash_of(const ax_surveying *v, const image *m)
{
    uint8_t bytes[2 * SOME];
    size_t size;
    int fd = ax_file_open(AT_FDCWD, path_of(v, m), &size, NULL);
    if (fd < 0)
        return 0;
    ssize_t head = pread(fd, bytes, SOME, 0),
            tail = size > SOME ? pread(fd, bytes + SOME, SOME, (off_t)(size - SOME)) : 0;
    close(fd);
    uint64_t hash = head > 0 ? ax_hash(AX_HASH_START, bytes, (size_t)head) : 0;
    return tail > 0 ? ax_hash(hash, bytes + SOME, (size_t)tail) : hash;
}

static bool same_bytes(const char *a, const char *b)
{
    size_t size[2], at = 0;
    char bytes[2][16 * SOME];
    int fd[2] = { ax_file_open(AT_FDCWD, a, &size[0], NULL), ax_file_open(AT_FDCWD, b, &size[1], NULL) };
    bool same = fd[0] >= 0 && fd[1] >= 0 && size[0] == size[1];
    while (same && at < size[0]) {
        ssize_t n = pread(fd[0], bytes[0], sizeof bytes[0], (off_t)at);
        same = n > 0 && pread(fd[1], bytes[1], (size_t)n, (off_t)at) == n && !memcmp(bytes[0], bytes[1], (size_t)n);
        at += n > 0 ? (size_t)n : 0;
    }
    for (int i = 0; i < 2; i++)
        if (fd[i] >= 0)
            close(fd[i]);
    return same;
}

/* Among images of one size and hash, reports each image of validation with the first equal one of training. */
static void compare(ax_surveying *v, const image *m, size_t n)
{
    for (size_t a = 0; a < n; a++)
        for (size_t b = 0; m[a].split == AX_SPLIT_VAL && b < n; b++)
            if (m[b].split == AX_SPLIT_TRAIN && same_bytes(path_of(v, &m[a]), path_of(v, &m[b]))) {
                ax_survey_find(v, AX_FINDING_TWIN, m[a].i, "%s is %s", path_of(v, &m[a]), path_of(v, &m[b]));
                break;
            }
}

/* Among images of one size, computes hashes only if both splits have one. */
static void look_at_group(ax_surveying *v, image *m, size_t n)
{
    bool both = false;
    for (size_t i = 1; i < n; i++)
        both = both || m[i].split != m[0].split;
    if (!both)
        return;
    for (size_t i = 0; i < n; i++)
        m[i].hash = hash_of(v, &m[i]);
    qsort(m, n, sizeof *m, by_hash);
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && m[end].hash == m[i].hash;)
            end++;
        compare(v, m + i, end - i);
    }
}

ax_code ax_survey_twins(ax_surveying *v, ax_err *err)
{
    size_t n = v->pairs->list[0].n + v->pairs->list[1].n, known = 0;
    image *all = calloc(n + 1, sizeof *all);
    if (!all)
        return ax_fail(err, AX_ENOMEM, "no memory to look for images that are in both parts");
    for (size_t i = 0; i < n; i++) {
        ax_split split;
        (void)ax_survey_pair(v, i, &split);
        uint64_t size = v->size[split][i - (split == AX_SPLIT_VAL ? v->pairs->list[0].n : 0)];
        if (size)
            all[known++] = (image) { size, 0, i, split };
    }
    qsort(all, known, sizeof *all, by_size);
    for (size_t i = 0, end; i < known; i = end) {
        for (end = i + 1; end < known && all[end].size == all[i].size;)
            end++;
        look_at_group(v, all + i, end - i);
    }
    free(all);
    return AX_OK;
}
