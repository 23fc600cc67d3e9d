#include "tui/client/runs.h"

#include "engine/base/out.h"
#include "engine/base/output.h"
#include "engine/wire/history.h"
#include "engine/wire/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct choice {
    char newest[PATH_MAX], live[PATH_MAX];
    char names[256]; /* of the live ones */
    int n_live;
} choice;

static void consider(void *context, const char *name, const char *path)
{
    choice *c = context;
    int fd = ax_run_open(path, NULL);
    if (fd < 0)
        return;
    if (!c->newest[0])
        snprintf(c->newest, sizeof c->newest, "%s", path);
    if (ax_run_engine(fd) > 0) {
        size_t used = strlen(c->names);
        if (!c->n_live++)
            snprintf(c->live, sizeof c->live, "%s", path);
        snprintf(c->names + used, sizeof c->names - used, "%s%.60s", used ? ", " : "", name);
    }
    close(fd);
}

static ax_code choose(bool act, char path[PATH_MAX], ax_err *err)
{
    choice c = { .n_live = 0 };
    ax_code code = ax_run_list(consider, &c, err);
    if (code != AX_OK)
        return code;
    if (!c.newest[0])
        return ax_fail(err, AX_EINVAL, "there is no run yet; 'auxcell search' starts one");
    if (act && c.n_live > 1)
        return ax_fail(err, AX_EINVAL, "several runs are live, name one: %s", c.names);
    snprintf(path, PATH_MAX, "%s", c.n_live ? c.live : c.newest);
    return AX_OK;
}

void ax_run_handle_name(ax_run_handle *r)
{
    char full[PATH_MAX];
    if (ax_run_absolute(r->path, full, sizeof full, NULL) == AX_OK)
        memcpy(r->path, full, strlen(full) + 1);
    const char *slash = strrchr(r->path, '/');
    snprintf(r->name, sizeof r->name, "%.255s", slash && slash[1] ? slash + 1 : r->path);
}

ax_code ax_run_find(const char *name_or_path, bool act, ax_run_handle *out, ax_err *err)
{
    out->dirfd = -1;
    ax_code code =
        name_or_path ? ax_run_path(name_or_path, out->path, sizeof out->path, err) : choose(act, out->path, err);
    if (code != AX_OK)
        return code;
    out->dirfd = ax_run_open(out->path, err);
    if (out->dirfd < 0)
        return AX_EIO;
    ax_run_handle_name(out);
    return AX_OK;
}

int ax_run_of_arguments(const ax_usage *u, int argc, char **argv, ax_run_handle *out)
{
    int n;
    ax_err err;
    ax_parsed parsed = ax_options_parse(u, argc, argv, &n);
    if (parsed != AX_PARSED_GO)
        return parsed;
    return ax_run_find(n ? argv[1] : NULL, false, out, &err) == AX_OK ? AX_PARSED_GO : ax_complain_of(&err);
}

void ax_run_close(ax_run_handle *r)
{
    if (r->dirfd >= 0)
        close(r->dirfd);
    r->dirfd = -1;
}

ax_code ax_run_load(int dirfd, ax_state *s, ax_err *err)
{
    ax_state_init(s);
    ax_code code = ax_history_fold(dirfd, s, err);
    if (!ax_run_engine(dirfd))
        ax_state_engine_died(s);
    return code;
}

bool ax_run_say_damage(const ax_run_handle *run, const ax_damage *d)
{
    char text[AX_DAMAGE_TEXT];
    if (ax_damage_none(d))
        return false;
    ax_complain("%s: %s; %s'auxcell resume %s%s' goes on%s and keeps the damaged bytes aside", run->name,
                ax_damage_text(d, text), ax_run_engine(run->dirfd) > 0 ? "once its engine has stopped, " : "",
                run->name, d->cut_short ? " --repair" : "", d->events ? " without what is missing" : "");
    return true;
}

ax_code ax_run_check_output(const ax_run_handle *run, const char *file, const char *what, ax_err *err)
{
    ax_files *f = ax_files_new();
    ax_code code = f ? ax_run_read_files(run->path, f, err) : ax_fail(err, AX_ENOMEM, "no memory");
    if (code == AX_OK)
        code = ax_files_write(f, file, what, err);
    if (code == AX_OK)
        code = ax_files_check(f, err);
    ax_files_free(f);
    return code;
}
