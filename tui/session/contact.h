/* The connection to a run's engine: made when an engine starts, and dropped when it is gone. */
#ifndef AX_TUI_CONTACT_H
#define AX_TUI_CONTACT_H

#include "engine/wire/client.h"

#include <sys/types.h>

typedef struct ax_contact {
    int dirfd;   /* the run's directory; stays the caller's */
    int watch;   /* inotify's descriptor: readable once a file was made or deleted in the run directory; -1 = there is
                    none */
    int watched; /* watch descriptor; -1 = nothing is watched, since there is a connection */
    ax_client *client; /* NULL = not connected */
    pid_t engine;      /* process id of the engine that it is, or was last, connected to */
    double look_at;    /* when to look for an engine again (ax_clock); INFINITY = when the directory changes */
    double eager;      /* until this time an engine that doesn't listen yet is tried often */
} ax_contact;

typedef enum ax_found {
    AX_FOUND_NONE,   /* no engine has the run */
    AX_FOUND_SILENT, /* an engine has the run, but doesn't listen: it is starting, or hangs */
    AX_FOUND_LIVE    /* connected; ax_client_hello requests its events */
} ax_found;

void ax_contact_open(ax_contact *c, int dirfd);
void ax_contact_close(ax_contact *c);
/* Looks for an engine and connects to it, unless there is a connection. */
ax_found ax_contact_look(ax_contact *c);
/* Whether it is time to look for an engine. watch_is_readable: what poll said of `watch`. */
bool ax_contact_due(ax_contact *c, bool watch_is_readable);
/* Drops a connection that has broken; soon it is time to look again. */
void ax_contact_lost(ax_contact *c);
/* Closes the connection; the next look opens a new one. */
void ax_contact_leave(ax_contact *c);
/* Seconds until it is time to look; INFINITY = when the watch says so. */
double ax_contact_wait(const ax_contact *c);

#endif
