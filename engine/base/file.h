/* Reading and writing whole files; a replaced file is either the old or the new one, never half. */
#ifndef AX_BASE_FILE_H
#define AX_BASE_FILE_H

#include "engine/base/err.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

/* Writes all bytes, or fails with AX_EIO ("NAME: cannot write: reason"). name is for messages only. */
ax_code ax_write_all(int fd, const void *bytes, size_t n, const char *name, ax_err *err);
/* The same at an offset; the descriptor's own position doesn't change. */
ax_code ax_write_at(int fd, const void *bytes, size_t n, uint64_t offset, const char *name, ax_err *err);
/* Writes the pieces in order, syncs, and closes fd, even on failure. */
ax_code ax_file_fill(int fd, const struct iovec *piece, size_t n, const char *name, ax_err *err);
/* Syncs the directory that contains dirfd/name, so that a new or renamed file survives a crash. */
ax_code ax_file_sync_folder(int dirfd, const char *name, ax_err *err);
/* Creates a file, open for reading and writing, mode 0600. A leftover of that name is removed first, and a file or link
   that another program puts there is never opened. Returns the descriptor, or -1 with errno. */
int ax_file_make(int dirfd, const char *name);
/* Replaces the file dirfd/name with the bytes: temporary file in the same directory, fsync, rename, fsync of the
   directory. On failure the old file is unchanged and the temporary file is removed. dirfd: AT_FDCWD or a directory.
   Mode 0600. */
ax_code ax_file_replace(int dirfd, const char *name, const void *bytes, size_t n, ax_err *err);
/* The same from several pieces in order, so that a large file needs no copy in memory. */
ax_code ax_file_replace_pieces(int dirfd, const char *name, const struct iovec *piece, size_t n, ax_err *err);
/* Checks that fd, opened as name, is a regular file; else AX_EIO, "NAME: a pipe, not a regular file". */
ax_code ax_file_check(int fd, const char *name, ax_err *err);
/* Opens a regular file for reading; *size becomes its size in bytes. Never blocks, for instance on a pipe without a
   writer. Returns the descriptor (the caller closes it), or -1 with AX_EIO when the file can't be opened or isn't
   regular. */
int ax_file_open(int dirfd, const char *name, size_t *size, ax_err *err);
/* Reads a whole regular file of at most max bytes into *bytes (malloc, zero-terminated; the caller frees it). */
ax_code ax_file_read(int dirfd, const char *name, size_t max, char **bytes, size_t *n, ax_err *err);

#endif
