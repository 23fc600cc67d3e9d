#include "engine/search/leftovers.h"

#include "engine/wire/run.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void ax_leftovers_remove(int dirfd, bool all, const ax_search *s)
{
    int fd = openat(dirfd, ax_run_folder[AX_RUN_INFLIGHT], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    if (!dir) {
        if (fd >= 0)
            close(fd);
        return;
    }
    for (struct dirent *e; (e = readdir(dir));) {
        char *end;
        unsigned long id = strtoul(e->d_name, &end, 10);
        bool state = end != e->d_name && !strcmp(end, ".mpk") && id <= UINT32_MAX;
        bool rest = end != e->d_name && !strcmp(end, ".mpk.tmp");
        if ((state && !ax_search_unfinished(s, (uint32_t)id)) || (rest && all))
            unlinkat(fd, e->d_name, 0);
    }
    closedir(dir);
}
