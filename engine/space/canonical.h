/* Recognises genotypes that build the same network, up to the names of its parts and the order of its channels. */
#ifndef AX_SPACE_CANONICAL_H
#define AX_SPACE_CANONICAL_H

#include "engine/space/genotype.h"

enum { AX_CANONICAL_KEY = 64 };

typedef struct ax_canonical {
    uint8_t space, key[AX_CANONICAL_KEY]; /* equal if and only if the network is the same; zero-padded */
    uint64_t hash;                        /* over both */
} ax_canonical;

/* concat: for networks built with ax_decoder_spec.concat. */
ax_canonical ax_genotype_canonical(const ax_genotype *g, bool concat);
bool ax_canonical_same(const ax_canonical *a, const ax_canonical *b);

enum { AX_REDUCED_DEAD = 255, AX_REDUCED = 48 }; /* whole vectors compare faster */
_Static_assert((int)AX_REDUCED >= (int)AX_MAX_DECISIONS, "room for all decisions");
/* The decisions that a network depends on, so that similar networks can be compared one by one: operands and blocks in
   canonical order, AX_REDUCED_DEAD where a decision has no effect, zeros behind the space's last decision. Equal
   vectors mean the same network, except for the order in which the head joins blocks. The reverse holds for operands
   and blocks of cells in another order and unread parts, but neither for every regrouped sum nor for blocks of
   templates in another order. */
typedef struct ax_reduced {
    uint8_t value[AX_REDUCED];
} ax_reduced;
ax_reduced ax_genotype_reduce(const ax_genotype *g, bool concat);
/* Number of decisions in which they differ. */
unsigned ax_reduced_distance(const ax_reduced *a, const ax_reduced *b);

#endif
