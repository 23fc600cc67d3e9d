/* Segmentation masks: as coloured half blocks or class letters in cells, and as PNG files. */
#ifndef AX_VIZ_MASK_H
#define AX_VIZ_MASK_H

#include "engine/wire/maskfile.h"
#include "viz/canvas.h"

/* What is seen of an image: 1/2^zoom of each side, from a corner given as a share of the side. */
enum { AX_MASK_ZOOM = 5 };
typedef struct ax_mask_window {
    int zoom; /* 0 to AX_MASK_ZOOM */
    double down, right;
} ax_mask_window;
/* Moves by halves of what is seen, and stays inside the image. */
void ax_mask_pan(ax_mask_window *w, int down, int right);
void ax_mask_zoom(ax_mask_window *w, int by);

/* Draws input, truth, prediction and error of one image side by side, keeping their proportions; what the file lacks is
   left out. color: two pixels per cell in the palette's colours; else letters, class 0 = 'a', unlabelled = '.'. */
void ax_mask_draw(ax_pane p, const ax_maskfile *m, int image, const ax_mask_window *w, bool color);
/* What stands for a class without colours. */
char ax_mask_letter(uint8_t class);
/* Share of labelled pixels that are predicted right, NAN when one of the two is missing, or they are no classes. */
double ax_mask_correct(const ax_maskfile *m, int image);
/* Writes export/ID-K.png below dirfd for every predicted picture of candidate ID, making the folder; wrote hears of
   each (its name below dirfd). Indices become a palette PNG. AX_EIO names what can't be written. */
ax_code ax_mask_export(int dirfd, uint32_t id, const ax_maskfile *m, void (*wrote)(void *context, const char *name),
                       void *context, ax_err *err);

#endif
