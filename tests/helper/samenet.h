/* Whether two genotypes of cells are the same network: by their keys, and by what the networks compute. */
#ifndef AX_TEST_SAMENET_H
#define AX_TEST_SAMENET_H

#include "engine/base/rng.h"
#include "engine/space/cells/form.h"

ax_cells *samenet_cells(const ax_genotype *g); /* the genotype's own, to be changed */
/* A random genotype of few kinds of operations, with many skips and nones: equal networks are common then. */
ax_genotype samenet_draw(ax_rng *rng);
/* Whether the keys are equal; fails the test unless the hashes say the same. */
bool samenet_keys(const ax_genotype *a, const ax_genotype *b);
/* Fails the test unless the networks, with the same parameters, give the same logits. */
void samenet_assert(const ax_genotype *a, const ax_genotype *b);

#endif
