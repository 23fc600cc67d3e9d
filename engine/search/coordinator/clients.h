/* The engine's side of engine.sock. Events are served from events.mpk: a viewer is a place in that file and a small
   buffer, so a slow one costs nothing and is never waited for. A client that sends nothing is disconnected after a
   while, or as soon as another needs its place. */
#ifndef AX_SEARCH_CLIENTS_H
#define AX_SEARCH_CLIENTS_H

#include "engine/wire/command.h"

#include <poll.h>

enum { AX_CLIENTS_MAX = 32, AX_CLIENTS_POLL = AX_CLIENTS_MAX + 2 };

typedef struct ax_clients ax_clients;

/* Creates and binds dirfd/engine.sock (0600) and opens dirfd/events.mpk. dirfd is borrowed. An old socket is replaced,
   since the caller holds the run's lock. RLIMIT_NOFILE may reduce the number of clients below AX_CLIENTS_MAX. */
ax_clients *ax_clients_new(int dirfd, ax_err *err);
void ax_clients_free(ax_clients *c); /* sends what fits into the sockets, removes the socket's file */

/* Whether no new client can find the engine: engine.sock was removed or replaced. */
bool ax_clients_unreachable(const ax_clients *c);
/* Binds engine.sock again, as ax_clients_new does; those who are connected stay so. */
ax_code ax_clients_restore(ax_clients *c, ax_err *err);

/* Sets the time, monotonic seconds; call it before every group of calls. */
void ax_clients_set_time(ax_clients *c, double now);
/* Fills fds (AX_CLIENTS_POLL); returns their number. */
nfds_t ax_clients_poll(const ax_clients *c, struct pollfd *fds);
/* Time of the next action that no descriptor triggers (monotonic), 0 = now; INFINITY = never. */
double ax_clients_next_deadline(const ax_clients *c);
/* Accepts and reads; passes every command to take with its client's number, for ax_clients_answer. fds: as filled by
   ax_clients_poll, after poll. */
void ax_clients_read(ax_clients *c, const struct pollfd *fds, nfds_t n,
                     void (*take)(void *context, uint64_t client, const ax_command *cmd), void *context);
/* Stores an answer until ax_clients_pump; a client that has disconnected is no error. */
void ax_clients_answer(ax_clients *c, uint64_t client, const ax_answer *a);
/* Sends answers and new events, as much as the sockets take; frees clients that have disconnected. */
void ax_clients_pump(ax_clients *c);
size_t ax_clients_count(const ax_clients *c);

#endif
