/* Makes the paths in the settings absolute, so that a run can be resumed from any directory. */
#include "engine/config/dataset.h"
#include "engine/config/settings.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A path that doesn't exist is left unchanged: opening it will report the error. */
static ax_code make_absolute(const char *name, const char *path, ax_str *out, ax_err *err)
{
    char *full = path[0] && path[0] != '/' ? realpath(path, NULL) : NULL;
    size_t before = out->len;
    ax_str_add(out, full ? full : path);
    free(full);
    return out->len < AX_SETTING_TEXT
               ? AX_OK
               : ax_fail(err, AX_EINVAL, "%s: '%s' from the root on has %zu bytes, more than the %zu allowed", name,
                         path, out->len - before, AX_SETTING_TEXT - 1 - before);
}

/* Makes a path, or two paths with a comma between them, absolute. A path that contains a comma is recognised because it
   exists. */
static ax_code make_paths_absolute(char *paths, ax_str *out, ax_err *err)
{
    char *comma = access(paths, F_OK) ? strchr(paths, ',') : NULL;
    for (; comma; comma = strchr(comma + 1, ',')) {
        *comma = '\0';
        bool both = !access(paths, F_OK) && !access(comma + 1, F_OK);
        ax_code code = both ? make_absolute("data", paths, out, err) : AX_OK;
        *comma = ',';
        if (!both)
            continue;
        ax_str_add(out, ",");
        return code == AX_OK ? make_absolute("data", comma + 1, out, err) : code;
    }
    return make_absolute("data", paths, out, err);
}

/* Makes the paths in a data spec, including those in its options, absolute. An invalid spec is left unchanged. */
static ax_code make_spec_absolute(const char *text, ax_str *out, ax_err *err)
{
    ax_dataset_spec spec;
    char paths[AX_DATASET_SPEC];
    const char *form, *doc, *name;
    bool files;
    if (ax_dataset_parse(text, &spec, NULL) != AX_OK) {
        ax_str_add(out, text);
        return AX_OK;
    }
    ax_code code = AX_OK;
    ax_str_printf(out, "%s%s", spec.set->name, spec.argument ? ":" : "");
    if (spec.argument && spec.set->files) {
        snprintf(paths, sizeof paths, "%s", spec.argument);
        code = make_paths_absolute(paths, out, err);
    } else if (spec.argument) {
        ax_str_add(out, spec.argument);
    }
    for (int i = 0; (name = ax_dataset_option_at(i, &form, &files, &doc)) && code == AX_OK; i++) {
        if (!spec.option[i])
            continue;
        ax_str_printf(out, ",%s=", name);
        snprintf(paths, sizeof paths, "%s", spec.option[i]);
        if (files)
            code = make_paths_absolute(paths, out, err);
        else
            ax_str_add(out, paths);
    }
    if (code == AX_OK && out->len >= AX_SETTING_TEXT)
        code = ax_fail(err, AX_EINVAL, "data: '%s' has more than the %d bytes allowed with its paths from the root on",
                       text, AX_SETTING_TEXT - 1);
    return code;
}

ax_code ax_settings_absolute(ax_settings *s, ax_err *err)
{
    ax_str data, teacher, encoder;
    ax_str_init(&data, 0);
    ax_str_init(&teacher, 0);
    ax_str_init(&encoder, 0);
    ax_code code = make_spec_absolute(s->data, &data, err);
    if (code == AX_OK)
        code = make_absolute("teacher", s->teacher, &teacher, err);
    if (code == AX_OK) /* the word "built-in" stays, even if a file has that name */
        code = strcmp(s->encoder, "built-in") != 0 ? make_absolute("encoder", s->encoder, &encoder, err) : AX_OK;
    if (code == AX_OK && !(ax_str_ok(&data) && ax_str_ok(&teacher) && ax_str_ok(&encoder)))
        code = ax_fail(err, AX_ENOMEM, "no memory for paths");
    if (code == AX_OK) {
        memcpy(s->data, data.text, data.len + 1);
        memcpy(s->teacher, teacher.text, teacher.len + 1);
        if (encoder.len)
            memcpy(s->encoder, encoder.text, encoder.len + 1);
    }
    ax_str_release(&encoder);
    ax_str_release(&data);
    ax_str_release(&teacher);
    return code;
}
