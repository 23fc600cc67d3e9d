/* The engine's side of engine.sock. Viewers read events from events.mpk through us: each is a place in that file and a
   small buffer, so a slow one costs nothing and is never waited for. A client that says nothing is disconnected after a
   while, or as soon as another one needs its place. */
#ifndef AX_SEARCH_CLIENTS_H
#define AX_SEARCH_CLIENTS_H

#include "engine/wire/command.h"

#include <poll.h>

enum { AX_CLIENTS_MAX = 32, AX_CLIENTS_POLL = AX_CLIENTS_MAX + 1 };

typedef struct ax_clients ax_clients;

/* Makes and binds dirfd/engine.sock (0600) and opens dirfd/events.mpk. dirfd is borrowed. An older socket is
   replaced: the caller holds the run's lock. Fewer clients than AX_CLIENTS_MAX when RLIMIT_NOFILE leaves no more. */
ax_clients *ax_clients_new(int dirfd, ax_err *err);
void ax_clients_free(ax_clients *c); /* sends what the sockets take at once, removes the socket's file */

/* Monotonic seconds; given before every group of calls. */
void ax_clients_set_time(ax_clients *c, double now);
/* Fills fds (AX_CLIENTS_POLL) and returns how many. */
nfds_t ax_clients_poll(const ax_clients *c, struct pollfd *fds);
/* When there is something to do by time alone (monotonic), 0 = now; INFINITY = never. */
double ax_clients_due(const ax_clients *c);
/* Accepts and reads; every command goes to take with the number of its client, for ax_clients_answer. fds is what
   ax_clients_poll filled in, after poll. */
void ax_clients_read(ax_clients *c, const struct pollfd *fds, nfds_t n,
                     void (*take)(void *context, uint64_t client, const ax_command *cmd), void *context);
/* Keeps an answer for ax_clients_pump; a client that has disconnected is no error. */
void ax_clients_answer(ax_clients *c, uint64_t client, const ax_answer *a);
/* Sends answers and new events, as much as sockets take; frees the clients that have disconnected. */
void ax_clients_pump(ax_clients *c);
size_t ax_clients_count(const ax_clients *c);

#endif
