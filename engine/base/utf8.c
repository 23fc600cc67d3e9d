#include "engine/base/utf8.h"

#include <string.h>

size_t ax_utf8_decode(const char *text, uint32_t *code)
{
    const unsigned char *s = (const unsigned char *)text;
    if (s[0] < 0x80) {
        *code = s[0];
        return 1;
    }
    size_t n = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;
    static const uint32_t least[5] = { 0, 0, 0x80, 0x800, 0x10000 };
    uint32_t c = s[0] & (0xffu >> (n + 1));
    *code = 0xfffd;
    if (s[0] < 0xc2 || s[0] > 0xf4)
        return 1;
    for (size_t i = 1; i < n; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return 1;
        c = c << 6 | (s[i] & 0x3f);
    }
    if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
        return 1;
    *code = c;
    return n;
}

size_t ax_utf8_len(const char *text)
{
    uint32_t code;
    size_t n = ax_utf8_decode(text, &code);
    return n == 1 && (unsigned char)*text >= 0x80 ? 0 : n;
}

size_t ax_utf8_encode(uint32_t code, char *buf)
{
    size_t n = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    static const unsigned char lead[5] = { 0, 0, 0xc0, 0xe0, 0xf0 };
    for (size_t i = n; i-- > 1; code >>= 6)
        buf[i] = (char)(0x80 | (code & 0x3f));
    buf[0] = (char)(lead[n] | code);
    buf[n] = '\0';
    return n;
}

bool ax_utf8_unseen(uint32_t code)
{
    /* Unicode 15: categories Cc, Zl, Zp, and Cf except the characters that occur within words (the joiners U+200C,
       U+200D) */
    static const uint32_t range[][2] = {
        { 0x00, 0x1f },     { 0x7f, 0x9f },     { 0x61c, 0x61c },   { 0x200b, 0x200b }, { 0x200e, 0x200f },
        { 0x2028, 0x202e }, { 0x2060, 0x206f }, { 0xfeff, 0xfeff }, { 0xfff9, 0xfffb }, { 0xe0000, 0xe007f },
    };
    for (size_t i = 0; i < sizeof range / sizeof *range; i++)
        if (code >= range[i][0] && code <= range[i][1])
            return true;
    return false;
}

int ax_utf8_fit(const char *text, int most)
{
    size_t n = 0, len;
    uint32_t code;
    while (text[n] && n + (len = ax_utf8_decode(text + n, &code)) <= (size_t)most)
        n += len;
    return (int)n;
}

int ax_utf8_columns(const char *text)
{
    static const struct {
        uint32_t first, last;
        int columns;
    } unusual[] = { { 0x300, 0x36f, 0 },     { 0x1100, 0x115f, 2 },  { 0x2e80, 0xa4cf, 2 }, { 0xac00, 0xd7a3, 2 },
                    { 0xf900, 0xfaff, 2 },   { 0xfe30, 0xfe6f, 2 },  { 0xff01, 0xff60, 2 }, { 0xffe0, 0xffe6, 2 },
                    { 0x1f300, 0x1faff, 2 }, { 0x20000, 0x3fffd, 2 } };
    int n = 0;
    for (uint32_t code; *text;) {
        text += ax_utf8_decode(text, &code);
        size_t i = 0;
        while (i < sizeof unusual / sizeof *unusual && (code < unusual[i].first || code > unusual[i].last))
            i++;
        n += i < sizeof unusual / sizeof *unusual ? unusual[i].columns : 1;
    }
    return n;
}

bool ax_utf8_is_plain(const char *text)
{
    for (size_t n; *text; text += n) {
        uint32_t code;
        n = ax_utf8_decode(text, &code);
        if (!ax_utf8_len(text) || ax_utf8_unseen(code))
            return false;
    }
    return true;
}

void ax_utf8_copy(char *out, size_t cap, const char *text)
{
    size_t len = 0;
    while (*text) {
        uint32_t code;
        size_t n = ax_utf8_decode(text, &code);
        bool good = ax_utf8_len(text) && !ax_utf8_unseen(code);
        size_t more = good ? n : 1;
        if (len + more >= cap)
            break;
        memcpy(out + len, good ? text : "?", more);
        len += more;
        text += n;
    }
    out[len] = '\0';
}
