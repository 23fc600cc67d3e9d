/* The canonical form of the template space. Genotypes count as equal when they build one network up to the names of
   parameters and the order of channels: each block contains its template, single repetitions may swap their sides, and
   blocks may be renumbered as long as neither their sizes nor the sizes they are resized to change. */
#ifndef AX_SPACE_TEMPLATES_EXPANDED_H
#define AX_SPACE_TEMPLATES_EXPANDED_H

#include "engine/space/canonical.h"
#include "engine/space/templates/templates.h"

/* The smallest expanded text, zero-padded. out is zeroed before. */
void ax_templates_canonical(const ax_templates *t, uint8_t out[static AX_CANONICAL_KEY]);

/* ax_builder.reduce */
void ax_templates_reduce(const ax_genotype *g, bool concat, uint8_t out[static AX_MAX_DECISIONS]);

#endif
