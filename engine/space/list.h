/* The list of spaces. A row X(name) stands for the folder engine/space/NAME with ax_space_NAME (space.h) and
   ax_builder_NAME (builder.h). Genotypes in events and files don't name their space, so text forms of different spaces
   must differ. */
#ifndef AX_SPACE_LIST_H
#define AX_SPACE_LIST_H

#include "engine/space/space.h"

#define AX_SPACE_LIST(X) X(cells) X(templates)

#define AX_DECLARE_SPACE(name) extern const ax_space ax_space_##name;
AX_SPACE_LIST(AX_DECLARE_SPACE)
#undef AX_DECLARE_SPACE

#endif
