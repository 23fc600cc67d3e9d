/* Views of a genotype for screens: its networks as rows to draw, and its decisions as a form to fill in. */
#ifndef AX_SPACE_DRAWING_H
#define AX_SPACE_DRAWING_H

#include "engine/space/genotype.h"

enum { AX_DRAWINGS = 2, AX_DRAWING_ROWS = 12, AX_DRAWING_READS = 7, AX_FORM_FIELDS = 5 };

typedef enum ax_drawing_node { AX_NODE_INPUT, AX_NODE_OP, AX_NODE_SUM, AX_NODE_OUTPUT, AX_NODE_COUNT } ax_drawing_node;

/* A row computes a value from the values of rows above it. */
typedef struct ax_drawing_row {
    ax_drawing_node node;
    int number;       /* the value's number in the decisions' names; -1 = none */
    const char *name; /* static text */
    bool pale;        /* drawn pale: it computes nothing */
    int64_t params;   /* -1 = not applicable */
    int reads[AX_DRAWING_READS], n_reads;
} ax_drawing_row;

typedef struct ax_drawing {
    int rows;
    ax_drawing_row row[AX_DRAWING_ROWS];
} ax_drawing;

/* For spaces that draw: a row without parameters, which reads nothing yet. */
ax_drawing_row ax_drawing_row_of(ax_drawing_node node, int number, const char *name);
void ax_drawing_read(ax_drawing_row *r, int row);
/* The output as the last row, which reads row first + i for each bit i of loose. */
void ax_drawing_end(ax_drawing *d, int last, const char *name, int first, uint32_t loose);

/* One of a space's drawings; it has the same number of rows for every genotype. */
typedef struct ax_drawing_kind {
    const char *name, *tab; /* "decoder", and the label of the key that shows it: "wiring" */
    uint8_t rows;
} ax_drawing_kind;

/* The form has a line per value that decisions describe, in sections with headings. */
typedef struct ax_form_section {
    const char *heading;
    uint8_t drawing, lines;
    uint8_t column[AX_FORM_FIELDS]; /* of each field */
} ax_form_section;

typedef struct ax_form_line {
    uint8_t number; /* the value's number in the drawing */
    uint8_t fields, decision[AX_FORM_FIELDS];
} ax_form_line;

#endif
