/* One client of the engine: its commands in, answers and events out. Nothing here waits, and nothing grows: who doesn't
   take its answers isn't read any further. */
#ifndef AX_SEARCH_CONNECTION_H
#define AX_SEARCH_CONNECTION_H

#include "engine/wire/command.h"
#include "engine/wire/message.h"

/* Bytes: of events taken at once, of an answer at most; commands taken in one turn, so that others have theirs. */
enum { AX_CONNECTION_BLOCK = 32768, AX_CONNECTION_ANSWER = AX_COMMAND_TEXT + 64, AX_CONNECTION_COMMANDS = 256 };

typedef struct ax_connection {
    int fd;
    uint64_t number; /* never used twice, so that an answer can't reach another */
    ax_messages in;
    bool spoke;                /* said something that makes sense */
    bool viewer;               /* said hello: gets events */
    bool watches;              /* wanted events of the past, so it is a screen or a log, and may be silent */
    bool more;                 /* its turn was over: there may be whole commands left */
    bool ended;                /* says nothing more: goes when it has its answers */
    bool dead;                 /* has gone, or makes no sense: to be freed */
    bool behind;               /* the socket was full, or its turn was over */
    uint64_t next;             /* place in events.mpk */
    double heard_at, moved_at; /* monotonic: when it last said something, when it last took something */
    size_t at, len;
    uint8_t out[AX_CONNECTION_BLOCK + AX_CONNECTION_COMMANDS * AX_CONNECTION_ANSWER];
} ax_connection;

/* Who takes what a client says. */
typedef struct ax_connection_user {
    void *context;
    void (*command)(void *context, ax_connection *one, const ax_command *cmd);
    void (*hello)(void *context, ax_connection *one, uint64_t seq);
} ax_connection_user;

/* Takes fd; now: monotonic seconds, here and below. NULL: no memory; fd is closed. */
ax_connection *ax_connection_new(int fd, uint64_t number, double now);
void ax_connection_free(ax_connection *one);
/* Whether it may be read: there is room for the answers of a turn. */
bool ax_connection_has_room(const ax_connection *one);
short ax_connection_events(const ax_connection *one); /* for poll */
/* Gives user what came, at most AX_CONNECTION_COMMANDS of it. */
void ax_connection_read(ax_connection *one, const ax_connection_user *user, double now);
/* Keeps an answer until ax_connection_pump sends it. */
void ax_connection_answer(ax_connection *one, const ax_answer *a);
/* Sends answers and, from events.mpk at the descriptor events, what is new there: as much as the socket takes. */
void ax_connection_pump(ax_connection *one, int events, double now);

#endif
