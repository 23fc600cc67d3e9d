/* Reads class files of annotation tools, and maps from classes to other classes. */
#ifndef AX_DATA_CLASSFILE_H
#define AX_DATA_CLASSFILE_H

#include "data/classes.h"

/* Adds the classes that a text file names (lines.h). All its lines are of one form, which the first one shows; without
   ids, classes have 0, 1, 2, ... in their order:
      name:r,g,b::          labelmap.txt of CVAT; the colour may be missing
      Pixel Value, Class    _classes.csv of Roboflow: this line, then id, name
      name,r,g,b            class_dict.csv: this line, then such lines
      r,g,b name            also with blanks or tabs between
      id name               also with a comma, a colon or a tab between
      name                  or name r,g,b
   AX_EIO, AX_EFORMAT name file and line; AX_ENOMEM. */
ax_code ax_classfile_read(ax_classes *c, const char *path, ax_err *err);
/* Finds the class file in a folder: labelmap.txt, _classes.csv, classes.txt, ... False: none. path: PATH_MAX bytes. */
bool ax_classfile_find(const char *dir, char *path);
/* Reads a map: lines OLD -> NEW. OLD: name or id of a class, or * for all that no other line names; NEW: a name, which
   several may share, or "-" or "ignore" for unlabelled. Classes that no line names are unchanged. All labels must have
   been added before. Errors as above. */
ax_code ax_classmap_read(ax_classes *c, const char *path, ax_err *err);

#endif
