#include "engine/wire/snapshotfile.h"

#include "engine/base/file.h"
#include "engine/base/pack.h"

#include <stdlib.h>

bool ax_snapshot_peek(int dirfd, const char *name, ax_snapshot_facts *out)
{
    char *bytes;
    size_t n;
    if (ax_file_read(dirfd, name, AX_SNAPSHOT_MOST, &bytes, &n, NULL) != AX_OK)
        return false;
    msgpack_unpacked msg;
    msgpack_unpacked_init(&msg);
    const msgpack_object *map, *list;
    int64_t seq, count;
    bool good = ax_envelope_open(&ax_snapshot_envelope, bytes, n, &msg, &map, NULL) == AX_OK &&
                ax_read_whole(ax_map_get(map, "seq"), &seq) && seq >= 0;
    if (good && !ax_read_whole(ax_map_get(map, "count"), &count)) { /* version 1 */
        list = ax_map_get(map, "candidates");
        count = list && list->type == MSGPACK_OBJECT_ARRAY ? list->via.array.size : 0;
    }
    if (good)
        *out = (ax_snapshot_facts) { (uint64_t)seq, count > 0 && count <= UINT32_MAX ? (uint32_t)count : 0 };
    msgpack_unpacked_destroy(&msg);
    free(bytes);
    return good;
}
