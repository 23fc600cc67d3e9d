#include "tui/session/invocation.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char name[] = "auxcell";
static char program[PATH_MAX] = "auxcell";

void ax_shell_word(const char *text, char *out, size_t cap)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=@%+,";
    if (text[0] && !text[strspn(text, plain)]) {
        snprintf(out, cap, "%s", text);
        return;
    }
    size_t n = (size_t)snprintf(out, cap, "'");
    for (; *text && n + 6 < cap; text++)
        n += (size_t)snprintf(out + n, cap - n, *text == '\'' ? "'\\''" : "%c", *text);
    snprintf(out + n, cap - n, "'");
}

/* Whether a shell that is told "auxcell" starts this very program. */
static bool is_on_path(void)
{
    const char *path = getenv("PATH");
    struct stat own, st;
    char file[PATH_MAX];
    if (!path || stat("/proc/self/exe", &own))
        return false;
    for (size_t n; *path; path += n + (path[n] == ':')) {
        n = strcspn(path, ":");
        int length = snprintf(file, sizeof file, "%.*s/%s", (int)n, n ? path : ".", name);
        if (length > 0 && (size_t)length < sizeof file && !access(file, X_OK) && !stat(file, &st))
            return st.st_dev == own.st_dev && st.st_ino == own.st_ino;
    }
    return false;
}

void ax_program_set(const char *called)
{
    if (called && strchr(called, '/') && !is_on_path())
        ax_shell_word(called, program, sizeof program);
}

const char *ax_program(void)
{
    return program;
}
