#include "tui/session/loading.h"

#include "engine/base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BLOCK = 1 << 16 };
static const char name[] = "events.mpk";

static void end(ax_loading *l, ax_code code)
{
    if (l->active && l->fd >= 0)
        close(l->fd);
    ax_eventreader_free(l->reader);
    l->reader = NULL;
    l->fd = -1;
    l->active = false;
    l->code = code;
}

void ax_loading_release(ax_loading *l)
{
    end(l, AX_OK);
    ax_state_release(&l->state);
}

void ax_loading_start(ax_loading *l, int dirfd)
{
    struct stat st;
    ax_loading_release(l);
    *l = (ax_loading) { .active = true, .reader = ax_eventreader_new(&l->err) };
    ax_state_init(&l->state);
    ax_history_expect(dirfd, &l->known);
    if (!fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW)) {
        l->file.inode = st.st_ino;
        l->file.size = st.st_size;
        l->file.changed = st.st_mtim;
    }
    l->fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (!l->reader)
        end(l, AX_ENOMEM);
    else if (l->fd < 0 && errno != ENOENT)
        end(l, ax_fail(&l->err, AX_EIO, "%s: cannot open: %s", name, strerror(errno)));
}

static void fold(void *state, const ax_event *ev)
{
    ax_state_fold(state, ev);
}

/* Reads the next block. False: the end was reached. */
static bool read_block(ax_loading *l, size_t *got)
{
    char bytes[BLOCK];
    ssize_t n = l->fd < 0 ? 0 : read(l->fd, bytes, sizeof bytes);
    if (n < 0 && errno == EINTR)
        return true;
    if (n < 0)
        l->code = ax_fail(&l->err, AX_EIO, "%s: cannot read: %s", name, strerror(errno));
    if (n == 0 && l->reader) {
        ax_eventreader_take(l->reader, true, fold, &l->state);
        ax_damage damage = ax_eventreader_damage(l->reader);
        ax_history_judge(&l->state, &damage, &l->known);
    }
    if (n <= 0 || (l->code = ax_eventreader_feed(l->reader, bytes, (size_t)n, &l->err)) != AX_OK)
        return false;
    *got += (size_t)n;
    ax_eventreader_take(l->reader, false, fold, &l->state);
    return true;
}

bool ax_loading_step(ax_loading *l, double seconds)
{
    double until = ax_clock() + seconds;
    size_t got = 0;
    bool more = l->active;
    while (more && (more = read_block(l, &got)) && ax_clock() < until) {
    }
    if (l->file.size > 0)
        l->share = fmin(nextafter(1, 0), l->share + (double)got / (double)l->file.size);
    if (!more) {
        l->share = 1;
        end(l, l->code);
    }
    return !more;
}

bool ax_loading_is_old(const ax_loading *l, int dirfd)
{
    struct stat st;
    if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW))
        return l->file.inode != 0;
    return st.st_ino != l->file.inode || st.st_size != l->file.size || st.st_mtim.tv_sec != l->file.changed.tv_sec ||
           st.st_mtim.tv_nsec != l->file.changed.tv_nsec;
}

bool ax_loading_is_gone(const ax_loading *l, int dirfd)
{
    struct stat st;
    return l->file.inode && fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) && errno == ENOENT;
}
