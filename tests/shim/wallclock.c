/* Preloaded into an engine: shifts its time of day by the seconds in the file AX_WALLCLOCK, which is read at every
   call. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t clock, struct timespec *t)
{
    char text[32] = "";
    const char *path = getenv("AX_WALLCLOCK");
    int status = (int)syscall(SYS_clock_gettime, clock, t);
    if (status || clock != CLOCK_REALTIME || !path)
        return status;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0 && read(fd, text, sizeof text - 1) > 0)
        t->tv_sec += strtol(text, NULL, 10);
    if (fd >= 0)
        close(fd);
    return 0;
}
