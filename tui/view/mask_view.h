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
    int image;
    ax_mask_window window;
} ax_masks_shown;
ax_masks_shown *ax_ui_masks(const ax_ui *ui);

#endif
