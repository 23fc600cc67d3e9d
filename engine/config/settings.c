#include "engine/config/settings.h"

#include "engine/base/bytes.h"
#include "engine/base/cores.h"
#include "engine/base/near.h"
#include "engine/config/dataset.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef enum setting_type { TEXT, WHOLE, REAL } setting_type;

/* Allowed values of a setting. */
typedef struct limits {
    double least, most, step;        /* range of a number; step 0 = any */
    const char *words;               /* allowed words of a text; NULL = any */
    bool (*fits)(const char *value); /* checks the form of a text; NULL = any */
    const char *form;                /* name of that form, for messages */
} limits;
#define FROM(lo, hi)                                                                                                   \
    {                                                                                                                  \
        .least = lo, .most = hi                                                                                        \
    }
#define MULTIPLES(lo, hi, unit)                                                                                        \
    {                                                                                                                  \
        .least = lo, .most = hi, .step = unit                                                                          \
    }
#define ANY FROM(0, 9007199254740992.0)
#define ON_OFF FROM(0, 1)
#define ONE_OF(list)                                                                                                   \
    {                                                                                                                  \
        .words = list                                                                                                  \
    }
#define FORM(name, text)                                                                                               \
    {                                                                                                                  \
        .fits = is_##name, .form = text                                                                                \
    }

typedef struct setting {
    setting_type type;
    const char *name;
    ax_setting_scope scope;
    ax_setting_group group;
    size_t offset;
    const char *preset[3]; /* values as text: demo, cpu, paper */
    limits may;
    const char *doc;
} setting;

static bool is_share(const char *value)
{
    int part, parts;
    return ax_cores_parse_part(value, &part, &parts) && parts <= 1024;
}

static bool is_memory(const char *value)
{
    uint64_t bytes;
    return ax_bytes_parse(value, &bytes);
}

#define ROW(type, name, scope, group, demo, cpu, paper, limits, doc)                                                   \
    { type,                                                                                                            \
      #name,                                                                                                           \
      AX_SETTING_##scope,                                                                                              \
      AX_SETTING_GROUP_##group,                                                                                        \
      offsetof(ax_settings, name),                                                                                     \
      { AS_##type(demo), AS_##type(cpu), AS_##type(paper) },                                                           \
      limits,                                                                                                          \
      doc },
#define AS_TEXT(value) value
#define AS_WHOLE(value) #value
#define AS_REAL(value) #value
static const setting table[] = { AX_SETTING_LIST(ROW) };
enum { SETTINGS = sizeof table / sizeof *table };

/* A preset that starts as a column of the table and changes some values. */
typedef struct preset_row {
    const char *name;
    int column;
    struct {
        const char *setting, *value;
    } change[24];
} preset_row;
static const preset_row presets[] = {
    { "demo", 0, { { 0 } } },
    { "cpu", 1, { { 0 } } },
    { "paper", 2, { { 0 } } },
    /* Full trainings of one to two hours on two cores, as long as the decoders of CamVid kept improving
       (docs/measurements.md): crops of nearly whole images, random scales, more weight for rare classes. */
    { "cpu-full",
      1,
      { { "full_epochs", "8" },
        { "full_stage2_epochs", "40" },
        { "stage2_crop", "352" },
        { "scale_min", "0.7" },
        { "scale_max", "1.6" },
        { "jitter", "0.3" },
        { "class_weights", "median-frequency" },
        { "encoder_lr", "2e-3" } } },
    /* Nekrasov, Shen and Reid, WACV 2020, for CityScapes: images at half size, no distillation and no auxiliary heads.
       The paper also uses another learning rate in stage 2, and Adam for the encoder. */
    { "paper-templates",
      2,
      { { "space", "templates" },
        { "feedback", "none" },
        { "train_samples", "1000" },
        { "crop", "320" },
        { "batch", "32" },
        { "lr", "7e-3" },
        { "aux_weight", "0" },
        { "kd_weight", "0" },
        { "shorter_side", "512" },
        { "scale_min", "1" },
        { "scale_max", "1" },
        { "scaling", "resized" },
        { "val_shorter_side", "0" },
        { "val_crop", "512" },
        { "stage2_crop", "320" },
        { "stage2_shorter_side", "512" },
        { "stage2_epochs", "5" } } },
};
enum { PRESETS = sizeof presets / sizeof *presets };

/* Whether value is one of the words, separated by ", ". */
static bool is_one_of(const char *words, const char *value)
{
    const char *at = strstr(words, value);
    size_t n = strlen(value);
    return n && at && (at == words || at[-1] == ' ') && (at[n] == ',' || !at[n]);
}

/* Switches that turn ingredients of the method off. */
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

static ax_code check_number(const setting *s, double value, ax_err *err)
{
    const limits *may = &s->may;
    if (!(value >= may->least && value <= may->most))
        return ax_fail(err, AX_EINVAL, "%s = %g: not between %g and %g", s->name, value, may->least, may->most);
    if (may->step > 0 && fmod(value, may->step) != 0)
        return ax_fail(err, AX_EINVAL, "%s = %g: not a multiple of %g", s->name, value, may->step);
    return AX_OK;
}

static ax_code check_text(const setting *s, const char *value, ax_err *err)
{
    size_t n = strlen(value);
    if (n >= AX_SETTING_TEXT)
        return ax_fail(err, AX_EINVAL, "%s: %zu bytes, more than the %d allowed", s->name, n, AX_SETTING_TEXT - 1);
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)value[i] < 0x20 || value[i] == 0x7f)
            return ax_fail(err, AX_EINVAL, "%s: control characters are not allowed", s->name);
    if (s->may.words && !is_one_of(s->may.words, value))
        return ax_fail(err, AX_EINVAL, "%s = '%s': not one of %s", s->name, value, s->may.words);
    if (s->may.fits && !s->may.fits(value))
        return ax_fail(err, AX_EINVAL, "%s = '%s': not %s", s->name, value, s->may.form);
    return AX_OK;
}

static ax_code store(ax_settings *out, const setting *s, const char *value, ax_err *err)
{
    char *at = (char *)out + s->offset, *end = NULL;
    if (s->type == TEXT) {
        if (check_text(s, value, err) != AX_OK)
            return AX_EINVAL;
        memset(at, 0, AX_SETTING_TEXT); /* zero-filled, so that equal settings are equal bytes */
        memcpy(at, value, strlen(value) + 1);
        return AX_OK;
    }
    errno = 0;
    if (s->type == WHOLE) {
        long long whole = strtoll(value, &end, 10);
        if (end == value || *end || errno)
            return ax_fail(err, AX_EINVAL, "%s = '%s': not a whole number", s->name, value);
        if (check_number(s, (double)whole, err) != AX_OK)
            return AX_EINVAL;
        int64_t v = whole;
        memcpy(at, &v, sizeof v);
        return AX_OK;
    }
    double real = strtod(value, &end);
    if (end == value || *end || !isfinite(real))
        return ax_fail(err, AX_EINVAL, "%s = '%s': not a number", s->name, value);
    if (check_number(s, real, err) != AX_OK)
        return AX_EINVAL;
    memcpy(at, &real, sizeof real);
    return AX_OK;
}

ax_code ax_settings_preset(ax_settings *s, const char *preset, ax_err *err)
{
    for (size_t k = 0; k < PRESETS; k++) {
        const preset_row *p = &presets[k];
        if (strcmp(preset, p->name))
            continue;
        memset(s, 0, sizeof *s);
        snprintf(s->preset, sizeof s->preset, "%s", preset);
        for (size_t i = 0; i < SETTINGS; i++)
            if (store(s, &table[i], table[i].preset[p->column], err) != AX_OK)
                return AX_EINVAL;
        for (size_t i = 0; p->change[i].setting; i++)
            if (ax_settings_set(s, p->change[i].setting, p->change[i].value, err) != AX_OK)
                return AX_EINVAL;
        return AX_OK;
    }
    return ax_fail(err, AX_EINVAL, "preset '%s': not one of " AX_PRESETS, preset);
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

static void help_row(ax_str *out, const setting *row)
{
    static const char *const kind[] = { "TEXT", "N", "X" };
    char option[40];
    const char *const *p = row->preset;
    int n = snprintf(option, sizeof option, "--%s", row->name);
    for (int k = 2; k < n; k++)
        if (option[k] == '_')
            option[k] = '-';
    ax_str_printf(out, "  %-24s %-5s %s", option, kind[row->type], row->doc);
    if (strcmp(p[0], p[1]) || strcmp(p[1], p[2]))
        ax_str_printf(out, " [demo %s, cpu %s, paper %s]\n", p[0], p[1], p[2]);
    else
        ax_str_printf(out, " [%s]\n", p[0]);
}

void ax_settings_help(ax_str *out)
{
    const char *heading;
    for (int k = 0, i; (i = ax_settings_in_order(k, &heading)) >= 0; k++) {
        if (heading)
            ax_str_printf(out, "\n%s:\n", heading);
        help_row(out, &table[i]);
    }
    ax_str_add(out, "\nData sets:\n");
    ax_dataset_help(out);
    ax_str_add(out, "\nOptions behind a data set:\n");
    ax_dataset_option_help(out);
    ax_str_add(out, "\nSwitches:\n");
    for (size_t i = 0; i < SWITCHES; i++)
        ax_str_printf(out, "  %-24s       %s = 0\n", switches[i].option, switches[i].setting);
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

int ax_settings_in_order(int k, const char **heading)
{
#define HEADING(id, heading) heading,
    static const char *const headings[] = { AX_SETTING_GROUP_LIST(HEADING) };
    for (int g = 0; g < AX_SETTING_GROUPS; g++) {
        *heading = headings[g];
        for (int i = 0; i < SETTINGS; i++) {
            if ((int)table[i].group != g)
                continue;
            if (!k--)
                return i;
            *heading = NULL;
        }
    }
    return -1;
}
