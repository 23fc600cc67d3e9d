#include "engine/base/file.h"
#include "tests/helper/suite.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static char dir[32];
static int dir_fd;

static int set_up(void **state)
{
    snprintf(dir, sizeof dir, "/tmp/ax-file-XXXXXX");
    dir_fd = mkdtemp(dir) ? open(dir, O_RDONLY | O_DIRECTORY) : -1;
    *state = &dir_fd;
    return dir_fd < 0;
}

/* Fails if a test left a file behind. */
static int tear_down(void **state)
{
    (void)state;
    close(dir_fd);
    return rmdir(dir);
}

static void replaced_whole_or_not_at_all(void **state)
{
    const int fd = *(int *)*state;
    char *bytes;
    size_t n;
    ax_err err = { AX_OK, "" };
    assert_int_equal(ax_file_replace(fd, "a", "one", 3, &err), AX_OK);
    assert_int_equal(ax_file_replace(fd, "a", "second", 6, &err), AX_OK);
    assert_int_equal(ax_file_read(fd, "a", 100, &bytes, &n, &err), AX_OK);
    assert_int_equal(n, 6);
    assert_string_equal(bytes, "second");
    free(bytes);
    struct stat st;
    assert_int_equal(fstatat(fd, "a", &st, 0), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_not_equal(fstatat(fd, "a.tmp", &st, 0), 0);

    assert_int_equal(ax_file_read(fd, "a", 5, &bytes, &n, &err), AX_EFORMAT);
    assert_string_equal(err.msg, "a: 6 bytes, more than the 5 allowed");
    assert_int_equal(ax_file_read(fd, "b", 5, &bytes, &n, &err), AX_EIO);
    assert_string_equal(err.msg, "b: cannot open: No such file or directory");
    assert_int_equal(ax_file_replace(fd, "no/b", "x", 1, &err), AX_EIO);
    assert_int_equal(mkdirat(fd, "d", 0700), 0);
    assert_int_equal(ax_file_replace(fd, "d", "x", 1, &err), AX_EIO); /* a directory isn't replaced by a file */
    assert_int_not_equal(fstatat(fd, "d.tmp", &st, 0), 0);
    assert_int_equal(ax_file_read(fd, "d", 5, &bytes, &n, &err), AX_EIO);

    unlinkat(fd, "d", AT_REMOVEDIR);
    unlinkat(fd, "a", 0);
}

/* Opening a pipe without a writer would wait for ever. */
static void only_regular_files_are_read(void **state)
{
    const int fd = *(int *)*state;
    char *bytes;
    size_t n;
    ax_err err = { AX_OK, "" };
    assert_int_equal(mkfifoat(fd, "pipe", 0600), 0);
    struct sockaddr_un name = { .sun_family = AF_UNIX };
    snprintf(name.sun_path, sizeof name.sun_path, "%s/socket", dir);
    int socket_fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(socket_fd, (struct sockaddr *)&name, sizeof name), 0);
    alarm(60); /* ends the test if it hangs */
    assert_int_equal(ax_file_read(fd, "pipe", 5, &bytes, &n, &err), AX_EIO);
    assert_string_equal(err.msg, "pipe: a pipe, not a regular file");
    assert_int_equal(ax_file_open(fd, "socket", &n, &err), -1);
    assert_string_equal(err.msg, "socket: a socket, not a regular file");
    assert_int_equal(ax_file_open(fd, ".", &n, &err), -1);
    assert_string_equal(err.msg, ".: a directory, not a regular file");
    assert_int_equal(ax_file_open(AT_FDCWD, "/dev/null", &n, &err), -1);
    assert_string_equal(err.msg, "/dev/null: a device, not a regular file");
    alarm(0);
    close(socket_fd);
    unlinkat(fd, "socket", 0);
    unlinkat(fd, "pipe", 0);
}

/* The temporary file is always new, even if its name is taken. */
static void what_has_the_temporary_name_is_not_written_to(void **state)
{
    const int fd = *(int *)*state;
    char *bytes;
    size_t n;
    ax_err err = { AX_OK, "" };
    assert_int_equal(ax_file_replace(fd, "mine", "mine", 4, &err), AX_OK);
    for (int i = 0; i < 4; i++) {
        if (i == 0)
            assert_int_equal(mkfifoat(fd, "a.tmp", 0600), 0);
        else if (i == 1)
            assert_int_equal(symlinkat("mine", fd, "a.tmp"), 0);
        else if (i == 2)
            assert_int_equal(linkat(fd, "mine", fd, "a.tmp", 0), 0);
        else
            close(openat(fd, "a.tmp", O_WRONLY | O_CREAT, 0444));
        assert_int_equal(ax_file_replace(fd, "a", "new", 3, &err), AX_OK);
        struct stat st;
        assert_int_not_equal(fstatat(fd, "a.tmp", &st, AT_SYMLINK_NOFOLLOW), 0);
        assert_int_equal(ax_file_read(fd, "mine", 100, &bytes, &n, &err), AX_OK);
        assert_string_equal(bytes, "mine");
        free(bytes);
    }
    assert_int_equal(mkdirat(fd, "a.tmp", 0700), 0);
    assert_int_equal(ax_file_replace(fd, "a", "new", 3, &err), AX_EIO);
    assert_int_equal(unlinkat(fd, "a.tmp", AT_REMOVEDIR), 0);
    unlinkat(fd, "a", 0);
    unlinkat(fd, "mine", 0);
}

TEST(a_full_device_is_said)
{
    ax_err err;
    int fd = open("/dev/full", O_WRONLY);
    if (fd < 0)
        skip();
    assert_int_equal(ax_write_all(fd, "x", 1, "events.mpk", &err), AX_EIO);
    assert_string_equal(err.msg, "events.mpk: cannot write: No space left on device");
    close(fd);
}

int main(void)
{
    return RUN_EACH_TEST_WITHIN(set_up, tear_down, replaced_whole_or_not_at_all, only_regular_files_are_read,
                                what_has_the_temporary_name_is_not_written_to, a_full_device_is_said);
}
