/* Files that a user names as outputs: written whole or not at all, and never onto one another or onto an input. What a
   run keeps in its own directory is ax_file_replace's (engine/base/file.h). */
#ifndef AX_BASE_OUTPUT_H
#define AX_BASE_OUTPUT_H

#include "engine/base/err.h"

#include <stddef.h>
#include <sys/uio.h>

/* Writes the bytes to path, as a shell's ">" would:
   - A regular file is replaced whole (temporary file beside it, fsync, rename) or stays as it was. Links are followed
   to the file that is replaced, which keeps its mode and, as far as we may, its owner. It must be writable.
   - A new file has the mode that the umask leaves.
   - A pipe, a terminal or another character device is written into, and so is a descriptor of this process, by any of
     its names (/dev/stdout, /dev/fd/N, /proc/self/fd/N).
   - A directory, a block device or a socket is refused. */
ax_code ax_output_write(const char *path, const void *bytes, size_t n, ax_err *err);
/* The same from several pieces, one after the other. */
ax_code ax_output_write_pieces(const char *path, const struct iovec *piece, size_t n, ax_err *err);

/* The same to a file below an open directory that is its user's alone, as a run's: a new one has the mode 0600. */
ax_code ax_output_write_below(int dirfd, const char *name, const void *bytes, size_t n, ax_err *err);
/* Whether path could be written: to be asked before what takes hours. The same errors, and nothing is written. */
ax_code ax_output_check(const char *path, ax_err *err);
/* Makes the folder of outputs when it isn't there; AX_EIO names it. */
ax_code ax_output_folder(const char *path, ax_err *err);

/* What a call reads and writes, to be checked before anything is computed. Files are told apart by what they are
   (device and inode), those that aren't there yet by where they would be, so that links and other spellings of a name
   make no difference. */
typedef struct ax_files ax_files;
ax_files *ax_files_new(void); /* NULL: no memory */
void ax_files_free(ax_files *f);
/* Names a file that is read. */
ax_code ax_files_read(ax_files *f, const char *path, ax_err *err);
/* Names all files right in a folder as read; no folder is no error. */
ax_code ax_files_read_folder(ax_files *f, const char *path, ax_err *err);
/* Names a file that will be written; of: what is made into it (a picture's name), for the message. */
ax_code ax_files_write(ax_files *f, const char *path, const char *of, ax_err *err);
/* AX_EIO names the first output that would land on another one or on an input. Outputs that are no regular files don't
   count: nothing of theirs is lost. */
ax_code ax_files_check(ax_files *f, ax_err *err);

#endif
