/* A search space: the decisions that define a network, and everything about them that doesn't need the network itself.
   builder.h builds the network; the front end doesn't link that. */
#ifndef AX_SPACE_SPACE_H
#define AX_SPACE_SPACE_H

#include "engine/base/str.h"
#include "engine/space/drawing.h"

typedef struct ax_decision {
    const char *name; /* name in changes and numbers of drawings: "op5" */
    /* "op", "ops", "layer 1": for messages; decisions with the same `where` form a group. */
    const char *what, *plural, *where;
    uint8_t choices;           /* values are 0 to choices - 1 */
    uint8_t head, table;       /* indices of the space's heads and tables */
    const char *const *option; /* names of the values; NULL: plain numbers */
} ax_decision;

/* What a policy shares between decisions: a head that makes all decisions of a group, or an embedding table by which
   their values are fed back. */
typedef struct ax_decision_group {
    const char *name; /* part of tensor names: "op", "position.0" */
    uint8_t choices;  /* the largest number of choices among its decisions */
} ax_decision_group;

enum { AX_MAX_HEADS = 24, AX_MAX_TABLES = 8, AX_MAX_CHOICES = 16, AX_MAX_WARM_UP = 8 };

/* A published network; its name is accepted wherever a genotype is read. */
typedef struct ax_published {
    const char *name, *text;
} ax_published;

typedef struct ax_space {
    const char *name;
    const char *pattern;           /* pattern of the text form; # stands for a decision */
    const char *example;           /* example of a change: "op5=sep3x3 or in5=2" */
    const char *names;             /* explanation of the decisions' names, in lines, for --help */
    const ax_published *published; /* n_published of them; names are unique over all spaces */
    const ax_decision *decision;
    /* For policies: */
    const uint8_t *order; /* the order in which a policy makes the decisions */
    const ax_decision_group *head, *table;
    uint8_t n_published, n_decisions, n_heads, n_tables;
    uint8_t warm_up; /* steps of the controller before the first decision, without feedback */
    /* For screens: */
    const ax_drawing_kind *drawing;
    const ax_form_section *section;
    const ax_form_line *line; /* of all sections */
    uint8_t n_drawings, n_sections, n_lines;
    /* Drawing of one network of this width, whose separable convolutions have `repeats` steps. Pure: the same genotype
       gives the same rows. */
    void (*draw)(const ax_genotype *g, unsigned drawing, int channels, int repeats, ax_drawing *out);
    void (*print)(const ax_genotype *g, ax_str *out); /* the text of `auxcell-engine show`, in lines */
} ax_space;

/* All spaces by index; NULL behind the last. */
const ax_space *ax_space_at(unsigned i);
const ax_space *ax_space_of(const ax_genotype *g);

/* The probability of every choice of every decision, in the order of the genotype's text; n: their number, 0 =
   unknown. */
enum { AX_PROBABILITIES = 256 };
typedef struct ax_probabilities {
    uint32_t n;
    float p[AX_PROBABILITIES];
} ax_probabilities;
/* Index of a decision's first choice; for n_decisions, the total number of choices. */
unsigned ax_space_choices(const ax_space *s, unsigned decision);
/* The space of this name; NULL: none. */
const ax_space *ax_space_named(const char *name);

/* Draws a genotype uniformly over all decisions. */
ax_genotype ax_space_random(const ax_space *s, ax_rng *rng);
/* Changes one random decision that has a choice to another value. */
void ax_space_mutate(const ax_space *s, ax_genotype *g, ax_rng *rng);
/* The genotype with all decisions 0. */
ax_genotype ax_space_first(const ax_space *s);

/* A value for users: its name, or the number. */
const char *ax_decision_text(const ax_decision *d, unsigned value, char buf[static 16]);

#endif
