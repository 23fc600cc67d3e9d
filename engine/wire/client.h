/* A connection to a run's engine: commands out, events and answers in. Used by the screens and by one-shot commands. */
#ifndef AX_WIRE_CLIENT_H
#define AX_WIRE_CLIENT_H

#include "engine/wire/command.h"
#include "engine/wire/event.h"

typedef struct ax_client ax_client;
/* Connects to engine.sock in the run directory dirfd (through /proc/self/fd). AX_EIO when no engine listens. */
ax_client *ax_client_open(int dirfd, ax_err *err);
/* Asks the engine for all events after `seq`, then for new ones as they happen. */
ax_code ax_client_hello(ax_client *c, uint64_t seq, ax_err *err);
/* Connects and follows. */
ax_client *ax_client_connect(int dirfd, uint64_t seq, ax_err *err);
void ax_client_free(ax_client *c);
int ax_client_fd(const ax_client *c); /* to poll for reading */
/* Reads available bytes without blocking; AX_EIO when the engine has gone. */
ax_code ax_client_pump(ax_client *c, ax_err *err);
typedef enum ax_incoming { AX_NOTHING, AX_AN_EVENT, AX_AN_ANSWER } ax_incoming;
/* Takes the next message that ax_client_pump has read. */
ax_incoming ax_client_next(ax_client *c, ax_event *ev, ax_answer *answer);
ax_code ax_client_send(ax_client *c, const ax_command *cmd, ax_err *err);
/* Sends a command and waits for its answer (timeout in milliseconds). Events that arrive meanwhile are dropped: for
   one-shot commands. */
ax_code ax_client_call(ax_client *c, const ax_command *cmd, int timeout, ax_answer *answer, ax_err *err);
uint64_t ax_client_request(ax_client *c); /* a new request id */

#endif
