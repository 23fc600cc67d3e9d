/* Builds a genotype's network for a search space. The front end doesn't link this. */
#ifndef AX_SPACE_BUILDER_H
#define AX_SPACE_BUILDER_H

#include "engine/space/canonical.h"
#include "engine/space/decoder.h"
#include "engine/space/layer.h"
#include "engine/space/list.h"

typedef struct ax_builder {
    int taps; /* number of taps it reads: the encoder's finest */
    /* Appends the decoder that spec describes (its genotype must be valid), reading taps (finest first). out is zeroed
       before. Failures are reported in l->err. */
    void (*build)(const ax_layers *l, const ax_decoder_spec *spec, const ax_val *taps, ax_decoder *out);
    /* The key of ax_genotype_canonical. out is zeroed before. */
    void (*key)(const ax_genotype *g, bool concat, uint8_t out[static AX_CANONICAL_KEY]);
    /* The decisions of ax_genotype_reduce. out is zeroed before. */
    void (*reduce)(const ax_genotype *g, bool concat, uint8_t out[static AX_MAX_DECISIONS]);
} ax_builder;

#define AX_DECLARE_BUILDER(name) extern const ax_builder ax_builder_##name;
AX_SPACE_LIST(AX_DECLARE_BUILDER)
#undef AX_DECLARE_BUILDER

const ax_builder *ax_builder_of(const ax_genotype *g);
/* Number of encoder taps that a space's networks read. */
int ax_space_taps(const ax_space *s);

#endif
