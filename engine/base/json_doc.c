#include "engine/base/json_doc.h"

#include <stddef.h>
#include <stdlib.h>

enum { CHUNK = 1 << 16 };

struct ax_json_chunk {
    ax_json_chunk *below;
    size_t used, cap;
    max_align_t bytes[];
};

void *ax_json_grab(ax_json_doc *doc, size_t n)
{
    n = (n + sizeof(void *) - 1) / sizeof(void *) * sizeof(void *);
    if (!doc->top || doc->top->cap - doc->top->used < n) {
        size_t cap = n > CHUNK ? n : CHUNK;
        ax_json_chunk *c = malloc(sizeof *c + cap);
        if (!c)
            return NULL;
        c->below = doc->top;
        c->used = 0;
        c->cap = cap;
        doc->top = c;
    }
    char *at = (char *)doc->top->bytes + doc->top->used;
    doc->top->used += n;
    return at;
}

void ax_json_forget(ax_json_doc *doc)
{
    while (doc->top && doc->top->below) {
        ax_json_chunk *below = doc->top->below;
        free(doc->top);
        doc->top = below;
    }
    if (doc->top)
        doc->top->used = 0;
    doc->root = NULL;
}

const ax_json *ax_json_root(const ax_json_doc *doc)
{
    return doc->root;
}

void ax_json_free(ax_json_doc *doc)
{
    if (!doc)
        return;
    ax_json_forget(doc);
    free(doc->top);
    free(doc);
}
