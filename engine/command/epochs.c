#include "engine/command/epochs.h"

#include "engine/base/file.h"
#include "engine/base/grow.h"
#include "engine/base/json.h"
#include "engine/model/modelmeta.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_BYTES = 1 << 28 };

void ax_epochs_release(ax_epochs *e)
{
    free(e->at);
    e->at = NULL;
    e->n = 0;
    e->cap = 0;
}

const ax_epoch *ax_epochs_best(const ax_epochs *e)
{
    for (int32_t i = e->n; i > 0; i--)
        if (e->at[i - 1].best)
            return &e->at[i - 1];
    return NULL;
}

static ax_code put(ax_epochs *e, const ax_epoch *one, ax_err *err)
{
    if (one->epoch < 1 || one->epoch > e->n + 1)
        return ax_fail(err, AX_EFORMAT, "epoch %d comes after epoch %d", one->epoch, e->n);
    ax_epoch *grown = ax_grow(e->at, (size_t)one->epoch - 1, &e->cap, sizeof *grown);
    if (!grown)
        return ax_fail(err, AX_ENOMEM, "no memory for %d epochs", one->epoch);
    e->at = grown;
    e->n = one->epoch;
    e->at[e->n - 1] = *one;
    return AX_OK;
}

ax_code ax_epochs_add(ax_epochs *e, const ax_train_epoch *now, const ax_epoch **added, ax_err *err)
{
    ax_epoch one = {
        .stage = now->stage,
        .epoch = now->epoch,
        .epochs = now->epochs,
        .loss = now->loss,
        .lr_factor = now->lr_factor,
        .seconds = now->seconds,
        .judged = now->judged,
        .figures = *now->outcome,
    };
    if (now->epoch >= 1 && now->epoch <= e->n)
        e->n = now->epoch - 1;
    const ax_epoch *best = ax_epochs_best(e);
    one.best = one.judged && (!best || one.figures.reward > best->figures.reward);
    ax_code code = put(e, &one, err);
    *added = code == AX_OK ? &e->at[e->n - 1] : NULL;
    return code;
}

/* ---- lines ---- */

void ax_epochs_line(const ax_epochs *e, const ax_epoch *one, ax_str *out)
{
    ax_str_printf(out, "{\"seed\":%lld,\"stage\":%d,\"epoch\":%d,\"epochs\":%d,\"loss\":%.17g,\"lr_factor\":%.17g",
                  (long long)e->seed, one->stage, one->epoch, one->epochs, one->loss, one->lr_factor);
    for (int m = 0; m < AX_METRIC_COUNT && one->judged; m++) {
        double value = ax_outcome_figure(&one->figures, (ax_metric)m);
        if (ax_model_stores_figure(e->task, (ax_metric)m) && isfinite(value))
            ax_str_printf(out, ",\"%s\":%.17g", ax_metric_of((ax_metric)m)->name, value);
    }
    if (one->judged)
        ax_str_printf(out, ",\"best\":%s", one->best ? "true" : "false");
    ax_str_printf(out, ",\"seconds\":%.3f}\n", one->seconds);
}

static bool whole(const ax_json *o, const char *key, int32_t *out)
{
    int64_t number = 0;
    bool ok = ax_json_whole(o, key, 1, INT32_MAX, &number);
    *out = (int32_t)number;
    return ok;
}

static bool parse_line(const ax_epochs *e, const ax_json *o, ax_epoch *one)
{
    const ax_json *best = ax_json_get_as(o, "best", AX_JSON_BOOL);
    *one = (ax_epoch) { .judged = best, .best = best && best->u.truth, .figures = ax_outcome_none };
    for (int m = 0; m < AX_METRIC_COUNT; m++) {
        const ax_metric_info *info = ax_metric_of((ax_metric)m);
        double value;
        if (ax_model_stores_figure(e->task, (ax_metric)m) && !info->whole && ax_json_number(o, info->name, &value))
            memcpy((char *)&one->figures + info->at, &value, sizeof value);
    }
    return whole(o, "stage", &one->stage) && whole(o, "epoch", &one->epoch) && whole(o, "epochs", &one->epochs) &&
           ax_json_number(o, "loss", &one->loss) && ax_json_number(o, "lr_factor", &one->lr_factor) &&
           ax_json_number(o, "seconds", &one->seconds) && (!one->judged || isfinite(one->figures.reward));
}

static ax_code take_line(ax_epochs *e, const char *line, size_t n, const char *name, ax_err *err)
{
    ax_epoch one;
    ax_json_doc *doc = ax_json_parse(line, n, name, err);
    if (!doc)
        return err ? err->code : AX_EFORMAT;
    ax_code code = parse_line(e, ax_json_root(doc), &one) ? AX_OK : ax_fail(err, AX_EFORMAT, "it isn't an epoch");
    ax_json_free(doc);
    return code == AX_OK ? put(e, &one, err) : code;
}

/* ---- the file ---- */

ax_code ax_epochs_write(const ax_epochs *e, const char *path, ax_err *err)
{
    ax_str out;
    ax_str_init(&out, MOST_BYTES);
    for (int32_t i = 0; i < e->n; i++)
        ax_epochs_line(e, &e->at[i], &out);
    ax_code code = ax_str_ok(&out) ? ax_file_replace(AT_FDCWD, path, out.text, out.len, err)
                                   : ax_fail(err, AX_ENOMEM, "%s: no memory", path);
    ax_str_release(&out);
    return code;
}

ax_code ax_epochs_read(ax_epochs *e, const char *path, ax_err *err)
{
    char *bytes;
    size_t size;
    int32_t number = 0;
    if (access(path, F_OK) && errno == ENOENT)
        return AX_OK;
    ax_code code = ax_file_read(AT_FDCWD, path, MOST_BYTES, &bytes, &size, err);
    if (code != AX_OK)
        return code;
    ax_err why = { AX_OK, "" };
    for (const char *line = bytes, *end = bytes + size; line < end && code == AX_OK;) {
        const char *newline = memchr(line, '\n', (size_t)(end - line));
        size_t n = (size_t)((newline ? newline : end) - line);
        number++;
        code = take_line(e, line, n, "JSON", &why);
        line += n + 1;
    }
    free(bytes);
    if (code != AX_OK)
        ax_fail(err, code, "%s: line %d: %.300s", path, number, why.msg);
    return code;
}
