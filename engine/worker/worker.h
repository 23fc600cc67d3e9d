/* The process that trains: gets jobs over a socket, says how they go. */
#ifndef AX_WORKER_WORKER_H
#define AX_WORKER_WORKER_H

#include "engine/train/source.h"

#include <sys/types.h>

/* Serves the coordinator at fd until it goes away; files of the run are below the directory dirfd. Returns AX_OK when
   the coordinator closed the socket, an error when the worker couldn't get ready (the coordinator was told). */
ax_code ax_worker_serve(int fd, int dirfd, ax_source_opener open_source, ax_err *err);

/* Starts `/proc/self/exe worker` as a child that dies with its parent, with the run directory at dirfd; *fd = our end
   of the socket (non-blocking). Returns its process id, or -1. */
pid_t ax_worker_spawn(int dirfd, int *fd, ax_err *err);

/* A child that couldn't become a worker: its parent had gone, it had no descriptors, the program couldn't be run. */
enum { AX_WORKER_ORPHAN = 125, AX_WORKER_NO_FILES, AX_WORKER_NO_PROGRAM };
enum { AX_WORKER_FD = 3, AX_WORKER_DIRFD = 4 }; /* where a spawned worker finds socket and directory */

#endif
