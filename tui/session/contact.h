/* The way to the engine: it is found when one starts, and missed when it is gone. */
#ifndef AX_TUI_CONTACT_H
#define AX_TUI_CONTACT_H

#include "engine/wire/client.h"

#include <sys/types.h>

typedef struct ax_contact {
    int dirfd;   /* of the run; the caller's */
    int watch;   /* inotify's descriptor: readable once a file was made or deleted in the run directory; -1 = there is none */
    int watched; /* what it watches; -1 = nothing, while there is a connection */
    ax_client *client; /* NULL = not connected */
    pid_t engine;      /* that it is connected to, or was last */
    double look_at;    /* when to look for an engine again (ax_clock); INFINITY = when the directory changes */
    double eager;      /* until then an engine that doesn't listen yet is tried often */
} ax_contact;

typedef enum ax_found {
    AX_FOUND_NONE,   /* no engine has the run */
    AX_FOUND_SILENT, /* one has it, but doesn't listen: it starts, or hangs */
    AX_FOUND_LIVE    /* connected; ax_client_hello asks for its events */
} ax_found;

void ax_contact_open(ax_contact *c, int dirfd);
void ax_contact_close(ax_contact *c);
/* Looks for an engine and connects to it, unless there is a connection. */
ax_found ax_contact_look(ax_contact *c);
/* Whether it is time to look; watch_is_readable: what poll said of it. */
bool ax_contact_due(ax_contact *c, bool watch_is_readable);
/* The connection has broken: there is no client from now on, and it is soon time to look. */
void ax_contact_lost(ax_contact *c);
/* Closes the connection; the next look opens another. */
void ax_contact_leave(ax_contact *c);
/* Seconds until it is time to look; INFINITY = when the watch says so. */
double ax_contact_wait(const ax_contact *c);

#endif
