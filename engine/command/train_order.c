#include "engine/command/train_order.h"

#include "engine/base/file.h"
#include "engine/base/json.h"
#include "engine/base/output.h"
#include "engine/base/str.h"
#include "engine/command/prepare.h"
#include "engine/wire/history.h"
#include "engine/wire/run.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

/* Files of the folder: the settings, then the rest of the order, whose existence means that the training can be
   resumed. */
static const char settings_file[] = "train.ini", order_file[] = "train.json";

/* ---- candidates of a run ---- */

static ax_code find_candidate(int dirfd, const char *name, uint32_t id, ax_genotype *out, ax_err *err)
{
    ax_state s;
    ax_state_init(&s);
    ax_code code = ax_history_fold(dirfd, &s, err);
    const ax_candidate *c = code == AX_OK ? ax_state_candidate(&s, id) : NULL;
    if (code == AX_OK && (!c || !ax_candidate_known(c)))
        code = ax_fail(err, AX_EINVAL, "%s has no candidate %u", name, id);
    if (code == AX_OK)
        *out = c->genotype;
    ax_state_release(&s);
    return code;
}

/* RUN:ID, with its colon at `colon`: takes the run's settings and the candidate's genotype. */
static ax_code take_candidate(ax_train_order *o, const char *colon, ax_err *err)
{
    char name[PATH_MAX], *path = o->run_path, *end;
    unsigned long id = strtoul(colon + 1, &end, 10);
    if (colon == o->of || !id || *end || id > UINT32_MAX || colon[1] < '0' || colon[1] > '9')
        return ax_fail(err, AX_EINVAL, "'%.80s' is neither a genotype nor RUN:ID", o->of);
    snprintf(name, sizeof name, "%.*s", (int)(colon - o->of), o->of);
    ax_code code = ax_run_path(name, path, sizeof o->run_path, err);
    int dirfd = code == AX_OK ? ax_run_open(path, err) : -1;
    if (dirfd < 0)
        return code != AX_OK ? code : AX_EIO;
    code = ax_settings_preset(&o->settings, "demo", err);
    if (code == AX_OK && (code = ax_settings_read(&o->settings, dirfd, "run.ini", err)) != AX_OK)
        ax_fail_prefix(err, path);
    if (code == AX_OK)
        code = find_candidate(dirfd, name, (uint32_t)id, &o->genotype, err);
    close(dirfd);
    o->settings.workers = 1; /* this training uses the whole machine */
    return code;
}

/* ---- the state folder ---- */

static ax_code lock_folder(ax_train_order *o, ax_err *err)
{
    o->made = !o->resume && access(o->folder, F_OK);
    ax_code code = o->resume ? AX_OK : ax_output_folder(o->folder, err);
    if (code != AX_OK)
        return code;
    o->lock = open(o->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (o->lock < 0)
        return ax_fail(err, AX_EIO, "%s: cannot open: %s", o->folder, strerror(errno));
    if (flock(o->lock, LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK)
        return ax_fail(err, AX_EBUSY, "%s: another process trains there", o->folder);
    bool begun = !faccessat(o->lock, order_file, F_OK, 0);
    if (begun && !o->resume)
        return ax_fail(err, AX_EINVAL, "%s holds a training; --resume continues it", o->folder);
    if (!begun && o->resume)
        return ax_fail(err, AX_EINVAL, "%s holds no training to resume", o->folder);
    return AX_OK;
}

static ax_code read_order(ax_train_order *o, const char *path, ax_err *err)
{
    ax_json_doc *doc = ax_json_open(path, err);
    if (!doc)
        return err->code;
    const ax_json *root = ax_json_root(doc);
    const char *genotype = ax_json_text(root, "genotype"), *model = ax_json_text(root, "model");
    double seeds = 0;
    ax_genotype asked = o->genotype;
    ax_code code = genotype && ax_json_number(root, "seeds", &seeds) && seeds >= 1 && seeds <= AX_TRAIN_SEEDS
                       ? ax_genotype_parse(genotype, &o->genotype, err)
                       : ax_fail(err, AX_EFORMAT, "%s: it lacks genotype or seeds", path);
    if (code == AX_OK && o->of && memcmp(&asked, &o->genotype, sizeof asked) != 0)
        code = ax_fail(err, AX_EINVAL, "%s holds the training of another network: %s", o->folder, genotype);
    o->seeds = o->seeds ? o->seeds : (int32_t)seeds;
    if (!o->model && model)
        snprintf(o->model_path, sizeof o->model_path, "%s", model);
    ax_json_free(doc);
    return code;
}

static ax_code write_order(const ax_train_order *o, ax_err *err)
{
    char genotype[AX_GENOTYPE_TEXT];
    ax_str out;
    ax_str_init(&out, 0);
    ax_str_add(&out, "{\"genotype\":");
    ax_str_json(&out, ax_genotype_print(&o->genotype, genotype));
    ax_str_printf(&out, ",\"seeds\":%d", o->seeds);
    if (o->model_path[0]) {
        ax_str_add(&out, ",\"model\":");
        ax_str_json(&out, o->model_path);
    }
    ax_str_add(&out, "}\n");
    ax_code code = ax_settings_write(&o->settings, o->lock, settings_file, err);
    if (code == AX_OK)
        code = ax_str_ok(&out) ? ax_file_replace(o->lock, order_file, out.text, out.len, err)
                               : ax_fail(err, AX_ENOMEM, "%s: no memory", order_file);
    ax_str_release(&out);
    return code == AX_OK ? code : ax_fail_prefix(err, o->folder);
}

/* ---- settling the order ---- */

/* Loads what --resume continues, instead of a preset. */
static ax_code take_up(ax_train_order *o, ax_err *err)
{
    char path[PATH_MAX];
    if ((size_t)snprintf(path, sizeof path, "%s/%s", o->folder, order_file) >= sizeof path)
        return ax_fail(err, AX_EINVAL, "%s: name is too long", o->folder);
    ax_code code = read_order(o, path, err);
    if (code == AX_OK)
        code = ax_settings_preset(&o->settings, "demo", err);
    if (code == AX_OK && (code = ax_settings_read(&o->settings, o->lock, settings_file, err)) != AX_OK)
        ax_fail_prefix(err, o->folder);
    return code;
}

static ax_code check(const ax_train_order *o, const char *colon, ax_err *err)
{
    if (!o->of && !o->resume)
        return ax_fail(err, AX_EINVAL, "train needs a genotype or RUN:ID; 'auxcell train --help' says more");
    if (o->resume && !o->folder)
        return ax_fail(err, AX_EINVAL, "train --resume needs the folder of --state");
    if (!o->model && !o->folder)
        return ax_fail(err, AX_EINVAL, "train needs a file for its model, -o MODEL.safetensors, or --state DIR");
    if (o->preset && (o->resume || colon))
        return ax_fail(err, AX_EINVAL, "train: --preset is for a genotype; %s has its settings",
                       o->resume ? "a training that is resumed" : "a run");
    return AX_OK;
}

/* A genotype's text or name contains no colon. */
static ax_code take_operand(ax_train_order *o, const char *colon, ax_err *err)
{
    if (colon)
        return take_candidate(o, colon, err);
    if (!o->resume && ax_settings_preset(&o->settings, o->preset ? o->preset : "demo", err) != AX_OK)
        return AX_EINVAL;
    if (!o->of)
        return AX_OK;
    ax_code code = ax_genotype_parse(o->of, &o->genotype, err);
    if (code == AX_OK)
        ax_prepare_space(&o->settings, &o->genotype);
    return code;
}

static ax_code place_outputs(ax_train_order *o, ax_err *err)
{
    char at[PATH_MAX];
    bool fits = true;
    if (o->model && o->model[0] != '/' && o->folder) /* the folder must have the same meaning from any directory */
        fits = getcwd(at, sizeof at) && (size_t)snprintf(o->model_path, PATH_MAX, "%s/%s", at, o->model) < PATH_MAX;
    else if (o->model)
        fits = (size_t)snprintf(o->model_path, PATH_MAX, "%s", o->model) < PATH_MAX;
    if (o->cache)
        fits = fits && (size_t)snprintf(o->cache_path, PATH_MAX, "%s", o->cache) < PATH_MAX;
    else if (o->folder)
        fits = fits && (size_t)snprintf(o->cache_path, PATH_MAX, "%s/cache", o->folder) < PATH_MAX;
    return fits ? AX_OK : ax_fail(err, AX_EINVAL, "train: the name of a file is too long");
}

ax_code ax_train_order_settle(ax_train_order *o, const ax_given *given, ax_err *err)
{
    const char *colon = o->of ? strrchr(o->of, ':') : NULL;
    o->lock = -1;
    ax_code code = check(o, colon, err);
    if (code == AX_OK)
        code = take_operand(o, colon, err);
    if (code == AX_OK)
        code = place_outputs(o, err);
    if (code == AX_OK && o->folder)
        code = lock_folder(o, err);
    if (code == AX_OK && o->resume)
        code = take_up(o, err);
    for (int i = 0; i < given->n && code == AX_OK; i++)
        code = ax_settings_set(&o->settings, given->name[i], given->value[i], err);
    if (code == AX_OK && (o->folder || o->cache)) /* what is kept for later must not depend on the current directory */
        code = ax_settings_absolute(&o->settings, err);
    o->seeds = o->seeds ? o->seeds : 1;
    return code;
}

ax_code ax_train_order_begin(ax_train_order *o, ax_err *err)
{
    ax_code code = o->folder && !o->resume ? write_order(o, err) : AX_OK;
    o->begun = true; /* after a failure, too: what was written of it tells why */
    return code;
}

void ax_train_order_release(ax_train_order *o)
{
    if (o->made && !o->begun) {
        if (!o->cache)
            rmdir(o->cache_path);
        rmdir(o->folder);
    }
    if (o->lock >= 0)
        close(o->lock);
    o->lock = -1;
}

ax_code ax_train_order_path(const ax_train_order *o, ax_train_file what, int64_t seed, char path[PATH_MAX], ax_err *err)
{
    static const char ending[] = ".safetensors";
    size_t n = strlen(o->model_path), e = sizeof ending - 1;
    int length;
    if (what == AX_TRAIN_STATE) {
        length = snprintf(path, PATH_MAX, "%s/state-%lld.mpk", o->folder, (long long)seed);
    } else if (what == AX_TRAIN_EPOCHS) {
        length = snprintf(path, PATH_MAX, "%s/epochs-%lld.jsonl", o->folder, (long long)seed);
    } else if (!n) {
        length = snprintf(path, PATH_MAX, "%s/model-%lld%s", o->folder, (long long)seed, ending);
    } else if (o->seeds == 1) {
        length = snprintf(path, PATH_MAX, "%s", o->model_path);
    } else {
        bool ends = n > e && !strcmp(o->model_path + n - e, ending);
        length = snprintf(path, PATH_MAX, "%.*s-%lld%s", (int)(ends ? n - e : n), o->model_path, (long long)seed,
                          ends ? ending : "");
    }
    return length < PATH_MAX ? AX_OK
                             : ax_fail(err, AX_EINVAL, "%s: name is too long", o->folder ? o->folder : o->model);
}

ax_code ax_train_order_files(const ax_train_order *o, ax_files *files, ax_err *err)
{
    static const char *const own[] = { settings_file, order_file };
    char path[PATH_MAX];
    ax_code code = o->run_path[0] ? ax_run_read_files(o->run_path, files, err) : AX_OK;
    if (!o->folder)
        return code;
    for (size_t i = 0; i < sizeof own / sizeof *own && code == AX_OK; i++)
        if ((size_t)snprintf(path, sizeof path, "%s/%s", o->folder, own[i]) < sizeof path)
            code = ax_files_read(files, path, err);
    for (int32_t i = 0; i < o->seeds && code == AX_OK; i++)
        for (ax_train_file what = AX_TRAIN_STATE; what <= AX_TRAIN_EPOCHS && code == AX_OK; what++) {
            code = ax_train_order_path(o, what, o->settings.seed + i, path, err);
            if (code == AX_OK)
                code = ax_files_read(files, path, err);
        }
    return code;
}
