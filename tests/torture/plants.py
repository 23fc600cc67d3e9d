"""Bugs to plant, one at a time, in a copy of the tree: the file, its text, the text with the bug, and the check of
tests/helper/torture.py (with arguments) that must notice. Each is a bug that some program has had."""

PLANTS = {
    "acknowledge-before-sync": (
        "engine/search/coordinator/coordinator.c",
        "    bool due = ax_search_dirty(c->search)",
        """    for (size_t i = 0; i < c->n_pending; i++)
        ax_clients_answer(c->clients, c->pending[i].client, &c->pending[i].answer);
    ax_clients_pump(c->clients);
    c->n_pending = 0;
    bool due = ax_search_dirty(c->search)""",
        ["failed_sync"]),
    "no-directory-sync": (
        "engine/base/file.c",
        "    char path[4096];\n    snprintf(path, sizeof path, \"%s\", name);\n",
        "    if (dirfd != -1)\n        return AX_OK;\n"
        "    char path[4096];\n    snprintf(path, sizeof path, \"%s\", name);\n",
        ["power_cut"]),
    "append-after-torn-tail": (
        "engine/wire/eventrepair.c",
        "(ftruncate(log->fd, (off_t)r->offset) || fsync(log->fd))",
        "(r->offset = (uint64_t)lseek(log->fd, 0, SEEK_END), fsync(log->fd))",
        ["torn_tail"]),
    "checksum-ignored": (
        "engine/base/envelope.c",
        "    if (crc != ax_crc32c(0, bytes, n - CRC_BYTES))",
        "    if (crc != ax_crc32c(0, bytes, n - CRC_BYTES) && !n)",
        ["bit_flips"]),
    "sync-retried": (
        "engine/wire/eventlog.c",
        "    if (!fdatasync(log->fd))",
        "    if (!fdatasync(log->fd) || !fdatasync(log->fd))",
        ["failed_sync"]),
    "file-sync-retried": (
        "engine/base/file.c",
        "    if (code == AX_OK && fsync(fd))\n",
        "    if (code == AX_OK && fsync(fd) && fsync(fd))\n",
        ["failed_sync"]),
    "snapshot-in-place": (
        "engine/base/file.c",
        "(size_t)snprintf(tmp, sizeof tmp, \"%s.tmp\", name)",
        "(size_t)snprintf(tmp, sizeof tmp, \"%s\", name)",
        ["hurt_at", "engine", "write", ",".join(str(n) for n in range(1, 25)), "signal=KILL"]),
    "candidates-not-synced": (
        "engine/search/journal/settledfile.c",
        "    if (code == AX_OK && fdatasync(f->fd))",
        "    if (code == AX_OK && f->fd < 0)",
        ["power_cut"]),
    "stale-lock-taken": (
        "engine/wire/lock.c",
        ".l_type = F_WRLCK",
        ".l_type = F_RDLCK",
        ["two_engines"]),
    "removed-log-not-noticed": (
        "engine/search/coordinator/guard.c",
        "    if (named == 1)\n",
        "    if (named)\n",
        ["removed", "3"]),
    "flipped-bit-taken-for-the-end": (
        "engine/wire/eventreader.c",
        "        if (r->tries++ < MEND_MOST && left &&",
        "        if (r->tries > MEND_MOST && left &&",
        ["flips", "4"]),
    "rng-not-saved": (
        "engine/policy/state.c",
        "    s->rng = rng;\n",
        "    (void)rng;\n",
        ["killed_at_random", "8"]),
    "average-not-kept": (
        "engine/train/inflight.c",
        "{ \"average\", AX_SLOT_AVERAGE }",
        "{ \"average\", AX_SLOT_GRAD }",
        ["left_in_training", "pause"]),
    "step-not-kept": (
        "engine/train/inflight.c",
        "    r->decoder.step = (uint64_t)at.decoder_steps;\n",
        "",
        ["left_in_training", "pause"]),
    "answer-not-kept": (
        "engine/search/requests.c",
        "    s->dirty = s->dirty || answer->code == AX_OK;\n",
        "",
        ["power_cut"]),
}
