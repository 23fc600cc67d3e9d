#include "engine/train/logits_folder.h"

#include "engine/base/file.h"
#include "engine/model/npy.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH = 4096, MOST_BYTES = 1 << 30, LARGEST_STRIDE = 32 };

/* ---- names of files ---- */

/* Length of a name without its extension. */
static size_t stem(const char *name)
{
    const char *slash = strrchr(name, '/'), *base = slash ? slash + 1 : name, *dot = strrchr(base, '.');
    return dot && dot > base ? (size_t)(dot - name) : strlen(name);
}

static const char *base_of(const char *name)
{
    const char *slash = strrchr(name, '/');
    return slash ? slash + 1 : name;
}

/* Requires that a path within the data set stays within the folder, too. */
static bool escapes_folder(const char *name)
{
    for (const char *at = name; (at = strstr(at, "..")); at += 2)
        if ((at == name || at[-1] == '/') && (!at[2] || at[2] == '/'))
            return true;
    return false;
}

static bool exists(char path[static PATH], const char *dir, const char *name)
{
    static const char *const endings[] = { ".npy", ".safetensors" };
    for (size_t i = 0; i < 2; i++)
        if ((size_t)snprintf(path, PATH, "%s/%.*s%s", dir, (int)stem(name), name, endings[i]) < PATH &&
            !access(path, F_OK))
            return true;
    return false;
}

/* The file of an image by its path within the data set. */
static bool find_by_path(char path[static PATH], const char *dir, const char *name)
{
    return !escapes_folder(name) && exists(path, dir, name);
}

/* The file of an image: by its path, or by its name alone. */
static bool find_file(char path[static PATH], const char *dir, const char *name)
{
    return find_by_path(path, dir, name) || exists(path, dir, base_of(name));
}

static bool same_base(const char *a, const char *b)
{
    const char *p = base_of(a), *q = base_of(b);
    return stem(p) == stem(q) && !memcmp(p, q, stem(p));
}

static int by_base(const void *a, const void *b)
{
    const char *x = *(char *const *)a, *y = *(char *const *)b, *p = base_of(x), *q = base_of(y);
    size_t n = stem(p), m = stem(q);
    int order = memcmp(p, q, n < m ? n : m);
    return order ? order : n != m ? (n < m ? -1 : 1) : strcmp(x, y);
}

/* When two images have the same name, neither may use a file by that name alone. */
static ax_code check_pair(const char *dir, const char *a, const char *b, ax_err *err)
{
    char of_a[PATH], of_b[PATH];
    if (!strcmp(a, b) || !same_base(a, b)) /* an image listed twice is one image */
        return AX_OK;
    bool has_a = find_by_path(of_a, dir, a), has_b = find_by_path(of_b, dir, b);
    if (has_a && has_b ? strcmp(of_a, of_b) != 0 : !exists(of_a, dir, base_of(a)))
        return AX_OK; /* missing files are reported when they are needed */
    return ax_fail(err, AX_EFORMAT,
                   "%.200s: two images are called so (%.80s, %.80s); put the logits of each under its path", of_a, a,
                   b);
}

/* The hash covers images in the order of their names: the order of a list doesn't matter. */
static ax_code add_files(const char *dir, char *const *list, size_t n, ax_fingerprint *out, ax_err *err)
{
    char path[PATH];
    struct stat st;
    size_t found = 0;
    *out = ax_fingerprint_start;
    for (size_t i = 0; i < n; i++) {
        if ((i && !strcmp(list[i - 1], list[i])) || !find_file(path, dir, list[i]))
            continue;
        if (stat(path, &st))
            return ax_fail(err, AX_EIO, "%s: %s", path, strerror(errno));
        ax_fingerprint_add(out, path + strlen(dir) + 1, &st);
        found++;
    }
    if (found)
        return AX_OK;
    return access(dir, X_OK)
               ? ax_fail(err, AX_EIO, "%s: cannot read: %s", dir, strerror(errno))
               : ax_fail(err, AX_EFORMAT, "%s: holds no .npy or .safetensors file of a training image", dir);
}

static ax_code take_names(ax_source *source, char **list, size_t *n, ax_err *err)
{
    char name[PATH];
    for (; *n < source->info.n_train; ++*n) {
        source->ops->name(source, AX_SPLIT_TRAIN, *n, name, sizeof name);
        if (!(list[*n] = strdup(name)))
            return ax_fail(err, AX_ENOMEM, "no memory for the names of %zu images", source->info.n_train);
    }
    return AX_OK;
}

ax_code ax_logits_folder_fingerprint(const char *dir, ax_source *source, ax_fingerprint *out, ax_err *err)
{
    size_t n = 0;
    char **list = calloc(source->info.n_train + 1, sizeof *list);
    ax_code code =
        list ? take_names(source, list, &n, err) : ax_fail(err, AX_ENOMEM, "no memory for a folder of logits");
    if (code == AX_OK) {
        qsort(list, n, sizeof *list, by_base);
        code = add_files(dir, list, n, out, err);
    }
    for (size_t i = 1; i < n && code == AX_OK; i++)
        code = check_pair(dir, list[i - 1], list[i], err);
    for (size_t i = 0; i < n; i++)
        free(list[i]);
    free(list);
    return code;
}

ax_code ax_logits_folder_files(const char *dir, ax_source *source, ax_files *out, ax_err *err)
{
    char name[PATH], path[PATH];
    ax_code code = AX_OK;
    for (size_t i = 0; i < source->info.n_train && code == AX_OK; i++) {
        source->ops->name(source, AX_SPLIT_TRAIN, i, name, sizeof name);
        if (find_file(path, dir, name))
            code = ax_files_read(out, path, err);
    }
    return code;
}

/* ---- reading a file ---- */

typedef struct logits {
    char path[PATH];
    ax_safetensors *st; /* either this ... */
    char *bytes;        /* ... or these */
    ax_st_tensor tensor;
    int32_t h, w, stride; /* stride: image pixels per stored one */
    float *value;         /* {outputs,h,w} */
} logits;

static void release(logits *l)
{
    ax_safetensors_free(l->st);
    free(l->bytes);
    free(l->value);
}

static ax_code open_file(logits *l, const char *dir, const char *name, ax_err *err)
{
    static const char npy[] = ".npy";
    if (!find_file(l->path, dir, name))
        return ax_fail(err, AX_EIO, "%s: no logits for the image '%s' (%.*s.npy or .safetensors)", dir, name,
                       (int)stem(name), name);
    if (!strcmp(l->path + strlen(l->path) - strlen(npy), npy)) {
        size_t n;
        ax_code code = ax_file_read(AT_FDCWD, l->path, MOST_BYTES, &l->bytes, &n, err);
        return code == AX_OK ? ax_npy_view(l->bytes, n, l->path, &l->tensor, err) : code;
    }
    if (!(l->st = ax_safetensors_open(l->path, err)))
        return err->code;
    const ax_st_tensor *t = ax_safetensors_find(l->st, "logits");
    if (!t && ax_safetensors_count(l->st) == 1)
        t = ax_safetensors_at(l->st, 0);
    if (!t)
        return ax_fail(err, AX_EFORMAT, "%s: no tensor 'logits' in it", l->path);
    l->tensor = *t;
    return AX_OK;
}

static ax_code check_shape(logits *l, int32_t outputs, const ax_sample *s, ax_err *err)
{
    const ax_st_tensor *t = &l->tensor;
    const int64_t *dim = t->dim + (t->n_dim == 4);
    if (t->n_dim < 3 || t->n_dim > 4 || (t->n_dim == 4 && t->dim[0] != 1))
        return ax_fail(err, AX_EFORMAT, "%s: an array of %d dimension%s; logits are {outputs,h,w}", l->path, t->n_dim,
                       t->n_dim == 1 ? "" : "s");
    if (dim[0] != outputs)
        return ax_fail(err, AX_EFORMAT, "%s: logits of %lld output%s; the data asks for %d", l->path, (long long)dim[0],
                       dim[0] == 1 ? "" : "s", outputs);
    for (l->stride = 1; l->stride <= LARGEST_STRIDE; l->stride *= 2)
        if (dim[1] == (s->y.size + l->stride - 1) / l->stride && dim[2] == (s->x.size + l->stride - 1) / l->stride) {
            l->h = (int32_t)dim[1];
            l->w = (int32_t)dim[2];
            return AX_OK;
        }
    return ax_fail(err, AX_EFORMAT, "%s: %lldx%lld logits for an image of %dx%d", l->path, (long long)dim[2],
                   (long long)dim[1], s->x.size, s->y.size);
}

/* ---- resampling to the sample ---- */

typedef struct tap {
    int32_t lo, hi;
    float weight; /* of hi */
} tap;

/* The stored positions on both sides of the centre of the sample's cell i. */
static tap tap_of(const ax_cut *cut, int32_t i, int32_t stride, int32_t size)
{
    double x = (cut->from + cut->step * (4 * i + 2)) / stride - 0.5;
    x = x < 0 ? 0 : x > size - 1 ? size - 1 : x;
    int32_t lo = (int32_t)x;
    return (tap) { lo, lo + 1 < size ? lo + 1 : lo, (float)(x - lo) };
}

static void cut_out(const logits *l, const ax_sample *s, int32_t outputs, float *out)
{
    int32_t h = s->h / 4, w = s->w / 4;
    size_t plane = (size_t)l->h * (size_t)l->w;
    for (int32_t i = 0; i < h; i++) {
        tap y = tap_of(&s->y, i, l->stride, l->h);
        for (int32_t j = 0; j < w; j++) {
            tap x = tap_of(&s->x, j, l->stride, l->w);
            const float *a = l->value + (size_t)y.lo * (size_t)l->w, *b = l->value + (size_t)y.hi * (size_t)l->w;
            for (int32_t c = 0; c < outputs; c++, a += plane, b += plane) {
                float top = a[x.lo] + (a[x.hi] - a[x.lo]) * x.weight, low = b[x.lo] + (b[x.hi] - b[x.lo]) * x.weight;
                *out++ = top + (low - top) * y.weight;
            }
        }
    }
}

ax_code ax_logits_folder_read(const char *dir, ax_source *source, const ax_sample *sample, float *out, ax_err *err)
{
    char name[PATH];
    int32_t outputs = source->info.task.outputs;
    logits l = { .st = NULL };
    source->ops->name(source, AX_SPLIT_TRAIN, sample->image_index, name, sizeof name);
    ax_code code = open_file(&l, dir, name, err);
    if (code == AX_OK)
        code = check_shape(&l, outputs, sample, err);
    if (code == AX_OK && !(l.value = malloc(l.tensor.elements * sizeof *l.value)))
        code = ax_fail(err, AX_ENOMEM, "%s: no memory for %zu numbers", l.path, l.tensor.elements);
    if (code == AX_OK) /* byte tensors hold quantised logits */
        code = ax_st_import(&l.tensor, l.path, AX_ST_NUMBERS, l.value, err);
    if (code == AX_OK)
        cut_out(&l, sample, outputs, out);
    release(&l);
    return code;
}
