/* Finds and loads shared objects that come with the program: the plugin auxcell-cuda.so, and bench's peer. */
#ifndef AX_BACKEND_LOAD_H
#define AX_BACKEND_LOAD_H

#include "engine/backend/plugin.h"

#define AX_PLUGIN_CUDA "auxcell-cuda.so"

/* The path of a file that comes with the program: in $AUXCELL_PLUGIN_DIR if set, else beside the program or in
   ../lib/auxcell from there. False: missing. */
bool ax_plugin_find(const char *file, char path[static 4096]);
/* The function of that name in the shared object at path, which stays loaded; NULL: err has the loader's reason. */
typedef void ax_plugin_function(void);
ax_plugin_function *ax_plugin_entry(const char *path, const char *name, ax_err *err);
/* The plugin, which stays loaded. NULL and AX_EDEVICE: it or one of its libraries is missing, or it was built from
   other sources. */
const ax_plugin *ax_plugin_load(ax_err *err);
/* Whether an NVIDIA driver is present: checked first, since loading the vendor's libraries takes a while. */
bool ax_plugin_driver_there(void);

#endif
