#include "engine/search/coordinator/listener.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static const char name[] = "engine.sock";

/* The file is watched rather than its folder, in which every snapshot makes a new one. Without a watch, which a system
   may have no more of, the name is looked at now and then all the same. */
static void watch(ax_listener *l, const char *path)
{
    if (l->watch >= 0)
        close(l->watch);
    l->watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (l->watch < 0 ||
        inotify_add_watch(l->watch, path, IN_ATTRIB | IN_MOVE_SELF | IN_DELETE_SELF | IN_DONT_FOLLOW) >= 0)
        return;
    close(l->watch);
    l->watch = -1;
}

void ax_listener_noticed(const ax_listener *l)
{
    char said[sizeof(struct inotify_event) + 256];
    while (read(l->watch, said, sizeof said) > 0)
        ;
}

ax_code ax_listener_open(ax_listener *l, ax_err *err)
{
    struct sockaddr_un at = { .sun_family = AF_UNIX };
    struct stat named;
    snprintf(at.sun_path, sizeof at.sun_path, "/proc/self/fd/%d/%s", l->dirfd, name);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    unlinkat(l->dirfd, name, 0);
    mode_t mask = umask(077);
    bool bound = fd >= 0 && !bind(fd, (struct sockaddr *)&at, sizeof at);
    int why = errno;
    umask(mask);
    if (bound && !listen(fd, AX_BACKLOG) && !fstatat(l->dirfd, name, &named, AT_SYMLINK_NOFOLLOW)) {
        if (l->fd >= 0)
            close(l->fd);
        l->fd = fd;
        l->named = named;
        watch(l, at.sun_path);
        return AX_OK;
    }
    if (bound)
        why = errno;
    if (fd >= 0)
        close(fd);
    return ax_fail(err, AX_EIO, "engine.sock: cannot listen: %s", strerror(why));
}

bool ax_listener_has_name(const ax_listener *l)
{
    struct stat st;
    return !fstatat(l->dirfd, name, &st, AT_SYMLINK_NOFOLLOW) && st.st_dev == l->named.st_dev &&
           st.st_ino == l->named.st_ino;
}

void ax_listener_close(ax_listener *l)
{
    if (l->watch >= 0)
        close(l->watch);
    l->watch = -1;
    if (l->fd < 0)
        return;
    close(l->fd);
    if (ax_listener_has_name(l))
        unlinkat(l->dirfd, name, 0); /* only our own: another engine's file stays */
    l->fd = -1;
}
