/* The process that trains: receives jobs over a socket and reports their progress. */
#ifndef AX_WORKER_WORKER_H
#define AX_WORKER_WORKER_H

#include "engine/train/source.h"

#include <sys/types.h>

/* Serves the coordinator at fd until the socket closes. Files of the run are relative to the directory dirfd. Returns
   AX_OK when the coordinator closed the socket, or an error when initialisation failed (the coordinator was told). */
ax_code ax_worker_serve(int fd, int dirfd, ax_source_opener open_source, ax_err *err);

/* Starts `/proc/self/exe worker` as a child that dies with its parent, with the run directory as dirfd; *fd = our end
   of the socket (non-blocking). Returns its process id, or -1. */
pid_t ax_worker_spawn(int dirfd, int *fd, ax_err *err);

/* Exit statuses of a child that couldn't become a worker: its parent had gone, descriptors ran out, the program
   couldn't be run. */
enum { AX_WORKER_ORPHAN = 125, AX_WORKER_NO_FILES, AX_WORKER_NO_PROGRAM };
enum { AX_WORKER_FD = 3, AX_WORKER_DIRFD = 4 }; /* descriptors of the socket and the directory in a spawned worker */

#endif
