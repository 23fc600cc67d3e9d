#include "tui/session/keys_text.h"

#include "tui/session/config.h"
#include "tui/ui/palette.h"

#include <stdlib.h>
#include <string.h>

static bool has(const char *text, const char *word)
{
    return !*word || strcasestr(text, word);
}

int ax_keys_text(const char *word, ax_str *out)
{
    ax_config *c = malloc(sizeof *c);
    ax_palette_word p;
    char name[24];
    int n = 0;
    if (!c)
        return 0;
    ax_config_read(c);
    for (int a = 0; a < AX_ACTION_COUNT; a++) {
        ax_action_word((ax_action)a, name);
        if (!has(name, word) && strcmp(c->keys.label[a], word) != 0 && !has(ax_actions[a].help, word))
            continue;
        ax_str_printf(out, "  %-9s %-15s %s\n", c->keys.label[a], name, ax_actions[a].help);
        n++;
    }
    for (int i = 0; ax_palette(i, &p); i++)
        if (has(p.word, word) || has(p.doc, word)) {
            ax_str_printf(out, "  :%-24s %s%s%s\n", p.word, p.operands, p.operands[0] ? "  " : "", p.doc);
            n++;
        }
    free(c);
    return n;
}

int ax_config_text(const char *word, ax_str *out)
{
    int n = 0;
#define TELL(name, takes, doc)                                                                                         \
    if (has(#name, word) || has(doc, word)) {                                                                          \
        ax_str_printf(out, "  %-25s %s: %s\n", #name, doc, takes);                                                     \
        n++;                                                                                                           \
    }
    AX_CONFIG_LIST(TELL)
    return n;
}
