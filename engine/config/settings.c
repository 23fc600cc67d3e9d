#include "engine/config/settings_internal.h"

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
    { AX_SETTING_TYPE_##type,                                                                                          \
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
const ax_setting_row ax_setting_table[] = { AX_SETTING_LIST(ROW) };
_Static_assert(sizeof ax_setting_table / sizeof *ax_setting_table == AX_SETTINGS, "a row per setting");

/* Whether value is one of the words, separated by ", ". */
static bool is_one_of(const char *words, const char *value)
{
    const char *at = strstr(words, value);
    size_t n = strlen(value);
    return n && at && (at == words || at[-1] == ' ') && (at[n] == ',' || !at[n]);
}

static bool same_name(const char *a, const char *b)
{
    for (; *a && *b; a++, b++)
        if (*a != *b && !((*a == '-' || *a == '_') && (*b == '-' || *b == '_')))
            return false;
    return *a == *b;
}

static ax_code check_number(const ax_setting_row *s, double value, ax_err *err)
{
    const ax_setting_limits *may = &s->may;
    const int digits =
        s->type == AX_SETTING_TYPE_WHOLE ? 19 : 6; /* a whole number must be written without an exponent */
    if (!(value >= may->least && value <= may->most))
        return ax_fail(err, AX_EINVAL, "%s = %.*g: not between %.*g and %.*g", s->name, digits, value, digits,
                       may->least, digits, may->most);
    if (may->step > 0 && fmod(value, may->step) != 0)
        return ax_fail(err, AX_EINVAL, "%s = %.*g: not a multiple of %g", s->name, digits, value, may->step);
    return AX_OK;
}

static ax_code check_text(const ax_setting_row *s, const char *value, ax_err *err)
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

ax_code ax_setting_store(ax_settings *out, const ax_setting_row *s, const char *value, ax_err *err)
{
    char *at = (char *)out + s->offset, *end = NULL;
    if (s->type == AX_SETTING_TYPE_TEXT) {
        if (check_text(s, value, err) != AX_OK)
            return AX_EINVAL;
        memset(at, 0, AX_SETTING_TEXT); /* zero-filled, so that equal settings are equal bytes */
        memcpy(at, value, strlen(value) + 1);
        return AX_OK;
    }
    errno = 0;
    if (s->type == AX_SETTING_TYPE_WHOLE) {
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

size_t ax_setting_named(const char *name)
{
    size_t i = 0;
    while (i < AX_SETTINGS && !same_name(ax_setting_table[i].name, name))
        i++;
    return i;
}

ax_code ax_settings_set(ax_settings *s, const char *name, const char *value, ax_err *err)
{
    const ax_setting_row *near = NULL;
    size_t nearest = AX_NEAR + 1, at = ax_setting_named(name);
    if (at < AX_SETTINGS)
        return ax_setting_store(s, &ax_setting_table[at], value, err);
    for (size_t i = 0; i < AX_SETTINGS; i++) {
        size_t d = ax_edit_distance(name, ax_setting_table[i].name);
        if (d < nearest) {
            nearest = d;
            near = &ax_setting_table[i];
        }
    }
    if (near)
        return ax_fail(err, AX_EINVAL, "unknown setting '%s'; did you mean '%s'?", name, near->name);
    return ax_fail(err, AX_EINVAL, "unknown setting '%s'", name);
}
