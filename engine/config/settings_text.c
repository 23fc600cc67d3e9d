/* Settings as text: values, --help, the switches. */
#include "engine/config/settings_internal.h"

#include "engine/config/dataset.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

static void print_value(const ax_settings *s, const ax_setting_row *row, char out[AX_SETTING_TEXT])
{
    const char *at = (const char *)s + row->offset;
    if (row->type == AX_SETTING_TYPE_TEXT) {
        snprintf(out, AX_SETTING_TEXT, "%s", at);
    } else if (row->type == AX_SETTING_TYPE_WHOLE) {
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

static void help_row(ax_str *out, const ax_setting_row *row)
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

bool ax_settings_chosen(const ax_settings_choice *c, const char *name)
{
    return (!c->only || ax_dataset_lists(c->only, name)) && (!c->without || !ax_dataset_lists(c->without, name));
}

void ax_settings_help(ax_str *out, const ax_settings_choice *c)
{
    const char *heading, *of = NULL;
    size_t switched = 0;
    for (int k = 0, i; (i = ax_settings_in_order(k, &heading)) >= 0; k++) {
        of = heading ? heading : of;
        if (!ax_settings_chosen(c, ax_setting_table[i].name))
            continue;
        if (of)
            ax_str_printf(out, "\n%s:\n", of);
        of = NULL; /* it heads its first chosen setting */
        help_row(out, &ax_setting_table[i]);
    }
    ax_str_add(out, "\nData sets:\n");
    ax_dataset_help(out);
    ax_str_add(out, "\nOptions behind a data set:\n");
    ax_dataset_option_help(out);
    for (size_t i = 0; i < SWITCHES; i++)
        if (ax_settings_chosen(c, switches[i].setting))
            ax_str_printf(out, "%s  %-24s       %s = 0\n", switched++ ? "" : "\nSwitches:\n", switches[i].option,
                          switches[i].setting);
}

int ax_settings_at(const ax_settings *s, int i, const char **name, char value[AX_SETTING_TEXT])
{
    if (i < 0 || i >= AX_SETTINGS)
        return false;
    *name = ax_setting_table[i].name;
    print_value(s, &ax_setting_table[i], value);
    return true;
}

ax_setting_scope ax_settings_scope(int i)
{
    return ax_setting_table[i].scope;
}

int ax_settings_in_order(int k, const char **heading)
{
#define HEADING(id, heading) heading,
    static const char *const headings[] = { AX_SETTING_GROUP_LIST(HEADING) };
    for (int g = 0; g < AX_SETTING_GROUPS; g++) {
        *heading = headings[g];
        for (int i = 0; i < AX_SETTINGS; i++) {
            if ((int)ax_setting_table[i].group != g)
                continue;
            if (!k--)
                return i;
            *heading = NULL;
        }
    }
    return -1;
}
