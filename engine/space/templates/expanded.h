/* Which texts of the template space build one network: equal up to the names of parameters and the order of channels.
   Each block takes its template's place, single repetitions may swap their sides, and blocks may be renumbered as long
   as none changes its size or the sizes that it is resized to. */
#ifndef AX_SPACE_TEMPLATES_EXPANDED_H
#define AX_SPACE_TEMPLATES_EXPANDED_H

#include "engine/space/canonical.h"
#include "engine/space/templates/templates.h"

/* The least expanded text; zeros behind its end. out is zeroed. */
void ax_templates_canonical(const ax_templates *t, uint8_t out[static AX_CANONICAL_KEY]);

/* ax_builder.reduce */
void ax_templates_reduce(const ax_genotype *g, bool concat, uint8_t out[static AX_MAX_DECISIONS]);

#endif
