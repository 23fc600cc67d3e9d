#include "tests/helper/capture.h"

#include "data/open.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

enum { MAX_ARGS = 64 };

static void check(bool ok, const char *what)
{
    if (!ok) {
        perror(what);
        abort();
    }
}

static char *contents(int fd)
{
    off_t n = lseek(fd, 0, SEEK_END);
    check(n >= 0, "lseek");
    char *text = malloc((size_t)n + 1);
    check(text && pread(fd, text, (size_t)n, 0) == n, "read what was captured");
    text[n] = '\0';
    close(fd);
    return text;
}

static const ax_program program = { .open_source = ax_source_open };

captured capture_command(int (*run)(const ax_program *, int, char **), const char *const *argv)
{
    char *copy[MAX_ARGS + 1] = { 0 };
    int argc = 0, fd[2], saved[2];
    for (; argv[argc] && argc < MAX_ARGS; argc++)
        check((copy[argc] = strdup(argv[argc])), "strdup");
    char *order[MAX_ARGS + 1]; /* the command may reorder the pointers */
    memcpy(order, copy, sizeof order);
    fflush(NULL);
    for (int k = 0; k < 2; k++) {
        fd[k] = memfd_create("captured", MFD_CLOEXEC);
        saved[k] = dup(k + 1);
        check(fd[k] >= 0 && saved[k] >= 0 && dup2(fd[k], k + 1) >= 0, "redirect");
    }
    captured c = { .status = run(&program, argc, order) };
    fflush(NULL);
    for (int k = 0; k < 2; k++) {
        dup2(saved[k], k + 1);
        close(saved[k]);
    }
    c.out = contents(fd[0]);
    c.err = contents(fd[1]);
    for (int i = 0; i < argc; i++)
        free(copy[i]);
    return c;
}

void captured_release(captured *c)
{
    free(c->out);
    free(c->err);
    *c = (captured) { 0 };
}
