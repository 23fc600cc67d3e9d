/* Masks, depths and poses of a run's mask files: as coloured half blocks or letters in cells, as pictures for terminals
   with graphics, judged class by class, and as PNG files. */
#ifndef AX_VIZ_MASK_H
#define AX_VIZ_MASK_H

#include "engine/wire/maskfile.h"
#include "viz/canvas.h"
#include "viz/mosaic.h"

enum { AX_MASK_UNLABELLED = 255 };

typedef enum ax_mask_kind {
    AX_MASK_INPUT,
    AX_MASK_TRUTH,
    AX_MASK_PREDICTED,
    AX_MASK_ERROR,
    AX_MASK_KINDS
} ax_mask_kind;

/* ---- in cells ---- */

/* The part of an image that is seen: 1/2^zoom of each side, from a corner given as a fraction of the side. */
enum { AX_MASK_ZOOM = 5 };
typedef struct ax_mask_window {
    int zoom; /* 0 to AX_MASK_ZOOM */
    double down, right;
    bool over; /* truth and prediction are drawn over the image */
} ax_mask_window;
/* Moves by halves of the part that is seen, and stays inside the image. */
void ax_mask_pan(ax_mask_window *w, int down, int right);
void ax_mask_zoom(ax_mask_window *w, int by);

/* Places input, truth, prediction and error of an image in rows x cols cells; pictures that the file lacks get no
   place. */
ax_mosaic ax_mask_place(const ax_maskfile *m, int image, int rows, int cols, double aspect);
/* Draws them where ax_mask_place says, from the pane's corner on. color: two pixels per cell, and the picture itself
   where the canvas shows pictures; else letters, class 0 = 'a', unlabelled = '.'. AX_ENOMEM. */
ax_code ax_mask_draw(ax_pane p, const ax_maskfile *m, int image, const ax_mask_window *w, bool color, ax_err *err);
/* The letter that stands for a class, and the one for a colour of a picture, where there are no colours. */
char ax_mask_letter(uint8_t class);
char ax_mask_shade(const uint8_t rgb[3]);

/* ---- judged ---- */

/* Fraction of labelled pixels that are predicted right; NAN when truth or prediction is missing, or the file has no
   classes. */
double ax_mask_correct(const ax_maskfile *m, int image);
/* Pixels of a class: labelled and predicted as such, either of them, labelled as such. */
typedef struct ax_mask_count {
    uint64_t both, either, truth;
} ax_mask_count;
/* Adds an image to the counts of 256 classes. False: there is nothing to count. */
bool ax_mask_count_image(const ax_maskfile *m, int image, ax_mask_count count[static 256]);
/* The same fraction of counted pixels; NAN when none is labelled. */
double ax_mask_share_right(const ax_mask_count count[static 256]);
/* The IoU of a class, NAN = it doesn't occur. */
double ax_mask_iou(const ax_mask_count *c);
/* The images' numbers, worst prediction first: by reward, else by pixels that are right; the others last. */
void ax_mask_order(const ax_maskfile *m, uint8_t order[static AX_MASK_IMAGES]);
/* Gives an image with classes a picture of its errors if it has none: right pixels pale grey, wrong ones red, those
   without a label white; the image shines through. AX_ENOMEM. */
ax_code ax_mask_add_error(ax_maskfile *m, int image, ax_err *err);

/* ---- as PNG ---- */

/* Writes export/ID-K.png below dirfd for every predicted picture of candidate ID, making the folder; wrote hears of
   each (its name below dirfd). Indices become a palette PNG. AX_EIO names what can't be written. */
ax_code ax_mask_export(int dirfd, uint32_t id, const ax_maskfile *m, void (*wrote)(void *context, const char *name),
                       void *context, ax_err *err);

#endif
