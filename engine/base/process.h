/* Set-up that both programs need, however they were started. */
#ifndef AX_BASE_PROCESS_H
#define AX_BASE_PROCESS_H

#include <pthread.h>
#include <spawn.h>

/* Called first in main:
   - Makes sure that descriptors 0, 1 and 2 are open. A closed one would be given to the next file that is opened, and
     printed text would go into that file; now reading or writing it fails as before.
   - Unblocks all signals: a mask inherited from the parent would keep SIGTERM or SIGWINCH away for ever.
   - Ignores SIGXFSZ: exceeding a limit on file sizes is then a write error (EFBIG), not the end of the process.
   - Resets SIGCHLD to its default action: if the parent ignored it, no child could be waited for. */
void ax_process_begin(void);

/* Asks for short turns on a processor: a process that mostly waits, as the screens do, then runs sooner after it wakes
   while others compute. Its share is the same, and processes that it starts don't inherit it. Linux before 6.12 ignores
   it. */
void ax_process_short_turns(void);

/* Spawn attributes for a fresh process: no signal is blocked or ignored. flags: further POSIX_SPAWN_ flags. The caller
   destroys attr. */
void ax_process_fresh(posix_spawnattr_t *attr, short flags);

/* Starts n threads that call work(of). Signals to the process are handled by the threads that there were before; only
   those that a thread's own faults raise come to it, so that a sanitizer can report them. *started: how many there are
   then. Returns 0, or why the next one was refused, as pthread_create does. */
int ax_process_threads(pthread_t *thread, int n, void *(*work)(void *), void *of, int *started);

#endif
