/* JSON as a tree. */
#include "engine/base/json.h"
#include "tests/fuzz/fuzz.h"

/* Visits every value: each must be consistent. */
static size_t fuzz_values(const ax_json *v)
{
    size_t n = 1, members = 0;
    if (v->kind == AX_JSON_STRING && v->u.string.text[v->u.string.n])
        abort();
    if (v->kind != AX_JSON_ARRAY && v->kind != AX_JSON_OBJECT)
        return n;
    for (const ax_json *m = v->u.list.first; m; m = m->next, members++) {
        if ((m->key != NULL) != (v->kind == AX_JSON_OBJECT))
            abort();
        n += fuzz_values(m);
    }
    if (members != v->u.list.n)
        abort();
    return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ax_err err = { AX_OK, "" };
    ax_json_doc *doc = ax_json_parse((const char *)data, size, "fuzz", &err);
    if (!doc)
        fuzz_said_why(err.code, &err);
    else if (err.code != AX_OK || fuzz_values(ax_json_root(doc)) > size)
        abort();
    ax_json_free(doc);
    return 0;
}
