/* Messages between engine and worker. */
#include "engine/worker/protocol.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ax_worker_message m;
    ax_err err = { AX_OK, "" };
    ax_code code = ax_worker_unpack(data, size, &m, &err);
    fuzz_said_why(code, &err);
    static uint8_t bytes[AX_WORKER_MAX_BYTES];
    if (code == AX_OK && !ax_worker_pack(&m, bytes, sizeof bytes))
        abort();
    return 0;
}
