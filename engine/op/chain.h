/* A CHAIN taken apart. */
#ifndef AX_OP_CHAIN_H
#define AX_OP_CHAIN_H

#include "engine/op/backend.h"

/* The FUSED that link k of a chain is. What is between two links has a type and no memory. */
ax_call ax_chain_call(const ax_call *chain, unsigned k);

#endif
