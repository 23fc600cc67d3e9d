/* A safetensors file; every element of every tensor is read. */
#include "engine/model/safetensors.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ax_err err = { AX_OK, "" };
    ax_safetensors *st = ax_safetensors_view(data, size, "fuzz", &err);
    if (!st && !err.msg[0])
        abort();
    for (size_t i = 0; st && i < ax_safetensors_count(st); i++) {
        const ax_st_tensor *t = ax_safetensors_at(st, i);
        float *out = malloc(t->elements * sizeof *out + 1);
        err = (ax_err) { AX_OK, "" };
        if (out)
            fuzz_said_why(ax_st_import(t, "fuzz", AX_ST_NUMBERS, out, &err), &err);
        free(out);
    }
    ax_safetensors_free(st);
    return 0;
}
