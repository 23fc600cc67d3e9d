/* Which key does what: the keys of the table of actions, or those that the user has chosen. */
#ifndef AX_TUI_KEYMAP_H
#define AX_TUI_KEYMAP_H

#include "engine/base/err.h"
#include "tui/ui/action.h"

#include <stddef.h>

enum { AX_KEY_LABEL = 12 };
typedef struct ax_keymap {
    uint32_t key[AX_ACTION_COUNT]; /* 0 = none */
    char label[AX_ACTION_COUNT][AX_KEY_LABEL];
} ax_keymap;

/* Sets the keys of the table. */
void ax_keymap_init(ax_keymap *k);
/* Reads lines "ACTION = KEY", "ACTION = none", remarks (# ;) and blank ones; KEY is a character, a name (Enter, F5)
   or Ctrl-LETTER. Two actions with one key in the same context are a clash, also with the number of a view. AX_EINVAL
   names the line, or both actions; *k is as before then. The text is changed. */
ax_code ax_keymap_parse(ax_keymap *k, const char *path, char *text, ax_err *err);
/* The action of a key in a context, AX_DO_NOTHING when it has none. Some have more than one key: arrows, Home and End
   do what hjkl, g and G do, F1 what ? does, whatever those are. */
ax_action ax_keymap_action(const ax_keymap *k, ax_context_id context, uint32_t key);

/* The name of an action in keys.ini, commands and help: "zoom-in". */
void ax_action_word(ax_action a, char out[static 24]);
/* The action of a name; AX_DO_NOTHING: there is none. */
ax_action ax_action_named(const char *word);
/* The key whose name is these n bytes: "Enter", "Up", "Ctrl-L"; 0 = there is none. */
uint32_t ax_key_named(const char *name, size_t n);
/* The name of a key, or the character that it types. */
char *ax_key_name(uint32_t key, char out[static AX_KEY_LABEL]);
/* The key of a character, or of a name as above; 0 = there is none. */
uint32_t ax_key_read(const char *text);

#endif
