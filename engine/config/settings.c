#include "engine/config/settings.h"

#include "engine/base/bytes.h"
#include "engine/base/cores.h"
#include "engine/base/near.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef enum setting_type { TEXT, WHOLE, REAL } setting_type;

typedef struct setting {
    setting_type type;
    const char *name;
    ax_setting_scope scope;
    size_t offset;
    const char *preset[3]; /* as text: demo, cpu, paper */
    const char *doc;
} setting;

#define ROW(type, name, scope, demo, cpu, paper, doc)                                                                  \
    { type,                                                                                                            \
      #name,                                                                                                           \
      AX_SETTING_##scope,                                                                                              \
      offsetof(ax_settings, name),                                                                                     \
      { AS_##type(demo), AS_##type(cpu), AS_##type(paper) },                                                           \
      doc },
#define AS_TEXT(value) value
#define AS_WHOLE(value) #value
#define AS_REAL(value) #value
static const setting table[] = { AX_SETTING_LIST(ROW) };
enum { SETTINGS = sizeof table / sizeof *table };

static const char *const preset_name[] = { "demo", "cpu", "paper" };

/* Ranges that hold wherever a value comes from; what is not listed may be anything from 0 to 2^53. */
static const struct range {
    const char *name;
    double least, most;
} ranges[] = {
    { "candidates", 1, 1e6 },
    { "threads", 0, 1024 },
    { "workers", 1, 32 },
    { "winograd", 0, 1 },
    { "cuda_graphs", 0, 1 },
    { "cuda_tf32", 0, 1 },
    { "cuda_workspace", 0, 65536 },
    { "cuda_tune", 0, 1 },
    { "cuda_cache", 0, 1 },
    { "entropy_weight", 0, 10 },
    { "population", 2, 1e6 },
    { "tournament", 1, 1e6 },
    { "train_samples", 1, 1e6 },
    { "val_samples", 0, 1e6 },
    { "crop", 32, 4096 },
    { "val_crop", 0, 4096 },
    { "shorter_side", 0, 8192 },
    { "scale_min", 0.1, 10 },
    { "scale_max", 0.1, 10 },
    { "mirror", 0, 1 },
    { "batch", 1, 4096 },
    { "epochs", 1, 100000 },
    { "channels", 8, 512 },
    { "repeats", 1, 4 },
    { "lr", 1e-9, 10 },
    { "weight_decay", 0, 1 },
    { "clip", 0, 1e9 },
    { "aux_weight", 0, 10 },
    { "kd_weight", 0, 1000 },
    { "polyak", 0, 0.999999 },
    { "gate", 0, 1 },
    { "dedupe", 0, 1 },
    { "objective_weight", 0, 10 },
    { "objective_target", 0, 1e15 },
    { "learn_reused", 0, 1 },
    { "learn_handmade", 0, 1 },
    { "debias", 0, 1 },
    { "warmup", 0, 1e6 },
    { "stages", 1, 2 },
    { "stage2_samples", 0, 1e6 },
    { "stage2_crop", 32, 4096 },
    { "stage2_shorter_side", 0, 8192 },
    { "stage2_batch", 1, 4096 },
    { "stage2_epochs", 1, 100000 },
    { "stage2_polyak", 0, 0.999999 },
    { "encoder_lr", 0, 10 },
    { "encoder_momentum", 0, 0.999999 },
    { "encoder_weight_decay", 0, 1 },
    { "full_stage2_epochs", 1, 100000 },
    { "full_epochs", 1, 100000 },
    { "full_channels", 8, 512 },
    { "full_repeats", 1, 4 },
    { "save_epochs", 0, 100000 },
    { "latency", 0, 1000 },
    { "hang_seconds", 0, 1e6 },
    { "max_failures", 0, 1e6 },
};

/* Texts that are one word of a few. */
static const struct words {
    const char *name, *words;
} words[] = {
    { "schedule", "constant, cosine" }, { "strategy", "ppo, reinforce, evolution, random" },
    { "feedback", "previous, none" },   { "objective", "reward, params, macs, latency" },
    { "aggregate", "sum, concat" },
};

static const char *words_of(const char *name)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strcmp(words[i].name, name))
            return words[i].words;
    return NULL;
}

static bool allowed(const char *name, const char *value)
{
    const char *list = words_of(name), *at = list ? strstr(list, value) : NULL;
    size_t n = strlen(value);
    return !list || (n && at && (at == list || at[-1] == ' ') && (at[n] == ',' || !at[n]));
}

/* Switches of the method's ingredients. */
static const struct switch_off {
    const char *option, *setting;
} switches[] = {
    { "--no-aux", "aux_weight" }, { "--no-kd", "kd_weight" },  { "--no-polyak", "polyak" },
    { "--no-gate", "gate" },      { "--no-dedupe", "dedupe" },
};
enum { SWITCHES = sizeof switches / sizeof *switches };

const char *ax_settings_off(const char *option)
{
    for (size_t i = 0; i < SWITCHES; i++)
        if (!strcmp(option, switches[i].option))
            return switches[i].setting;
    return NULL;
}

static bool same_name(const char *a, const char *b)
{
    for (; *a && *b; a++, b++)
        if (*a != *b && !((*a == '-' || *a == '_') && (*b == '-' || *b == '_')))
            return false;
    return *a == *b;
}

static ax_code check_range(const setting *s, double value, ax_err *err)
{
    double least = 0, most = 9007199254740992.0;
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (!strcmp(ranges[i].name, s->name)) {
            least = ranges[i].least;
            most = ranges[i].most;
        }
    if (!(value >= least && value <= most))
        return ax_fail(err, AX_EINVAL, "%s = %g: not between %g and %g", s->name, value, least, most);
    if (!strcmp(s->name, "crop") && fmod(value, 32) != 0)
        return ax_fail(err, AX_EINVAL, "%s = %g: not a multiple of 32, the encoder's stride", s->name, value);
    return AX_OK;
}

static ax_code store(ax_settings *out, const setting *s, const char *value, ax_err *err)
{
    char *at = (char *)out + s->offset, *end = NULL;
    if (s->type == TEXT) {
        size_t n = strlen(value);
        if (n >= AX_SETTING_TEXT)
            return ax_fail(err, AX_EINVAL, "%s: %zu bytes, more than the %d allowed", s->name, n, AX_SETTING_TEXT - 1);
        for (size_t i = 0; i < n; i++)
            if ((unsigned char)value[i] < 0x20 || value[i] == 0x7f)
                return ax_fail(err, AX_EINVAL, "%s: control characters are not allowed", s->name);
        if (!allowed(s->name, value))
            return ax_fail(err, AX_EINVAL, "%s = '%s': not one of %s", s->name, value, words_of(s->name));
        int part, parts;
        if (!strcmp(s->name, "share") && (!ax_cores_parse_part(value, &part, &parts) || parts > 1024))
            return ax_fail(err, AX_EINVAL, "share = '%s': not K/N, the K-th of N parts of the cores", value);
        uint64_t bytes;
        if (!strcmp(s->name, "memory") && !ax_bytes_parse(value, &bytes))
            return ax_fail(err, AX_EINVAL, "%s = '%s': not an amount like 4GiB, 512MB", s->name, value);
        memcpy(at, value, n + 1);
        return AX_OK;
    }
    errno = 0;
    if (s->type == WHOLE) {
        long long whole = strtoll(value, &end, 10);
        if (end == value || *end || errno)
            return ax_fail(err, AX_EINVAL, "%s = '%s': not a whole number", s->name, value);
        if (check_range(s, (double)whole, err) != AX_OK)
            return AX_EINVAL;
        int64_t v = whole;
        memcpy(at, &v, sizeof v);
        return AX_OK;
    }
    double real = strtod(value, &end);
    if (end == value || *end || !isfinite(real))
        return ax_fail(err, AX_EINVAL, "%s = '%s': not a number", s->name, value);
    if (check_range(s, real, err) != AX_OK)
        return AX_EINVAL;
    memcpy(at, &real, sizeof real);
    return AX_OK;
}

ax_code ax_settings_preset(ax_settings *s, const char *preset, ax_err *err)
{
    for (size_t k = 0; k < 3; k++) {
        if (strcmp(preset, preset_name[k]))
            continue;
        memset(s, 0, sizeof *s);
        snprintf(s->preset, sizeof s->preset, "%s", preset);
        for (size_t i = 0; i < SETTINGS; i++)
            if (store(s, &table[i], table[i].preset[k], err) != AX_OK)
                return AX_EINVAL;
        return AX_OK;
    }
    return ax_fail(err, AX_EINVAL, "preset '%s': not one of demo, cpu, paper", preset);
}

ax_code ax_settings_set(ax_settings *s, const char *name, const char *value, ax_err *err)
{
    const setting *near = NULL;
    size_t nearest = AX_NEAR + 1;
    for (size_t i = 0; i < SETTINGS; i++) {
        if (same_name(table[i].name, name))
            return store(s, &table[i], value, err);
        size_t d = ax_edit_distance(name, table[i].name);
        if (d < nearest) {
            nearest = d;
            near = &table[i];
        }
    }
    if (near)
        return ax_fail(err, AX_EINVAL, "unknown setting '%s'; did you mean '%s'?", name, near->name);
    return ax_fail(err, AX_EINVAL, "unknown setting '%s'", name);
}

static void print_value(const ax_settings *s, const setting *row, char out[AX_SETTING_TEXT])
{
    const char *at = (const char *)s + row->offset;
    if (row->type == TEXT) {
        snprintf(out, AX_SETTING_TEXT, "%s", at);
    } else if (row->type == WHOLE) {
        int64_t v;
        memcpy(&v, at, sizeof v);
        snprintf(out, AX_SETTING_TEXT, "%lld", (long long)v);
    } else {
        double v;
        memcpy(&v, at, sizeof v);
        /* the shortest text that reads back as the same number */
        for (int digits = 6; digits <= 17; digits++) {
            snprintf(out, AX_SETTING_TEXT, "%.*g", digits, v);
            if (strtod(out, NULL) == v)
                break;
        }
    }
}

void ax_settings_help(ax_str *out)
{
    for (size_t i = 0; i < SETTINGS; i++) {
        char option[40];
        int n = snprintf(option, sizeof option, "--%s", table[i].name);
        for (int k = 2; k < n; k++)
            if (option[k] == '_')
                option[k] = '-';
        static const char *const kind[] = { "TEXT", "N", "X" };
        const char *const *p = table[i].preset;
        ax_str_printf(out, "  %-16s %-5s %s", option, kind[table[i].type], table[i].doc);
        if (strcmp(p[0], p[1]) || strcmp(p[1], p[2]))
            ax_str_printf(out, " [demo %s, cpu %s, paper %s]\n", p[0], p[1], p[2]);
        else
            ax_str_printf(out, " [%s]\n", p[0]);
    }
    for (size_t i = 0; i < SWITCHES; i++)
        ax_str_printf(out, "  %-22s %s = 0\n", switches[i].option, switches[i].setting);
}

int ax_settings_at(const ax_settings *s, int i, const char **name, char value[AX_SETTING_TEXT])
{
    if (i < 0 || i >= SETTINGS)
        return false;
    *name = table[i].name;
    print_value(s, &table[i], value);
    return true;
}

ax_setting_scope ax_settings_scope(int i)
{
    return table[i].scope;
}

/* What doesn't exist stays as it is: whoever opens it says so. */
static ax_code absolute(const char *name, char *path, size_t cap, ax_err *err)
{
    char *full = path[0] && path[0] != '/' ? realpath(path, NULL) : NULL;
    size_t n = full ? strlen(full) : 0;
    ax_code code = n < cap
                       ? AX_OK
                       : ax_fail(err, AX_EINVAL, "%s: '%s' from the root on has %zu bytes, more than the %zu allowed",
                                 name, path, n, cap - 1);
    if (full && code == AX_OK)
        memcpy(path, full, n + 1);
    free(full);
    return code;
}

ax_code ax_settings_absolute(ax_settings *s, ax_err *err)
{
    char *colon = strchr(s->data, ':');
    ax_code code = AX_OK;
    if (colon)
        code = absolute("data", colon + 1, sizeof s->data - (size_t)(colon + 1 - s->data), err);
    return code == AX_OK ? absolute("teacher", s->teacher, sizeof s->teacher, err) : code;
}
