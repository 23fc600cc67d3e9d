/* The boxes that predict is given: which parts of which picture are predicted. */
#ifndef AX_COMMAND_BOXES_H
#define AX_COMMAND_BOXES_H

#include "engine/task/task.h"

typedef struct ax_boxes ax_boxes;
/* Reads COCO's JSON: the annotations of persons, or the results of a detector, a list. NULL: AX_EIO, AX_EFORMAT,
   AX_ENOMEM. */
ax_boxes *ax_boxes_read(const char *path, ax_err *err);
void ax_boxes_free(ax_boxes *b);
/* The boxes of a picture, by its file's name among the annotations' images, or by the number that the name is (as
   000000000785.jpg). *out: malloc, the caller frees it. *id becomes the picture's, -1 = not known: it has no box then.
 */
ax_code ax_boxes_of(const ax_boxes *b, const char *picture, ax_task_box **out, size_t *n, int64_t *id, ax_err *err);

/* "x,y,width,height"; AX_EINVAL. */
ax_code ax_box_parse(const char *text, ax_task_box *out, ax_err *err);
/* The number that the name of a picture is, without folder and ending; -1: it is none. */
int64_t ax_picture_number(const char *picture);

#endif
