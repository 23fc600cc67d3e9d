/* Locks that say which files an engine has in use. They belong to one opening of a file (F_OFD_SETLK): they end with
   its last descriptor, so at the latest with the process, however it ends. */
#ifndef AX_WIRE_LOCK_H
#define AX_WIRE_LOCK_H

#include <stdbool.h>
#include <sys/types.h>

/* Takes the lock of the whole file (open for writing), and waits up to so many seconds for another holder. 0, or an
   errno: EAGAIN = it is still held. */
int ax_lock_take(int fd, double seconds);
/* Whether a process holds the lock of a file. False also when there is no such file. */
bool ax_lock_is_held(int dirfd, const char *name);
/* Whether the name still is the file that fd has open; -1 (and errno) when it can't be looked at: ENOENT = it has
   gone. */
int ax_lock_names(int dirfd, const char *name, int fd);
/* Whether a process is at its end: killed, but its descriptors aren't all closed yet; or gone already, and what it had
   just started holds them for a moment. */
bool ax_process_is_ending(pid_t pid);

#endif
