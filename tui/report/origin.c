/* How the results came about: settings, the command that starts such a run, versions, the device. */
#include "tui/report/page_internal.h"
#include "viz/svg.h"

#include <stdio.h>
#include <string.h>

/* Whether setting i differs from the preset. */
static bool differs(const ax_settings *s, const ax_settings *preset, int i, const char **name,
                    char value[AX_SETTING_TEXT])
{
    char usual[AX_SETTING_TEXT];
    const char *same;
    return ax_settings_at(s, i, name, value) && ax_settings_at(preset, i, &same, usual) && strcmp(value, usual) != 0;
}

static bool is_plain(const char *text)
{
    return text[0] &&
           strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:,=+-") == strlen(text);
}

/* A word of a shell's command line, as HTML. */
static void add_word(ax_str *out, const char *text)
{
    if (is_plain(text)) {
        ax_svg_escape(out, text);
        return;
    }
    ax_str_add(out, "'");
    for (const char *c = text; *c; c++) {
        size_t n = strcspn(c, "'");
        char part[AX_SETTING_TEXT];
        snprintf(part, sizeof part, "%.*s", (int)n, c);
        ax_svg_escape(out, part);
        c += n;
        if (!*c)
            break;
        ax_str_add(out, "'\\''");
    }
    ax_str_add(out, "'");
}

static void add_command(const ax_settings *s, const ax_settings *preset, ax_str *out)
{
    const char *name;
    char value[AX_SETTING_TEXT];
    ax_str_printf(out, "<pre>auxcell search --preset %s", s->preset);
    for (int i = 0; ax_settings_at(s, i, &name, value); i++) {
        if (!differs(s, preset, i, &name, value))
            continue;
        ax_str_add(out, " \\\n    --");
        for (; *name; name++)
            ax_str_bytes(out, *name == '_' ? "-" : name, 1);
        ax_str_add(out, " ");
        add_word(out, value);
    }
    ax_str_add(out, "</pre>\n");
}

void ax_page_settings(const ax_page_of *of, ax_str *out)
{
    ax_settings preset;
    const ax_settings *s = of->settings;
    if (!s || ax_settings_preset(&preset, s->preset, NULL) != AX_OK)
        return;
    ax_str_printf(
        out, "<section>\n<h2>Settings</h2>\n<p>What differs from preset %s is marked.</p>\n<dl class=\"settings\">\n",
        s->preset);
    const char *heading, *name;
    char value[AX_SETTING_TEXT];
    for (int k = 0, i; (i = ax_settings_in_order(k, &heading)) >= 0; k++) {
        if (heading)
            ax_str_printf(out, "%s<div class=\"keep\"><h3>%s</h3>\n", k ? "</div>\n" : "", heading);
        bool other = differs(s, &preset, i, &name, value);
        ax_settings_at(s, i, &name, value);
        ax_str_printf(out, "<div%s><dt>%s</dt><dd>", other ? " class=\"other\"" : "", name);
        ax_svg_escape(out, value[0] ? value : "\u2013");
        ax_str_add(out, "</dd></div>\n");
    }
    ax_str_add(out, "</div>\n</dl>\n</section>\n");
}

static void add_fact(ax_str *out, const char *name, const char *value)
{
    ax_str_printf(out, "<div><dt>%s</dt><dd>", name);
    ax_svg_escape(out, value);
    ax_str_add(out, "</dd></div>\n");
}

void ax_page_origin(const ax_page_of *of, ax_str *out)
{
    const ax_state *s = of->state;
    const ax_settings *set = of->settings;
    ax_settings preset;
    char text[64];
    ax_str_add(out, "<section>\n<h2>Origin</h2>\n<dl class=\"facts\">\n");
    add_fact(out, "run", of->path);
    add_fact(out, "data", set ? set->data : s->data);
    if (s->data_changed)
        add_fact(out, "data changed", "since the run began: rewards before and after can't be compared");
    if (set)
        add_fact(out, "encoder", set->encoder);
    add_fact(out, "device", s->device);
    snprintf(text, sizeof text, "%lld", (long long)s->workers);
    add_fact(out, "workers", text);
    snprintf(text, sizeof text, "%lld", (long long)s->seed);
    add_fact(out, "seed", text);
    add_fact(out, "page made by", "auxcell " AX_VERSION);
    if (s->n_lost)
        add_fact(out, "history", "a part of it is lost");
    ax_str_add(out, "</dl>\n");
    if (set && ax_settings_preset(&preset, set->preset, NULL) == AX_OK) {
        ax_str_add(out, "<p>A run with the same settings:</p>\n");
        add_command(set, &preset, out);
    }
    ax_str_add(out, "</section>\n");
}
