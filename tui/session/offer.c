/* The list of runs, from which the user chooses one, or a demo. */
#include "tui/session/screens.h"

#include "engine/wire/run.h"
#include "tui/session/config.h"
#include "tui/session/offer_internal.h"
#include "tui/ui/keymap.h"

#include <limits.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const double look_every = 2; /* seconds between looks at the runs there are */

static bool alive(const char *path)
{
    int fd = ax_run_open(path, NULL);
    if (fd < 0)
        return false;
    bool lives = ax_run_engine(fd) > 0;
    close(fd);
    return lives;
}

static void collect(void *context, const char *name, const char *path)
{
    ax_offers *list = context;
    if (list->n == AX_OFFER_RUNS)
        return;
    ax_offer_item *item = &list->item[list->n++];
    snprintf(item->name, sizeof item->name, "%s", name);
    snprintf(item->path, sizeof item->path, "%s", path);
    item->live = alive(path);
    item->marked = false;
}

bool ax_offer_live(char *path, size_t cap)
{
    ax_offers *list = calloc(1, sizeof *list);
    bool found = false;
    if (list && ax_run_list(collect, list, NULL) == AX_OK)
        for (int i = 0; i < list->n && !found; i++)
            if (list->item[i].live) {
                snprintf(path, cap, "%s", list->item[i].path);
                found = true;
            }
    free(list);
    return found;
}

static void show(ax_term *term, ax_canvas *c, const ax_offers *list, bool ascii)
{
    int rows, cols;
    ax_err err;
    ax_term_size(term, &rows, &cols);
    c->glyphs = ascii ? &ax_glyphs_ascii : &ax_glyphs_unicode;
    if (ax_canvas_resize(c, rows, cols, &err) != AX_OK)
        return;
    ax_draw_offer(c, list);
    ax_term_show(term, c, -1, 0);
}

/* The run at a path; NULL: the list has none. */
static const ax_offer_item *find(const ax_offers *list, const char *path)
{
    for (int i = 0; i < list->n; i++)
        if (!strcmp(list->item[i].path, path))
            return &list->item[i];
    return NULL;
}

static void mark(ax_offers *list)
{
    bool *marked = &list->item[list->selected].marked;
    *marked = !*marked;
    list->n_marked += *marked ? 1 : -1;
    list->selected += list->selected + 1 < list->n;
}

/* Lists the runs again; the selected run stays selected, and marks stay. */
static void list_runs(ax_offers *list)
{
    ax_offers *before = malloc(sizeof *before);
    if (!before)
        return;
    *before = *list;
    list->n = list->selected = list->n_marked = 0;
    ax_run_list(collect, list, NULL); /* a home of runs that doesn't exist yet has no runs */
    for (int i = 0; i < list->n; i++) {
        const ax_offer_item *was = find(before, list->item[i].path);
        if (was && was->read && was->live == list->item[i].live && !was->live) /* a run with an engine is read again */
            list->item[i] = *was;
        list->item[i].marked = was && was->marked;
        list->n_marked += list->item[i].marked;
        if (was && was == &before->item[before->selected])
            list->selected = i;
    }
    free(before);
}

long ax_offer_key(ax_term *term, double most)
{
    uint32_t key;
    bool gone = false;
    struct pollfd p[2] = { { .fd = ax_term_fd(term), .events = POLLIN },
                           { .fd = ax_term_signal_fd(term), .events = POLLIN } };
    if (ax_term_key(term, &key, &gone))
        return (long)key;
    if (gone)
        return -1;
    double wait = fmin(ax_term_wait(term), most);
    if (poll(p, 2, wait <= 0 ? 0 : (int)(wait * 1000) + 1) < 0)
        return 0;
    if (p[1].revents && (ax_term_signals(term) & AX_TERM_SUSPEND))
        ax_term_suspend(term);
    if (p[0].revents & (POLLHUP | POLLERR | POLLNVAL))
        return -1;
    if ((p[0].revents || ax_term_wait(term) <= 0) && ax_term_key(term, &key, &gone))
        return (long)key;
    return gone ? -1 : 0;
}

/* Answers the question whether the selected run is to be removed. */
static void answer(ax_offers *list, uint32_t key)
{
    ax_err err;
    const ax_offer_item *item = &list->item[list->selected];
    list->asks = false;
    if (key != 'y')
        snprintf(list->message, sizeof list->message, "nothing removed");
    else if (ax_offer_remove(item, &err) != AX_OK)
        snprintf(list->message, sizeof list->message, "%s", err.msg);
    else
        snprintf(list->message, sizeof list->message, "%s is removed", item->name);
    list_runs(list);
}

static bool resumes(const ax_offers *list, ax_action a, uint32_t key)
{
    return a == AX_DO_RESUME || (key == AX_OFFER_KEY_RESUME && ax_offer_keeps(list, key));
}

static bool starts_demo(const ax_offers *list, uint32_t key)
{
    return key == AX_OFFER_KEY_DEMO && ax_offer_keeps(list, key);
}

/* What a key chooses. False: nothing. */
static bool chooses(const ax_offers *list, ax_action a, uint32_t key, ax_offer *out)
{
    if (a == AX_DO_DETACH || a == AX_DO_BACK)
        *out = AX_OFFER_LEAVE;
    else if (a == AX_DO_OPEN && list->n)
        *out = AX_OFFER_RUN;
    else if (resumes(list, a, key) && list->n && list->can_resume)
        *out = list->item[list->selected].live ? AX_OFFER_RUN : AX_OFFER_RESUME;
    else if ((starts_demo(list, key) || (a == AX_DO_OPEN && !list->n)) && list->can_demo)
        *out = AX_OFFER_DEMO;
    else
        return false;
    return true;
}

/* Says why a key does nothing. */
static void refuse(ax_offers *list, ax_action a, uint32_t key)
{
    char name[AX_KEY_LABEL];
    bool resume = resumes(list, a, key), demo = starts_demo(list, key);
    bool about_run = a == AX_DO_OPEN || a == AX_DO_PRUNE || a == AX_DO_MARK || a == AX_DO_COMPARE || resume;
    if (key == AX_KEY_PASTE)
        snprintf(list->message, sizeof list->message, "pasted text is ignored: keys are typed");
    else if (about_run && !list->n)
        snprintf(list->message, sizeof list->message, "%s: there are no runs yet", ax_key_name(key, name));
    else if (resume || demo)
        snprintf(list->message, sizeof list->message, "%s: no engine can be started from here", ax_key_name(key, name));
    else
        snprintf(list->message, sizeof list->message, "%s has no meaning here; ? lists the keys",
                 ax_key_name(key, name));
}

/* Does what a key means that chooses nothing. False: the terminal is gone. */
static bool act(ax_term *term, ax_canvas *c, ax_offers *list, ax_action a, uint32_t key)
{
    long by = ax_action_moves(a, c->rows > 9 ? c->rows - 9 : 1, list->n), to = list->selected + by;
    if (by && list->n)
        list->selected = (int)(to < 0 ? 0 : to >= list->n ? list->n - 1 : to);
    else if (a == AX_DO_PRUNE && list->n)
        list->asks = true;
    else if (a == AX_DO_MARK && list->n)
        mark(list);
    else if (a == AX_DO_COMPARE && list->n)
        return ax_offer_compare(term, c, list);
    else if (a == AX_DO_HELP)
        list->helps = true;
    else if (a == AX_DO_REDRAW)
        ax_term_forget(term);
    else if (a == AX_DO_SUSPEND)
        ax_term_suspend(term);
    else if (!by)
        refuse(list, a, key);
    return true;
}

static ax_offer choose(ax_term *term, ax_offers *list, const ax_tui_options *o)
{
    ax_canvas c;
    ax_config config;
    ax_canvas_init(&c, &ax_glyphs_unicode);
    ax_config_read(&config);
    list->keys = config.keys;
    if (config.wrong[0] && !list->message[0])
        snprintf(list->message, sizeof list->message, "%s", config.wrong);
    bool ascii = ax_config_ascii(&config, o->ascii, term);
    c.theme = ax_config_theme(&config, term);
    ax_offer chosen = AX_OFFER_LEAVE;
    for (bool done = false; !done;) {
        bool all = !ax_offer_read(list);
        list->now = (double)time(NULL);
        show(term, &c, list, ascii);
        long key = ax_offer_key(term, all ? look_every : 0);
        if (key < 0)
            break;
        if (!key && all)
            list_runs(list); /* a run may have started meanwhile */
        if (!key)
            continue;
        if (list->asks) {
            answer(list, (uint32_t)key);
            continue;
        }
        list->message[0] = '\0';
        if (list->helps) {
            list->helps = false;
            continue;
        }
        ax_action a = ax_keymap_action(&list->keys, AX_CONTEXT_VIEWS, (uint32_t)key);
        done = chooses(list, a, (uint32_t)key, &chosen) || !act(term, &c, list, a, (uint32_t)key);
    }
    if (chosen == AX_OFFER_DEMO || chosen == AX_OFFER_RESUME) {
        snprintf(list->message, sizeof list->message, "starting the engine ...");
        show(term, &c, list, ascii);
    }
    ax_canvas_release(&c);
    return chosen;
}

ax_offer ax_offer_choose(ax_term *term, const ax_tui_options *o, char *path, size_t cap, ax_err *err)
{
    ax_offers *list = calloc(1, sizeof *list);
    if (!list) {
        ax_fail(err, AX_ENOMEM, "no memory");
        return AX_OFFER_LEAVE;
    }
    list_runs(list);
    list->can_demo = o->start_demo != NULL;
    list->can_resume = o->resume != NULL;
    if (err && err->msg[0])
        snprintf(list->message, sizeof list->message, "%s", err->msg);
    ax_offer chosen = choose(term, list, o);
    if (list->n)
        snprintf(path, cap, "%s", list->item[list->selected].path);
    free(list);
    return chosen;
}
