/* Finds the libraries of the CUDA plugin: in the loader's own places, and in others such as Python wheels. */
#ifndef AX_BACKEND_LIBRARIES_H
#define AX_BACKEND_LIBRARIES_H

#include <stdbool.h>
#include <stddef.h>

/* Patterns of the folders searched, in order; NULL after the last. $NAME stands for an environment variable (if unset,
   the pattern is skipped), * for any name. */
extern const char *const ax_library_places[];

/* The path of a library ("libcudnn.so.9") in the first of these folders that has it. false: none. */
bool ax_library_find(const char *name, char path[static 4096]);
/* Loads the libraries in $CUDNN_HOME before the loader searches elsewhere. */
void ax_library_prefer(void);
/* Loads libraries that the loader can't find, so that a plugin that needs them finds them loaded. */
void ax_library_provide(void);
/* Path of the loaded file of that name; "" = not loaded. */
void ax_library_loaded(const char *name, char path[static 4096]);

#endif
