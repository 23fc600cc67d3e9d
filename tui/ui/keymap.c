#include "tui/ui/keymap.h"

#include "engine/base/utf8.h"
#include "tui/ui/views.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* ---- names ---- */

static const struct {
    const char *name;
    uint32_t key;
} names[] = {
    { "Enter", AX_KEY_ENTER },  { "Esc", AX_KEY_ESCAPE },     { "Tab", '\t' },
    { "Space", ' ' },           { "BS", AX_KEY_BACKSPACE },   { "Up", AX_KEY_UP },
    { "Down", AX_KEY_DOWN },    { "Left", AX_KEY_LEFT },      { "Right", AX_KEY_RIGHT },
    { "PgUp", AX_KEY_PAGE_UP }, { "PgDn", AX_KEY_PAGE_DOWN }, { "Home", AX_KEY_HOME },
    { "End", AX_KEY_END },      { "Del", AX_KEY_DELETE },
};

uint32_t ax_key_named(const char *name, size_t n)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strlen(names[i].name) == n && !strncasecmp(names[i].name, name, n))
            return names[i].key;
    uint32_t f = 0; /* F1 to F12 */
    for (size_t i = 1; i < n && n <= 3 && (name[0] == 'F' || name[0] == 'f'); i++)
        f = name[i] >= '0' && name[i] <= '9' && (i > 1 || name[i] != '0') ? 10 * f + (uint32_t)(name[i] - '0') : 99;
    if (f >= 1 && f <= 12)
        return AX_KEY_F1 + f - 1;
    bool control = n == 6 && !strncasecmp(name, "Ctrl-", 5);
    bool letter = control && ((name[5] >= 'a' && name[5] <= 'z') || (name[5] >= 'A' && name[5] <= 'Z'));
    return letter ? AX_CTRL((uint32_t)name[5]) : 0;
}

char *ax_key_name(uint32_t key, char out[static AX_KEY_LABEL])
{
    size_t i = 0, n = sizeof names / sizeof *names;
    while (i < n && names[i].key != key)
        i++;
    if (i < n)
        snprintf(out, AX_KEY_LABEL, "%s", names[i].name);
    else if (key == AX_KEY_BACKTAB)
        snprintf(out, AX_KEY_LABEL, "Shift-Tab");
    else if (key >= AX_KEY_F1 && key <= AX_KEY_F12)
        snprintf(out, AX_KEY_LABEL, "F%u", key - AX_KEY_F1 + 1);
    else if (key < ' ')
        snprintf(out, AX_KEY_LABEL, "Ctrl-%c", (int)(key | 0x40));
    else
        ax_utf8_encode(key, out);
    return out;
}

void ax_action_word(ax_action a, char out[static 24])
{
#define WORD(id, contexts, key, label, hint, help, needs) [AX_DO_##id] = #id,
    static const char *const words[AX_ACTION_COUNT] = { AX_ACTION_LIST(WORD) };
    size_t i = 0;
    for (; words[a][i] && i < 23; i++)
        out[i] = (char)(words[a][i] == '_' ? '-' : words[a][i] + ('a' - 'A'));
    out[i] = '\0';
}

ax_action ax_action_named(const char *word)
{
    char name[24];
    for (int a = 0; a < AX_ACTION_COUNT; a++) {
        ax_action_word((ax_action)a, name);
        if (!strcasecmp(name, word))
            return (ax_action)a;
    }
    return AX_DO_NOTHING;
}

/* ---- the map ---- */

void ax_keymap_init(ax_keymap *k)
{
    for (int a = 0; a < AX_ACTION_COUNT; a++) {
        k->key[a] = ax_actions[a].key;
        snprintf(k->label[a], AX_KEY_LABEL, "%s", ax_actions[a].label);
    }
}

static const struct {
    uint32_t key;
    ax_action action;
} also[] = {
    { AX_KEY_DOWN, AX_DO_DOWN },
    { AX_KEY_UP, AX_DO_UP },
    { AX_KEY_LEFT, AX_DO_VIEW_BACK },
    { AX_KEY_HOME, AX_DO_FIRST },
    { AX_KEY_END, AX_DO_LAST },
    { AX_KEY_RIGHT, AX_DO_VIEW_ON },
    { '\n', AX_DO_OPEN },
    { ' ', AX_DO_PAGE_DOWN },
    { AX_KEY_BACKTAB, AX_DO_WIRING },
    { AX_KEY_F1, AX_DO_HELP },
    { AX_KEY_DOWN, AX_DO_EDIT_DOWN },
    { AX_KEY_UP, AX_DO_EDIT_UP },
    { AX_KEY_LEFT, AX_DO_EDIT_LEFT },
    { ' ', AX_DO_EDIT_MORE },
    { AX_KEY_RIGHT, AX_DO_EDIT_RIGHT },
    { ']', AX_DO_EDIT_MORE },
    { '[', AX_DO_EDIT_LESS },
    { '\n', AX_DO_EDIT_QUEUE },
    { 'q', AX_DO_EDIT_LEAVE },
    { 'Y', AX_DO_YES },
    { AX_CTRL('P'), AX_DO_RECALL_BACK },
    { AX_CTRL('N'), AX_DO_RECALL_ON },
};

ax_action ax_keymap_action(const ax_keymap *k, ax_context_id context, uint32_t key)
{
    for (int i = 0; i < AX_ACTION_COUNT && key; i++)
        if (k->key[i] == key && (ax_actions[i].contexts >> context & 1))
            return (ax_action)i;
    for (unsigned i = 0; i < sizeof also / sizeof *also; i++)
        if (also[i].key == key && (ax_actions[also[i].action].contexts >> context & 1))
            return also[i].action;
    return AX_DO_NOTHING;
}

/* ---- the file ---- */

static char *trim(char *text)
{
    text += strspn(text, " \t\r");
    size_t n = strlen(text);
    while (n && strchr(" \t\r", text[n - 1]))
        text[--n] = '\0';
    return text;
}

uint32_t ax_key_read(const char *text)
{
    uint32_t code, key = ax_key_named(text, strlen(text));
    size_t n = key ? 0 : ax_utf8_decode(text, &code);
    return key ? key : n && !text[n] && code > ' ' ? code : 0;
}

/* line_of: the line of each action, 0 = not there yet. */
static ax_code take_line(ax_keymap *k, const char *path, int line, char *text, int line_of[AX_ACTION_COUNT],
                         ax_err *err)
{
    char *sign = strchr(text, '=');
    if (!sign || sign == text)
        return ax_fail(err, AX_EINVAL, "%s, line %d: write ACTION = KEY", path, line);
    *sign = '\0';
    const char *word = trim(text), *value = trim(sign + 1);
    ax_action a = ax_action_named(word);
    if (a == AX_DO_NOTHING)
        return ax_fail(err, AX_EINVAL, "%s, line %d: there is no action '%.40s'; 'auxcell help keys' lists them", path,
                       line, word);
    if (line_of[a])
        return ax_fail(err, AX_EINVAL, "%s, line %d: %s is in line %d already", path, line, word, line_of[a]);
    line_of[a] = line;
    bool none = !strcasecmp(value, "none");
    uint32_t key = none ? 0 : ax_key_read(value);
    if (!key && !none)
        return ax_fail(err, AX_EINVAL, "%s, line %d: '%.40s' is not a key: a character, Enter, F5, Ctrl-X, none", path,
                       line, value);
    if (key >= ' ' && key < 0x110000 && key != 0x7f && (ax_actions[a].contexts & AX_IN_PROMPT))
        return ax_fail(err, AX_EINVAL, "%s, line %d: in prompts %.40s would be typed", path, line, value);
    k->key[a] = key;
    snprintf(k->label[a], AX_KEY_LABEL, "%.11s", none ? "" : value);
    return AX_OK;
}

/* Looks for a key with two meanings in one context. */
static ax_code find_clash(const ax_keymap *k, const char *path, ax_err *err)
{
    char one[24], other[24];
    for (int a = 0; a < AX_ACTION_COUNT; a++) {
        ax_action_word((ax_action)a, one);
        for (int v = 0; v < AX_VIEW_COUNT; v++)
            if (k->key[a] && (uint32_t)ax_views[v]->key == k->key[a] && (ax_actions[a].contexts & AX_IN_VIEWS))
                return ax_fail(err, AX_EINVAL, "%s: %s is both %s and the view %s", path, k->label[a], one,
                               ax_views[v]->title);
        for (int b = 0; b < a; b++) {
            ax_action_word((ax_action)b, other);
            if (k->key[a] && k->key[a] == k->key[b] && (ax_actions[a].contexts & ax_actions[b].contexts))
                return ax_fail(err, AX_EINVAL, "%s: %s is both %s and %s", path, k->label[a], other, one);
        }
    }
    return AX_OK;
}

ax_code ax_keymap_parse(ax_keymap *k, const char *path, char *text, ax_err *err)
{
    ax_keymap next = *k;
    int line_of[AX_ACTION_COUNT] = { 0 };
    ax_code code = AX_OK;
    for (int line = 1; *text && code == AX_OK; line++) {
        char *end = text + strcspn(text, "\n"), *after = *end ? end + 1 : end;
        *end = '\0';
        text = trim(text);
        if (*text && *text != '#' && *text != ';')
            code = take_line(&next, path, line, text, line_of, err);
        text = after;
    }
    if (code == AX_OK)
        code = find_clash(&next, path, err);
    if (code == AX_OK)
        *k = next;
    return code;
}
