#include "engine/command/options.h"

#include "engine/base/out.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int ax_command_fail(const ax_err *err)
{
    return ax_complain_of(err);
}

void ax_command_device_note(const char *note)
{
    if (note[0] && isatty(STDERR_FILENO))
        ax_complain("device auto is the CPU: %s", note);
}

static void print_help(const char *usage, const ax_option *options, size_t n)
{
    ax_out("%s\n", usage);
    for (size_t i = 0; i < n; i++) {
        char left[64];
        snprintf(left, sizeof left, "%s%s%s", options[i].name, options[i].meta ? " " : "",
                 options[i].meta ? options[i].meta : "");
        ax_out("  %-22s %s\n", left, options[i].doc);
    }
    ax_out("  %-22s %s\n", "--help", "this text");
}

/* A whole number at text; *end is what comes after it. */
static bool parse_whole(const char *text, char **end, int32_t least, int32_t most, int32_t *out)
{
    errno = 0;
    long v = strtol(text, end, 10);
    if (*end == text || errno || v < least || v > most)
        return false;
    *out = (int32_t)v;
    return true;
}

static bool set(const ax_option *o, const char *value)
{
    char *end;
    int32_t v[2];
    switch (o->kind) {
    case AX_OPTION_FLAG:
        *(bool *)o->value = true;
        return true;
    case AX_OPTION_TEXT:
        *(const char **)o->value = value;
        return true;
    case AX_OPTION_WHOLE:
        if (!parse_whole(value, &end, o->least, o->most, v) || *end)
            break;
        *(int32_t *)o->value = v[0];
        return true;
    case AX_OPTION_SIZE:
        if (!parse_whole(value, &end, o->least, o->most, &v[0]))
            break;
        v[1] = v[0];
        if (*end && (*end != 'x' || !parse_whole(end + 1, &end, o->least, o->most, &v[1]) || *end))
            break;
        memcpy(o->value, v, sizeof v);
        return true;
    }
    ax_complain("option %s: '%.80s' isn't %s from %d to %d", o->name, value,
                o->kind == AX_OPTION_SIZE ? "a size HxW, each" : "a whole number", o->least, o->most);
    return false;
}

static const ax_option *find(const ax_option *options, size_t n, const char *arg, size_t len)
{
    for (size_t i = 0; i < n; i++)
        if (strlen(options[i].name) == len && !strncmp(options[i].name, arg, len))
            return &options[i];
    return NULL;
}

ax_parsed ax_options_parse(const char *usage, const ax_option *options, size_t n_options, int argc, char **argv,
                           int max_operands, int *n_operands)
{
    int n = 0;
    bool only_operands = false;
    for (int i = 1; i < argc; i++) {
        char *arg = argv[i];
        if (only_operands || arg[0] != '-' || !arg[1]) {
            if (n == max_operands) {
                ax_complain("%s: '%.80s' is one argument too many", argv[0], arg);
                return AX_PARSED_WRONG;
            }
            argv[++n] = arg;
            continue;
        }
        if (!strcmp(arg, "--")) {
            only_operands = true;
            continue;
        }
        if (!strcmp(arg, "--help") || !strcmp(arg, "-h")) {
            print_help(usage, options, n_options);
            return AX_PARSED_HELP;
        }
        const char *value = strchr(arg, '=');
        const ax_option *o = find(options, n_options, arg, value ? (size_t)(value - arg) : strlen(arg));
        if (!o) {
            ax_complain("%s: unknown option '%.80s'; --help lists them", argv[0], arg);
            return AX_PARSED_WRONG;
        }
        bool needs = o->kind != AX_OPTION_FLAG;
        if (value && !needs) {
            ax_complain("option %s takes no value", o->name);
            return AX_PARSED_WRONG;
        }
        if (needs && !value && i + 1 == argc) {
            ax_complain("option %s needs a value", o->name);
            return AX_PARSED_WRONG;
        }
        value = value ? value + 1 : needs ? argv[++i] : NULL;
        if (!set(o, value))
            return AX_PARSED_WRONG;
    }
    *n_operands = n;
    return AX_PARSED_GO;
}
