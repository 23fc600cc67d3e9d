/* Checks that the run is still the one that this engine took over, before anything is written or acknowledged: a resume
   would not find data written to a file without a name, or to a directory that another engine has. */
#include "engine/search/coordinator/coordinator_internal.h"
#include "engine/search/search_internal.h"
#include "engine/wire/lock.h"
#include "engine/wire/run.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool missing(const ax_coordinator *c, const char *name)
{
    struct stat st;
    return fstatat(c->dirfd, name, &st, AT_SYMLINK_NOFOLLOW) && errno == ENOENT;
}

/* Checks the directory itself: it may have been removed, given to another user, or moved away from where a resume will
   look for it. */
static void check_directory(ax_coordinator *c)
{
    struct stat here, there;
    char link[64], now[400];
    if (fstat(c->dirfd, &here)) {
        ax_fail(&c->err, AX_EIO, "%.200s: cannot look at it: %s", c->options->path, strerror(errno));
        return;
    }
    c->evicted = here.st_nlink == 0 || (missing(c, "run.ini") && missing(c, "events.mpk"));
    if (c->evicted) {
        ax_fail(&c->err, AX_EIO, "%.200s: the run was removed under its engine", c->options->path);
    } else if (here.st_uid != geteuid()) {
        ax_fail(&c->err, AX_EIO, "%.200s: belongs to another user now", c->options->path);
    } else if (stat(c->options->path, &there) || here.st_dev != there.st_dev || here.st_ino != there.st_ino) {
        snprintf(link, sizeof link, "/proc/self/fd/%d", c->dirfd);
        ssize_t n = readlink(link, now, sizeof now - 1);
        now[n < 0 ? 0 : n] = '\0';
        ax_fail(&c->err, AX_EIO, "%.200s: the run was moved under its engine, to %.200s; a resume goes on there",
                c->options->path, now);
    }
}

/* Checks engine.pid, without which no command finds this engine. As long as we hold the log, an engine that took
   engine.pid can't have started. */
static void check_lock(ax_coordinator *c)
{
    if (ax_lock_names(c->dirfd, AX_RUN_LOCK, c->lock) == 1)
        return;
    ax_err why = { AX_OK, "" };
    int lock = ax_run_lock(c->dirfd, true, &why);
    if (lock < 0) {
        c->evicted = why.code == AX_EBUSY;
        ax_fail(&c->err, why.code, AX_RUN_LOCK " was removed under the engine, and can't be taken again: %.300s",
                why.msg);
        return;
    }
    close(c->lock);
    c->lock = lock;
    ax_search_log(c->search, AX_LEVEL_WARNING, 0, AX_RUN_LOCK " was removed under the engine; it is written again");
}

/* Checks the log, which is whole in this process: the engine writes it again for a resume, and ends, since something
   else is changing its directory. */
static void check_log(ax_coordinator *c)
{
    ax_err why = { AX_OK, "" };
    int named = ax_eventlog_named(c->log);
    if (named == 1)
        return;
    const char *how = named == 0 ? "replaced" : "removed";
    if (ax_eventlog_restore(c->log, &why) == AX_OK)
        ax_fail(&c->err, AX_EIO, "events.mpk was %s under the engine; it is written again, and a resume goes on", how);
    else
        ax_fail(&c->err, AX_EIO, "events.mpk was %s under the engine, and can't be written again: %.300s", how,
                why.msg);
}

/* Checks candidates.mpk; all candidates are also in memory. */
static void check_rows(ax_coordinator *c)
{
    if (c->settledfile.fd < 0 || ax_lock_names(c->dirfd, AX_SETTLEDFILE_NAME, c->settledfile.fd) == 1)
        return;
    ax_settledfile_renew(&c->settledfile, "it was removed or replaced under the engine");
    ax_search_open_all(c->search);
    ax_search_log(c->search, AX_LEVEL_WARNING, 0,
                  AX_SETTLEDFILE_NAME " was removed or replaced under the engine; it is written again");
}

static void check_settings(ax_coordinator *c)
{
    /* with a folder missing too, the whole run is being removed */
    if (!missing(c, "run.ini") || ax_coordinator_folders_missing(c) ||
        ax_settings_write(&c->settings, c->dirfd, "run.ini", &c->err) != AX_OK)
        return;
    ax_search_log(c->search, AX_LEVEL_WARNING, 0, "run.ini was removed under the engine; it is written again");
}

/* Checks engine.sock. When it can't be made again, the next check tries to. */
static void check_socket(ax_coordinator *c)
{
    ax_err why;
    if (ax_clients_unreachable(c->clients) && ax_clients_restore(c->clients, &why) == AX_OK)
        ax_search_log(c->search, AX_LEVEL_WARNING, 0,
                      "engine.sock was removed or replaced under the engine; it is made again");
}

void ax_coordinator_guard(ax_coordinator *c)
{
    static void (*const check[])(ax_coordinator * c) = { check_directory, check_lock,     check_log,
                                                         check_rows,      check_settings, check_socket };
    for (size_t i = 0; i < sizeof check / sizeof *check && c->err.code == AX_OK; i++)
        check[i](c);
}
