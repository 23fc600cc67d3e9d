/* Files that are whole or not there. */
#ifndef AX_BASE_FILE_H
#define AX_BASE_FILE_H

#include "engine/base/err.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

/* Writes all bytes or fails with AX_EIO ("NAME: cannot write: reason"); name is only for the message. */
ax_code ax_write_all(int fd, const void *bytes, size_t n, const char *name, ax_err *err);
/* The same at an offset, which the descriptor's own position has nothing to do with. */
ax_code ax_write_at(int fd, const void *bytes, size_t n, uint64_t offset, const char *name, ax_err *err);
/* Writes the pieces one after the other, syncs and closes fd, also when it fails. */
ax_code ax_file_fill(int fd, const struct iovec *piece, size_t n, const char *name, ax_err *err);
/* Syncs the directory that dirfd/name is in: a name that was made or renamed there stays. */
ax_code ax_file_sync_folder(int dirfd, const char *name, ax_err *err);
/* Opens a file that is new, for reading and writing, mode 0600, in place of what was left there under its name: never
   one that another program has put there, whether a file or a link. -1 with errno. */
int ax_file_make(int dirfd, const char *name);
/* Replaces dirfd/name by the bytes: temporary file in the same directory, fsync, rename, fsync of the directory. On
   failure the old file is as it was and the temporary file is gone. dirfd: AT_FDCWD or a directory. Mode 0600. */
ax_code ax_file_replace(int dirfd, const char *name, const void *bytes, size_t n, ax_err *err);
/* The same from several pieces, one after the other, so that a large file needs no copy in memory. */
ax_code ax_file_replace_pieces(int dirfd, const char *name, const struct iovec *piece, size_t n, ax_err *err);
/* AX_EIO unless fd, which was opened as name, is a regular file: "NAME: a pipe, not a regular file". */
ax_code ax_file_check(int fd, const char *name, ax_err *err);
/* Opens a regular file for reading; *size becomes its size in bytes. Never waits, as for the writer of a pipe. -1 and
   AX_EIO: it can't be opened, or isn't a regular file, which the message says. The caller closes the descriptor. */
int ax_file_open(int dirfd, const char *name, size_t *size, ax_err *err);
/* Reads a whole regular file of at most max bytes into *bytes (malloc, terminated by a zero byte; caller frees). */
ax_code ax_file_read(int dirfd, const char *name, size_t max, char **bytes, size_t *n, ax_err *err);

#endif
