/* The socket engine.sock in a run's directory, by which clients find the engine. */
#ifndef AX_SEARCH_LISTENER_H
#define AX_SEARCH_LISTENER_H

#include "engine/base/err.h"

#include <stdbool.h>
#include <sys/stat.h>

enum { AX_BACKLOG = 128 }; /* clients that wait to be accepted */

typedef struct ax_listener {
    int dirfd; /* borrowed */
    int fd;    /* -1 = none */
    int watch; /* readable once something happened to the name; -1 = nothing watches it */
    struct stat named;
} ax_listener;

/* Binds dirfd/engine.sock (0600) and listens. An old socket is replaced, so the caller must hold the run's lock.
   AX_EIO; then l has no descriptor, or keeps the one it had. */
ax_code ax_listener_open(ax_listener *l, ax_err *err);
/* Whether the name still leads to this socket. */
bool ax_listener_has_name(const ax_listener *l);
/* Reads what the watch has to say: the name may lead elsewhere now. */
void ax_listener_noticed(const ax_listener *l);
/* Closes it, and removes the name if it is still its own. */
void ax_listener_close(ax_listener *l);

#endif
