/* Lists of keys, commands of the screens and their settings, as text for the command line. */
#ifndef AX_TUI_KEYS_TEXT_H
#define AX_TUI_KEYS_TEXT_H

#include "engine/base/str.h"

/* Appends a line for each key and command whose name, key or meaning contains the word, in any case; "": for all. Keys
   are those of the user's keys.ini. Returns how many there are. */
int ax_keys_text(const char *word, ax_str *out);
/* Appends the settings of config.ini in the same way. */
int ax_config_text(const char *word, ax_str *out);

#endif
