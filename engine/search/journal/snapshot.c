/* The snapshot's files: snapshot.mpk, the previous one, and the settled candidates. */
#include "engine/search/journal/snapshot_internal.h"

#include "engine/base/file.h"
#include "engine/base/pack.h"
#include "engine/base/str.h"
#include "engine/search/search_internal.h"
#include "engine/search/journal/snapshot_fields.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Makes snapshot.prev.mpk a copy of snapshot.mpk; snapshot.mpk is never missing meanwhile. */
static ax_code keep_previous(int dirfd, ax_err *err)
{
    static const char tmp[] = AX_SNAPSHOT_PREVIOUS ".tmp";
    if (unlinkat(dirfd, tmp, 0) && errno != ENOENT)
        return ax_fail(err, AX_EIO, "%s: cannot remove: %s", tmp, strerror(errno));
    if (!linkat(dirfd, AX_SNAPSHOT_NAME, dirfd, tmp, 0)) {
        if (!renameat(dirfd, tmp, dirfd, AX_SNAPSHOT_PREVIOUS)) {
            unlinkat(dirfd, tmp, 0); /* both were the same file: rename then leaves the second name */
            return AX_OK;
        }
        return ax_fail(err, AX_EIO, "%s: cannot rename into place: %s", AX_SNAPSHOT_PREVIOUS, strerror(errno));
    }
    if (errno == ENOENT)
        return AX_OK; /* the first snapshot */
    char *bytes;      /* without hard links in the file system: copy */
    size_t n;
    ax_code code = ax_file_read(dirfd, AX_SNAPSHOT_NAME, AX_SNAPSHOT_MOST, &bytes, &n, err);
    if (code != AX_OK)
        return code;
    code = ax_file_replace(dirfd, AX_SNAPSHOT_PREVIOUS, bytes, n, err);
    free(bytes);
    return code;
}

/* Appends candidates settled, or changed after being settled, since the last snapshot to candidates.mpk. */
static ax_code save_settled(const ax_search *s, ax_settledfile *settled, ax_err *err)
{
    ax_str out;
    msgpack_packer pk;
    ax_str_init(&out, AX_SNAPSHOT_MOST);
    msgpack_packer_init(&pk, &out, ax_str_write);
    for (uint32_t k = 0; k < s->n_open; k++)
        if (ax_entry_settled(ax_search_get(s, s->open[k])))
            ax_entry_pack(&pk, s->open[k], ax_search_get(s, s->open[k]));
    ax_code code = AX_OK;
    if (!ax_str_ok(&out))
        code = ax_fail(err, AX_ENOMEM, "%s: no memory", AX_SETTLEDFILE_NAME);
    else if (out.len)
        code = ax_settledfile_append(settled, out.text, out.len, err);
    ax_str_release(&out);
    return code;
}

ax_code ax_snapshot_save(ax_search *s, ax_settledfile *settled, uint64_t seq, size_t *size, ax_err *err)
{
    char *bytes = NULL;
    size_t n = 0;
    ax_code code = save_settled(s, settled, err);
    if (code == AX_OK)
        code = ax_snapshot_pack_with(s, settled, seq, &bytes, &n, err);
    if (code == AX_OK)
        code = keep_previous(settled->dirfd, err);
    if (code == AX_OK)
        code = ax_file_replace(settled->dirfd, AX_SNAPSHOT_NAME, bytes, n, err);
    free(bytes);
    if (code != AX_OK)
        return code;
    ax_search_close(s);
    if (size)
        *size = n;
    return AX_OK;
}

ax_search *ax_snapshot_load(ax_settledfile *settled, const char *name, const ax_search_setup *setup, uint64_t *seq,
                            ax_err *err)
{
    char *bytes;
    size_t n;
    if (ax_file_read(settled->dirfd, name, AX_SNAPSHOT_MOST, &bytes, &n, err) != AX_OK)
        return NULL;
    ax_search *s = ax_snapshot_unpack_with(bytes, n, name, setup, settled, seq, err);
    free(bytes);
    return s;
}
