/* A strategy's memory of networks: those it learned from, and those it need not propose again. */
#ifndef AX_POLICY_ARCHIVE_H
#define AX_POLICY_ARCHIVE_H

#include "engine/policy/strategy_internal.h"

/* A full archive keeps its best quarter and the youngest quarter of the rest. */
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
    uint64_t proposed; /* number of proposals */
    uint64_t *seen;    /* ring of the latest keys proposed or learned from */
    uint32_t n_seen, next_seen;
    bool concat;                   /* for ax_genotype_canonical */
    uint32_t random_first, elites; /* as in ax_strategy_options */
} ax_archive;

/* AX_EINVAL states the valid range of elites. */
ax_code ax_archive_init(ax_archive *a, const ax_strategy_options *o, ax_err *err);
void ax_archive_release(ax_archive *a);

/* Adds a candidate's result; a network that is among the points isn't added again. False: the archive was full and was
   compacted, so the first points are different ones now. */
bool ax_archive_learn(ax_archive *a, const ax_proposal *p, double reward);
/* Whether the same network was proposed or learned from. */
bool ax_archive_has_seen(const ax_archive *a, uint64_t key);
/* Counts a proposal and marks its network as seen. */
void ax_archive_propose(ax_archive *a, uint64_t key);
uint64_t ax_archive_key(const ax_archive *a, const ax_genotype *g);

/* The best points, at most `most`, best first, the older first among equals. Returns their number. */
uint32_t ax_archive_best(const ax_archive *a, uint32_t most, const ax_point **out);
typedef struct ax_drawn {
    ax_genotype genotype;
    uint32_t parent; /* the candidate it was made from, 0 = none */
    uint64_t key;
} ax_drawn;
/* Makes a genotype `steps` mutations away from one of the n best, or uniformly at random when n is 0. False: all
   attempts gave networks that were seen before. */
bool ax_archive_draw(const ax_archive *a, const ax_point *const *best, uint32_t n, int steps, const ax_space *space,
                     ax_rng *rng, ax_drawn *out);

/* Frequencies of the choices among the elites, as ax_strategy_ops.probabilities. */
void ax_archive_shares(const ax_archive *a, const ax_space *space, float *p);

/* The state as AX_ARCHIVE_FIELDS pairs of a map; unpack changes nothing unless all is valid. */
enum { AX_ARCHIVE_FIELDS = 3 };
void ax_archive_pack(const ax_archive *a, msgpack_packer *pk);
bool ax_archive_unpack(ax_archive *a, const ax_strategy *s, const msgpack_object *map);

#endif
