/* How a coordinator takes over a run: lock, settings, data, log, search from the snapshot, clients. */
#include "engine/search/coordinator/coordinator_internal.h"

#include "engine/base/clock.h"
#include "engine/base/utf8.h"
#include "engine/search/coordinator/leftovers.h"
#include "engine/search/journal/snapshot.h"
#include "engine/space/builder.h"
#include "engine/train/trainer.h"
#include "engine/wire/run.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

/* Data properties that a candidate's figures depend on; a wrong data set is noticed here first. */
static ax_code look_at_data(ax_coordinator *c, ax_search_setup *setup, ax_err *err)
{
    ax_source *source = c->options->open_source(c->settings.data, c->settings.task, err);
    if (!source)
        return err->code;
    const ax_sample_spec spec = ax_trainer_validation(&c->settings, source);
    ax_sample sample;
    ax_code code = ax_trainer_check(&c->settings, source, err);
    if (code == AX_OK)
        code = ax_encoder_open(c->settings.encoder, ax_space_taps(ax_space_named(c->settings.space)), &c->encoder, err);
    if (code == AX_OK)
        code = source->ops->sample(source, &spec, 0, &sample, err);
    if (code == AX_OK) {
        setup->outputs = source->info.task.outputs;
        setup->task = source->info.task.task->id;
        setup->h = sample.h;
        setup->w = sample.w;
        setup->encoder = &c->encoder;
        setup->n_train = source->info.n_train;
        setup->data = ax_trainer_fingerprint(&c->settings, source);
        ax_sample_release(&sample);
    }
    source->ops->close(source);
    return code;
}

/* The run's name: the last component of its path, as valid UTF-8 for any msgpack reader. */
static void name_run(const ax_coordinator *c, char name[AX_EVENT_TEXT])
{
    char path[4096] = "";
    ax_run_absolute(c->options->path, path, sizeof path, NULL);
    const char *slash = strrchr(path, '/');
    ax_utf8_copy(name, AX_EVENT_TEXT, slash ? slash + 1 : path);
}

static bool exists(const ax_coordinator *c, const char *name)
{
    struct stat st;
    return !fstatat(c->dirfd, name, &st, AT_SYMLINK_NOFOLLOW);
}

static ax_code load(ax_coordinator *c, const ax_search_setup *setup, ax_err *err)
{
    const char *name = c->options->previous ? AX_SNAPSHOT_PREVIOUS : AX_SNAPSHOT_NAME;
    uint64_t seq = 0;
    if (!exists(c, name)) {
        bool other = !c->options->previous && exists(c, AX_SNAPSHOT_PREVIOUS);
        return ax_fail(err, AX_EIO, "%s: is missing%s", name,
                       other ? "; --previous goes on from " AX_SNAPSHOT_PREVIOUS : "");
    }
    c->search = ax_snapshot_load(&c->settledfile, name, setup, &seq, err);
    if (!c->search) {
        if (err->code == AX_EFORMAT && !c->options->previous && exists(c, AX_SNAPSHOT_PREVIOUS))
            ax_fail(err, AX_EFORMAT, "%.400s; --previous goes on from %s", err->msg, AX_SNAPSHOT_PREVIOUS);
        return err->code;
    }
    return ax_coordinator_repair_log(c, name, seq, err);
}

static ax_code open_search(ax_coordinator *c, const ax_search_setup *setup, ax_err *err)
{
    bool started = ax_eventlog_seq(c->log) || exists(c, AX_SNAPSHOT_NAME) || exists(c, AX_SNAPSHOT_PREVIOUS);
    if (started && !c->options->resume)
        return ax_fail(err, AX_EBUSY, "%s: this run was started before; --resume continues it", c->options->path);
    if (started)
        return load(c, setup, err);
    c->search = ax_search_new(setup, err);
    if (!c->search || ax_coordinator_repair_log(c, AX_SNAPSHOT_NAME, 0, err) != AX_OK)
        return err->code;
    /* before the first event, so that a run with events always has a snapshot */
    return ax_snapshot_save(c->search, &c->settledfile, 0, NULL, err);
}

static ax_code catch_signals(ax_coordinator *c, ax_err *err)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP); /* a closed terminal doesn't end the engine */
    sigprocmask(SIG_BLOCK, &set, NULL);
    c->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return c->signals >= 0 ? AX_OK : ax_fail(err, AX_EIO, "cannot wait for signals: %s", strerror(errno));
}

ax_code ax_coordinator_start(ax_coordinator *c, ax_err *err)
{
    ax_search_setup setup = { .emit = ax_coordinator_emit, .context = c };
    c->lock = ax_run_lock(c->dirfd, false, err);
    if (c->lock < 0)
        return err->code;
    ax_code code = ax_settings_read_run(&c->settings, c->dirfd, err);
    if (code == AX_OK)
        code = ax_worker_devices_of(c->settings.device, &c->devices, err);
    if (code == AX_OK)
        code = ax_worker_devices_repeat(&c->devices, c->settings.workers, err);
    if (code == AX_OK)
        code = look_at_data(c, &setup, err);
    if (code == AX_OK) /* last, since the driver takes its time */
        code = ax_worker_devices_check(c->settings.device, err);
    if (code != AX_OK)
        return code;
    setup.settings = c->settings;
    setup.workers = (uint32_t)c->devices.n;
    name_run(c, setup.run);
    code = ax_coordinator_open_log(c, err);
    if (code == AX_OK)
        code = open_search(c, &setup, err);
    if (code != AX_OK)
        return code;
    c->clients = ax_clients_new(c->dirfd, err);
    if (!c->clients)
        return err->code;
    code = catch_signals(c, err);
    if (code != AX_OK)
        return code;
    ax_search_set_time(c->search, ax_steady_now(&c->clock));
    ax_leftovers_remove(c->dirfd, c->search);
    ax_leftovers_remove_temporary(c->dirfd);
    if (ax_search_data_changed(c->search))
        ax_leftovers_remove_pictures(c->dirfd);
    c->first_seq = ax_eventlog_seq(c->log) + 1;
    ax_search_hello(c->search, c->first_seq > 1, getpid());
    code = ax_coordinator_restore_folders(c, false, err);
    ax_coordinator_report_damage(c);
    if (c->settledfile.bad[0]) {
        char text[AX_EVENT_TEXT];
        snprintf(text, sizeof text, "%.80s; made again from events.mpk%s", c->settledfile.bad,
                 exists(c, AX_SETTLEDFILE_NAME) ? ", the old one is kept as " AX_SETTLEDFILE_ASIDE : "");
        ax_search_log(c->search, AX_LEVEL_WARNING, 0, text);
    }
    return code;
}
