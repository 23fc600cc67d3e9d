#include "engine/base/fingerprint.h"

#include "engine/base/hash.h"

#include <string.h>

const ax_fingerprint ax_fingerprint_start = { AX_HASH_START, AX_HASH_START };

void ax_fingerprint_add_number(ax_fingerprint *f, uint64_t number)
{
    f->data = ax_hash(f->data, &number, sizeof number);
    f->files = ax_hash(f->files, &number, sizeof number);
}

void ax_fingerprint_add(ax_fingerprint *f, const char *name, const struct stat *st)
{
    const int64_t data[] = { st->st_size, st->st_mtim.tv_sec, st->st_mtim.tv_nsec };
    const int64_t changed[] = { st->st_ctim.tv_sec, st->st_ctim.tv_nsec };
    size_t n = strlen(name) + 1;
    f->data = ax_hash(ax_hash(f->data, name, n), data, sizeof data);
    f->files = ax_hash(ax_hash(ax_hash(f->files, name, n), data, sizeof data), changed, sizeof changed);
}
