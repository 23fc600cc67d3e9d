/* What a strategy knows of the networks that it met: those it learned from, and which ones it needn't propose again. */
#ifndef AX_POLICY_ARCHIVE_H
#define AX_POLICY_ARCHIVE_H

#include "engine/policy/strategy_internal.h"

/* A full archive keeps the best quarter and, of the others, the youngest quarter. */
enum { AX_ARCHIVE_POINTS = 1000, AX_ARCHIVE_KEPT = AX_ARCHIVE_POINTS / 4, AX_ARCHIVE_SEEN = 4096 };

typedef struct ax_point {
    ax_genotype genotype;
    uint32_t id; /* of the candidate */
    double reward;
    uint64_t key; /* hash of its canonical form */
} ax_point;

typedef struct ax_archive {
    ax_point *point; /* oldest first */
    uint32_t n;
    uint64_t proposed; /* so many were */
    uint64_t *seen;    /* ring of the youngest keys that were proposed or learned from */
    uint32_t n_seen, next_seen;
    bool concat; /* of ax_genotype_canonical */
} ax_archive;

/* Whether the options' number of elites is one that can be had; AX_EINVAL says which can. */
bool ax_archive_takes(const ax_strategy_options *o, ax_err *err);
ax_code ax_archive_init(ax_archive *a, bool concat, ax_err *err);
void ax_archive_release(ax_archive *a);

/* Takes what a candidate came to; a network that is among the points already isn't taken twice. False: the archive was
   full, and other points than before have the first places now. */
bool ax_archive_learn(ax_archive *a, const ax_proposal *p, double reward);
/* Whether one of the same network was proposed or learned from. */
bool ax_archive_has_seen(const ax_archive *a, uint64_t key);
/* Counts a proposal, which is seen from then on. */
void ax_archive_propose(ax_archive *a, uint64_t key);
uint64_t ax_archive_key(const ax_archive *a, const ax_genotype *g);

/* The best points, at most `most`, best first; of equal ones the older first. Returns how many. */
uint32_t ax_archive_best(const ax_archive *a, uint32_t most, const ax_point **out);
typedef struct ax_drawn {
    ax_genotype genotype;
    uint32_t parent; /* the candidate it was made from, 0 = none */
    uint64_t key;
} ax_drawn;
/* A genotype that is `steps` mutations away from one of the n best, or drawn evenly when n is 0. False: its network was
   seen, as were those of all tries. */
bool ax_archive_draw(const ax_archive *a, const ax_point *const *best, uint32_t n, int steps, const ax_space *space,
                     ax_rng *rng, ax_drawn *out);

/* Shares of the choices among the best, as ax_strategy_ops.probabilities. */
void ax_archive_shares(const ax_archive *a, uint32_t most, const ax_space *space, float *p);

/* State as AX_ARCHIVE_FIELDS pairs of a map; unpack changes nothing unless all is good. */
enum { AX_ARCHIVE_FIELDS = 3 };
void ax_archive_pack(const ax_archive *a, msgpack_packer *pk);
bool ax_archive_unpack(ax_archive *a, const ax_strategy *s, const msgpack_object *map);

#endif
