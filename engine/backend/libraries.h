/* Where the libraries of the CUDA plugin are: the loader's own places, and those that it doesn't know, such as Python
   wheels. */
#ifndef AX_BACKEND_LIBRARIES_H
#define AX_BACKEND_LIBRARIES_H

#include <stdbool.h>
#include <stddef.h>

/* The patterns of folders that are searched, in their order; NULL after the last. $NAME stands for an environment
   variable (one that isn't set: no such folder), * for any name. */
extern const char *const ax_library_places[];

/* A library ("libcudnn.so.9") in the first of these folders that has it. false: none does. */
bool ax_library_find(const char *name, char path[static 4096]);
/* Loads what $CUDNN_HOME has before the loader looks elsewhere. */
void ax_library_prefer(void);
/* Loads what the loader doesn't find by itself, so that a plugin that needs it finds it loaded. */
void ax_library_provide(void);
/* Which file of that name this process has loaded; "" = none. */
void ax_library_loaded(const char *name, char path[static 4096]);

#endif
