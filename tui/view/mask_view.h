/* The state of the masks view: the file of the selected candidate, which the loop reads, and the image that is
   shown. */
#ifndef AX_TUI_MASKS_VIEW_H
#define AX_TUI_MASKS_VIEW_H

#include "engine/wire/maskfile.h"
#include "tui/ui/ui.h"
#include "viz/mask.h"

/* State of AX_VIEW_MASK. */
typedef struct ax_masks_shown {
    ax_maskfile *file; /* NULL = none */
    uint32_t of;       /* the candidate for which the image was chosen */
    int image;         /* its place in the order */
    uint8_t order[AX_MASK_IMAGES];
    ax_mask_window window;
    bool counted[AX_MASK_IMAGES];
    ax_mask_count count[AX_MASK_IMAGES][256]; /* of images that were asked for */
} ax_masks_shown;
ax_masks_shown *ax_ui_masks(const ax_ui *ui);
/* How right the predictions in an image of the file are, by class; in all images together. */
const ax_mask_count *ax_masks_count(ax_masks_shown *here, int image);
void ax_masks_count_all(ax_masks_shown *here, ax_mask_count all[static 256]);

/* Shows a file, which stays the caller's and gets pictures of the errors in images that are shown; NULL = none. */
void ax_ui_show_masks(ax_ui *ui, ax_maskfile *file);

/* Why there are no predictions of the selected candidate to show. */
const char *ax_masks_lacking(const ax_ui *ui);

/* ---- mask_panel.c: figures, and what colours mean ---- */
enum { AX_MASK_PANEL_COLS = 28 };
/* Rows that the panel takes in so many columns of AX_MASK_PANEL_COLS each. */
int ax_mask_panel_rows(ax_pane p, int columns, const ax_ui *ui);
void ax_mask_panel_draw(ax_pane p, const ax_ui *ui);
/* Draws one line that says what the colours mean. */
void ax_mask_legend_draw(ax_pane p, const ax_ui *ui);

#endif
