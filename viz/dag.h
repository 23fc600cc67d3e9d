/* A genotype as lanes, one row per value, the way tig draws commits: a lane is a value that is still read, a row is a
   value being made. Pure: the same genotype gives the same rows. */
#ifndef AX_VIZ_DAG_H
#define AX_VIZ_DAG_H

#include "engine/space/genotype.h"
#include "viz/canvas.h"

enum { AX_DAG_ROWS = 12, AX_DAG_LANES = 12, AX_DAG_READS = 4 };

typedef struct ax_dag_row {
    uint8_t glyph[2 * AX_DAG_LANES]; /* lane k at 2k, what joins it to the next at 2k + 1; AX_GLYPH_COUNT = blank */
    int lane;                        /* of the value that this row makes */
    int number;                      /* of that value, -1 = none */
    const char *name;                /* static text */
    int op;                          /* ax_cellop, -1 = none */
    int reads[AX_DAG_READS], n_reads;
} ax_dag_row;

typedef struct ax_dag {
    int rows, lanes;
    ax_dag_row row[AX_DAG_ROWS];
} ax_dag;

/* The cell: x, op 0, per layer two operations and their sum, out. 12 rows. */
void ax_dag_cell(const ax_genotype *g, ax_dag *out);
/* The decoder: four taps of the encoder, three blocks, the head. 8 rows. */
void ax_dag_wiring(const ax_genotype *g, ax_dag *out);
/* Columns of the drawing, its reads included. */
int ax_dag_width(const ax_dag *d);
/* Draws at the top left of the pane. channels > 0: with the parameters of each operation (batch norm included) at that
   width and `repeats`, at the right edge, where there is room. */
void ax_dag_draw(ax_pane p, const ax_dag *d, int channels, int repeats);
/* The same, with what differs from `was` marked: '+' before a row that changed and, where there is room, '-' and what
   it was behind it. channels as above, but the parameters give way to what was. */
void ax_dag_draw_changes(ax_pane p, const ax_dag *d, const ax_dag *was, int channels, int repeats);
/* Columns of the drawing with what was. */
int ax_dag_changes_width(const ax_dag *d);
/* Parameters of one operation of a cell that is `channels` wide: convolution or `repeats` x (depthwise + pointwise),
   and 2 per channel for each batch norm. */
long ax_cellop_params(int op, int channels, int repeats);

#endif
