/* What the list says of a run, which is read while no key waits since a long history takes a moment; and the removal of
   a run. */
#include "tui/session/offer_internal.h"

#include "engine/base/err.h"
#include "engine/wire/history.h"
#include "engine/wire/run.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void describe(ax_offer_item *item, const ax_state *s, pid_t engine)
{
    snprintf(item->state, sizeof item->state, "%s", ax_state_word(s, engine > 0));
    item->ended = s->n_done + s->n_failed + s->n_pruned;
    item->planned = s->planned;
    item->best = ax_state_result(s, &item->reward);
    item->newest = s->last_at;
    snprintf(item->data, sizeof item->data, "%.79s", s->data);
    snprintf(item->task, sizeof item->task, "%s", ax_task_name(s->task));
    const ax_log_line *last = s->n_log ? ax_state_log(s, s->n_log - 1) : NULL, *why = ax_state_why_failed(s);
    snprintf(item->last, sizeof item->last, "%s%s", why ? "failed: " : "", why ? why->text : last ? last->text : "");
}

bool ax_offer_read(ax_offers *list)
{
    int i = list->selected;
    for (int k = 0; k < list->n && list->item[i].read; k++)
        i = k;
    ax_offer_item *item = &list->item[i];
    if (!list->n || item->read)
        return false;
    ax_state s;
    ax_err err;
    item->read = true;
    int fd = ax_run_open(item->path, NULL);
    if (fd < 0) {
        snprintf(item->state, sizeof item->state, "unreadable");
        return true;
    }
    ax_state_init(&s);
    ax_history_fold(fd, &s, &err); /* a damaged history counts as far as it can be read */
    describe(item, &s, ax_run_engine(fd));
    ax_state_release(&s);
    close(fd);
    return true;
}

/* ---- removal ---- */

static int drop(const char *path, const struct stat *st, int kind, struct FTW *walk)
{
    (void)st;
    (void)kind;
    (void)walk;
    return remove(path);
}

ax_code ax_offer_remove(const ax_offer_item *item, ax_err *err)
{
    int fd = ax_run_open(item->path, err); /* checks that it is a run, and this user's */
    if (fd < 0)
        return AX_EIO;
    pid_t engine = ax_run_engine(fd);
    close(fd);
    if (engine > 0)
        return ax_fail(err, AX_EBUSY, "%s: its engine runs; stop it first", item->name);
    if (nftw(item->path, drop, 16, FTW_DEPTH | FTW_PHYS))
        return ax_fail(err, AX_EIO, "%s: cannot be removed: %s", item->name, strerror(errno));
    return AX_OK;
}
