/* A snapshot with a valid checksum, so that its contents are parsed; one that is accepted can be saved. */
#include "engine/search/journal/snapshot.h"
#include "tests/fuzz/fuzz.h"
#include "tests/helper/searching.h"

static void drop(void *context, ax_event *ev)
{
    (void)context;
    (void)ev;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ax_search_setup setup = { .outputs = 8, .h = 64, .w = 64, .n_train = 8, .emit = drop };
    ax_err err = { AX_OK, "" };
    if (size < 8 || ax_settings_preset(&setup.settings, "demo", &err) != AX_OK)
        return 0;
    snprintf(setup.settings.strategy, sizeof setup.settings.strategy, "random");
    setup.settings.candidates = 30;
    setup.settings.channels = 8;
    setup.settings.full_channels = 16;
    char *bytes = (char *)fuzz_seal(data, size);
    uint64_t seq;
    ax_search *s = ax_snapshot_unpack(bytes, size, "snapshot.mpk", &setup, &seq, &err);
    char path[64];
    ax_snapshot_facts facts = { .seq = 0 };
    int fd = fuzz_file((const uint8_t *)bytes, size, path);
    bool known = ax_snapshot_peek(AT_FDCWD, path, &facts);
    close(fd);
    if (s && (!known || facts.seq != seq))
        abort();
    free(bytes);
    if (!s && !err.msg[0])
        abort();
    size_t n;
    if (s && ax_snapshot_pack(s, seq, &bytes, &n, &err) == AX_OK)
        free(bytes);
    ax_search_free(s);
    return 0;
}
