/* The keys and what can be typed after ':', as text. */
#ifndef AX_TUI_KEYS_TEXT_H
#define AX_TUI_KEYS_TEXT_H

#include "engine/base/str.h"

/* Appends a line for each whose name, key or meaning has the word, whatever its case; "": for all. Keys are those that
   the user has. Returns how many. */
int ax_keys_text(const char *word, ax_str *out);
/* Likewise the settings of config.ini. */
int ax_config_text(const char *word, ax_str *out);

#endif
