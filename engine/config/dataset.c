#include "engine/config/dataset.h"

#include <stdio.h>
#include <string.h>

#define ROW(name, argument, files, tasks, options, doc) { #name, argument, doc, files, tasks, options },
static const ax_dataset table[] = { AX_DATASET_LIST(ROW) };
enum { DATASETS = sizeof table / sizeof *table };

#define OPTION_ROW(name, form, files, doc) { #name, form, doc, files },
static const struct {
    const char *name, *form, *doc;
    bool files;
} option_table[] = { AX_DATASET_OPTION_LIST(OPTION_ROW) };

const ax_dataset *ax_dataset_at(int i)
{
    return i >= 0 && i < DATASETS ? &table[i] : NULL;
}

const char *ax_dataset_option_at(int i, const char **form, bool *files, const char **doc)
{
    if (i < 0 || i >= AX_DATASET_OPTIONS)
        return NULL;
    *form = option_table[i].form;
    *files = option_table[i].files;
    *doc = option_table[i].doc;
    return option_table[i].name;
}

/* Whether these n bytes are the name; '-' and '_' are equal. */
static bool is_called(const char *text, size_t n, const char *name)
{
    if (strlen(name) != n)
        return false;
    for (size_t i = 0; i < n; i++)
        if (text[i] != name[i] && !(text[i] == '-' && name[i] == '_'))
            return false;
    return true;
}

const ax_dataset *ax_dataset_of(const char *spec, const char **argument)
{
    size_t n = strcspn(spec, ":,");
    *argument = spec[n] == ':' ? spec + n + 1 : NULL;
    for (int i = 0; i < DATASETS; i++)
        if (is_called(spec, n, table[i].name))
            return &table[i];
    return NULL;
}

/* The index of the option that ",NAME=" at text names, -1 = none; *value is set to the text behind it. */
static int option_of(const char *text, const char **value)
{
    if (*text != ',')
        return -1;
    for (int i = 0; i < AX_DATASET_OPTIONS; i++) {
        size_t n = strlen(option_table[i].name);
        if (!strncmp(text + 1, option_table[i].name, n) && text[n + 1] == '=') {
            *value = text + n + 2;
            return i;
        }
    }
    return -1;
}

bool ax_dataset_lists(const char *names, const char *name)
{
    size_t n = strlen(name);
    for (size_t length; *names; names += length + (names[length] == ' ')) {
        length = strcspn(names, " ");
        if (length == n && !strncmp(names, name, n))
            return true;
    }
    return false;
}

static ax_code take_option(ax_dataset_spec *out, int i, const char *value, ax_err *err)
{
    const char *name = option_table[i].name, *takes = out->set->options;
    if (!ax_dataset_lists(takes, name))
        return ax_fail(err, AX_EINVAL, "data set '%s' takes no option %s%s%s", out->set->name, name,
                       *takes ? "; it takes " : "", takes);
    if (out->option[i])
        return ax_fail(err, AX_EINVAL, "data set '%s': %s= comes twice", out->set->name, name);
    out->option[i] = value;
    return AX_OK;
}

/* Checks the options that all data sets share. */
static ax_code check_part(ax_dataset_spec *out, ax_err *err)
{
    const char *part = out->option[AX_DATASET_part];
    if (part && strcmp(part, "val") && strcmp(part, "test"))
        return ax_fail(err, AX_EINVAL, "data set '%s': part=%s: val or test", out->set->name, part);
    out->test = part && !strcmp(part, "test");
    if (out->test && out->option[AX_DATASET_split])
        return ax_fail(err, AX_EINVAL, "data set '%s': a data set with split= has no test images", out->set->name);
    return AX_OK;
}

/* A folder's name as others are appended to it; completion in a shell ends it with a slash. */
static void end_without_slash(char *folder)
{
    size_t n = strlen(folder);
    while (n > 1 && folder[n - 1] == '/')
        folder[--n] = '\0';
}

ax_code ax_dataset_parse(const char *spec, ax_dataset_spec *out, ax_err *err)
{
    const char *argument, *value;
    *out = (ax_dataset_spec) { .set = ax_dataset_of(spec, &argument) };
    if (strlen(spec) >= sizeof out->text)
        return ax_fail(err, AX_EINVAL, "data set: its name is too long");
    if (out->set && out->set->files && (!argument || !*argument))
        return ax_fail(err, AX_EINVAL, "data set '%s': expected %s%s", spec, out->set->name, out->set->argument);
    if (!out->set) {
        ax_str forms;
        ax_str_init(&forms, 0);
        ax_dataset_forms(&forms);
        ax_fail(err, AX_EINVAL, "data set '%s': not one of %s", spec, forms.text);
        ax_str_release(&forms);
        return AX_EINVAL;
    }
    snprintf(out->text, sizeof out->text, "%s", spec);
    out->argument = argument ? out->text + (argument - spec) : NULL;
    ax_code code = AX_OK;
    for (char *at = out->text + strlen(out->set->name); *at && code == AX_OK; at++) {
        int i = option_of(at, &value);
        if (i < 0)
            continue;
        *at = '\0';
        code = take_option(out, i, value, err);
        at = out->text + (value - out->text) - 1;
    }
    for (int i = 0; i < AX_DATASET_OPTIONS && code == AX_OK; i++)
        if (out->option[i] && !*out->option[i])
            code = ax_fail(err, AX_EINVAL, "data set '%s': %s= without a value", spec, option_table[i].name);
    if (code == AX_OK && !argument && strlen(out->text) > strlen(out->set->name))
        code = ax_fail(err, AX_EINVAL, "data set '%s': '%s' is not an option; it takes %s", spec,
                       out->text + strlen(out->set->name), out->set->options);
    if (code == AX_OK && strstr(out->set->argument, "DIR"))
        end_without_slash(out->text + (argument - spec));
    return code == AX_OK ? check_part(out, err) : code;
}

void ax_dataset_help(ax_str *out)
{
    for (int i = 0; i < DATASETS; i++) {
        char form[64];
        snprintf(form, sizeof form, "%s%s", table[i].name, table[i].argument);
        ax_str_printf(out, "  %-24s %s\n", form, table[i].doc);
    }
}

void ax_dataset_option_help(ax_str *out)
{
    for (int i = 0; i < AX_DATASET_OPTIONS; i++) {
        char form[64];
        snprintf(form, sizeof form, ",%s=%s", option_table[i].name, option_table[i].form);
        ax_str_printf(out, "  %-24s %s\n", form, option_table[i].doc);
    }
}

void ax_dataset_forms(ax_str *out)
{
    for (int i = 0; i < DATASETS; i++)
        ax_str_printf(out, "%s%s%s", i ? ", " : "", table[i].name, table[i].argument);
}
