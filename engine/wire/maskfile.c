#include "engine/wire/maskfile.h"

#include "engine/base/file.h"
#include "engine/base/pack.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VERSION = 1, MAX_PIXELS = 64 << 20, MAX_FILE = 1 << 28 };

/* Packs a mask as runs; false without memory. */
static bool pack_runs(msgpack_packer *pk, const uint8_t *mask, size_t n)
{
    uint8_t *runs = malloc(2 * n + 2);
    size_t used = 0;
    if (!runs)
        return false;
    for (size_t i = 0; i < n;) {
        size_t k = 1;
        while (k < 255 && i + k < n && mask[i + k] == mask[i])
            k++;
        runs[used++] = (uint8_t)k;
        runs[used++] = mask[i];
        i += k;
    }
    msgpack_pack_bin(pk, used);
    bool ok = !msgpack_pack_bin_body(pk, runs, used);
    free(runs);
    return ok;
}

static bool pack_images(msgpack_packer *pk, const char *key, uint8_t *const image[], int32_t images, size_t n,
                        bool runs)
{
    ax_pack_text(pk, key);
    msgpack_pack_array(pk, (size_t)images);
    bool ok = true;
    for (int32_t i = 0; i < images && ok; i++) {
        if (runs) {
            ok = pack_runs(pk, image[i], n);
        } else {
            msgpack_pack_bin(pk, n);
            ok = !msgpack_pack_bin_body(pk, image[i], n);
        }
    }
    return ok;
}

static void pack_flag(msgpack_packer *pk, const char *key, bool on)
{
    if (!on)
        return;
    ax_pack_text(pk, key);
    msgpack_pack_true(pk);
}

static void pack_figures(msgpack_packer *pk, const ax_maskfile *m)
{
    ax_pack_text(pk, "figures");
    msgpack_pack_array(pk, (size_t)m->images);
    for (int32_t i = 0; i < m->images; i++) {
        size_t known = 0;
        for (int k = 0; k < AX_METRIC_COUNT; k++)
            known += isfinite(ax_outcome_figure(&m->figures[i], (ax_metric)k));
        msgpack_pack_map(pk, known);
        for (int k = 0; k < AX_METRIC_COUNT; k++) {
            double v = ax_outcome_figure(&m->figures[i], (ax_metric)k);
            if (!isfinite(v))
                continue;
            ax_pack_text(pk, ax_metric_of((ax_metric)k)->name);
            msgpack_pack_double(pk, v);
        }
    }
}

ax_code ax_maskfile_write(int dirfd, const char *path, const ax_maskfile *m, ax_err *err)
{
    msgpack_sbuffer buf;
    msgpack_sbuffer_init(&buf);
    msgpack_packer pk;
    msgpack_packer_init(&pk, &buf, msgpack_sbuffer_write);
    size_t n = (size_t)m->h * (size_t)m->w;
    bool has[4] = { m->images && m->rgb[0], m->images && m->truth[0], m->images && m->predicted[0],
                    m->images && m->error[0] };
    bool rgb = m->channels == 3;
    msgpack_pack_map(&pk, 6u + rgb + m->scale + m->over + m->judged + has[0] + has[1] + has[2] + has[3]);
    ax_pack_text(&pk, "version");
    msgpack_pack_int(&pk, VERSION);
    ax_pack_text(&pk, "h");
    msgpack_pack_int32(&pk, m->h);
    ax_pack_text(&pk, "w");
    msgpack_pack_int32(&pk, m->w);
    if (rgb) {
        ax_pack_text(&pk, "channels");
        msgpack_pack_int32(&pk, m->channels);
    }
    pack_flag(&pk, "scale", m->scale);
    pack_flag(&pk, "over", m->over);
    if (m->judged)
        pack_figures(&pk, m);
    ax_pack_text(&pk, "classes");
    msgpack_pack_int32(&pk, m->classes);
    ax_pack_text(&pk, "names");
    msgpack_pack_array(&pk, (size_t)m->classes);
    for (int32_t i = 0; i < m->classes; i++)
        ax_pack_text(&pk, m->name[i]);
    ax_pack_text(&pk, "palette");
    msgpack_pack_bin(&pk, (size_t)m->classes * 3);
    bool ok = !msgpack_pack_bin_body(&pk, m->color, (size_t)m->classes * 3);
    ok = ok && (!has[0] || pack_images(&pk, "rgb", m->rgb, m->images, 3 * n, false));
    ok = ok && (!has[1] || pack_images(&pk, "truth", m->truth, m->images, rgb ? 3 * n : n, !rgb));
    ok = ok && (!has[2] || pack_images(&pk, "predicted", m->predicted, m->images, rgb ? 3 * n : n, !rgb));
    ok = ok && (!has[3] || pack_images(&pk, "error", m->error, m->images, 3 * n, false));
    ax_code code =
        ok ? ax_file_replace(dirfd, path, buf.data, buf.size, err) : ax_fail(err, AX_ENOMEM, "%s: no memory", path);
    msgpack_sbuffer_destroy(&buf);
    return code;
}

/* ---- reading ---- */

static bool get_int(const msgpack_object *map, const char *key, int32_t most, int32_t *out)
{
    const msgpack_object *o = ax_map_get(map, key);
    if (!o || o->type != MSGPACK_OBJECT_POSITIVE_INTEGER || o->via.u64 > (uint64_t)most)
        return false;
    *out = (int32_t)o->via.u64;
    return true;
}

static bool unpack_runs(const msgpack_object *bin, uint8_t *mask, size_t n)
{
    const uint8_t *p = (const uint8_t *)bin->via.bin.ptr;
    size_t at = 0;
    if (bin->via.bin.size % 2)
        return false;
    for (uint32_t i = 0; i < bin->via.bin.size; i += 2) {
        if (p[i] > n - at)
            return false;
        memset(mask + at, p[i + 1], p[i]);
        at += p[i];
    }
    return at == n;
}

static bool read_images(const msgpack_object *map, const char *key, uint8_t *image[], int32_t *images, size_t n,
                        bool runs)
{
    const msgpack_object *list = ax_map_get(map, key);
    if (!list)
        return true;
    if (list->type != MSGPACK_OBJECT_ARRAY || list->via.array.size > AX_MASK_IMAGES)
        return false;
    for (uint32_t i = 0; i < list->via.array.size; i++) {
        const msgpack_object *bin = &list->via.array.ptr[i];
        if (bin->type != MSGPACK_OBJECT_BIN || (!runs && bin->via.bin.size != n))
            return false;
        free(image[i]);
        image[i] = malloc(n);
        if (!image[i])
            return false;
        if (!runs)
            memcpy(image[i], bin->via.bin.ptr, n);
        else if (!unpack_runs(bin, image[i], n))
            return false;
    }
    *images = (int32_t)list->via.array.size;
    return true;
}

static bool get_flag(const msgpack_object *map, const char *key)
{
    const msgpack_object *o = ax_map_get(map, key);
    return o && o->type == MSGPACK_OBJECT_BOOLEAN && o->via.boolean;
}

/* Unknown names are from a later version. */
static bool read_figures(const msgpack_object *map, ax_maskfile *m)
{
    const msgpack_object *list = ax_map_get(map, "figures");
    if (!list)
        return true;
    if (list->type != MSGPACK_OBJECT_ARRAY || list->via.array.size > AX_MASK_IMAGES)
        return false;
    for (int i = 0; i < AX_MASK_IMAGES; i++)
        m->figures[i] = ax_outcome_none;
    for (uint32_t i = 0; i < list->via.array.size; i++) {
        const msgpack_object *of = &list->via.array.ptr[i];
        if (of->type != MSGPACK_OBJECT_MAP)
            return false;
        for (int k = 0; k < AX_METRIC_COUNT; k++) {
            const ax_metric_info *info = ax_metric_of((ax_metric)k);
            const msgpack_object *v = ax_map_get(of, info->name);
            if (v && (v->type == MSGPACK_OBJECT_FLOAT64 || v->type == MSGPACK_OBJECT_FLOAT32) && !info->whole)
                memcpy((char *)&m->figures[i] + info->at, &v->via.f64, sizeof v->via.f64);
        }
    }
    m->judged = true;
    return true;
}

static bool read_map(const msgpack_object *map, void *out)
{
    ax_maskfile *m = out;
    int32_t version, h, w;
    if (map->type != MSGPACK_OBJECT_MAP || !get_int(map, "version", VERSION, &version) ||
        !get_int(map, "h", 1 << 16, &h) || !get_int(map, "w", 1 << 16, &w) ||
        !get_int(map, "classes", AX_MASK_CLASSES - 1, &m->classes))
        return false;
    size_t n = (size_t)h * (size_t)w;
    if (n == 0 || n > MAX_PIXELS || (m->h && (m->h != h || m->w != w)))
        return false;
    int32_t channels = 1;
    if (ax_map_get(map, "channels") && (!get_int(map, "channels", 3, &channels) || channels != 3))
        return false;
    if (m->h && m->channels != channels)
        return false;
    m->h = h;
    m->w = w;
    m->channels = channels;
    m->scale = get_flag(map, "scale");
    m->over = get_flag(map, "over");
    bool ids = channels == 1;
    const msgpack_object *names = ax_map_get(map, "names"), *palette = ax_map_get(map, "palette");
    if (!names || names->type != MSGPACK_OBJECT_ARRAY || names->via.array.size != (uint32_t)m->classes || !palette ||
        palette->type != MSGPACK_OBJECT_BIN || palette->via.bin.size != (uint32_t)m->classes * 3)
        return false;
    memcpy(m->color, palette->via.bin.ptr, palette->via.bin.size);
    for (int32_t i = 0; i < m->classes; i++) {
        const msgpack_object *o = &names->via.array.ptr[i];
        if (o->type != MSGPACK_OBJECT_STR || o->via.str.size >= AX_MASK_NAME)
            return false;
        memcpy(m->name[i], o->via.str.ptr, o->via.str.size);
        m->name[i][o->via.str.size] = '\0';
    }
    return read_figures(map, m) && read_images(map, "rgb", m->rgb, &m->images, 3 * n, false) &&
           read_images(map, "truth", m->truth, &m->images, ids ? n : 3 * n, ids) &&
           read_images(map, "predicted", m->predicted, &m->images, ids ? n : 3 * n, ids) &&
           read_images(map, "error", m->error, &m->images, 3 * n, false);
}

ax_code ax_maskfile_read(int dirfd, const char *path, ax_maskfile *m, ax_err *err)
{
    char *bytes;
    size_t n;
    ax_code code = ax_file_read(dirfd, path, MAX_FILE, &bytes, &n, err);
    if (code != AX_OK)
        return code;
    if (!ax_unpack_by(read_map, bytes, n, m))
        code = ax_fail(err, AX_EFORMAT, "%s: damaged, or not a masks file", path);
    free(bytes);
    return code;
}

void ax_maskfile_release_predictions(ax_maskfile *m)
{
    for (int i = 0; i < AX_MASK_IMAGES; i++) {
        free(m->predicted[i]);
        free(m->error[i]);
        m->predicted[i] = m->error[i] = NULL;
        m->figures[i] = ax_outcome_none;
    }
    m->judged = false;
}

void ax_maskfile_release(ax_maskfile *m)
{
    ax_maskfile_release_predictions(m);
    for (int i = 0; i < AX_MASK_IMAGES; i++) {
        free(m->rgb[i]);
        free(m->truth[i]);
    }
    memset(m, 0, sizeof *m);
}
