#include "engine/search/coordinator/leftovers.h"

#include "engine/wire/run.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Calls remove_it for every name in a folder of the run, and removes those for which it returns true. */
static void clean(int dirfd, int folder, bool (*remove_it)(const ax_search *s, const char *name), const ax_search *s)
{
    int fd = openat(dirfd, ax_run_folder[folder], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    if (!dir) {
        if (fd >= 0)
            close(fd);
        return;
    }
    for (struct dirent *e; (e = readdir(dir));)
        if (remove_it(s, e->d_name))
            unlinkat(fd, e->d_name, 0);
    closedir(dir);
}

static bool is_leftover(const ax_search *s, const char *name)
{
    char *end;
    unsigned long id = strtoul(name, &end, 10);
    return end != name && !strcmp(end, ".mpk") && id <= UINT32_MAX && !ax_search_unfinished(s, (uint32_t)id);
}

void ax_leftovers_remove(int dirfd, const ax_search *s)
{
    clean(dirfd, AX_RUN_INFLIGHT, is_leftover, s);
}

void ax_leftovers_remove_pictures(int dirfd)
{
    int fd = openat(dirfd, ax_run_folder[AX_RUN_MASKS], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return;
    unlinkat(fd, "validation.mpk", 0);
    close(fd);
}

static bool is_temporary(const ax_search *s, const char *name)
{
    (void)s;
    size_t n = strlen(name);
    return n > 4 && !strcmp(name + n - 4, ".tmp");
}

void ax_leftovers_remove_temporary(int dirfd)
{
    static const char *const file[] = { "run.ini.tmp", "snapshot.mpk.tmp", "snapshot.prev.mpk.tmp",
                                        "candidates.mpk.tmp", "events.mpk.tmp" };
    static const int folder[] = { AX_RUN_INFLIGHT, AX_RUN_MODELS, AX_RUN_MASKS };
    for (size_t i = 0; i < sizeof file / sizeof *file; i++)
        unlinkat(dirfd, file[i], 0);
    for (size_t i = 0; i < sizeof folder / sizeof *folder; i++)
        clean(dirfd, folder[i], is_temporary, NULL);
}
