/* A search space: which decisions make a network, and everything about them that doesn't need the network. What builds
   the network is in builder.h, which the front end doesn't link. */
#ifndef AX_SPACE_SPACE_H
#define AX_SPACE_SPACE_H

#include "engine/base/str.h"
#include "engine/space/drawing.h"

typedef struct ax_decision {
    const char *name;                  /* "op5", as changes are written and as drawings number values */
    const char *what, *plural, *where; /* "op", "ops", "layer 1": for messages; equal `where`: they belong together */
    uint8_t choices;                   /* values are 0 to choices - 1 */
    uint8_t head, table;               /* of the space's heads and tables */
    const char *const *option;         /* the names of the values; NULL: they are numbers */
} ax_decision;

/* What a policy shares between decisions: a head that makes all decisions of a group, or a table of embeddings by which
   they are fed back. */
typedef struct ax_decision_group {
    const char *name; /* part of tensors' names: "op", "position.0" */
    uint8_t choices;  /* the most that a decision of it has */
} ax_decision_group;

enum { AX_MAX_HEADS = 24, AX_MAX_TABLES = 8, AX_MAX_CHOICES = 16, AX_MAX_WARM_UP = 8 };

/* A network that was published, which may be called by its name wherever a genotype is read. */
typedef struct ax_published {
    const char *name, *text;
} ax_published;

typedef struct ax_space {
    const char *name;
    const char *pattern;           /* of the text form; # is a decision */
    const char *example;           /* of a change: "op5=sep3x3 or in5=2" */
    const char *names;             /* what the decisions' names mean, in lines, for --help */
    const ax_published *published; /* n_published of them; no other space has one of that name */
    const ax_decision *decision;
    /* For policies: */
    const uint8_t *order; /* the decisions in the order in which a policy makes them one after the other */
    const ax_decision_group *head, *table;
    uint8_t n_published, n_decisions, n_heads, n_tables;
    uint8_t warm_up; /* steps before the first decision where no decision is fed back */
    /* For screens: */
    const ax_drawing_kind *drawing;
    const ax_form_section *section;
    const ax_form_line *line; /* of all sections */
    uint8_t n_drawings, n_sections, n_lines;
    /* Of one copy of the network `channels` wide, whose separable convolutions are made of `repeats` steps. Pure: the
       same genotype gives the same rows. */
    void (*draw)(const ax_genotype *g, unsigned drawing, int channels, int repeats, ax_drawing *out);
    void (*print)(const ax_genotype *g, ax_str *out); /* what `auxcell-engine show` says of it, in lines */
} ax_space;

/* The spaces that there are; NULL behind the last. */
const ax_space *ax_space_at(unsigned i);
const ax_space *ax_space_of(const ax_genotype *g);

/* The probability of every choice of every decision, one decision after the other, in the order of the genotype's text;
   n: how many, 0 = none is known. */
enum { AX_PROBABILITIES = 256 };
typedef struct ax_probabilities {
    uint32_t n;
    float p[AX_PROBABILITIES];
} ax_probabilities;
/* Index of a decision's first choice; of n_decisions: how many there are in all. */
unsigned ax_space_choices(const ax_space *s, unsigned decision);
/* The space of a name; NULL: there is none. */
const ax_space *ax_space_named(const char *name);

/* Uniform over all decisions. */
ax_genotype ax_space_random(const ax_space *s, ax_rng *rng);
/* One decision, any of those that have a choice, gets another value. */
void ax_space_mutate(const ax_space *s, ax_genotype *g, ax_rng *rng);
/* The genotype whose decisions are all 0. */
ax_genotype ax_space_first(const ax_space *s);

/* A value as people read it: its name, or the number. */
const char *ax_decision_text(const ax_decision *d, unsigned value, char buf[static 16]);

#endif
