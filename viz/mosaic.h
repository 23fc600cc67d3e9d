/* How pictures of one shape are placed in a rectangle of cells: in as many rows as make them largest. */
#ifndef AX_VIZ_MOSAIC_H
#define AX_VIZ_MOSAIC_H

typedef struct ax_mosaic {
    int across, down;       /* places */
    int rows, cols;         /* cells of a picture; 0 = there is no room */
    int row_step, col_step; /* from one place to the next; a line for a name is above each picture */
    double size;            /* columns that a picture would take if cells could be divided; this is maximised */
} ax_mosaic;

enum { AX_MOSAIC_GAP = 2, AX_MOSAIC_LEAST_COLS = 4, AX_MOSAIC_LEAST_ROWS = 2 };

/* n pictures of h x w pixels in rows x cols cells, a cell being `aspect` times as high as it is wide. Of two that make
   pictures equally large the flatter one. least: columns that a name needs. */
ax_mosaic ax_mosaic_of(int rows, int cols, int n, double h, double w, double aspect, int least);

#endif
