/* Locks on the files that an engine has in use. A lock belongs to one open file description (F_OFD_SETLK): it ends with
   its last descriptor, so at the latest with the process. */
#ifndef AX_WIRE_LOCK_H
#define AX_WIRE_LOCK_H

#include <stdbool.h>
#include <sys/types.h>

/* Locks the whole file (open for writing), waiting up to this many seconds for another holder. Returns 0 or an errno:
   EAGAIN = still held. */
int ax_lock_take(int fd, double seconds);
/* Whether a process holds the lock of a file. False also when there is no such file. */
bool ax_lock_is_held(int dirfd, const char *name);
/* Whether the name still refers to the file open as fd; -1 with errno when it can't be examined (ENOENT: the name is
   gone). */
int ax_lock_names(int dirfd, const char *name, int fd);
/* Whether a process is ending: killed, but with descriptors still open; or gone, while a child it had just started
   briefly holds them. */
bool ax_process_is_ending(pid_t pid);

#endif
