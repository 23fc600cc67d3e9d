#include "engine/space/drawing.h"

ax_drawing_row ax_drawing_row_of(ax_drawing_node node, int number, const char *name)
{
    return (ax_drawing_row) { .node = node, .number = number, .name = name, .params = -1 };
}

void ax_drawing_read(ax_drawing_row *r, int row)
{
    r->reads[r->n_reads++] = row;
}

void ax_drawing_end(ax_drawing *d, int last, const char *name, int first, uint32_t loose)
{
    d->row[last] = ax_drawing_row_of(AX_NODE_OUTPUT, -1, name);
    for (int i = 0; loose >> i; i++)
        if (loose & 1u << i)
            ax_drawing_read(&d->row[last], first + i);
    d->rows = last + 1;
}
