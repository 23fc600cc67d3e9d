/* The engine's side of engine.sock. Viewers read events from events.mpk through us: each is a place in that file and a
   small buffer, so a slow one costs nothing and is never waited for. */
#ifndef AX_SEARCH_CLIENTS_H
#define AX_SEARCH_CLIENTS_H

#include "engine/wire/command.h"

#include <poll.h>

enum { AX_CLIENTS_MAX = 32, AX_CLIENTS_POLL = AX_CLIENTS_MAX + 1 };

typedef struct ax_clients ax_clients;

/* Makes and binds dirfd/engine.sock (0600) and opens dirfd/events.mpk. dirfd is borrowed. A socket that lies there is
   replaced: the caller holds the run's lock. */
ax_clients *ax_clients_new(int dirfd, ax_err *err);
void ax_clients_free(ax_clients *c); /* sends what the sockets take at once, removes the socket's file */

/* Fills fds (AX_CLIENTS_POLL) and returns how many. */
nfds_t ax_clients_poll(const ax_clients *c, struct pollfd *fds);
/* Accepts and reads; every command goes to take with the number of its client, for ax_clients_answer. */
void ax_clients_read(ax_clients *c, const struct pollfd *fds, nfds_t n,
                     void (*take)(void *context, uint64_t client, const ax_command *cmd), void *context);
/* Sends an answer; a client that has gone is no error. */
void ax_clients_answer(ax_clients *c, uint64_t client, const ax_answer *a);
/* Sends new events, as much as sockets take. */
void ax_clients_pump(ax_clients *c);
size_t ax_clients_count(const ax_clients *c);

#endif
