/* How this program is called from a shell, for messages that say what to type. */
#ifndef AX_TUI_INVOCATION_H
#define AX_TUI_INVOCATION_H

#include <stddef.h>

/* Sets how the program was called: argv[0] of main. */
void ax_program_set(const char *called);
/* "auxcell" when that is what the search path finds, else the path by which it was called; quoted where a shell needs
   it. */
const char *ax_program(void);
/* Quotes a text as one word of a shell's command line. */
void ax_shell_word(const char *text, char *out, size_t cap);

#endif
