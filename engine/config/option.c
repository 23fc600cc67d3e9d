#include "engine/config/option.h"

#include "engine/base/near.h"
#include "engine/base/out.h"
#include "engine/config/settings.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

ax_code ax_given_init(ax_given *g, int argc, ax_settings_choice uses, ax_err *err)
{
    *g = (ax_given) { .name = calloc(2 * (size_t)argc, sizeof *g->name), .uses = uses };
    if (!g->name)
        return ax_fail(err, AX_ENOMEM, "no memory for %d arguments", argc);
    g->value = g->name + argc;
    return AX_OK;
}

void ax_given_release(ax_given *g)
{
    free(g->name);
    *g = (ax_given) { .n = 0 };
}

const char *ax_given_value(const ax_given *g, const char *name)
{
    for (int i = g->n; i-- > 0;)
        if (!strcmp(g->name[i], name))
            return g->value[i];
    return NULL;
}

static void print_help(const ax_usage *u)
{
    ax_out("usage: %s\n\n%s\n", u->synopsis, u->text);
    for (size_t i = 0; i < u->n_options; i++) {
        char left[64];
        const ax_option *o = &u->option[i];
        snprintf(left, sizeof left, "%s%s%s%s", o->name, o->meta ? " " : "", o->meta ? o->meta : "",
                 o->kind == AX_OPTION_MANY ? "..." : "");
        ax_out("  %-22s %s\n", left, o->doc);
    }
    ax_out("  %-22s %s\n", "--help", "this text");
    if (u->settings) {
        ax_str table;
        ax_str_init(&table, 0);
        ax_settings_help(&table, &u->settings->uses);
        ax_out("\nSettings%s, with their defaults:\n%s",
               u->settings->uses.only || u->settings->uses.without ? "" : " of the run", table.text);
        ax_str_release(&table);
    }
}

static const ax_option *find(const ax_usage *u, const char *name, size_t len)
{
    for (size_t i = 0; i < u->n_options; i++)
        if (strlen(u->option[i].name) == len && !strncmp(u->option[i].name, name, len))
            return &u->option[i];
    return NULL;
}

/* The setting that --name refers to, NULL = none. */
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

/* The words of the synopsis that name the command. */
static int command_words(const ax_usage *u)
{
    size_t words = strspn(u->synopsis, "abcdefghijklmnopqrstuvwxyz ");
    return (int)(words - (u->synopsis[words - 1] == ' '));
}

static void complain_unknown(const ax_usage *u, const char *option)
{
    static const ax_settings none;
    const char *name;
    char near[64] = "", value[AX_SETTING_TEXT], candidate[64];
    size_t nearest = AX_NEAR + 1, d;
    for (size_t i = 0; i < u->n_options; i++)
        if ((d = ax_edit_distance(option, u->option[i].name)) < nearest) {
            nearest = d;
            snprintf(near, sizeof near, "%s", u->option[i].name);
        }
    for (int i = 0; u->settings && ax_settings_at(&none, i, &name, value); i++) {
        snprintf(candidate, sizeof candidate, "--%s", name);
        for (char *c = candidate; *c; c++)
            *c = *c == '_' ? '-' : *c;
        if (ax_settings_chosen(&u->settings->uses, name) && (d = ax_edit_distance(option, candidate)) < nearest) {
            nearest = d;
            snprintf(near, sizeof near, "%s", candidate);
        }
    }
    if (near[0])
        ax_complain("unknown option '%.60s'; did you mean '%s'?", option, near);
    else
        ax_complain("unknown option '%.60s'; '%.*s --help' lists them", option, command_words(u), u->synopsis);
}

static void give(ax_given *g, const char *setting, const char *value)
{
    g->name[g->n] = setting;
    g->value[g->n++] = value;
}

/* Parses a whole number at text; *end is set to the text behind it. */
static bool parse_whole(const ax_option *o, const char *text, char **end, int32_t *out)
{
    errno = 0;
    long v = strtol(text, end, 10);
    if (*end == text || errno || v < o->least || v > o->most)
        return false;
    *out = (int32_t)v;
    return true;
}

static bool store_whole(const ax_option *o, const char *value)
{
    char *end;
    int32_t v[2];
    bool size = o->kind == AX_OPTION_SIZE, good = parse_whole(o, value, &end, &v[0]);
    v[1] = v[0];
    if (good && size && *end == 'x')
        good = parse_whole(o, end + 1, &end, &v[1]);
    if (!good || *end) {
        ax_complain("option %s: '%.80s' isn't %s from %d to %d", o->name, value,
                    size ? "a size HxW, each" : "a whole number", o->least, o->most);
        return false;
    }
    memcpy(o->value, v, size ? sizeof v : sizeof *v);
    return true;
}

static bool store(const ax_option *o, const char *value)
{
    ax_many *many = o->value;
    if (o->kind == AX_OPTION_PATH && !*value) {
        ax_complain("option %s: an empty name", o->name);
        return false;
    }
    switch (o->kind) {
    case AX_OPTION_FLAG:
        *(bool *)o->value = true;
        return true;
    case AX_OPTION_PATH:
    case AX_OPTION_TEXT:
        *(const char **)o->value = value;
        return true;
    case AX_OPTION_MANY:
        if (many->n == AX_MANY) {
            ax_complain("option %s comes more than %d times", o->name, AX_MANY);
            return false;
        }
        many->value[many->n++] = value;
        return true;
    default:
        return store_whole(o, value);
    }
}

/* Handles the option at argv[*i] and its value. */
static bool take(const ax_usage *u, int argc, char **argv, int *i)
{
    char name[64];
    const char *option = argv[*i], *value = strchr(option, '=');
    size_t len = value ? (size_t)(value - option) : strlen(option);
    snprintf(name, sizeof name, "%.*s", (int)(len < sizeof name ? len : sizeof name - 1), option);
    const ax_option *o = find(u, option, len);
    const char *off = o || !u->settings ? NULL : ax_settings_off(name);
    const char *setting = o ? NULL : off ? off : find_setting(u, name);
    if (!o && !setting) {
        complain_unknown(u, name);
        return false;
    }
    if (setting && !ax_settings_chosen(&u->settings->uses, setting)) {
        ax_complain("option %s: a setting without effect here; '%.*s --help' lists those that have one", name,
                    command_words(u), u->synopsis);
        return false;
    }
    bool alone = off || (o && o->kind == AX_OPTION_FLAG);
    if (alone && value) {
        ax_complain("option %s takes no value", name);
        return false;
    }
    if (!alone && !value && *i + 1 == argc) {
        ax_complain("option %s needs a value", name);
        return false;
    }
    value = off ? "0" : value ? value + 1 : alone ? NULL : argv[++*i];
    if (o)
        return store(o, value);
    give(u->settings, setting, value);
    return true;
}

ax_parsed ax_options_parse(const ax_usage *u, int argc, char **argv, int *n_operands)
{
    int n = 0;
    bool only_operands = false;
    for (int i = 1; i < argc; i++) {
        char *arg = argv[i];
        if (only_operands || arg[0] != '-' || !arg[1]) {
            if (n == u->max_operands) {
                ax_complain("%s: '%.60s' is one argument too many", argv[0], arg);
                return AX_PARSED_WRONG;
            }
            argv[++n] = arg;
        } else if (!strcmp(arg, "--")) {
            only_operands = true;
        } else if (!strcmp(arg, "--help") || !strcmp(arg, "-h")) {
            print_help(u);
            return AX_PARSED_HELP;
        } else if (!take(u, argc, argv, &i)) {
            return AX_PARSED_WRONG;
        }
    }
    *n_operands = n;
    return AX_PARSED_GO;
}
