/* Reads the class names in the YAML file of a YOLO data set. */
#ifndef AX_DATA_YOLO_NAMES_H
#define AX_DATA_YOLO_NAMES_H

#include "data/classes.h"

/* Adds the classes in the file's `names`, with ids from 0: a list, or a mapping from ids to names, on separate lines or
   in brackets. Only the forms that such files use are read, not general YAML: anything else there is AX_EFORMAT with
   the line. A file without names adds none. */
ax_code ax_yolo_names_read(ax_classes *c, const char *path, ax_err *err);

#endif
