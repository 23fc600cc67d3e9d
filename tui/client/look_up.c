#include "tui/client/look_up.h"

#include "engine/config/settings.h"
#include "tui/session/keys_text.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name, *doc;
} settings[] = {
#define SETTING(type, name, scope, group, demo, cpu, paper, limits, doc) { #name, doc },
    AX_SETTING_LIST(SETTING)
};

static int settings_text(const char *word, ax_str *out)
{
    int n = 0;
    char name[64]; /* "weight-decay" is an option's spelling of weight_decay */
    snprintf(name, sizeof name, "%s", word);
    for (char *c = name; *c; c++)
        *c = *c == '-' ? '_' : *c;
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
        if (strcasestr(settings[i].name, name) || strcasestr(settings[i].doc, word)) {
            ax_str_printf(out, "  %-25s %s\n", settings[i].name, settings[i].doc);
            n++;
        }
    return n;
}

/* Prints the lines that `find` finds, below a heading; returns how many. */
static int section(const char *heading, int (*find)(const char *word, ax_str *out), const char *word, ax_str *out)
{
    ax_str found;
    ax_str_init(&found, 0);
    int n = find(word, &found);
    if (n)
        ax_str_printf(out, "%s%s\n%s", out->len ? "\n" : "", heading, found.text);
    ax_str_release(&found);
    return n;
}

int ax_look_up(const char *word, ax_str *out)
{
    size_t dashes = strspn(word, "-");
    word += word[dashes] ? dashes : 0;
    if (!strcmp(word, "keys"))
        return section("Keys and commands of the screens (keys.ini may change keys: NAME = KEY)", ax_keys_text, "",
                       out);
    int n = section("Keys and commands of the screens", ax_keys_text, word, out);
    n += section("Settings of the screens (config.ini)", ax_config_text, word, out);
    return n + section("Settings of a run (--NAME, run.ini)", settings_text, word, out);
}
