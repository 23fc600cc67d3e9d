#include "tui/client/args.h"

#include "engine/base/near.h"
#include "engine/base/out.h"

#include <stdio.h>
#include <string.h>

int ax_cli_fail(const ax_err *err)
{
    return ax_complain_of(err);
}

static void print_help(const ax_usage *u)
{
    ax_out("usage: auxcell %s\n\n%s\n", u->synopsis, u->text);
    for (size_t i = 0; i < u->n_args; i++) {
        char left[64];
        const ax_arg *a = &u->arg[i];
        snprintf(left, sizeof left, "%s%s%s", a->name, a->meta ? " " : "", a->meta ? a->meta : "");
        ax_out("  %-22s %s\n", left, a->doc);
    }
    ax_out("  %-22s %s\n", "--help", "this text");
    if (u->settings) {
        ax_str table;
        ax_str_init(&table, 0);
        ax_settings_help(&table);
        ax_out("\nSettings of the run, with their defaults:\n%s", table.text);
        ax_str_release(&table);
    }
}

static const ax_arg *find(const ax_usage *u, const char *name, size_t len)
{
    for (size_t i = 0; i < u->n_args; i++)
        if (strlen(u->arg[i].name) == len && !strncmp(u->arg[i].name, name, len))
            return &u->arg[i];
    return NULL;
}

/* The setting that --name means, NULL = none. */
static const char *find_setting(const ax_usage *u, const char *option)
{
    static const ax_settings none;
    const char *name;
    char value[AX_SETTING_TEXT];
    if (!u->settings || strncmp(option, "--", 2) != 0)
        return NULL;
    for (int i = 0; ax_settings_at(&none, i, &name, value); i++)
        if (ax_edit_distance(option + 2, name) == 0)
            return name;
    return NULL;
}

static void complain_unknown(const ax_usage *u, const char *command, const char *option)
{
    static const ax_settings none;
    const char *name;
    char near[64] = "", value[AX_SETTING_TEXT], candidate[64];
    size_t nearest = AX_NEAR + 1, d;
    for (size_t i = 0; i < u->n_args; i++)
        if ((d = ax_edit_distance(option, u->arg[i].name)) < nearest) {
            nearest = d;
            snprintf(near, sizeof near, "%s", u->arg[i].name);
        }
    for (int i = 0; u->settings && ax_settings_at(&none, i, &name, value); i++) {
        snprintf(candidate, sizeof candidate, "--%s", name);
        for (char *c = candidate; *c; c++)
            *c = *c == '_' ? '-' : *c;
        if ((d = ax_edit_distance(option, candidate)) < nearest) {
            nearest = d;
            snprintf(near, sizeof near, "%s", candidate);
        }
    }
    if (near[0])
        ax_complain("unknown option '%.60s'; did you mean '%s'?", option, near);
    else
        ax_complain("unknown option '%.60s'; 'auxcell %s --help' lists them", option, command);
}

static void give(ax_given *g, const char *setting, const char *value)
{
    g->name[g->n] = setting;
    g->value[g->n++] = value;
}

/* Takes the option at argv[*i], and its value. */
static bool take(const ax_usage *u, int argc, char **argv, int *i)
{
    char name[64];
    const char *option = argv[*i], *value = strchr(option, '=');
    size_t len = value ? (size_t)(value - option) : strlen(option);
    snprintf(name, sizeof name, "%.*s", (int)(len < sizeof name ? len : sizeof name - 1), option);
    const ax_arg *a = find(u, option, len);
    const char *off = a || !u->settings ? NULL : ax_settings_off(name);
    const char *setting = a ? NULL : off ? off : find_setting(u, name);
    if (!a && !setting) {
        complain_unknown(u, argv[0], name);
        return false;
    }
    if (off || (a && !a->meta)) {
        if (value) {
            ax_complain("option %s takes no value", name);
            return false;
        }
        if (off)
            give(u->settings, setting, "0");
        else
            *(bool *)a->value = true;
        return true;
    }
    if (!value && *i + 1 == argc) {
        ax_complain("option %s needs a value", name);
        return false;
    }
    value = value ? value + 1 : argv[++*i];
    if (a && strstr(a->meta, "...")) {
        ax_many *many = a->value;
        if (many->n == AX_MANY) {
            ax_complain("option %s comes more than %d times", name, AX_MANY);
            return false;
        }
        many->value[many->n++] = value;
    } else if (a) {
        *(const char **)a->value = value;
    } else {
        give(u->settings, setting, value);
    }
    return true;
}

ax_args ax_args_parse(const ax_usage *u, int argc, char **argv, int *n_operands)
{
    int n = 0;
    bool only_operands = false;
    for (int i = 1; i < argc; i++) {
        char *arg = argv[i];
        if (only_operands || arg[0] != '-' || !arg[1]) {
            if (n == u->max_operands) {
                ax_complain("%s: '%.60s' is one argument too many", argv[0], arg);
                return AX_ARGS_WRONG;
            }
            argv[++n] = arg;
        } else if (!strcmp(arg, "--")) {
            only_operands = true;
        } else if (!strcmp(arg, "--help") || !strcmp(arg, "-h")) {
            print_help(u);
            return AX_ARGS_HELP;
        } else if (!take(u, argc, argv, &i)) {
            return AX_ARGS_WRONG;
        }
    }
    *n_operands = n;
    return AX_ARGS_GO;
}
