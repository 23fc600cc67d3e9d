#include "engine/model/safetensors.h"

#include "engine/base/file.h"
#include "engine/model/safetensors_header.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct ax_safetensors {
    char *name;
    ax_st_header header;
    ax_st_tensor **by_name; /* sorted */
    const void *bytes;      /* of the whole file */
    size_t n_bytes;
    void *map; /* NULL: the bytes belong to the caller */
};

static int compare_names(const void *a, const void *b)
{
    const ax_st_tensor *const *x = a, *const *y = b;
    return strcmp((*x)->name, (*y)->name);
}

/* Pointers compare like offsets, since all point into one data section. Empty tensors sort before tensors at the same
   offset. */
static int compare_places(const void *a, const void *b)
{
    const ax_st_tensor *const *x = a, *const *y = b;
    const char *p = (*x)->data, *q = (*y)->data;
    if (p != q)
        return p < q ? -1 : 1;
    return ((*x)->bytes > (*y)->bytes) - ((*x)->bytes < (*y)->bytes);
}

/* Every byte of the data section must belong to exactly one tensor: the format requires it, and it proves that no
   offset points outside the file. */
static ax_code check_places(ax_safetensors *st, const char *data, size_t n, const char *name, ax_err *err)
{
    const char *at = data;
    qsort(st->by_name, st->header.n, sizeof *st->by_name, compare_places);
    for (size_t i = 0; i < st->header.n; i++) {
        const ax_st_tensor *t = st->by_name[i];
        if ((const char *)t->data != at)
            return ax_fail(err, AX_EFORMAT, "%s: %s before the tensor '%.200s'", name,
                           (const char *)t->data < at ? "tensors overlap" : "a hole", t->name);
        at += t->bytes;
    }
    if (at != data + n)
        return ax_fail(err, AX_EFORMAT, "%s: %zu byte%s after the last tensor", name, (size_t)(data + n - at),
                       data + n - at == 1 ? "" : "s");
    return AX_OK;
}

static ax_code index_names(ax_safetensors *st, const char *name, ax_err *err)
{
    qsort(st->by_name, st->header.n, sizeof *st->by_name, compare_names);
    for (size_t i = 1; i < st->header.n; i++)
        if (!strcmp(st->by_name[i - 1]->name, st->by_name[i]->name))
            return ax_fail(err, AX_EFORMAT, "%s: the tensor '%.200s' is there twice", name, st->by_name[i]->name);
    return AX_OK;
}

static ax_code load(ax_safetensors *st, const void *bytes, size_t n, const char *name, ax_err *err)
{
    const unsigned char *p = bytes;
    uint64_t header = 0;
    if (n < 8)
        return ax_fail(err, AX_EFORMAT, "%s: %zu byte%s too short for a safetensors file", name, n,
                       n == 1 ? " is" : "s are");
    for (int i = 8; i-- > 0;)
        header = header << 8 | p[i];
    if (header > AX_ST_MAX_HEADER)
        return ax_fail(err, AX_EFORMAT, "%s: a header of %llu bytes: not a safetensors file", name,
                       (unsigned long long)header);
    if (header > n - 8)
        return ax_fail(err, AX_EFORMAT, "%s: cut off: the header says %llu bytes, the file has %zu", name,
                       (unsigned long long)header, n - 8);
    const char *data = (const char *)p + 8 + header;
    size_t data_bytes = n - 8 - (size_t)header;
    ax_code code = ax_st_header_parse(&st->header, (const char *)p + 8, (size_t)header, data, data_bytes, name, err);
    if (code != AX_OK)
        return code;
    st->by_name = malloc((st->header.n + 1) * sizeof *st->by_name);
    if (!st->by_name)
        return ax_fail(err, AX_ENOMEM, "%s: no memory for %zu tensors", name, st->header.n);
    for (size_t i = 0; i < st->header.n; i++)
        st->by_name[i] = &st->header.tensor[i];
    code = check_places(st, data, data_bytes, name, err);
    return code == AX_OK ? index_names(st, name, err) : code;
}

ax_safetensors *ax_safetensors_view(const void *bytes, size_t n, const char *name, ax_err *err)
{
    ax_safetensors *st = calloc(1, sizeof *st);
    if (!st) {
        ax_fail(err, AX_ENOMEM, "%s: no memory", name);
        return NULL;
    }
    st->name = strdup(name);
    st->bytes = bytes;
    st->n_bytes = n;
    if (!st->name || load(st, bytes, n, name, err) != AX_OK) {
        if (!st->name)
            ax_fail(err, AX_ENOMEM, "%s: no memory", name);
        ax_safetensors_free(st);
        return NULL;
    }
    return st;
}

ax_safetensors *ax_safetensors_open(const char *path, ax_err *err)
{
    size_t n;
    int fd = ax_file_open(AT_FDCWD, path, &n, err);
    if (fd < 0)
        return NULL;
    if (n < 8) { /* mmap fails for an empty file */
        ax_fail(err, AX_EFORMAT, "%s: %zu byte%s too short for a safetensors file", path, n, n == 1 ? " is" : "s are");
        close(fd);
        return NULL;
    }
    void *map = mmap(NULL, n, PROT_READ, MAP_PRIVATE, fd, 0);
    int why = errno;
    close(fd);
    if (map == MAP_FAILED) {
        ax_fail(err, AX_EIO, "%s: cannot map: %s", path, strerror(why));
        return NULL;
    }
    ax_safetensors *st = ax_safetensors_view(map, n, path, err);
    if (!st) {
        munmap(map, n);
        return NULL;
    }
    st->map = map;
    return st;
}

void ax_safetensors_free(ax_safetensors *st)
{
    if (!st)
        return;
    ax_st_header_release(&st->header);
    free(st->by_name);
    free(st->name);
    if (st->map)
        munmap(st->map, st->n_bytes);
    free(st);
}

const char *ax_safetensors_name(const ax_safetensors *st)
{
    return st->name;
}

size_t ax_safetensors_count(const ax_safetensors *st)
{
    return st->header.n;
}

const ax_st_tensor *ax_safetensors_at(const ax_safetensors *st, size_t i)
{
    return &st->header.tensor[i];
}

const ax_st_tensor *ax_safetensors_find(const ax_safetensors *st, const char *name)
{
    size_t low = 0, high = st->header.n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int order = strcmp(st->by_name[mid]->name, name);
        if (!order)
            return st->by_name[mid];
        if (order < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return NULL;
}

const char *ax_safetensors_meta(const ax_safetensors *st, const char *key)
{
    for (size_t i = 0; i < st->header.n_meta; i++)
        if (!strcmp(st->header.meta[i].key, key))
            return st->header.meta[i].value;
    return NULL;
}

size_t ax_safetensors_metas(const ax_safetensors *st)
{
    return st->header.n_meta;
}

ax_st_meta ax_safetensors_meta_at(const ax_safetensors *st, size_t i)
{
    return st->header.meta[i];
}

const void *ax_safetensors_bytes(const ax_safetensors *st, size_t *n)
{
    *n = st->n_bytes;
    return st->bytes;
}
