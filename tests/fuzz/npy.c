/* A .npy file; every element is read. */
#include "engine/model/npy.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ax_st_tensor t;
    ax_err err = { AX_OK, "" };
    ax_code code = ax_npy_view(data, size, "fuzz", &t, &err);
    fuzz_said_why(code, &err);
    if (code != AX_OK)
        return 0;
    float *out = malloc(t.elements * sizeof *out + 1);
    if (out)
        fuzz_said_why(ax_st_import(&t, "fuzz", AX_ST_NUMBERS, out, &err), &err);
    free(out);
    return 0;
}
