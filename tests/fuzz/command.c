/* Messages from a client to the engine, and the engine's answer. */
#include "engine/wire/command.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ax_command c;
    ax_answer a;
    ax_err err = { AX_OK, "" };
    uint8_t bytes[4 * AX_COMMAND_MAX_BYTES];
    ax_code code = ax_command_unpack(data, size, &c, &err);
    fuzz_said_why(code, &err);
    if (code == AX_OK && !ax_command_pack(&c, bytes, sizeof bytes))
        abort();
    err = (ax_err) { AX_OK, "" };
    code = ax_answer_unpack(data, size, &a, &err);
    fuzz_said_why(code, &err);
    if (code == AX_OK && !ax_answer_pack(&a, bytes, sizeof bytes))
        abort();
    return 0;
}
