/* Recreates missing folders of the run, at the engine's start and while it runs. */
#include "engine/search/coordinator/coordinator_internal.h"

#include "engine/wire/run.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

bool ax_coordinator_folders_missing(const ax_coordinator *c)
{
    struct stat st;
    for (int i = 0; i < AX_RUN_FOLDERS; i++)
        if (fstatat(c->dirfd, ax_run_folder[i], &st, 0) || !S_ISDIR(st.st_mode))
            return true;
    return false;
}

static int look_at_result(const ax_coordinator *c, int folder, uint32_t id)
{
    struct stat st;
    char name[64];
    snprintf(name, sizeof name, "%s/%u.%s", ax_run_folder[folder], id, folder == AX_RUN_MODELS ? "safetensors" : "mpk");
    return fstatat(c->dirfd, name, &st, 0);
}

/* Identifies the file of pictures and truth beside the masks, which is written once, by its time; inodes can be
   reused. */
static int look_at_pictures(const ax_coordinator *c, struct timespec *written)
{
    struct stat st;
    int missing = fstatat(c->dirfd, "masks/validation.mpk", &st, 0);
    *written = missing ? (struct timespec) { 0 } : st.st_mtim;
    return missing;
}

/* Whether files were removed from an existing folder, judged by the newest result and the pictures; a person who
   removes everything may do so while a worker writes another result. */
static bool has_lost(const ax_coordinator *c, int folder)
{
    struct timespec now;
    if (c->newest[folder] && look_at_result(c, folder, c->newest[folder]) && errno == ENOENT)
        return true;
    return folder == AX_RUN_MASKS && c->pictures.tv_sec && (!look_at_pictures(c, &now) || errno == ENOENT) &&
           (now.tv_sec != c->pictures.tv_sec || now.tv_nsec != c->pictures.tv_nsec);
}

void ax_coordinator_note_result(ax_coordinator *c, uint32_t id)
{
    static const int folder[] = { AX_RUN_MASKS, AX_RUN_MODELS };
    for (size_t i = 0; i < sizeof folder / sizeof *folder; i++) {
        bool told = !has_lost(c, folder[i]); /* false: the loss is still to be reported */
        int missing = look_at_result(c, folder[i], id);
        if (told && !missing)
            c->newest[folder[i]] = id;
        else if (told && errno == ENOENT && folder[i] == AX_RUN_MASKS) /* which every result has */
            ax_search_log(c->search, AX_LEVEL_WARNING, id, "its files were removed before its result was recorded");
        if (told && folder[i] == AX_RUN_MASKS)
            look_at_pictures(c, &c->pictures);
    }
}

/* The existing folders that have lost files, as bits. */
static unsigned emptied(const ax_coordinator *c)
{
    unsigned bits = 0;
    for (int i = 0; i < AX_RUN_FOLDERS; i++)
        bits |= (unsigned)has_lost(c, i) << i;
    return bits;
}

/* The loss in a recreated or emptied folder; "" = nothing of value. */
static void name_loss(const ax_coordinator *c, int folder, bool made, char text[static AX_EVENT_TEXT])
{
    bool models = folder == AX_RUN_MODELS, masks = folder == AX_RUN_MASKS;
    uint32_t n = models || masks ? ax_search_results(c->search, models) : 0;
    text[0] = '\0';
    if (n && !made)
        snprintf(text, AX_EVENT_TEXT, "files were removed from %s/, maybe those of %s%u candidate%s that %s some there",
                 ax_run_folder[folder], n == 1 ? "the " : "all ", n, n == 1 ? "" : "s", n == 1 ? "has" : "have");
    else if (n)
        snprintf(text, AX_EVENT_TEXT, "%s/ was missing, so it was made again; the %s of %u candidate%s %s gone",
                 ax_run_folder[folder], ax_run_folder[folder], n, n == 1 ? "" : "s", n == 1 && models ? "is" : "are");
}

ax_code ax_coordinator_restore_folders(ax_coordinator *c, bool living, ax_err *err)
{
    unsigned made, gone = emptied(c);
    /* when the whole run is removed or its engine stops, the folders aren't needed */
    if ((!gone && !ax_coordinator_folders_missing(c)) || c->stop || faccessat(c->dirfd, "run.ini", F_OK, 0))
        return AX_OK;
    ax_code code = ax_run_make_folders(c->dirfd, &made, err);
    for (uint32_t k = 0; made && k < c->devices.n; k++)
        c->worker[k].folder_lost = true;
    for (int i = 0; i < AX_RUN_FOLDERS; i++) {
        char text[AX_EVENT_TEXT];
        if (!((made | gone) & 1u << i))
            continue;
        name_loss(c, i, made & 1u << i, text);
        c->newest[i] = 0;
        if (i == AX_RUN_MASKS)
            c->pictures = (struct timespec) { 0 };
        if (!text[0])
            continue;
        if (living)
            ax_search_results_lost(c->search, text);
        else
            ax_search_log(c->search, AX_LEVEL_WARNING, 0, text);
    }
    return code;
}
