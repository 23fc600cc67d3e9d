#include "tests/helper/tempdir.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

char ax_tempdir[32];

int ax_tempdir_make(void **state)
{
    (void)state;
    snprintf(ax_tempdir, sizeof ax_tempdir, "/tmp/ax-test-XXXXXX");
    return mkdtemp(ax_tempdir) ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *where)
{
    (void)st;
    (void)kind;
    (void)where;
    return remove(path);
}

int ax_tempdir_remove(void **state)
{
    (void)state;
    return nftw(ax_tempdir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

const char *ax_tempdir_path(const char *name)
{
    static char path[4][AX_TEMPDIR_PATH];
    static unsigned turn;
    turn = (turn + 1) % 4;
    snprintf(path[turn], sizeof path[turn], "%s/%s", ax_tempdir, name);
    return path[turn];
}

void ax_tempdir_spell(const char *text, char *out, size_t cap)
{
    size_t n = 0;
    out[0] = '\0';
    for (; *text && n + strlen(ax_tempdir) + 1 < cap; text++)
        n += (size_t)snprintf(out + n, cap - n, *text == '$' ? "%s" : "%.1s", *text == '$' ? ax_tempdir : text);
}
