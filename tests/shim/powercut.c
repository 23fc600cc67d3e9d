/* LD_PRELOAD for tests: keeps a copy of what a power cut would leave of a run, which is only the synced data. AX_SHADOW
   is a directory: f<inode> holds a file's bytes as of its last sync, d<inode> a directory's entries as of its last sync
   ("inode type name" lines). tests/helper/powercut.py makes a run directory of them.
   AX_FAIL_SYNC=N lets the Nth sync of the engine fail with EIO; as with a real disk the kernel then forgets the dirty
   pages, so a later sync of that file "succeeds" without saving anything. */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

int fsync(int fd);
int fdatasync(int fd);
int openat(int dirfd, const char *path, int flags, ...);
int open(const char *path, int flags, ...);

static int raw_open(int dirfd, const char *path, int flags, mode_t mode)
{
    return (int)syscall(SYS_openat, dirfd, path, flags, mode);
}

static const char *shadow(char path[512], char kind, ino_t inode)
{
    snprintf(path, 512, "%s/%c%llu", getenv("AX_SHADOW"), kind, (unsigned long long)inode);
    return path;
}

static bool is_engine(void)
{
    char text[4096];
    int fd = raw_open(AT_FDCWD, "/proc/self/cmdline", O_RDONLY | O_CLOEXEC, 0);
    ssize_t n = fd >= 0 ? read(fd, text, sizeof text - 1) : 0;
    if (fd >= 0)
        close(fd);
    text[n > 0 ? n : 0] = '\0';
    size_t first = strlen(text) + 1;
    return n > (ssize_t)first && !strcmp(text + first, "serve");
}

static bool fails_now(void)
{
    static int calls;
    const char *at = getenv("AX_FAIL_SYNC");
    return at && is_engine() && ++calls == (int)strtol(at, NULL, 10);
}

static void put(int out, const char *bytes, size_t n)
{
    while (n) {
        ssize_t w = write(out, bytes, n);
        if (w <= 0)
            abort();
        bytes += w;
        n -= (size_t)w;
    }
}

static void keep_file(int fd, int out)
{
    static char buf[1 << 16];
    char self[64];
    snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
    int in = raw_open(AT_FDCWD, self, O_RDONLY | O_CLOEXEC, 0);
    ssize_t n;
    while (in >= 0 && (n = read(in, buf, sizeof buf)) > 0)
        put(out, buf, (size_t)n);
    if (in >= 0)
        close(in);
}

static void keep_directory(int fd, int out)
{
    int again = raw_open(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    DIR *dir = again >= 0 ? fdopendir(again) : NULL;
    for (struct dirent *e; dir && (e = readdir(dir));) {
        char line[400];
        if (e->d_name[0] == '.' || (e->d_type != DT_REG && e->d_type != DT_DIR))
            continue;
        int n = snprintf(line, sizeof line, "%llu %c %s\n", (unsigned long long)e->d_ino,
                         e->d_type == DT_DIR ? 'd' : 'f', e->d_name);
        put(out, line, (size_t)n);
    }
    if (dir)
        closedir(dir);
}

static int sync_one(int fd)
{
    char name[512], tmp[600];
    struct stat st;
    if (!getenv("AX_SHADOW") || fstat(fd, &st) || (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)))
        return 0;
    if (fails_now()) {
        int mark = raw_open(AT_FDCWD, shadow(name, 'p', st.st_ino), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        if (mark >= 0)
            close(mark);
        errno = EIO;
        return -1;
    }
    if (!access(shadow(name, 'p', st.st_ino), F_OK))
        return 0;
    shadow(name, S_ISDIR(st.st_mode) ? 'd' : 'f', st.st_ino);
    snprintf(tmp, sizeof tmp, "%s.%d", name, (int)getpid());
    int out = raw_open(AT_FDCWD, tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (out < 0)
        abort();
    if (S_ISDIR(st.st_mode))
        keep_directory(fd, out);
    else
        keep_file(fd, out);
    close(out);
    if (rename(tmp, name))
        abort();
    return 0;
}

int fsync(int fd)
{
    return sync_one(fd);
}

int fdatasync(int fd)
{
    return sync_one(fd);
}

/* A new file with a reused inode has none of the old file's bytes. */
static int opened(int fd, int flags)
{
    char name[512];
    struct stat st;
    if (fd >= 0 && flags & (O_CREAT | O_TRUNC) && getenv("AX_SHADOW") && !fstat(fd, &st) && S_ISREG(st.st_mode) &&
        st.st_size == 0) {
        unlink(shadow(name, 'f', st.st_ino));
        unlink(shadow(name, 'p', st.st_ino));
    }
    return fd;
}

int openat(int dirfd, const char *path, int flags, ...)
{
    va_list args;
    va_start(args, flags);
    mode_t mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(args, mode_t) : 0;
    va_end(args);
    return opened(raw_open(dirfd, path, flags, mode), flags);
}

int open(const char *path, int flags, ...)
{
    va_list args;
    va_start(args, flags);
    mode_t mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(args, mode_t) : 0;
    va_end(args);
    return opened(raw_open(AT_FDCWD, path, flags, mode), flags);
}
