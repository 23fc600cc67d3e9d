/* Finds and loads the plugin auxcell-cuda.so. */
#ifndef AX_BACKEND_LOAD_H
#define AX_BACKEND_LOAD_H

#include "engine/backend/plugin.h"

/* Where the plugin is: in $AUXCELL_PLUGIN_DIR when that is set, else beside the program or in ../lib/auxcell from
   there. False: it isn't. */
bool ax_plugin_find(char path[static 4096]);
/* NULL and AX_EDEVICE: it is missing, its libraries are, or it was built from other sources. Stays loaded. */
const ax_plugin *ax_plugin_load(ax_err *err);
/* Whether there is a driver to ask at all: loading the vendor's libraries takes a while. */
bool ax_plugin_driver_there(void);

#endif
