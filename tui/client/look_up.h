/* `auxcell help WORD` where WORD is no command: keys, settings and words of the screens that contain it. */
#ifndef AX_TUI_CLIENT_LOOK_UP_H
#define AX_TUI_CLIENT_LOOK_UP_H

#include "engine/base/str.h"

/* Appends keys and commands of the screens, their settings and a run's, that have the word; "keys": all keys. Returns
   how many there are. */
int ax_look_up(const char *word, ax_str *out);

#endif
