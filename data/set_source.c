#include "data/set_source.h"

uint64_t ax_set_source_count(const ax_source *s, ax_split split)
{
    return split == AX_SPLIT_TRAIN ? s->info.n_train : s->info.n_val;
}

void ax_set_source_name(ax_source *s, ax_split split, uint64_t index, char *out, size_t cap)
{
    const ax_item_set *of = &((ax_set_source *)s)->items;
    of->name(of->set, split, index % ax_set_source_count(s, split), out, cap);
}

ax_code ax_set_source_fingerprint(ax_source *s, ax_fingerprint *out, ax_err *err)
{
    const ax_item_set *of = &((ax_set_source *)s)->items;
    return of->fingerprint(of->set, out, err);
}

ax_code ax_set_source_files(ax_source *s, ax_files *out, ax_err *err)
{
    const ax_item_set *of = &((ax_set_source *)s)->items;
    return of->files(of->set, out, err);
}
