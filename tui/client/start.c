#include "tui/client/start.h"

#include "engine/wire/run.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_NUMBER = 9999 };

/* Takes the next free name DATA-NNN by making its directory, so that a run that starts at the same moment gets another
   number. */
static int create_numbered(const ax_settings *s, ax_run_handle *run, ax_err *err)
{
    char home[PATH_MAX], kind[32];
    if (ax_run_home(home, sizeof home, err) != AX_OK)
        return -1;
    size_t n = strcspn(s->data, ":/");
    snprintf(kind, sizeof kind, "%.*s", (int)(n < sizeof kind ? n : sizeof kind - 1), n ? s->data : "run");
    for (int i = 1; i <= MAX_NUMBER; i++) {
        int used = snprintf(run->path, sizeof run->path, "%s/%s-%03d", home, kind, i);
        if (used < 0 || (size_t)used >= sizeof run->path)
            break;
        if (mkdir(run->path, 0700) && errno != ENOENT) { /* ENOENT: the first run of all makes the folders above */
            if (errno == EEXIST)
                continue;
            ax_fail(err, AX_EIO, "%s: cannot create: %s", run->path, strerror(errno));
            return -1;
        }
        int fd = ax_run_create(run->path, err);
        if (fd < 0)
            rmdir(run->path);
        return fd;
    }
    ax_fail(err, AX_EIO, "%s: no free name %s-NNN; give one with --run NAME", home, kind);
    return -1;
}

/* Removes the directory of a run in which nothing has happened. */
static void remove_empty_run(const ax_run_handle *run)
{
    static const char *const file[] = { "run.ini",          "run.ini.tmp",      "engine.log",     "engine.pid",
                                        "engine.sock",      "events.mpk",       "candidates.mpk", "snapshot.mpk",
                                        "snapshot.mpk.tmp", "snapshot.prev.mpk" };
    struct stat st;
    if (!fstatat(run->dirfd, "events.mpk", &st, AT_SYMLINK_NOFOLLOW) && st.st_size)
        return;
    for (size_t i = 0; i < sizeof file / sizeof *file; i++)
        unlinkat(run->dirfd, file[i], 0);
    for (int i = 0; i < AX_RUN_FOLDERS; i++)
        unlinkat(run->dirfd, ax_run_folder[i], AT_REMOVEDIR);
    rmdir(run->path); /* the directory stays when it holds anything else */
}

ax_code ax_run_begin(const char *name_or_path, const ax_settings *s, ax_run_handle *run, ax_engine *engine, ax_err *err)
{
    *engine = (ax_engine) { .pid = 0 };
    run->dirfd = -1;
    if (!name_or_path)
        run->dirfd = create_numbered(s, run, err);
    else if (ax_run_check_name(name_or_path, err) == AX_OK &&
             ax_run_path(name_or_path, run->path, sizeof run->path, err) == AX_OK)
        run->dirfd = ax_run_create(run->path, err);
    if (run->dirfd < 0)
        return err->code;
    ax_run_handle_name(run);
    ax_code code = ax_settings_write(s, run->dirfd, "run.ini", err);
    if (code == AX_OK)
        code = ax_engine_start(run->dirfd, run->path, AX_ENGINE_PLAIN, engine, err);
    if (code != AX_OK && (!engine->pid || engine->ended))
        remove_empty_run(run);
    if (code != AX_OK)
        ax_run_close(run);
    return code;
}

ax_code ax_start_demo(void *context, char *path, size_t cap, ax_err *err)
{
    (void)context;
    ax_settings s;
    ax_run_handle run;
    ax_engine engine;
    ax_code code = ax_settings_preset(&s, "demo", err);
    if (code == AX_OK)
        code = ax_run_begin(NULL, &s, &run, &engine, err);
    if (code != AX_OK)
        return code;
    if ((size_t)snprintf(path, cap, "%s", run.path) >= cap)
        code = ax_fail(err, AX_EIO, "%s: name is too long", run.path);
    ax_engine_release(&engine);
    ax_run_close(&run);
    return code;
}

static ax_code start(const char *path, unsigned how, ax_err *err)
{
    ax_engine engine;
    int dirfd = ax_run_open(path, err);
    if (dirfd < 0)
        return AX_EIO;
    ax_code code = ax_engine_start(dirfd, path, how, &engine, err);
    ax_engine_release(&engine);
    close(dirfd);
    return code;
}

ax_code ax_start_again(void *context, const char *path, ax_err *err)
{
    (void)context;
    return start(path, AX_ENGINE_PLAIN, err);
}

ax_code ax_start_for_command(void *context, const char *path, ax_err *err)
{
    (void)context;
    return start(path, AX_ENGINE_WAIT, err);
}
