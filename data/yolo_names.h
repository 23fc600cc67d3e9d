/* The class names in the YAML file of a YOLO data set. */
#ifndef AX_DATA_YOLO_NAMES_H
#define AX_DATA_YOLO_NAMES_H

#include "data/classes.h"

/* Adds the classes that the file's `names` has, with ids from 0 on: a list, or a mapping from ids to names, in lines of
   their own or in brackets. This is what such files have, not YAML: anything else there is AX_EFORMAT with the line. A
   file without names adds none. */
ax_code ax_yolo_names_read(ax_classes *c, const char *path, ax_err *err);

#endif
