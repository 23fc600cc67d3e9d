/* Which genotypes build the same network: the same up to the names of its parts and the order of its channels. */
#ifndef AX_SPACE_CANONICAL_H
#define AX_SPACE_CANONICAL_H

#include "engine/space/genotype.h"

enum { AX_CANONICAL_KEY = 64 };

typedef struct ax_canonical {
    uint8_t space, key[AX_CANONICAL_KEY]; /* equal for the same network, and only then; zeros behind the key's end */
    uint64_t hash;                        /* of both */
} ax_canonical;

/* concat: of networks that are built with ax_decoder_spec.concat. */
ax_canonical ax_genotype_canonical(const ax_genotype *g, bool concat);
bool ax_canonical_same(const ax_canonical *a, const ax_canonical *b);

#endif
