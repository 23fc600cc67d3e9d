/* Loads oneDNN's peer for bench ops. */
#include "engine/command/bench/peer.h"

#include "engine/backend/load.h"

#include <stdlib.h>
#include <string.h>

const ax_peer_table *ax_peer_load(ax_err *why)
{
    char path[4096];
    if (!ax_plugin_find(AX_PEER_FILE, path)) {
        ax_fail(why, AX_EDEVICE, "%s isn't beside the program (it needs libdnnl-dev)", AX_PEER_FILE);
        return NULL;
    }
    /* Its threads shouldn't spin for milliseconds, while ours are timed; libgomp reads this when it is loaded. */
    (void)setenv("GOMP_SPINCOUNT", "1000", 0);
    ax_peer_get *entry = (ax_peer_get *)ax_plugin_entry(path, AX_PEER_ENTRY, why);
    const ax_peer_table *peer = entry ? entry() : NULL;
    if (!peer || (!strcmp(peer->version, AX_VERSION) && peer->call == sizeof(ax_call)))
        return peer;
    ax_fail(why, AX_EDEVICE, "%s was built from other sources than this program", path);
    return NULL;
}
