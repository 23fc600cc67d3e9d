/* Draws a genotype as lanes, one line per value, as tig draws commits: a line makes a value, and a lane is a value that
   will still be read. Pure: the same genotype gives the same lines. */
#ifndef AX_VIZ_DAG_H
#define AX_VIZ_DAG_H

#include "engine/space/space.h"
#include "viz/canvas.h"

enum { AX_DAG_LANES = 12 };

typedef struct ax_dag {
    ax_drawing drawing;
    int lanes;
    struct {
        uint8_t glyph[2 * AX_DAG_LANES]; /* lane k at 2k, what joins it to the next at 2k + 1; AX_GLYPH_COUNT = blank */
        int lane;                        /* the lane of the value that this line makes */
    } row[AX_DRAWING_ROWS];
} ax_dag;

/* Makes one of the space's drawings of a genotype. channels > 0: with the parameters of each operation for so many
   channels and repeats. */
void ax_dag_make(const ax_genotype *g, unsigned drawing, int channels, int repeats, ax_dag *out);
/* Columns of the drawing, with the reads; parameters take AX_DAG_PARAMS more. */
enum { AX_DAG_PARAMS = 6 };
int ax_dag_width(const ax_dag *d);
/* Draws at the top left of the pane; with parameters where they are known and there is room. */
void ax_dag_draw(ax_pane p, const ax_dag *d);
/* The same with the differences from `was` marked: '+' before a changed line and, where there is room, '-' and the old
   text behind it. */
void ax_dag_draw_changes(ax_pane p, const ax_dag *d, const ax_dag *was);

/* Appends the drawing as an SVG document. */
void ax_dag_svg(const ax_dag *d, const char *title, ax_str *out);

#endif
