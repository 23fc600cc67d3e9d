#include "tui/ui/prompt.h"

#include "engine/base/utf8.h"
#include "tui/term/keycode.h"

#include <stdio.h>
#include <string.h>

void ax_prompt_start(ax_prompt *p, const char *text)
{
    snprintf(p->text, sizeof p->text, "%s", text);
    p->len = p->at = strlen(p->text);
    p->full = false;
}

static size_t before(const ax_prompt *p, size_t at)
{
    if (at == 0)
        return 0;
    do
        at--;
    while (at > 0 && ((unsigned char)p->text[at] & 0xc0) == 0x80);
    return at;
}

static size_t after(const ax_prompt *p, size_t at)
{
    if (at >= p->len)
        return p->len;
    do
        at++;
    while (at < p->len && ((unsigned char)p->text[at] & 0xc0) == 0x80);
    return at;
}

static void cut(ax_prompt *p, size_t from, size_t to)
{
    memmove(p->text + from, p->text + to, p->len - to + 1);
    p->len -= to - from;
    p->at = from;
}

static void insert(ax_prompt *p, uint32_t code)
{
    char bytes[5];
    size_t n = ax_utf8_encode(code, bytes);
    if (p->len + n >= sizeof p->text) {
        p->full = true;
        return;
    }
    memmove(p->text + p->at + n, p->text + p->at, p->len - p->at + 1);
    memcpy(p->text + p->at, bytes, n);
    p->len += n;
    p->at += n;
}

static size_t word_before(const ax_prompt *p)
{
    size_t at = p->at;
    while (at > 0 && p->text[at - 1] == ' ')
        at--;
    while (at > 0 && p->text[at - 1] != ' ')
        at--;
    return at;
}

void ax_prompt_paste(ax_prompt *p, const char *text)
{
    uint32_t code;
    p->full = false;
    for (size_t n; *text && !p->full; text += n) {
        n = ax_utf8_decode(text, &code);
        insert(p, code);
    }
}

static bool is_text(uint32_t key)
{
    bool control = key < 0x20 || (key >= 0x7f && key < 0xa0), surrogate = key >= 0xd800 && key < 0xe000;
    return !control && !surrogate && key < 0x110000;
}

ax_typed ax_prompt_key(ax_prompt *p, uint32_t key)
{
    p->full = false;
    switch (key) {
    case AX_KEY_ENTER:
    case '\n':
        return AX_ACCEPTED;
    case AX_KEY_ESCAPE:
    case AX_CTRL('G'):
        return AX_DROPPED;
    case AX_KEY_BACKSPACE:
    case '\b':
        if (p->len == 0)
            return AX_DROPPED;
        cut(p, before(p, p->at), p->at);
        break;
    case AX_KEY_DELETE:
        cut(p, p->at, after(p, p->at));
        break;
    case AX_KEY_LEFT:
        p->at = before(p, p->at);
        break;
    case AX_KEY_RIGHT:
        p->at = after(p, p->at);
        break;
    case AX_KEY_HOME:
    case AX_CTRL('A'):
        p->at = 0;
        break;
    case AX_KEY_END:
    case AX_CTRL('E'):
        p->at = p->len;
        break;
    case AX_CTRL('U'):
        cut(p, 0, p->at);
        break;
    case AX_CTRL('K'):
        cut(p, p->at, p->len);
        break;
    case AX_CTRL('W'):
        cut(p, word_before(p), p->at);
        break;
    default:
        if (!is_text(key))
            return AX_UNKNOWN;
        insert(p, key);
    }
    return AX_TYPED;
}
