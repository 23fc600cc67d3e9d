/* Looks up values in a JSON tree. */
#include "engine/base/json.h"

#include <math.h>
#include <string.h>

const ax_json *ax_json_get(const ax_json *object, const char *key)
{
    const ax_json *found = NULL;
    if (object && object->kind == AX_JSON_OBJECT)
        for (const ax_json *v = object->u.list.first; v; v = v->next)
            found = strcmp(v->key, key) == 0 ? v : found;
    return found;
}

const ax_json *ax_json_get_as(const ax_json *object, const char *key, ax_json_kind kind)
{
    const ax_json *v = ax_json_get(object, key);
    return v && v->kind == kind ? v : NULL;
}

bool ax_json_number(const ax_json *object, const char *key, double *out)
{
    const ax_json *v = ax_json_get_as(object, key, AX_JSON_NUMBER);
    if (v)
        *out = v->u.number;
    return v != NULL;
}

bool ax_json_whole(const ax_json *object, const char *key, int64_t least, int64_t most, int64_t *out)
{
    double v;
    if (!ax_json_number(object, key, &v) || !(v >= (double)least && v <= (double)most) || v != floor(v))
        return false;
    *out = (int64_t)v;
    return true;
}

const char *ax_json_text(const ax_json *object, const char *key)
{
    const ax_json *v = ax_json_get_as(object, key, AX_JSON_STRING);
    return v ? v->u.string.text : NULL;
}

bool ax_json_numbers(const ax_json *array, double *out, size_t cap)
{
    size_t i = 0;
    if (!array || array->kind != AX_JSON_ARRAY || array->u.list.n != cap)
        return false;
    for (const ax_json *v = array->u.list.first; v; v = v->next, i++) {
        if (v->kind != AX_JSON_NUMBER)
            return false;
        out[i] = v->u.number;
    }
    return true;
}
