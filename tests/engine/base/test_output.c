#include "engine/base/file.h"
#include "engine/base/output.h"
#include "tests/helper/suite.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* Each test works in an empty directory of its own. */
static int enter(void **state)
{
    char dir[] = "/tmp/ax-output-XXXXXX";
    if (!mkdtemp(dir) || chdir(dir))
        return -1;
    *state = strdup(dir);
    umask(022);
    return 0;
}

static int leave(void **state)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", (char *)*state);
    free(*state);
    return chdir("/") || system(command);
}

static void put(const char *path, const char *text)
{
    ax_err err = { AX_OK, "" };
    if (ax_output_write(path, text, strlen(text), &err) != AX_OK)
        fail_msg("%s", err.msg);
}

static void assert_file(const char *path, const char *text, int mode)
{
    char *bytes;
    size_t n;
    struct stat st;
    assert_int_equal(ax_file_read(AT_FDCWD, path, 1000, &bytes, &n, NULL), AX_OK);
    assert_string_equal(bytes, text);
    free(bytes);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, mode);
}

static void refused(const char *path, const char *says)
{
    ax_err err = { AX_OK, "" };
    assert_int_equal(ax_output_write(path, "x", 1, &err), AX_EIO);
    if (!strstr(err.msg, says) || !strstr(err.msg, path))
        fail_msg("'%s' does not name '%s' and say '%s'", err.msg, path, says);
}

/* The number of entries of the working directory except . and .. */
static int entries(void)
{
    FILE *list = popen("ls -A | wc -l", "r");
    int n = -1;
    assert_non_null(list);
    assert_int_equal(fscanf(list, "%d", &n), 1);
    pclose(list);
    return n;
}

TEST(modes)
{
    put("new", "1");
    assert_file("new", "1", 0644);
    umask(027);
    put("group", "1");
    assert_file("group", "1", 0640);
    put("new", "22"); /* a replaced file keeps its permissions */
    assert_file("new", "22", 0644);
    chmod("new", 0664);
    put("new", "333");
    assert_file("new", "333", 0664);
    chmod("new", 0600);
    put("new", "4");
    assert_file("new", "4", 0600);
    if (!geteuid()) {
        struct stat st;
        assert_int_equal(chown("new", 12, 34), 0);
        put("new", "5");
        assert_int_equal(stat("new", &st), 0);
        assert_true(st.st_uid == 12 && st.st_gid == 34);
    }
    assert_int_equal(entries(), 2);
}

TEST(links_lead_to_what_is_replaced)
{
    assert_int_equal(mkdir("d", 0755), 0);
    put("d/target", "old");
    chmod("d/target", 0604);
    assert_int_equal(symlink("d/link", "far"), 0);
    assert_int_equal(symlink("target", "d/link"), 0);
    put("far", "new");
    assert_file("d/target", "new", 0604);
    struct stat st;
    assert_true(!lstat("far", &st) && S_ISLNK(st.st_mode) && !lstat("d/link", &st) && S_ISLNK(st.st_mode));
    assert_int_equal(symlink("d/coming", "dangling"), 0);
    put("dangling", "made");
    assert_file("d/coming", "made", 0644);
    assert_int_equal(symlink("b", "a"), 0);
    assert_int_equal(symlink("a", "b"), 0);
    refused("a", "Too many levels of symbolic links");
    assert_int_equal(entries(), 5);
}

TEST(special_files_are_written_into)
{
    char got[16] = "";
    struct stat st;
    assert_int_equal(mkfifo("pipe", 0600), 0);
    int fd = open("pipe", O_RDONLY | O_NONBLOCK);
    put("pipe", "through");
    assert_int_equal(read(fd, got, sizeof got), 7);
    assert_string_equal(got, "through");
    close(fd);
    assert_true(!lstat("pipe", &st) && S_ISFIFO(st.st_mode));
    put("/dev/null", "x");
    assert_true(!lstat("/dev/null", &st) && S_ISCHR(st.st_mode));
    if (!access("/dev/full", W_OK))
        refused("/dev/full", "No space left on device");
    assert_int_equal(symlink("/dev/null", "null"), 0);
    put("null", "x");
    assert_true(!lstat("null", &st) && S_ISLNK(st.st_mode));

    refused(".", "Is a directory");
    refused("none/x", "No such file or directory");
    refused("pipe/x", "Not a directory");
    int sock = socket(AF_UNIX, SOCK_STREAM, 0);
    struct sockaddr_un at = { .sun_family = AF_UNIX, .sun_path = "sock" };
    assert_int_equal(bind(sock, (struct sockaddr *)&at, sizeof at), 0);
    refused("sock", "a socket");
    close(sock);
    assert_int_equal(entries(), 3);
}

TEST(own_descriptors_go_on_where_they_are)
{
    char name[64];
    int fd = open("log", O_RDWR | O_CREAT, 0600);
    assert_int_equal(write(fd, "head,", 5), 5);
    static const char *const form[] = { "/dev/fd/%d", "/proc/self/fd/%d", "/proc/thread-self/fd/%d" };
    for (size_t i = 0; i < sizeof form / sizeof *form; i++) {
        snprintf(name, sizeof name, form[i], fd);
        put(name, "x,");
    }
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    assert_int_equal(symlink(name, "link"), 0);
    put("link", "linked,");
    assert_int_equal(write(fd, "tail", 4), 4);
    assert_file("log", "head,x,x,x,linked,tail", 0600);
    int saved = dup(STDOUT_FILENO), both[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, both), 0); /* a socket can't be reopened */
    fflush(stdout);
    dup2(both[1], STDOUT_FILENO);
    put("/dev/stdout", "said");
    dup2(saved, STDOUT_FILENO);
    char got[8] = "";
    assert_int_equal(read(both[0], got, sizeof got), 4);
    assert_string_equal(got, "said");
    close(saved);
    close(both[0]);
    close(both[1]);
    close(fd);
    refused(name, "Bad file descriptor");
}

TEST(below_a_private_directory)
{
    ax_err err = { AX_OK, "" };
    assert_int_equal(mkdir("d", 0700), 0);
    assert_int_equal(symlink("../far", "d/link"), 0);
    int fd = open("d", O_RDONLY | O_DIRECTORY);
    assert_int_equal(ax_output_write_below(fd, "new", "1", 1, &err), AX_OK);
    assert_file("d/new", "1", 0600);
    assert_int_equal(chmod("d/new", 0640), 0);
    assert_int_equal(ax_output_write_below(fd, "new", "2", 1, &err), AX_OK);
    assert_file("d/new", "2", 0640);
    assert_int_equal(ax_output_write_below(fd, "link", "3", 1, &err), AX_OK);
    assert_file("far", "3", 0600);
    assert_int_equal(ax_output_write_below(fd, "none/x", "4", 1, &err), AX_EIO);
    assert_string_equal(err.msg, "none/x: cannot write: No such file or directory");
    close(fd);
    assert_int_equal(entries(), 2);
}

TEST(what_is_in_the_way_stays)
{
    put("x.tmp", "mine"); /* a file of that name isn't taken for our temporary file */
    char name[64];
    snprintf(name, sizeof name, ".auxcell-%d-0.tmp", (int)getpid());
    put(name, "mine too");
    put("x", "1");
    put("x", "2");
    assert_file("x.tmp", "mine", 0644);
    assert_file(name, "mine too", 0644);
    assert_file("x", "2", 0644);
    if (geteuid()) {
        chmod("x", 0444);
        refused("x", "Permission denied");
        assert_file("x", "2", 0444);
    }
    char longest[256];
    memset(longest, 'n', 255);
    longest[255] = '\0';
    put(longest, "long"); /* the longest possible name */
    assert_int_equal(entries(), 4);
}

TEST(whether_it_can_be_written_is_known_before)
{
    static const struct {
        const char *path, *says; /* says: the error, NULL if writing works */
    } row[] = {
        { "new", NULL },
        { "old", NULL },
        { "/dev/null", NULL },
        { "/dev/stdout", NULL },
        { "link", NULL },
        { "none/x", "none/x: cannot write: No such file or directory" },
        { "old/x", "old/x: cannot write: Not a directory" },
        { "d", "d: cannot write: Is a directory" },
        { "/dev/fd/999", "/dev/fd/999: cannot write: Bad file descriptor" },
    };
    ax_err err;
    put("old", "1");
    assert_int_equal(ax_output_folder("d", &err), AX_OK);
    assert_int_equal(ax_output_folder("d", &err), AX_OK);
    assert_int_equal(ax_output_folder("old", &err), AX_EIO);
    assert_string_equal(err.msg, "old: cannot create: Not a directory");
    assert_int_equal(symlink("d/x", "link"), 0);
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        err = (ax_err) { AX_OK, "" };
        assert_int_equal(ax_output_check(row[i].path, &err), row[i].says ? AX_EIO : AX_OK);
        assert_string_equal(err.msg, row[i].says ? row[i].says : "");
    }
    assert_file("old", "1", 0644);
    assert_int_equal(entries(), 3);
}

/* ---- files that are the same ---- */

typedef struct named {
    const char *path, *of; /* of: the output's name, NULL = an input */
} named;

/* Returns the error's text, "" if there is no error. */
static const char *check(const named *all, size_t n, ax_err *err)
{
    *err = (ax_err) { AX_OK, "" };
    ax_files *f = ax_files_new();
    assert_non_null(f);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(
            all[i].of ? ax_files_write(f, all[i].path, all[i].of, err) : ax_files_read(f, all[i].path, err), AX_OK);
    ax_code code = ax_files_check(f, err);
    assert_true(code == AX_OK || code == AX_EIO);
    ax_files_free(f);
    return err->msg;
}
#define CHECK(...) check((const named[]) { __VA_ARGS__ }, sizeof((const named[]) { __VA_ARGS__ }) / sizeof(named), &err)

TEST(outputs_and_inputs_are_told_apart)
{
    ax_err err;
    assert_int_equal(mkdir("d", 0755), 0);
    assert_int_equal(mkdir("e", 0755), 0);
    put("d/a", "a");
    put("d/b", "b");
    assert_int_equal(link("d/a", "hard"), 0);
    assert_int_equal(symlink("d/a", "soft"), 0);
    assert_int_equal(symlink("d/new", "coming"), 0);
    assert_int_equal(symlink("d", "folder"), 0);

    assert_string_equal(CHECK({ "d/a", NULL }, { "d/a", NULL }, { "d/b", "p" }, { "d/new", "q" }, { "D/A", "r" }), "");
    assert_string_equal(CHECK({ "out/x", "one" }, { "out/x", "two" }),
                        "out/x: both one and two would be written there");
    assert_string_equal(CHECK({ "d/a", NULL }, { "d/a", "p" }),
                        "d/a: writing p there would overwrite d/a, which is read");
    /* the same in any order */
    assert_string_equal(CHECK({ "d/a", "p" }, { "d/b", "q" }, { "d/a", NULL }),
                        "d/a: writing p there would overwrite d/a, which is read");
    /* under other names */
    assert_non_null(strstr(CHECK({ "hard", NULL }, { "d/a", "p" }), "would overwrite hard"));
    assert_non_null(strstr(CHECK({ "d/a", NULL }, { "soft", "p" }), "would overwrite d/a"));
    assert_non_null(strstr(CHECK({ "hard", "p" }, { "soft", "q" }), "both p and q"));
    assert_non_null(strstr(CHECK({ "folder/./a", "p" }, { "d/../d//a", "q" }), "both p and q"));
    /* also for a file that doesn't exist yet */
    assert_non_null(strstr(CHECK({ "coming", "p" }, { "d/new", "q" }), "both p and q"));
    assert_non_null(strstr(CHECK({ "folder/new", "p" }, { "d//new", "q" }), "both p and q"));
    assert_non_null(strstr(CHECK({ "n/o/p", "p" }, { "./n//o/p", "q" }), "both p and q"));
    assert_non_null(strstr(CHECK({ "d/new", NULL }, { "./d/new", "p" }), "would overwrite d/new"));
    assert_string_equal(CHECK({ "d/new", "p" }, { "e/new", "q" }, { "d/new2", "r" }), "");
    char here[PATH_MAX], absolute[PATH_MAX + 8];
    assert_non_null(getcwd(here, sizeof here));
    snprintf(absolute, sizeof absolute, "%s/new", here);
    assert_non_null(strstr(CHECK({ absolute, "p" }, { "new", "q" }), "both p and q"));
    /* the first conflict is reported */
    assert_non_null(strstr(CHECK({ "z", "1" }, { "y", "2" }, { "z", "3" }, { "y", "4" }), "z: both 1 and 3"));
    /* several outputs may go to these */
    assert_string_equal(
        CHECK({ "/dev/null", "p" }, { "/dev/null", "q" }, { "/dev/stdout", "r" }, { "/dev/stdout", "s" }), "");
}

int main(void)
{
    return RUN_EACH_TEST_WITHIN(enter, leave, modes, links_lead_to_what_is_replaced, special_files_are_written_into,
                                own_descriptors_go_on_where_they_are, below_a_private_directory,
                                what_is_in_the_way_stays, whether_it_can_be_written_is_known_before,
                                outputs_and_inputs_are_told_apart);
}
