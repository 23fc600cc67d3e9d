/* The run directory itself: its name, its owner and its folders. */
#include "engine/wire/run.h"

#include "engine/base/str.h"
#include "engine/base/utf8.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH = 4096 };

const char *const ax_run_folder[AX_RUN_FOLDERS] = { "cache", "inflight", "models", "masks" };

static ax_code wrong_name(const char *name, const char *why, ax_err *err)
{
    ax_str seen;
    ax_str_init(&seen, 0);
    ax_str_quoted(&seen, name);
    ax_code code = ax_fail(err, AX_EINVAL, "%s is not a name for a run: %s", seen.text, why);
    ax_str_release(&seen);
    return code;
}

ax_code ax_run_check_name(const char *name, ax_err *err)
{
    size_t n = strlen(name);
    if (!ax_utf8_is_plain(name))
        return wrong_name(name, "it isn't UTF-8, or holds a character that can't be seen", err);
    while (n > 1 && name[n - 1] == '/')
        n--;
    const char *last = name + n;
    while (last > name && last[-1] != '/')
        last--;
    bool path = last > name;
    size_t m = (size_t)(name + n - last), digits = strspn(last + (*last == '#'), "0123456789") + (*last == '#');
    if (!m)
        return wrong_name(name, "it is empty", err);
    if (m == 1 && *last == '.') /* the current directory */
        return AX_OK;
    if (m == 2 && !strncmp(last, "..", 2))
        return wrong_name(name, "it is that of the directory above", err);
    if (*last == '-')
        return wrong_name(name, "it would be taken for an option", err);
    if (*last == ' ' || last[m - 1] == ' ')
        return wrong_name(name, "a blank at its end can't be seen", err);
    if (*last == '.' && !path)
        return wrong_name(name, "it would be hidden", err);
    if (!path && (digits == m || *last == '['))
        return wrong_name(name, "it would be taken for a candidate", err);
    return m <= NAME_MAX ? AX_OK : wrong_name(name, "it is too long", err);
}

ax_code ax_run_absolute(const char *path, char *out, size_t cap, ax_err *err)
{
    char copy[PATH];
    size_t n = strlen(path);
    if (!n || n >= sizeof copy)
        return ax_fail(err, AX_EINVAL, "'%.100s': a run's path has 1 to %d bytes", path, PATH - 1);
    memcpy(copy, path, n + 1);
    while (n > 1 && copy[n - 1] == '/')
        copy[--n] = '\0';
    char *slash = strrchr(copy, '/'), *last = slash ? slash + 1 : copy;
    bool named = last[0] && strcmp(last, ".") != 0 && strcmp(last, "..") != 0;
    const char *above = !named ? copy : !slash ? "." : slash == copy ? "/" : copy;
    if (named && slash)
        *slash = '\0';
    char *full = realpath(above, NULL);
    if (!full)
        return ax_fail(err, AX_EIO, "%s: %s", path, strerror(errno));
    int used = snprintf(out, cap, "%s%s%s", full, named && strcmp(full, "/") != 0 ? "/" : "", named ? last : "");
    free(full);
    return used > 0 && (size_t)used < cap ? AX_OK : ax_fail(err, AX_EINVAL, "%s: name is too long", path);
}

/* Requires that the directory belongs to this user alone: whoever can write into it controls the engine. */
static ax_code check_private(const struct stat *st, const char *path, const char *in, ax_err *err)
{
    if (st->st_uid != geteuid())
        return ax_fail(err, AX_EIO,
                       "%s%s: belongs to user %u, and you are user %u; a run must be your own, on a file system that "
                       "says so (not vfat, nor NFS as a squashed root)",
                       path, in, (unsigned)st->st_uid, (unsigned)geteuid());
    if (st->st_mode & (S_IWGRP | S_IWOTH))
        return ax_fail(err, AX_EIO, "%s%s: others may write to it (mode %04o); 'chmod -R go-w %s' takes that away",
                       path, in, (unsigned)st->st_mode & 07777, path);
    return AX_OK;
}

/* Explains why a directory can't be opened, as far as a link is the reason. */
static ax_code cannot_open(const char *path, int why, ax_err *err)
{
    char target[1024];
    ssize_t n = readlink(path, target, sizeof target - 1);
    if (n < 0 && why == ENOENT)
        return ax_fail(err, AX_EIO, "%s: no such run; 'auxcell ls' lists those that there are", path);
    if (n < 0)
        return ax_fail(err, AX_EIO, "%s: no such run: %s", path, strerror(why));
    target[n] = '\0';
    return ax_fail(err, AX_EIO, "%s: no such run: a link to %.200s: %s", path, target, strerror(why));
}

int ax_run_open(const char *path, ax_err *err)
{
    struct stat st, settings;
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        cannot_open(path, errno, err);
        return -1;
    }
    ax_code code;
    if (fstat(fd, &st) || fstatat(fd, "run.ini", &settings, 0))
        code = ax_fail(err, AX_EIO, "%s: not a run: it has no run.ini", path);
    else
        code = check_private(&st, path, "", err);
    if (code == AX_OK && (st.st_mode & (S_IXGRP | S_IXOTH))) /* other users can reach its files */
        code = check_private(&settings, path, "/run.ini", err);
    if (code == AX_OK)
        return fd;
    close(fd);
    return -1;
}

/* mkdir -p for all components but the last, which must be new. */
static ax_code make_parents(const char *path, ax_err *err)
{
    char part[PATH];
    if ((size_t)snprintf(part, sizeof part, "%s", path) >= sizeof part)
        return ax_fail(err, AX_EINVAL, "%s: name is too long", path);
    for (char *p = part + 1; *p; p++) {
        if (*p != '/')
            continue;
        *p = '\0';
        if (mkdir(part, 0700) && errno != EEXIST)
            return ax_fail(err, AX_EIO, "%s: cannot create: %s", part, strerror(errno));
        *p = '/';
    }
    return AX_OK;
}

ax_code ax_run_make_folders(int dirfd, unsigned *made, ax_err *err)
{
    *made = 0;
    for (int i = 0; i < AX_RUN_FOLDERS; i++) {
        struct stat st;
        if (!mkdirat(dirfd, ax_run_folder[i], 0700))
            *made |= 1u << i;
        else if (errno != EEXIST)
            return ax_fail(err, AX_EIO, "%s: cannot create: %s", ax_run_folder[i], strerror(errno));
        else if (fstatat(dirfd, ax_run_folder[i], &st, 0))
            return ax_fail(err, AX_EIO, "%s: a link, and its target: %s", ax_run_folder[i], strerror(errno));
        else if (!S_ISDIR(st.st_mode))
            return ax_fail(err, AX_EIO, "%s: is there, but not a directory", ax_run_folder[i]);
    }
    return AX_OK;
}

static bool is_folder_of_a_run(const char *name)
{
    for (int i = 0; i < AX_RUN_FOLDERS; i++)
        if (!strcmp(name, ax_run_folder[i]))
            return true;
    return false;
}

/* Checks that creating a run would overwrite nothing: the directory may hold only the run's own folders (prepared, for
   example, as links to other disks), empty but for the cache. */
static ax_code check_empty(int dirfd, const char *name, const char *path, ax_err *err)
{
    int fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    bool top = !strcmp(name, ".");
    ax_code code = AX_OK;
    if (!dir) {
        code = top ? ax_fail(err, AX_EIO, "%s: cannot list: %s", path, strerror(errno)) : AX_OK;
        if (fd >= 0)
            close(fd);
        return code; /* creating its content will report that */
    }
    for (struct dirent *e; code == AX_OK && (e = readdir(dir));) {
        if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
            continue;
        if (!top || !is_folder_of_a_run(e->d_name))
            code = ax_fail(err, AX_EBUSY, "%s: is there already, and not empty (%s%s%s); name a new directory", path,
                           top ? "" : name, top ? "" : "/", e->d_name);
        else if (strcmp(e->d_name, ax_run_folder[AX_RUN_CACHE]) != 0)
            code = check_empty(dirfd, e->d_name, path, err);
    }
    closedir(dir);
    return code;
}

/* Opens the directory that will become a run, or reports why it can't. */
static ax_code set_up(int fd, const char *path, ax_err *err)
{
    unsigned made;
    struct stat st;
    if (fstat(fd, &st))
        return ax_fail(err, AX_EIO, "%s: cannot open: %s", path, strerror(errno));
    ax_code code = check_private(&st, path, "", err);
    if (code == AX_OK && !faccessat(fd, "run.ini", F_OK, 0))
        return ax_fail(err, AX_EBUSY, "%s: there is a run already; 'auxcell resume' continues it", path);
    if (code == AX_OK)
        code = check_empty(fd, ".", path, err);
    if (code == AX_OK && (code = ax_run_make_folders(fd, &made, err)) != AX_OK)
        ax_fail_prefix(err, path);
    if (code == AX_OK && fsync(fd))
        code = ax_fail(err, AX_EIO, "%s: cannot set up: %s", path, strerror(errno));
    return code;
}

int ax_run_create(const char *path, ax_err *err)
{
    if (make_parents(path, err) != AX_OK)
        return -1;
    bool ours = !mkdir(path, 0700);
    if (!ours && errno != EEXIST) {
        ax_fail(err, AX_EIO, "%s: cannot create: %s", path, strerror(errno));
        return -1;
    }
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        ax_fail(err, AX_EIO, "%s: cannot open: %s", path, strerror(errno));
    else if (set_up(fd, path, err) == AX_OK)
        return fd;
    if (fd >= 0)
        close(fd);
    if (ours)
        rmdir(path); /* kept when it isn't empty */
    return -1;
}

ax_code ax_run_read_files(const char *path, ax_files *files, ax_err *err)
{
    char folder[PATH_MAX];
    ax_code code = ax_files_read_folder(files, path, err);
    for (int i = 0; i < AX_RUN_FOLDERS && code == AX_OK; i++)
        if ((size_t)snprintf(folder, sizeof folder, "%s/%s", path, ax_run_folder[i]) < sizeof folder)
            code = ax_files_read_folder(files, folder, err);
    return code;
}
