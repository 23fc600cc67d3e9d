/* Finds and loads shared objects that come with the program: the plugin auxcell-cuda.so, bench's peer. */
#ifndef AX_BACKEND_LOAD_H
#define AX_BACKEND_LOAD_H

#include "engine/backend/plugin.h"

#define AX_PLUGIN_CUDA "auxcell-cuda.so"

/* Where a file that comes with the program is: in $AUXCELL_PLUGIN_DIR when that is set, else beside the program or in
   ../lib/auxcell from there. False: it isn't. */
bool ax_plugin_find(const char *file, char path[static 4096]);
/* The function of that name in the shared object at path; NULL: err has the loader's reason. Stays loaded. */
typedef void ax_plugin_function(void);
ax_plugin_function *ax_plugin_entry(const char *path, const char *name, ax_err *err);
/* NULL and AX_EDEVICE: it is missing, its libraries are, or it was built from other sources. Stays loaded. */
const ax_plugin *ax_plugin_load(ax_err *err);
/* Whether there is a driver to ask at all: loading the vendor's libraries takes a while. */
bool ax_plugin_driver_there(void);

#endif
