/* How a camera held a picture: the orientation of EXIF (JEITA CP-3451, tag 0x0112), and pixels turned by it.
      1 as it is           2 mirrored                  3 by 180 degrees         4 upside down (rows)
      5 along the diagonal 6 by 90 degrees clockwise   7 along the other one    8 by 90 degrees the other way */
#ifndef AX_DATA_ORIENTATION_H
#define AX_DATA_ORIENTATION_H

#include <stddef.h>
#include <stdint.h>

/* The orientation stated in n bytes of EXIF (a TIFF header and its first directory, either byte order); 0 when there is
   none, or it is invalid. */
int ax_orientation_of(const uint8_t *exif, size_t n);
/* Turns stored pixels {h,w,channels} to displayed pixels {h,w,channels} or, for orientations 5 to 8, {w,h,channels}. */
void ax_orientation_apply(int orientation, const uint8_t *from, int32_t h, int32_t w, int channels, uint8_t *to);

#endif
