/* The metadata of a safetensors file, in order. */
#include "engine/model/safetensors_header.h"

#include "engine/base/str.h"

#include <stdlib.h>
#include <string.h>

static int compare_keys(const void *a, const void *b)
{
    const ax_st_meta *x = a, *y = b;
    return strcmp(x->key, y->key);
}

ax_code ax_st_header_sort_meta(ax_st_header *h, const char *name, ax_err *err)
{
    if (h->n_meta)
        qsort(h->meta, h->n_meta, sizeof *h->meta, compare_keys);
    for (size_t i = 1; i < h->n_meta; i++) {
        if (strcmp(h->meta[i - 1].key, h->meta[i].key) != 0)
            continue;
        ax_str key;
        ax_str_init(&key, 0);
        ax_str_quoted(&key, h->meta[i].key);
        ax_fail(err, AX_EFORMAT, "%s: header: the metadata has the key %.200s twice", name, key.text);
        ax_str_release(&key);
        return AX_EFORMAT;
    }
    return AX_OK;
}
