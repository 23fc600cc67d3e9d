#include "tui/session/remember.h"

#include "engine/base/file.h"
#include "engine/wire/run.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char name[] = "prompts";
enum { MOST_BYTES = 1 << 18 };

/* Opens the folder that holds the home of runs; -1 on error. make: a missing folder is made. */
static int open_folder(bool make, ax_err *err)
{
    char path[PATH_MAX];
    if (ax_run_home(path, sizeof path, err) != AX_OK)
        return -1;
    *strrchr(path, '/') = '\0';
    if (make && mkdir(path, 0700) && errno == ENOENT) { /* makes the folder above, too */
        char *slash = strrchr(path, '/');
        *slash = '\0';
        mkdir(path, 0700);
        *slash = '/';
        mkdir(path, 0700);
    }
    int fd = open(path, O_DIRECTORY | O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        ax_fail(err, AX_EIO, "%s: cannot open: %s", path, strerror(errno));
    return fd;
}

ax_code ax_remember_read(ax_recall *r, ax_err *err)
{
    char *text = NULL;
    size_t n;
    int folder = open_folder(false, err);
    if (folder < 0 || faccessat(folder, name, F_OK, 0)) {
        if (folder >= 0)
            close(folder);
        return AX_OK;
    }
    ax_code code = ax_file_read(folder, name, MOST_BYTES, &text, &n, err);
    close(folder);
    if (code != AX_OK)
        return code;
    if (strlen(text) == n)
        ax_recall_parse(r, text);
    else
        code = ax_fail(err, AX_EFORMAT, "%s: not a text file", name);
    free(text);
    return code;
}

ax_code ax_remember_write(const ax_recall *r, ax_err *err)
{
    ax_str out;
    ax_recall *all = calloc(1, sizeof *all);
    int folder = all ? open_folder(true, err) : -1;
    ax_code code = all ? folder < 0 ? AX_EIO : AX_OK : ax_fail(err, AX_ENOMEM, "no memory");
    ax_str_init(&out, MOST_BYTES);
    if (code == AX_OK && (code = ax_remember_read(all, err)) == AX_OK) {
        ax_recall_merge(all, r);
        ax_recall_print(all, &out);
        code = ax_str_ok(&out) ? ax_file_replace(folder, name, out.text, out.len, err)
                               : ax_fail(err, AX_ENOMEM, "no memory");
    }
    ax_str_release(&out);
    if (folder >= 0)
        close(folder);
    free(all);
    return code;
}
