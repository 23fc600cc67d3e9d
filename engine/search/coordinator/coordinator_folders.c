/* The run's folders: those that are missing are made again, when the engine starts and while it runs. */
#include "engine/search/coordinator/coordinator_internal.h"

#include "engine/wire/run.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

bool ax_coordinator_lacks_folders(const ax_coordinator *c)
{
    struct stat st;
    for (int i = 0; i < AX_RUN_FOLDERS; i++)
        if (fstatat(c->dirfd, ax_run_folder[i], &st, 0) || !S_ISDIR(st.st_mode))
            return true;
    return false;
}

/* What was in a folder that had to be made again; "" = nothing that anybody will miss. */
static void name_loss(const ax_coordinator *c, int folder, char text[static AX_EVENT_TEXT])
{
    bool models = folder == AX_RUN_MODELS, masks = folder == AX_RUN_MASKS;
    uint32_t n = models || masks ? ax_search_results(c->search, models) : 0;
    text[0] = '\0';
    if (n)
        snprintf(text, AX_EVENT_TEXT, "%s/ was missing, so it was made again; the %s of %u candidate%s %s gone",
                 ax_run_folder[folder], ax_run_folder[folder], n, n == 1 ? "" : "s", n == 1 && models ? "is" : "are");
}

ax_code ax_coordinator_mind_folders(ax_coordinator *c, bool living, ax_err *err)
{
    unsigned made;
    /* when the whole run is removed, or its engine stops, they aren't wanted */
    if (!ax_coordinator_lacks_folders(c) || c->stop || faccessat(c->dirfd, "run.ini", F_OK, 0))
        return AX_OK;
    ax_code code = ax_run_make_folders(c->dirfd, &made, err);
    for (uint32_t k = 0; made && k < c->devices.n; k++)
        c->worker[k].folder_lost = true;
    for (int i = 0; i < AX_RUN_FOLDERS; i++) {
        char text[AX_EVENT_TEXT];
        if (!(made & 1u << i))
            continue;
        name_loss(c, i, text);
        if (!text[0])
            continue;
        if (living)
            ax_search_results_lost(c->search, text);
        else
            ax_search_log(c->search, AX_LEVEL_WARNING, 0, text);
    }
    return code;
}
