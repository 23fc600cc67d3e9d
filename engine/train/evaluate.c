#include "engine/train/evaluate.h"

#include "engine/base/normalise.h"
#include "engine/graph/plan.h"
#include "engine/model/encoder.h"
#include "engine/train/score.h"
#include "engine/train/trainer_internal.h"
#include "engine/wire/maskfile.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

/* Images of one size go through the network together, about this many pixels at once: enough to keep the cores busy,
   little enough to stay below training's memory. */
enum { PIXELS_AT_ONCE = 1 << 18 };

struct ax_evaluation {
    ax_trainer *t;
    ax_decoder_spec spec;
    ax_params *params;
    ax_graph *graph;
    ax_plan *plan;
    int32_t n, h, w;     /* the plan's batch and image size */
    uint8_t *prediction; /* {n,h,w} */
    bool end_to_end;
    float *tap[AX_MAX_TAPS]; /* either these ... */
    float *image;            /* ... or {n,h,w,3} */
};

static void drop_plan(ax_evaluation *e)
{
    ax_plan_free(e->plan);
    ax_graph_free(e->graph);
    e->plan = NULL;
    e->graph = NULL;
    free(e->prediction);
    e->prediction = NULL;
    for (int k = 0; k < AX_MAX_TAPS; k++) {
        free(e->tap[k]);
        e->tap[k] = NULL;
    }
    free(e->image);
    e->image = NULL;
}

static size_t tap_count(const ax_evaluation *e, int k) /* elements of one image's tap */
{
    return ax_tap_size(&ax_encoder_get()->taps, k, e->h, e->w);
}

ax_graph *ax_evaluation_graph(const ax_decoder_spec *spec, int32_t n, int32_t h, int32_t w, bool end_to_end,
                              ax_err *err)
{
    ax_graph *g = ax_graph_new(err);
    if (!g)
        return NULL;
    ax_val taps[AX_MAX_TAPS] = { { 0 } };
    ax_decoder decoder;
    ax_code code;
    if (end_to_end) {
        ax_val image = ax_graph_input(g, "image", (ax_type) { .shape = { n, h, w, 3 } }, err);
        code = ax_encoder_get()->build(g, image, false, taps, err);
    } else {
        code = ax_decoder_taps(g, &ax_encoder_get()->taps, n, h, w, taps, err);
    }
    if (code == AX_OK)
        code = ax_decoder_build(g, spec, taps, &decoder, err);
    if (code == AX_OK) {
        ax_val prediction = ax_graph_apply(g, AX_OP_ARGMAX, (ax_attr) { .size = { h, w } }, &decoder.logits, 1, err);
        code = ax_graph_keep(g, prediction, "prediction", err);
    }
    if (code == AX_OK)
        return g;
    ax_graph_free(g);
    return NULL;
}

static ax_code build_graph(ax_evaluation *e, ax_err *err)
{
    e->graph = ax_evaluation_graph(&e->spec, e->n, e->h, e->w, e->end_to_end, err);
    return e->graph ? AX_OK : err->code;
}

/* Memory for the inputs, zeros where a last batch isn't full. */
static ax_code make_inputs(ax_evaluation *e, ax_err *err)
{
    size_t n = (size_t)e->n, pixels = (size_t)e->h * (size_t)e->w;
    e->prediction = malloc(n * pixels);
    bool ok = e->prediction;
    for (int k = 0; k < ax_encoder_get()->taps.n && ok && !e->end_to_end; k++) {
        size_t bytes = (n * tap_count(e, k) * sizeof(float) + 63) & ~(size_t)63;
        ok = (e->tap[k] = aligned_alloc(64, bytes));
        if (ok)
            memset(e->tap[k], 0, bytes);
    }
    if (ok && e->end_to_end) {
        size_t bytes = (n * pixels * 3 * sizeof(float) + 63) & ~(size_t)63;
        ok = (e->image = aligned_alloc(64, bytes));
        if (ok)
            memset(e->image, 0, bytes);
    }
    return ok ? AX_OK : ax_fail(err, AX_ENOMEM, "no memory to evaluate %zu images of %dx%d", n, e->h, e->w);
}

/* Images of this size, of which there are count. */
static void set_size(ax_evaluation *e, int32_t h, int32_t w, size_t count)
{
    size_t pixels = (size_t)h * (size_t)w, n = PIXELS_AT_ONCE / pixels;
    n = n < 1 ? 1 : n > count ? count : n;
    e->n = (int32_t)n;
    e->h = h;
    e->w = w;
}

/* Builds the plan for images of this size. */
static ax_code make_plan(ax_evaluation *e, int32_t h, int32_t w, size_t count, ax_err *err)
{
    drop_plan(e);
    set_size(e, h, w, count);
    ax_code code = make_inputs(e, err);
    if (code == AX_OK)
        code = build_graph(e, err);
    unsigned flags = e->t->settings.polyak > 0 ? AX_PLAN_AVERAGED : 0;
    flags |= e->t->settings.cuda_graphs ? AX_PLAN_CAPTURE : 0;
    if (code == AX_OK && !(e->plan = ax_plan_new(e->graph, e->t->be, e->t->dev, e->params, flags, err)))
        code = err->code;
    if (e->end_to_end && code == AX_OK)
        code = ax_plan_bind(e->plan, "image", e->image, err);
    for (int k = 0; k < ax_encoder_get()->taps.n && code == AX_OK && !e->end_to_end; k++)
        code = ax_plan_bind(e->plan, ax_tap_name(k), e->tap[k], err);
    return code;
}

ax_evaluation *ax_evaluation_new(ax_trainer *t, const ax_decoder_spec *spec, ax_params *params, bool end_to_end,
                                 ax_err *err)
{
    ax_evaluation *e = calloc(1, sizeof *e);
    if (!e) {
        ax_fail(err, AX_ENOMEM, "no memory to evaluate");
        return NULL;
    }
    e->t = t;
    e->spec = *spec;
    e->spec.train = e->spec.aux = false;
    e->params = params;
    e->end_to_end = end_to_end;
    return e;
}

void ax_evaluation_free(ax_evaluation *e)
{
    if (!e)
        return;
    drop_plan(e);
    free(e);
}

/* How many of the images from `first` on have the size of the first, at most a plan's batch. */
static size_t same_size(const ax_cache *c, size_t first, size_t most)
{
    ax_cache_item a = ax_cache_get(c, first);
    size_t n = 1;
    while (n < most && first + n < ax_cache_count(c)) {
        ax_cache_item b = ax_cache_get(c, first + n);
        if (a.h != b.h || a.w != b.w)
            break;
        n++;
    }
    return n;
}

ax_code ax_evaluation_predict(ax_trainer *t, const ax_decoder_spec *spec, bool end_to_end, size_t *bytes, ax_err *err)
{
    ax_evaluation e = { .t = t, .spec = *spec, .end_to_end = end_to_end };
    set_size(&e, t->sizes.val_h, t->sizes.val_w, t->sizes.val_images);
    ax_code code = build_graph(&e, err);
    if (code == AX_OK)
        code = ax_plan_predict(e.graph, t->be, t->dev, 0, bytes, err);
    *bytes += (size_t)e.n * (size_t)e.h * (size_t)e.w; /* of the prediction */
    drop_plan(&e);
    return code;
}

/* Image i of the plan's batch is the next of the stream, or comes from the cache. */
static ax_code take_input(ax_evaluation *e, size_t i, size_t index, void *stream, ax_err *err)
{
    ax_cache_item item = ax_cache_get(e->t->val, index);
    for (int k = 0; k < ax_encoder_get()->taps.n && !stream; k++)
        memcpy(e->tap[k] + i * tap_count(e, k), item.tap[k], tap_count(e, k) * sizeof(float));
    if (!stream)
        return AX_OK;
    ax_sample s = { 0 };
    ax_code code = e->t->source->ops->next(stream, &s, err);
    if (code == AX_OK && (s.h != item.h || s.w != item.w))
        code =
            ax_fail(err, AX_EFORMAT, "%s: validation image %zu has changed its size", e->t->source->info.spec, index);
    size_t count = (size_t)e->h * (size_t)e->w * 3;
    if (code == AX_OK)
        memcpy(e->image + i * count, s.image, count * sizeof(float));
    ax_sample_release(&s);
    return code;
}

static ax_code predict(ax_evaluation *e, size_t first, void *stream, size_t *done, ax_err *err)
{
    const ax_cache *c = e->t->val;
    ax_cache_item item = ax_cache_get(c, first);
    ax_code code = AX_OK;
    if (!e->plan || e->h != item.h || e->w != item.w)
        code = make_plan(e, item.h, item.w, same_size(c, first, SIZE_MAX), err);
    if (code != AX_OK)
        return code;
    *done = same_size(c, first, (size_t)e->n);
    for (size_t i = 0; i < *done && code == AX_OK; i++)
        code = take_input(e, i, first + i, stream, err);
    if (code == AX_OK)
        code = ax_plan_run(e->plan, err);
    size_t bytes = (size_t)e->n * (size_t)e->h * (size_t)e->w;
    return code == AX_OK ? ax_plan_read(e->plan, "prediction", e->prediction, bytes, err) : code;
}

/* ---- masks for a person ---- */

static void mask_header(const ax_evaluation *e, ax_maskfile *m)
{
    const ax_source_info *info = &e->t->source->info;
    ax_cache_item first = ax_cache_get(e->t->val, 0);
    m->h = first.h;
    m->w = first.w;
    m->classes = info->classes;
    for (int32_t i = 0; i < info->classes; i++) {
        snprintf(m->name[i], sizeof m->name[i], "%s", info->name[i]);
        memcpy(m->color[i], info->color[i], 3);
    }
}

/* Keeps the predictions of the first images while they are of one size. */
static ax_code keep_predictions(const ax_evaluation *e, size_t first, size_t n, ax_maskfile *m, ax_err *err)
{
    size_t pixels = (size_t)e->h * (size_t)e->w;
    for (size_t i = 0; i < n; i++) {
        if ((size_t)m->images != first + i || m->images == AX_MASK_IMAGES || e->h != m->h || e->w != m->w)
            return AX_OK;
        uint8_t *mask = malloc(pixels);
        if (!mask)
            return ax_fail(err, AX_ENOMEM, "no memory for a mask");
        memcpy(mask, e->prediction + i * pixels, pixels);
        m->predicted[m->images++] = mask;
    }
    return AX_OK;
}

/* Of several workers one writes at a time; -1: there can be no lock, which costs at most a failed rename. */
static int lock_folder(const char *path, size_t dir)
{
    char folder[4096] = ".";
    if (dir)
        snprintf(folder, sizeof folder, "%.*s", (int)dir, path);
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0)
        (void)flock(fd, LOCK_EX);
    return fd;
}

/* Pictures and truth of the validation images: the same for all candidates, written once. */
static ax_code write_validation(const ax_evaluation *e, const char *masks_path, int32_t images, ax_err *err)
{
    char path[4096];
    const char *slash = strrchr(masks_path, '/');
    size_t dir = slash ? (size_t)(slash - masks_path) + 1 : 0;
    if (dir + sizeof "validation.mpk" > sizeof path)
        return ax_fail(err, AX_EINVAL, "%s: name is too long", masks_path);
    memcpy(path, masks_path, dir);
    memcpy(path + dir, "validation.mpk", sizeof "validation.mpk");
    if (!access(path, F_OK))
        return AX_OK;
    int lock = lock_folder(masks_path, dir);
    if (!access(path, F_OK)) { /* another worker was faster */
        if (lock >= 0)
            close(lock);
        return AX_OK;
    }
    ax_maskfile m = { 0 };
    mask_header(e, &m);
    ax_code code = AX_OK;
    size_t pixels = (size_t)m.h * (size_t)m.w;
    for (int32_t i = 0; i < images && code == AX_OK; i++) {
        ax_sample s = { 0 };
        code = ax_source_failed(e->t->source->ops->sample(e->t->source, &e->t->val_spec, (uint64_t)i, &s, err), err);
        uint8_t *rgb = malloc(3 * pixels), *truth = malloc(pixels);
        if (code == AX_OK && (!rgb || !truth || s.h != m.h || s.w != m.w))
            code = ax_fail(err, AX_ENOMEM, "no memory for a picture");
        for (size_t k = 0; code == AX_OK && k < 3 * pixels; k++)
            rgb[k] = ax_denormalise(s.image[k], k % 3);
        if (code == AX_OK)
            memcpy(truth, s.labels, pixels);
        m.rgb[i] = rgb;
        m.truth[i] = truth;
        m.images = i + 1;
        ax_sample_release(&s);
    }
    if (code == AX_OK)
        code = ax_maskfile_write(AT_FDCWD, path, &m, err);
    if (lock >= 0)
        close(lock);
    ax_maskfile_release(&m);
    return code;
}

/* ---- the whole ---- */

ax_code ax_evaluation_run(ax_evaluation *e, const char *masks_path, ax_outcome *out, ax_err *err)
{
    ax_confusion confusion;
    ax_maskfile masks = { 0 };
    ax_code code = ax_confusion_init(&confusion, e->spec.outputs, err);
    if (code != AX_OK)
        return code;
    mask_header(e, &masks);
    size_t count = ax_cache_count(e->t->val), done = 0;
    const ax_source_ops *ops = e->t->source->ops;
    int threads = e->t->settings.threads ? (int)e->t->settings.threads : 2;
    void *stream = e->end_to_end ? ops->stream(e->t->source, &e->t->val_spec, 0, count, threads, err) : NULL;
    if (e->end_to_end && !stream)
        code = err->code;
    for (size_t i = 0; i < count && code == AX_OK; i += done) {
        code = predict(e, i, stream, &done, err);
        size_t pixels = (size_t)e->h * (size_t)e->w;
        for (size_t k = 0; k < done && code == AX_OK; k++)
            ax_confusion_add(&confusion, ax_cache_get(e->t->val, i + k).labels_full, e->prediction + k * pixels,
                             pixels);
        if (code == AX_OK && masks_path)
            code = keep_predictions(e, i, done, &masks, err);
    }
    if (stream)
        ops->stream_close(stream);
    if (code == AX_OK) {
        ax_metrics m = ax_confusion_metrics(&confusion, e->t->leave_out);
        out->reward = m.reward;
        out->miou = m.miou;
        out->fwiou = m.fwiou;
        out->accuracy = m.accuracy;
        if (!isfinite(m.reward))
            code = ax_fail(err, AX_EDATA, "%s: no labelled pixel in the validation images", e->t->source->info.spec);
    }
    if (code == AX_OK && masks_path)
        code = write_validation(e, masks_path, masks.images, err);
    if (code == AX_OK && masks_path)
        code = ax_maskfile_write(AT_FDCWD, masks_path, &masks, err);
    ax_maskfile_release(&masks);
    ax_confusion_release(&confusion);
    return code;
}

ax_params *ax_evaluation_encoder(ax_trainer *t, ax_err *err)
{
    ax_graph *g = ax_graph_new(err);
    if (!g)
        return NULL;
    ax_val taps[AX_MAX_TAPS] = { { 0 } };
    ax_val image = ax_graph_input(g, "image", (ax_type) { .shape = { 1, 32, 32, 3 } }, err);
    ax_code code = ax_encoder_get()->build(g, image, false, taps, err);
    ax_params *p = code == AX_OK ? ax_encoder_params(ax_encoder_get(), g, t->be, t->dev, err) : NULL;
    ax_graph_free(g);
    return p;
}
