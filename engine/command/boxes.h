/* Boxes given to predict: the parts of each picture to predict. */
#ifndef AX_COMMAND_BOXES_H
#define AX_COMMAND_BOXES_H

#include "engine/task/task.h"

typedef struct ax_boxes ax_boxes;
/* Reads COCO's JSON: person annotations, or a detector's list of results. NULL: AX_EIO, AX_EFORMAT, AX_ENOMEM. */
ax_boxes *ax_boxes_read(const char *path, ax_err *err);
void ax_boxes_free(ax_boxes *b);
/* The boxes of a picture, found by its file name among the annotations' images, or by the number in its name
   (000000000785.jpg). *out: malloc, the caller frees it. *id is set to the picture's id; -1 = unknown, without
   boxes. */
ax_code ax_boxes_of(const ax_boxes *b, const char *picture, ax_task_box **out, size_t *n, int64_t *id, ax_err *err);

/* Parses "x,y,width,height"; AX_EINVAL. */
ax_code ax_box_parse(const char *text, ax_task_box *out, ax_err *err);
/* The number that a picture's name consists of, without folder and extension; -1: not a number. */
int64_t ax_picture_number(const char *picture);

#endif
