/* What the view of masks shows: the file of the selected candidate, which the loop reads, and one image of it. */
#ifndef AX_TUI_MASKS_VIEW_H
#define AX_TUI_MASKS_VIEW_H

#include "engine/wire/maskfile.h"
#include "tui/ui/ui.h"
#include "viz/mask.h"

/* State of AX_VIEW_MASK. */
typedef struct ax_masks_shown {
    const ax_maskfile *file; /* NULL = none */
    uint32_t of;             /* candidate that the image was chosen for */
    int image;               /* its place in the order */
    uint8_t order[AX_MASK_IMAGES];
    ax_mask_window window;
    ax_mask_count in_image[256], in_all[256]; /* of the image, and of all images of the file */
} ax_masks_shown;
ax_masks_shown *ax_ui_masks(const ax_ui *ui);

/* Shows a file, which stays the caller's and gets pictures of errors; NULL = none. */
void ax_ui_show_masks(ax_ui *ui, ax_maskfile *file);

/* Why none are shown of a candidate; NULL = none is selected. */
const char *ax_masks_lacking(const ax_candidate *c);

/* ---- mask_panel.c: figures, and what colours mean ---- */
enum { AX_MASK_PANEL_COLS = 28 };
/* Rows that it takes in so many columns of AX_MASK_PANEL_COLS, wherever on the pane's canvas it is. */
int ax_mask_panel_rows(ax_pane p, int columns, const ax_ui *ui);
void ax_mask_panel_draw(ax_pane p, const ax_ui *ui);
/* One line with what the colours mean. */
void ax_mask_legend_draw(ax_pane p, const ax_ui *ui);

#endif
