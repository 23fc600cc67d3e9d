#include "engine/worker/worker.h"

#include "engine/base/clock.h"
#include "engine/base/cores.h"
#include "engine/base/out.h"
#include "engine/base/utf8.h"
#include "engine/train/trainer.h"
#include "engine/wire/message.h"
#include "engine/worker/protocol.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PROGRESS_MS = 200 };

typedef struct worker {
    int fd;
    char root[32]; /* "/proc/self/fd/4/": the run directory, even after it is moved */
    ax_messages messages;
    ax_settings settings;
    const ax_train_job *job;
    uint32_t id;
    bool full;       /* full training */
    int64_t devices; /* devices that compute its batches, as last reported */
    bool stop, gone; /* told to stop; the coordinator has gone */
    double said_at;
    uint64_t encoder; /* the key that the encoder must have */
} worker;

static int64_t resident_bytes(void)
{
    long pages = 0, resident = 0;
    FILE *f = fopen("/proc/self/statm", "re");
    if (f && fscanf(f, "%ld %ld", &pages, &resident) != 2)
        resident = 0;
    if (f)
        fclose(f);
    return (int64_t)resident * sysconf(_SC_PAGESIZE);
}

/* Shortens paths in errors: users want the name within the run, not the path by which the worker reaches it. */
static void copy_message(const worker *w, const char *msg, char out[AX_WORKER_TEXT])
{
    char text[sizeof((ax_err *)0)->msg];
    size_t n = 0, root = strlen(w->root);
    while (*msg && n + 1 < sizeof text)
        if (!strncmp(msg, w->root, root))
            msg += root;
        else
            text[n++] = *msg++;
    text[n] = '\0';
    ax_utf8_copy(out, AX_WORKER_TEXT, text);
}

static void say(worker *w, const ax_worker_message *m)
{
    if (ax_worker_send(w->fd, m, 0, NULL) != AX_OK)
        w->gone = true;
}

/* The next message; waits for it when wait is true. False: none, or the engine has gone. */
static bool next_message(worker *w, bool wait, ax_worker_message *m)
{
    char buf[4096];
    const uint8_t *bytes;
    size_t n;
    while (!w->gone) {
        int got = ax_messages_next(&w->messages, &bytes, &n);
        if (got > 0 && ax_worker_unpack(bytes, n, m, NULL) == AX_OK)
            return true;
        if (got != 0) {
            w->gone = true;
            break;
        }
        ssize_t r = recv(w->fd, buf, sizeof buf, wait ? 0 : MSG_DONTWAIT);
        if (r < 0 && errno == EINTR)
            continue;
        if (r < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            return false;
        if (r <= 0 || ax_messages_feed(&w->messages, buf, (size_t)r, NULL) != AX_OK)
            w->gone = true;
    }
    return false;
}

static bool due(worker *w, bool last)
{
    double t = ax_clock();
    if (!last && t - w->said_at < PROGRESS_MS * 1e-3)
        return false;
    w->said_at = t;
    return true;
}

static void cache_progress(void *context, size_t done, size_t all)
{
    worker *w = context;
    if (!due(w, done == all))
        return;
    ax_worker_message m = { .say = AX_SAY_PROGRESS, .step = (int64_t)done, .steps = (int64_t)all, .loss = NAN };
    snprintf(m.text, sizeof m.text, "cache");
    say(w, &m);
}

static bool watch(void *context, const ax_train_progress *p)
{
    worker *w = context;
    ax_worker_message got;
    while (next_message(w, false, &got))
        w->stop = w->stop || (got.say == AX_SAY_STOP && got.id == w->id);
    if (w->stop || w->gone)
        return false;
    if (p->devices != w->devices) {
        ax_worker_message m = { .say = AX_SAY_DEVICES, .id = w->id, .steps = p->devices };
        say(w, &m);
        w->devices = p->devices;
    }
    if (p->step == 1 || due(w, p->step == p->steps)) {
        ax_worker_message m = {
            .say = AX_SAY_PROGRESS,
            .id = w->id,
            .stage = w->full ? AX_STAGE_FULL : p->stage,
            .epoch = p->epoch,
            .step = p->step,
            .steps = p->steps,
            .loss = p->loss,
            .rss = resident_bytes(),
        };
        snprintf(m.text, sizeof m.text, p->step == p->steps ? "validate" : "train");
        say(w, &m);
    }
    return true;
}

/* Reports epochs of full trainings: they are long, and users want to see whether the network still improves. */
static ax_code tell_epoch(void *context, const ax_train_epoch *e, ax_err *err)
{
    worker *w = context;
    ax_worker_message m = {
        .say = AX_SAY_EPOCH,
        .id = w->id,
        .stage = e->stage,
        .epoch = e->epoch,
        .epochs = e->epochs,
        .loss = e->loss,
        .reward = e->outcome->reward,
    };
    (void)err;
    if (e->judged)
        say(w, &m);
    return AX_OK;
}

static void warn(void *context, const char *text)
{
    worker *w = context;
    ax_worker_message m = { .say = AX_SAY_WARNING, .id = w->id };
    copy_message(w, text, m.text);
    say(w, &m);
}

/* Stage 1 is done: the coordinator, which knows the other candidates, decides whether it continues. */
static ax_train_verdict ask_gate(void *context, const ax_outcome *out)
{
    worker *w = context;
    ax_worker_message m = { .say = AX_SAY_STAGE, .id = w->id, .outcome = *out, .rss = resident_bytes() }, got;
    say(w, &m);
    while (next_message(w, true, &got)) {
        if (got.id != w->id)
            continue;
        if (got.say == AX_SAY_STOP)
            break;
        if (got.say == AX_SAY_GO || got.say == AX_SAY_END)
            return got.say == AX_SAY_GO ? AX_TRAIN_ON : AX_TRAIN_END;
    }
    w->stop = true;
    return AX_TRAIN_STOP;
}

static void do_job(worker *w, ax_trainer *t, const ax_worker_message *m)
{
    char model[96], masks[96], state[96];
    snprintf(model, sizeof model, "%smodels/%u.safetensors", w->root, m->id);
    snprintf(masks, sizeof masks, "%smasks/%u.mpk", w->root, m->id);
    snprintf(state, sizeof state, "%sinflight/%u.mpk", w->root, m->id);
    ax_train_job job = ax_train_job_default(&w->settings, &m->genotype, m->full);
    job.seed = m->seed ? (uint64_t)m->seed : job.seed;
    job.gate = m->full ? NULL : ask_gate;
    job.model_path = m->full ? model : NULL;
    job.masks_path = masks;
    job.state_path = state;
    job.epoch_end = m->full ? tell_epoch : NULL;
    job.eval_epochs = w->settings.eval_every;
    job.peers = m->peers;
    job.warn = warn;
    w->id = m->id;
    w->full = m->full;
    w->devices = 1;
    w->stop = false;
    w->said_at = 0; /* makes the first step be reported, from which a resumed training's position is known */
    ax_err err = { AX_OK, "" };
    ax_worker_message answer = { .id = m->id };
    ax_code code = ax_trainer_run(t, &job, watch, w, &answer.outcome, &err);
    answer.rss = resident_bytes();
    answer.code = code;
    answer.say = code == AX_OK ? AX_SAY_OUTCOME : code == AX_ECANCEL ? AX_SAY_STOPPED : AX_SAY_FAILED;
    if (code != AX_OK)
        copy_message(w, err.msg, answer.text);
    say(w, &answer);
}

static ax_code work(worker *w, ax_source_opener open_source, ax_err *err)
{
    char cache[64];
    snprintf(cache, sizeof cache, "%scache", w->root);
    ax_source *source = open_source(w->settings.data, w->settings.task, err);
    if (!source)
        return err->code;
    ax_trainer *t = ax_trainer_new(&w->settings, source, cache, cache_progress, w, err);
    ax_code code = t ? AX_OK : err->code;
    if (code == AX_OK && ax_trainer_encoder(t)->key != w->encoder)
        code = ax_fail(err, AX_EDATA, "encoder %s: the file is another one than when the engine began",
                       w->settings.encoder);
    if (code == AX_OK) {
        const char *note, *device = ax_trainer_device(t, &note);
        if (note[0])
            ax_complain("device auto is the CPU: %s", note);
        ax_worker_message m = { .say = AX_SAY_READY, .rss = resident_bytes() };
        m.data = ax_trainer_fingerprint(&w->settings, source);
        m.threads = w->settings.threads ? w->settings.threads : ax_cores_allowed();
        ax_utf8_copy(m.text, sizeof m.text, device);
        say(w, &m);
    }
    ax_worker_message m;
    while (code == AX_OK && next_message(w, true, &m))
        if (m.say == AX_SAY_JOB)
            do_job(w, t, &m);
    ax_trainer_free(t);
    source->ops->close(source);
    return code;
}

ax_code ax_worker_serve(int fd, int dirfd, ax_source_opener open_source, ax_err *err)
{
    worker w = { .fd = fd };
    ax_err why = { AX_OK, "" };
    ax_worker_message m;
    snprintf(w.root, sizeof w.root, "/proc/self/fd/%d/", dirfd);
    ax_messages_init(&w.messages, AX_WORKER_MAX_BYTES);
    ax_code code = AX_OK;
    if (next_message(&w, true, &m) && m.say == AX_SAY_SETTINGS) {
        w.settings = m.settings;
        w.encoder = m.encoder;
        /* before any thread is started, so that all threads inherit it */
        code = ax_cores_take_part(w.settings.share, &why);
        if (code == AX_OK)
            code = work(&w, open_source, &why);
    }
    if (code != AX_OK) {
        ax_worker_message broken = { .say = AX_SAY_BROKEN, .code = code, .rss = resident_bytes() };
        copy_message(&w, why.msg, broken.text);
        say(&w, &broken);
        if (err)
            *err = why;
    }
    ax_messages_release(&w.messages);
    return code;
}
