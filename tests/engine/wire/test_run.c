#include "engine/wire/run.h"

#include "engine/wire/eventlog.h"
#include "tests/helper/suite.h"

#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

typedef struct place {
    char dir[32], home[64];
} place;

static int set_up(void **state)
{
    place *p = calloc(1, sizeof *p);
    *state = p;
    snprintf(p->dir, sizeof p->dir, "/tmp/ax-run-XXXXXX");
    assert_non_null(mkdtemp(p->dir));
    snprintf(p->home, sizeof p->home, "%s/auxcell/runs", p->dir);
    setenv("XDG_STATE_HOME", p->dir, 1);
    return 0;
}

static int tear_down(void **state)
{
    char command[64];
    snprintf(command, sizeof command, "rm -r '%s'", ((place *)*state)->dir);
    assert_int_equal(system(command), 0);
    free(*state);
    return 0;
}

/* Makes a run with its settings, as auxcell search does; returns its descriptor. */
static int make(const char *name, char path[256])
{
    ax_err err;
    assert_int_equal(ax_run_path(name, path, 256, &err), AX_OK);
    int fd = ax_run_create(path, &err);
    assert_true(fd >= 0);
    close(openat(fd, "run.ini", O_WRONLY | O_CREAT, 0600));
    return fd;
}

static void names_and_paths(void **state)
{
    place *p = *state;
    char path[256], want[256];
    ax_err err;
    snprintf(want, sizeof want, "%s/voc-1", p->home);
    assert_int_equal(ax_run_path("voc-1", path, sizeof path, &err), AX_OK);
    assert_string_equal(path, want);
    assert_int_equal(ax_run_path("./voc-1", path, sizeof path, &err), AX_OK);
    assert_string_equal(path, "./voc-1");
    assert_int_equal(ax_run_path("", path, sizeof path, &err), AX_EINVAL);
    assert_int_equal(ax_run_path("..", path, sizeof path, &err), AX_EINVAL);
    assert_int_equal(ax_run_path("voc-1", path, 10, &err), AX_EINVAL);
    unsetenv("XDG_STATE_HOME");
    setenv("HOME", "/h", 1);
    assert_int_equal(ax_run_path("a", path, sizeof path, &err), AX_OK);
    assert_string_equal(path, "/h/.local/state/auxcell/runs/a");
    unsetenv("HOME");
    assert_int_equal(ax_run_path("a", path, sizeof path, &err), AX_EINVAL);
}

TEST(a_run_is_private_and_made_once)
{
    char path[256];
    ax_err err;
    struct stat st;
    umask(0);
    int fd = make("one", path);
    assert_int_equal(fstat(fd, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    assert_int_equal(faccessat(fd, "inflight", F_OK, 0), 0);
    close(fd);
    assert_int_equal(ax_run_create(path, &err), -1);
    assert_int_equal(err.code, AX_EBUSY);
    fd = ax_run_open(path, &err);
    assert_true(fd >= 0);
    assert_int_equal(unlinkat(fd, "run.ini", 0), 0);
    close(fd);
    assert_int_equal(ax_run_open(path, &err), -1);
    assert_non_null(strstr(err.msg, "it has no run.ini"));
}

static void what_is_no_run_says_so(void **state)
{
    place *p = *state;
    char path[256], other[256];
    ax_err err;
    close(make("one", path));
    snprintf(other, sizeof other, "%s/one/run.ini", p->home);
    assert_int_equal(ax_run_open(other, &err), -1);
    snprintf(other, sizeof other, "%s/none", p->home);
    assert_int_equal(ax_run_open(other, &err), -1);
    assert_non_null(strstr(err.msg, "no such run"));
    assert_int_equal(symlink("/nowhere/at/all", other), 0);
    assert_int_equal(ax_run_open(other, &err), -1);
    assert_non_null(strstr(err.msg, "a link to /nowhere/at/all"));
    assert_int_equal(ax_run_create(other, &err), -1);
}

/* A directory with foreign files in it can't become a run. */
static void only_an_empty_directory_becomes_a_run(void **state)
{
    place *p = *state;
    char path[256], mine[300];
    ax_err err;
    snprintf(path, sizeof path, "%s/mine", p->dir);
    assert_int_equal(mkdir(path, 0700), 0);
    static const char *const file[] = { "mine/notes.txt", "mine/models/3.safetensors", "mine/.hidden" };
    for (size_t i = 0; i < sizeof file / sizeof *file; i++) {
        snprintf(mine, sizeof mine, "%s/mine/models", p->dir);
        assert_true(!mkdir(mine, 0700) || i);
        snprintf(mine, sizeof mine, "%s/%s", p->dir, file[i]);
        close(open(mine, O_WRONLY | O_CREAT, 0600));
        assert_int_equal(ax_run_create(path, &err), -1);
        assert_int_equal(err.code, AX_EBUSY);
        assert_non_null(strstr(err.msg, file[i] + strlen("mine/")));
        assert_int_equal(unlink(mine), 0);
    }
    snprintf(mine, sizeof mine, "%s/mine/cache", p->dir);
    assert_int_equal(symlink("/tmp", mine), 0); /* prepared in advance: a cache on another disk */
    int fd = ax_run_create(path, &err);
    assert_true(fd >= 0);
    assert_int_equal(faccessat(fd, "inflight", F_OK, 0), 0);
    close(fd);
}

TEST(new_names)
{
    static const char *const good[] = { "a",   "scenes-001", "./12", "/x/.a", ".", "a b",
                                        "a=b", "\xc3\xa4",   "a.b",  "1a",    "x/" };
    static const char *const bad[] = { "",    "..",   "a/..", "a/../", "/",        "-a",           "--",    "./-a",
                                       ".a",  "12",   "#12",  "[1",    " ",        "a ",           " a",    "a\tb",
                                       "a\n", "\x1b", "\x7f", "\xff",  "\xc2\x9b", "\xe2\x80\xae", "\x1b/a" };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        if (ax_run_check_name(good[i], NULL) != AX_OK)
            fail_msg("'%s' is refused", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (ax_run_check_name(bad[i], NULL) != AX_EINVAL)
            fail_msg("'%s' is taken", bad[i]);
    char longest[258];
    memset(longest, 'a', 256);
    longest[256] = '\0';
    assert_int_equal(ax_run_check_name(longest, NULL), AX_EINVAL);
    assert_int_equal(ax_run_check_name(longest + 1, NULL), AX_OK);
}

static void a_linked_run_is_a_run(void **state)
{
    place *p = *state;
    char path[256], link[256], full[4096], want[4096];
    ax_err err;
    struct stat st;
    close(make("one", path));
    snprintf(link, sizeof link, "%s/two", p->home);
    assert_int_equal(symlink(path, link), 0);
    int fd = ax_run_open(link, &err);
    assert_true(fd >= 0);
    assert_int_equal(fstatat(fd, "run.ini", &st, 0), 0);
    close(fd);
    assert_int_equal(ax_run_create(link, &err), -1);
    assert_int_equal(err.code, AX_EBUSY);
    /* a run is named after the link, however its path is written */
    char *home = realpath(p->home, NULL);
    snprintf(want, sizeof want, "%s/two", home);
    static const char *const how[] = { "/two", "/two/", "//two///", "/../runs/two" };
    for (size_t i = 0; i < sizeof how / sizeof *how; i++) {
        char given[256];
        snprintf(given, sizeof given, "%s%s", p->home, how[i]);
        assert_int_equal(ax_run_absolute(given, full, sizeof full, &err), AX_OK);
        assert_string_equal(full, want);
    }
    assert_int_equal(chdir(link), 0); /* a path without a name of its own gets that of its directory */
    snprintf(want, sizeof want, "%s/one", home);
    assert_int_equal(ax_run_absolute(".", full, sizeof full, &err), AX_OK);
    assert_string_equal(full, want);
    assert_int_equal(chdir(home), 0);
    assert_int_equal(ax_run_absolute("two", full, sizeof full, &err), AX_OK);
    assert_non_null(strstr(full, "/two"));
    assert_int_equal(chdir("/"), 0);
    assert_int_equal(ax_run_absolute("/", full, sizeof full, &err), AX_OK);
    assert_string_equal(full, "/");
    free(home);
}

TEST(what_others_may_write_to_is_refused)
{
    char path[256], name[300];
    ax_err err;
    close(make("one", path));
    static const mode_t bad[] = { 0777, 0770, 0702 };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(chmod(path, bad[i]), 0);
        assert_int_equal(ax_run_open(path, &err), -1);
        snprintf(name, sizeof name, "'chmod -R go-w %s'", path);
        assert_non_null(strstr(err.msg, name));
    }
    assert_int_equal(chmod(path, 0755), 0);
    snprintf(name, sizeof name, "%s/run.ini", path);
    assert_int_equal(chmod(name, 0666), 0);
    assert_int_equal(ax_run_open(path, &err), -1);
    assert_non_null(strstr(err.msg, "/run.ini: others may write to it (mode 0666)"));
    assert_int_equal(chmod(path, 0700), 0); /* no other user has access now */
    int fd = ax_run_open(path, &err);
    assert_true(fd >= 0);
    close(fd);
    snprintf(name, sizeof name, "%s-2", path);
    assert_int_equal(mkdir(name, 0777), 0);
    assert_int_equal(chmod(name, 0777), 0);
    assert_int_equal(ax_run_create(name, &err), -1);
    assert_int_equal(chmod(name, 0755), 0);
    fd = ax_run_create(name, &err);
    assert_true(fd >= 0);
    close(fd);
}

/* As on a file system that assigns files to another owner. */
TEST(what_belongs_to_another_is_refused)
{
    char path[256];
    ax_err err;
    close(make("one", path));
    if (geteuid() != 0)
        skip();
    assert_int_equal(chown(path, 65534, 65534), 0);
    assert_int_equal(ax_run_open(path, &err), -1);
    assert_non_null(strstr(err.msg, "belongs to user 65534, and you are user 0"));
    assert_int_equal(chown(path, 0, 0), 0);
}

TEST(missing_folders_are_made)
{
    char path[256];
    ax_err err;
    unsigned made;
    struct stat st;
    int fd = make("one", path);
    assert_int_equal(ax_run_make_folders(fd, &made, &err), AX_OK);
    assert_int_equal(made, 0);
    assert_int_equal(unlinkat(fd, "masks", AT_REMOVEDIR), 0);
    assert_int_equal(unlinkat(fd, "cache", AT_REMOVEDIR), 0);
    assert_int_equal(symlinkat("models", fd, "cache"), 0); /* as on another disk */
    assert_int_equal(ax_run_make_folders(fd, &made, &err), AX_OK);
    assert_int_equal(made, 1u << AX_RUN_MASKS);
    assert_int_equal(fstatat(fd, "masks", &st, 0), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    assert_int_equal(unlinkat(fd, "models", AT_REMOVEDIR), 0);
    assert_int_equal(ax_run_make_folders(fd, &made, &err), AX_EIO);
    assert_non_null(strstr(err.msg, "cache: a link, and its target"));
    assert_int_equal(unlinkat(fd, "cache", 0), 0);
    close(openat(fd, "cache", O_WRONLY | O_CREAT, 0600));
    assert_int_equal(ax_run_make_folders(fd, &made, &err), AX_EIO);
    assert_non_null(strstr(err.msg, "not a directory"));
    close(fd);
}

TEST(one_engine_at_a_time)
{
    char path[256];
    ax_err err;
    int ready[2], go[2];
    int fd = make("one", path);
    assert_int_equal(ax_run_engine(fd), 0);
    assert_int_equal(pipe(ready), 0);
    assert_int_equal(pipe(go), 0);
    pid_t child = fork();
    if (child == 0) {
        char c;
        close(go[1]);
        if (ax_run_lock(fd, false, NULL) < 0 || write(ready[1], "x", 1) != 1 || read(go[0], &c, 1) < 0)
            _exit(1);
        _exit(0);
    }
    char c;
    close(go[0]);
    assert_int_equal(read(ready[0], &c, 1), 1);
    assert_int_equal(ax_run_engine(fd), child);
    assert_int_equal(ax_run_lock(fd, false, &err), -1);
    assert_int_equal(err.code, AX_EBUSY);
    char want[100];
    snprintf(want, sizeof want, "the run is in use by the engine with process id %d", (int)child);
    assert_string_equal(err.msg, want);
    int status;
    close(go[1]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(ax_run_engine(fd), 0); /* its file is still there; its lock ended with it */
    int lock = ax_run_lock(fd, false, &err);
    assert_true(lock >= 0);
    assert_int_equal(ax_run_engine(fd), getpid());
    close(openat(fd, "engine.pid", O_RDONLY)); /* a POSIX lock would be lost here */
    assert_int_equal(ax_run_engine(fd), getpid());
    close(lock);
    assert_int_equal(ax_run_engine(fd), 0);
    close(fd);
    close(ready[0]);
    close(ready[1]);
}

/* A child that locks the run and is killed while a process that it has just forked still holds its descriptors. */
static pid_t killed_holder(int fd, double seconds)
{
    int ready[2];
    char c;
    assert_int_equal(pipe(ready), 0);
    pid_t child = fork();
    if (child == 0) {
        if (ax_run_lock(fd, false, NULL) < 0)
            _exit(1);
        if (fork() == 0) {
            if (write(ready[1], "x", 1) == 1)
                nanosleep(&(struct timespec) { (time_t)seconds, (long)(1e9 * (seconds - floor(seconds))) }, NULL);
            _exit(0);
        }
        pause();
        _exit(1);
    }
    close(ready[1]);
    assert_int_equal(read(ready[0], &c, 1), 1);
    close(ready[0]);
    assert_int_equal(kill(child, SIGKILL), 0);
    return child;
}

/* However long it takes: longer than the wait for a living engine. */
TEST(a_killed_engine_is_waited_for)
{
    char path[256];
    ax_err err = { AX_OK, "" };
    int fd = make("one", path);
    for (int how = 0; how < 2; how++) {
        pid_t child = killed_holder(fd, 1.5);
        int lock = how ? ax_run_lock(fd, false, &err) : (int)ax_run_wait_free(fd);
        assert_string_equal(err.msg, "");
        assert_true(how ? lock >= 0 : lock == 0);
        if (how)
            close(lock);
        assert_int_equal(waitpid(child, NULL, 0), child);
    }
    close(fd);
}

/* Its engine.pid is gone, but it still writes its log. */
TEST(an_engine_without_its_lock_is_found)
{
    char path[256], text[AX_RUN_ENGINE_TEXT];
    int fd = make("one", path), lock = ax_run_lock(fd, false, NULL);
    ax_eventlog *log = ax_eventlog_open(fd, "events.mpk", true, NULL);
    assert_non_null(log);
    assert_int_equal(unlinkat(fd, "engine.pid", 0), 0);
    assert_int_equal(ax_run_engine(fd), 1);
    assert_string_equal(ax_run_engine_text(1, text), "which has no engine.pid");
    assert_int_equal(ax_run_wait_free(fd), 1);
    ax_eventlog_close(log);
    assert_int_equal(ax_run_engine(fd), 0);
    close(lock);
    close(fd);
}

static void gather(void *context, const char *name, const char *path)
{
    char *all = context;
    assert_non_null(strstr(path, name));
    snprintf(all + strlen(all), 100 - strlen(all), "%s ", name);
}

static void newest_come_first(void **state)
{
    place *p = *state;
    char path[256], all[100] = "";
    ax_err err;
    assert_int_equal(ax_run_list(gather, all, &err), AX_OK); /* without a home there are no runs */
    assert_string_equal(all, "");
    static const char *const name[] = { "b", "c", "a" };
    for (int i = 0; i < 3; i++) {
        struct timespec t[2] = { { .tv_sec = 1000 + i }, { .tv_sec = 1000 + i } };
        int fd = make(name[i], path);
        utimensat(fd, "run.ini", t, 0);
        close(fd);
    }
    snprintf(path, sizeof path, "%s/empty", p->home);
    assert_int_equal(mkdir(path, 0700), 0); /* not a run */
    assert_int_equal(ax_run_list(gather, all, &err), AX_OK);
    assert_string_equal(all, "a c b ");
    int fd = make("z", path);
    close(fd);
    snprintf(path, sizeof path, "%s/b", p->home);
    fd = ax_run_open(path, &err);
    struct timespec t[2] = { { .tv_sec = 1LL << 32 }, { .tv_sec = 1LL << 32 } };
    close(openat(fd, "events.mpk", O_WRONLY | O_CREAT, 0600));
    utimensat(fd, "events.mpk", t, 0); /* ordered by the last activity, not by the start */
    close(fd);
    all[0] = '\0';
    assert_int_equal(ax_run_list(gather, all, &err), AX_OK);
    assert_string_equal(all, "b z a c ");
    snprintf(path, sizeof path, "%s/gone", p->home); /* listed, so that the user is told why it can't be opened */
    assert_int_equal(symlink("/nowhere/at/all", path), 0);
    all[0] = '\0';
    assert_int_equal(ax_run_list(gather, all, &err), AX_OK);
    assert_string_equal(all, "b gone z a c ");
}

int main(void)
{
    return RUN_EACH_TEST_WITHIN(set_up, tear_down, names_and_paths, a_run_is_private_and_made_once,
                                what_is_no_run_says_so, only_an_empty_directory_becomes_a_run, new_names,
                                a_linked_run_is_a_run, what_others_may_write_to_is_refused,
                                what_belongs_to_another_is_refused, missing_folders_are_made, one_engine_at_a_time,
                                a_killed_engine_is_waited_for, an_engine_without_its_lock_is_found, newest_come_first);
}
