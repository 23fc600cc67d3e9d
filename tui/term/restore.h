/* Giving the terminal back from a signal handler: nothing but write, tcsetattr and raise. */
#ifndef AX_TUI_RESTORE_H
#define AX_TUI_RESTORE_H

#include <termios.h>

/* Text that resets the terminal, and the settings it had. Installs the handlers for the deadly signals, on a stack of
   their own. */
void ax_restore_arm(int fd, const char *reset, const struct termios *saved);
/* The handlers of before. */
void ax_restore_disarm(void);
/* Installs handlers for TSTP, CONT and WINCH that write one byte ('z', 'c', 'w') to fd. */
void ax_restore_notify(int fd);

#endif
