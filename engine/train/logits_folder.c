#include "engine/train/logits_folder.h"

#include "engine/base/file.h"
#include "engine/base/hash.h"
#include "engine/model/npy.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH = 4096, NAME = 256, MOST_BYTES = 1 << 30, LARGEST_STRIDE = 32 };

static bool ends_with(const char *name, const char *ending)
{
    size_t n = strlen(name), e = strlen(ending);
    return n > e && !strcmp(name + n - e, ending);
}

static int is_logits(const struct dirent *d)
{
    return ends_with(d->d_name, ".npy") || ends_with(d->d_name, ".safetensors");
}

static int by_bytes(const struct dirent **a, const struct dirent **b) /* alphasort would follow the locale */
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

ax_code ax_logits_folder_key(const char *dir, uint64_t *key, ax_err *err)
{
    struct dirent **list = NULL;
    int n = scandir(dir, &list, is_logits, by_bytes), fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ax_code code = n >= 0 && fd >= 0 ? AX_OK : ax_fail(err, AX_EIO, "%s: cannot read: %s", dir, strerror(errno));
    if (code == AX_OK && n == 0)
        code = ax_fail(err, AX_EFORMAT, "%s: holds no .npy or .safetensors file", dir);
    *key = AX_HASH_START;
    for (int i = 0; i < n; i++) {
        struct stat st;
        if (code == AX_OK && fstatat(fd, list[i]->d_name, &st, 0))
            code = ax_fail(err, AX_EIO, "%s/%s: %s", dir, list[i]->d_name, strerror(errno));
        const int64_t says[] = { code == AX_OK ? st.st_size : 0, code == AX_OK ? st.st_mtim.tv_sec : 0,
                                 code == AX_OK ? st.st_mtim.tv_nsec : 0 };
        *key = ax_hash(ax_hash(*key, list[i]->d_name, strlen(list[i]->d_name) + 1), says, sizeof says);
        free(list[i]);
    }
    free(list);
    if (fd >= 0)
        close(fd);
    return code;
}

/* ---- a file ---- */

typedef struct logits {
    char path[PATH];
    ax_safetensors *st; /* either this ... */
    char *bytes;        /* ... or these */
    ax_st_tensor tensor;
    int32_t h, w, stride; /* stride: image pixels per stored one */
    float *value;         /* {classes,h,w} */
} logits;

static void release(logits *l)
{
    ax_safetensors_free(l->st);
    free(l->bytes);
    free(l->value);
}

static bool look_for(logits *l, const char *dir, const char *name, const char *ending)
{
    return (size_t)snprintf(l->path, PATH, "%s/%s%s", dir, name, ending) < PATH && !access(l->path, F_OK);
}

static ax_code open_file(logits *l, const char *dir, const char *name, ax_err *err)
{
    if (look_for(l, dir, name, ".npy")) {
        size_t n;
        ax_code code = ax_file_read(AT_FDCWD, l->path, MOST_BYTES, &l->bytes, &n, err);
        return code == AX_OK ? ax_npy_view(l->bytes, n, l->path, &l->tensor, err) : code;
    }
    if (!look_for(l, dir, name, ".safetensors"))
        return ax_fail(err, AX_EIO, "%s: no logits for the image '%s' (%s.npy or .safetensors)", dir, name, name);
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

static ax_code check_shape(logits *l, int32_t classes, const ax_sample *s, ax_err *err)
{
    const ax_st_tensor *t = &l->tensor;
    const int64_t *dim = t->dim + (t->n_dim == 4);
    if (t->n_dim < 3 || t->n_dim > 4 || (t->n_dim == 4 && t->dim[0] != 1))
        return ax_fail(err, AX_EFORMAT, "%s: an array of %d dimensions; logits are {classes,h,w}", l->path, t->n_dim);
    if (dim[0] != classes)
        return ax_fail(err, AX_EFORMAT, "%s: logits of %lld classes; the data has %d", l->path, (long long)dim[0],
                       classes);
    for (l->stride = 1; l->stride <= LARGEST_STRIDE; l->stride *= 2)
        if (dim[1] == (s->y.size + l->stride - 1) / l->stride && dim[2] == (s->x.size + l->stride - 1) / l->stride) {
            l->h = (int32_t)dim[1];
            l->w = (int32_t)dim[2];
            return AX_OK;
        }
    return ax_fail(err, AX_EFORMAT, "%s: %lldx%lld logits for an image of %dx%d", l->path, (long long)dim[2],
                   (long long)dim[1], s->x.size, s->y.size);
}

/* ---- where a sample was cut ---- */

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

static void cut_out(const logits *l, const ax_sample *s, int32_t classes, float *out)
{
    int32_t h = s->h / 4, w = s->w / 4;
    size_t plane = (size_t)l->h * (size_t)l->w;
    for (int32_t i = 0; i < h; i++) {
        tap y = tap_of(&s->y, i, l->stride, l->h);
        for (int32_t j = 0; j < w; j++) {
            tap x = tap_of(&s->x, j, l->stride, l->w);
            const float *a = l->value + (size_t)y.lo * (size_t)l->w, *b = l->value + (size_t)y.hi * (size_t)l->w;
            for (int32_t c = 0; c < classes; c++, a += plane, b += plane) {
                float top = a[x.lo] + (a[x.hi] - a[x.lo]) * x.weight, low = b[x.lo] + (b[x.hi] - b[x.lo]) * x.weight;
                *out++ = top + (low - top) * y.weight;
            }
        }
    }
}

ax_code ax_logits_folder_read(const char *dir, ax_source *source, const ax_sample *sample, float *out, ax_err *err)
{
    char name[NAME];
    int32_t classes = source->info.classes;
    logits l = { .st = NULL };
    source->ops->name(source, AX_SPLIT_TRAIN, sample->image_index, name, sizeof name);
    ax_code code = open_file(&l, dir, name, err);
    if (code == AX_OK)
        code = check_shape(&l, classes, sample, err);
    if (code == AX_OK && !(l.value = malloc(l.tensor.elements * sizeof *l.value)))
        code = ax_fail(err, AX_ENOMEM, "%s: no memory for %zu numbers", l.path, l.tensor.elements);
    if (code == AX_OK) /* bytes are logits that somebody quantised */
        code = ax_st_import(&l.tensor, l.path, AX_ST_NUMBERS, l.value, err);
    if (code == AX_OK)
        cut_out(&l, sample, classes, out);
    release(&l);
    return code;
}
