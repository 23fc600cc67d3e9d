#include "engine/wire/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { LOOK_EVERY = 10000000 };     /* nanoseconds */
enum { FLAG_EXITING = 0x00000004 }; /* PF_EXITING of the kernel, as /proc/PID/stat shows it */

static struct flock whole_file(void)
{
    return (struct flock) { .l_type = F_WRLCK, .l_whence = SEEK_SET };
}

int ax_lock_take(int fd, double seconds)
{
    struct flock lock = whole_file();
    for (double waited = 0; fcntl(fd, F_OFD_SETLK, &lock); waited += 1e-9 * LOOK_EVERY) {
        int why = errno == EACCES ? EAGAIN : errno;
        if (why != EAGAIN || waited >= seconds)
            return why;
        nanosleep(&(struct timespec) { .tv_nsec = LOOK_EVERY }, NULL);
    }
    return 0;
}

bool ax_lock_is_held(int dirfd, const char *name)
{
    /* a blocking open of a FIFO of that name would wait for a writer */
    int fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        return false;
    struct flock lock = whole_file();
    bool held = !fcntl(fd, F_OFD_GETLK, &lock) && lock.l_type != F_UNLCK;
    close(fd);
    return held;
}

int ax_lock_names(int dirfd, const char *name, int fd)
{
    struct stat a, b;
    if (fstatat(dirfd, name, &a, AT_SYMLINK_NOFOLLOW) || fstat(fd, &b))
        return -1;
    return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

bool ax_process_is_ending(pid_t pid)
{
    char path[32], text[512] = "", state = 0;
    unsigned flags = 0;
    if (kill(pid, 0))
        return errno == ESRCH;
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT; /* the process has ended in the meantime */
    ssize_t n = read(fd, text, sizeof text - 1);
    close(fd);
    const char *rest = n > 0 ? strrchr(text, ')') : NULL; /* the process's name before it may contain any character */
    if (!rest || sscanf(rest, ") %c %*d %*d %*d %*d %*d %u", &state, &flags) != 2)
        return false;
    return state == 'Z' || state == 'X' || (flags & FLAG_EXITING);
}
