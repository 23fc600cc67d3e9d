/* Restoring the terminal from a signal handler, with write, tcsetattr and raise only. */
#ifndef AX_TUI_RESTORE_H
#define AX_TUI_RESTORE_H

#include <termios.h>

/* Installs handlers for the signals that end the program, on a stack of their own. They write `reset` to the terminal
   and restore its settings. */
void ax_restore_arm(int fd, const char *reset, const struct termios *saved);
/* Restores the previous handlers. */
void ax_restore_disarm(void);
/* Installs handlers for TSTP, CONT and WINCH that write one byte ('z', 'c', 'w') to fd. */
void ax_restore_notify(int fd);

#endif
