/* oneDNN as the peer of bench ops, in a separate shared object, auxcell-onednn.so. It is built where libdnnl is
   installed, and only bench ops loads it: the programs neither need nor load the library. */
#ifndef AX_COMMAND_BENCH_PEER_H
#define AX_COMMAND_BENCH_PEER_H

#include "engine/op/backend.h"

/* A call's work: only its types and attributes are read, and whether mem is NULL. */
typedef struct ax_peer_work {
    const ax_call *call;
    ax_shape x, y; /* shapes of the operation's first input and output, in either direction */
    int threads;
} ax_peer_work;

typedef struct ax_peer ax_peer; /* oneDNN's primitives for one call, with their own memory */

/* Returned by the shared object's only symbol. Statuses are the library's; 0 is success. */
typedef struct ax_peer_table {
    /* AX_VERSION; must always stay first: an object of another build is detected by it and by the sizes. */
    const char *version;
    size_t call;
    void (*library)(char *text, size_t cap); /* "2.6.3" */
    /* NULL with status 0: no such operation. CE is only the log-softmax; ReLU is fused into batch norm. */
    ax_peer *(*open)(const ax_peer_work *work, int *status);
    int (*run)(ax_peer *p);
    void (*close)(ax_peer *p); /* NULL is fine */
} ax_peer_table;

#define AX_PEER_FILE "auxcell-onednn.so"
#define AX_PEER_ENTRY "ax_peer_entry"
typedef const ax_peer_table *ax_peer_get(void);

/* NULL: it is missing or doesn't load; why has the reason. */
const ax_peer_table *ax_peer_load(ax_err *why);

#endif
