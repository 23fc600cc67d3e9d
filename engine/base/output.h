/* Output files named by the user: each is written whole or not at all, and never over another output or an input. Files
   in a run's own directory are written with ax_file_replace (engine/base/file.h). */
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
/* The same from several pieces in order. */
ax_code ax_output_write_pieces(const char *path, const struct iovec *piece, size_t n, ax_err *err);

/* The same for a file below an open private directory, such as a run's: a new file has mode 0600. */
ax_code ax_output_write_below(int dirfd, const char *name, const void *bytes, size_t n, ax_err *err);
/* Checks whether path can be written, for use before hours of computing. Returns the errors of a write and writes
   nothing. */
ax_code ax_output_check(const char *path, ax_err *err);
/* Creates the output folder if it doesn't exist; AX_EIO names it. */
ax_code ax_output_folder(const char *path, ax_err *err);

/* The files that a command reads and writes, collected to be checked before anything is computed. Existing files are
   identified by device and inode, others by the path they would have, so that links and other spellings of a name make
   no difference. */
typedef struct ax_files ax_files;
ax_files *ax_files_new(void); /* NULL: no memory */
void ax_files_free(ax_files *f);
/* Registers an input file. */
ax_code ax_files_read(ax_files *f, const char *path, ax_err *err);
/* Registers all files directly in a folder as inputs; a folder that doesn't exist is no error. */
ax_code ax_files_read_folder(ax_files *f, const char *path, ax_err *err);
/* Registers an output file. of: the source it is made from (a picture's name), for the message. */
ax_code ax_files_write(ax_files *f, const char *path, const char *of, ax_err *err);
/* Checks all registered files: AX_EIO names the first output that would overwrite another output or an input. Outputs
   that aren't regular files are ignored: nothing of theirs can be lost. */
ax_code ax_files_check(ax_files *f, ax_err *err);

#endif
