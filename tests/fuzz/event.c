/* A record of the event log; and, without its checksum, its payload, which packs again to the same bytes. */
#include "engine/wire/eventlog.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ax_event ev, again;
    bool known = false;
    ax_err err = { AX_OK, "" };
    ax_code code = ax_event_unpack(data, size, &ev, &known, &err);
    fuzz_said_why(code, &err);
    if (code == AX_OK && known) {
        uint8_t bytes[AX_EVENT_MAX_BYTES];
        size_t n = ax_event_pack(&ev, bytes, sizeof bytes);
        if (n && (ax_event_unpack(bytes, n, &again, &known, NULL) != AX_OK || again.kind != ev.kind))
            abort();
        ax_str json;
        ax_str_init(&json, 0);
        ax_event_json(&ev, &json);
        ax_str_release(&json);
    }
    ax_eventreader *r = ax_eventreader_new(NULL);
    if (r && ax_eventreader_feed(r, data, size, NULL) == AX_OK)
        while (ax_eventreader_next(r, &ev, NULL) > 0) {
        }
    ax_eventreader_free(r);
    return 0;
}
