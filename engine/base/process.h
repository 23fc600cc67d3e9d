/* What both programs need of their own process, however it was started. */
#ifndef AX_BASE_PROCESS_H
#define AX_BASE_PROCESS_H

#include <spawn.h>

/* The first thing that main does:
   - Descriptors 0, 1 and 2 are open. One that was closed would be given to the next file that is opened, and what is
     printed would go into that file; now reading or writing it fails as it did before.
   - No signal is blocked: a mask that a parent left would keep SIGTERM or SIGWINCH away for ever.
   - SIGXFSZ is ignored: a limit on the size of files is an error of the write (EFBIG), not the end of the process.
   - SIGCHLD has its default action: where a parent ignored it, no child could be waited for. */
void ax_process_begin(void);

/* Attributes of a program that is started as in a fresh process: no signal is blocked or ignored; flags: more of
   POSIX_SPAWN_. To be destroyed. */
void ax_process_fresh(posix_spawnattr_t *attr, short flags);

#endif
