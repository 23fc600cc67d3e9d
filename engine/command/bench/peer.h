/* oneDNN as a peer of bench ops. It is in a shared object of its own, auxcell-onednn.so, which is built where libdnnl
   is and which nothing but bench ops loads: the programs neither need nor load the library. */
#ifndef AX_COMMAND_BENCH_PEER_H
#define AX_COMMAND_BENCH_PEER_H

#include "engine/op/backend.h"

/* The work of a call: only its types and attributes are read, and by mem NULL / not NULL what is wanted. */
typedef struct ax_peer_work {
    const ax_call *call;
    ax_shape x, y; /* the operation's first input and first output, in either direction */
    int threads;
} ax_peer_work;

typedef struct ax_peer ax_peer; /* the peer's primitives for one call, with memory of their own */

/* What the shared object's one symbol returns. Status is the library's, 0 is success. */
typedef struct ax_peer_table {
    const char *version; /* AX_VERSION; first, for ever: an object of another build is refused by it and by the sizes */
    size_t call;
    void (*library)(char *text, size_t cap); /* "2.6.3" */
    /* NULL and 0: it has no such operation. Of CE it has the log-softmax only; ReLU is fused into batch norm. */
    ax_peer *(*open)(const ax_peer_work *work, int *status);
    int (*run)(ax_peer *p);
    void (*close)(ax_peer *p); /* NULL is fine */
} ax_peer_table;

#define AX_PEER_FILE "auxcell-onednn.so"
#define AX_PEER_ENTRY "ax_peer_entry"
typedef const ax_peer_table *ax_peer_get(void);

/* NULL: it isn't there or doesn't load, why says so. */
const ax_peer_table *ax_peer_load(ax_err *why);

#endif
