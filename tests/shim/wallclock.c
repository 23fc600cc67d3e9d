/* Preloaded into an engine: shifts its time of day by the seconds in the file AX_WALLCLOCK, which is read at every
   call; or slows all its clocks to a hundredth, the time of day from the second AX_SLOWCLOCK on. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { SLOWER = 100 };

/* The whole seconds from `since` on, and what is left of one, at a slower pace. */
static void slow(struct timespec *t, time_t since)
{
    long long ns = ((t->tv_sec - since) * 1000000000LL + t->tv_nsec) / SLOWER;
    t->tv_sec = since + (time_t)(ns / 1000000000);
    t->tv_nsec = (long)(ns % 1000000000);
}

int clock_gettime(clockid_t clock, struct timespec *t)
{
    char text[32] = "";
    const char *path = getenv("AX_WALLCLOCK");
    const char *since = getenv("AX_SLOWCLOCK");
    int status = (int)syscall(SYS_clock_gettime, clock, t);
    if (!status && since && (clock == CLOCK_REALTIME || clock == CLOCK_MONOTONIC))
        slow(t, clock == CLOCK_REALTIME ? (time_t)strtol(since, NULL, 10) : 0);
    if (status || clock != CLOCK_REALTIME || !path)
        return status;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0 && read(fd, text, sizeof text - 1) > 0)
        t->tv_sec += strtol(text, NULL, 10);
    if (fd >= 0)
        close(fd);
    return 0;
}
