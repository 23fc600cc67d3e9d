#include "engine/model/safetensors_tensor.h"

#include <string.h>

static const struct {
    char name[8];
    uint8_t bytes;
} dtypes[] = {
    [AX_ST_F64] = { "F64", 8 }, [AX_ST_F32] = { "F32", 4 }, [AX_ST_F16] = { "F16", 2 }, [AX_ST_BF16] = { "BF16", 2 },
    [AX_ST_I64] = { "I64", 8 }, [AX_ST_I32] = { "I32", 4 }, [AX_ST_U8] = { "U8", 1 },
};
enum { DTYPES = sizeof dtypes / sizeof *dtypes };

const char *ax_st_dtype_name(ax_st_dtype dtype)
{
    return dtypes[dtype].name;
}

size_t ax_st_dtype_bytes(ax_st_dtype dtype)
{
    return dtypes[dtype].bytes;
}

static bool is_type(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (!((text[i] >= 'A' && text[i] <= 'Z') || (text[i] >= '0' && text[i] <= '9') || text[i] == '_'))
            return false;
    return len && len < sizeof((ax_st_tensor *)0)->type;
}

bool ax_st_set_type(ax_st_tensor *t, const char *name, size_t len)
{
    for (int i = 0; i < DTYPES; i++)
        if (len == strlen(dtypes[i].name) && !memcmp(name, dtypes[i].name, len)) {
            t->dtype = (ax_st_dtype)i;
            return true;
        }
    t->dtype = AX_ST_OTHER;
    if (!is_type(name, len))
        return false;
    memcpy(t->type, name, len); /* the rest is zero */
    return true;
}

const char *ax_st_place(ax_st_tensor *t, uint64_t begin, uint64_t end, const char *data, size_t n_data)
{
    if (end > n_data)
        return "its data is beyond the end of the file";
    if (begin > end)
        return "data_offsets isn't [begin, end]";
    size_t elements = 1;
    for (int i = 0; i < t->n_dim; i++)
        if (__builtin_mul_overflow(elements, (size_t)t->dim[i], &elements))
            return "its shape is too large";
    t->elements = elements;
    size_t bytes = (size_t)(end - begin);
    bool fits = t->dtype == AX_ST_OTHER
                    ? elements / 8 <= bytes /* unknown types take at least one bit per element */
                    : !__builtin_mul_overflow(elements, ax_st_dtype_bytes(t->dtype), &t->bytes) && t->bytes == bytes;
    if (!fits)
        return "its shape needs another number of bytes than data_offsets says";
    t->bytes = bytes;
    t->data = data + begin;
    return NULL;
}
