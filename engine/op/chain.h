/* The links of a CHAIN. */
#ifndef AX_OP_CHAIN_H
#define AX_OP_CHAIN_H

#include "engine/op/backend.h"

/* Link k of a chain as the FUSED it stands for. Values between links have a type but no memory. */
ax_call ax_chain_call(const ax_call *chain, unsigned k);

#endif
