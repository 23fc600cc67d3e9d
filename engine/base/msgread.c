#include "engine/base/msgread.h"

#include "engine/base/msgskim.h"

#include <math.h>
#include <string.h>

static size_t left(const ax_msgread *r)
{
    return (size_t)(r->end - r->at);
}

static uint64_t big_endian(const uint8_t *p, size_t n)
{
    uint64_t v = 0;
    for (size_t i = 0; i < n; i++)
        v = v << 8 | p[i];
    return v;
}

/* Reads a number of `width` bytes behind an object's first byte. */
static bool head(const ax_msgread *r, size_t width, uint64_t *v)
{
    if (left(r) < 1 + width)
        return false;
    *v = big_endian(r->at + 1, width);
    return true;
}

/* Heads that hold a length: in the low bits of the first byte, or in the 1, 2 or 4 bytes behind one of up to three
   other first bytes. */
typedef struct counted {
    uint8_t fixed, mask; /* (byte & mask) == fixed: the remaining bits are the length; mask 0 = no such form */
    uint8_t wide[3];     /* first bytes of the forms with a length of 1, 2, 4 bytes; 0 = no such form */
} counted;
static const counted array_head = { 0x90, 0xf0, { 0, 0xdc, 0xdd } }, map_head = { 0x80, 0xf0, { 0, 0xde, 0xdf } },
                     text_head = { 0xa0, 0xe0, { 0xd9, 0xda, 0xdb } }, bin_head = { 0, 0, { 0xc4, 0xc5, 0xc6 } };

static bool count(ax_msgread *r, const counted *h, uint32_t *n)
{
    uint64_t v;
    if (!left(r))
        return false;
    uint8_t c = *r->at;
    if (h->mask && (c & h->mask) == h->fixed) {
        *n = c & (uint8_t)~h->mask;
        r->at++;
        return true;
    }
    for (size_t i = 0; i < 3; i++)
        if (h->wide[i] && c == h->wide[i] && head(r, (size_t)1 << i, &v)) {
            *n = (uint32_t)v;
            r->at += 1 + ((size_t)1 << i);
            return true;
        }
    return false;
}

bool ax_msgread_array(ax_msgread *r, uint32_t *n)
{
    return count(r, &array_head, n);
}

bool ax_msgread_map(ax_msgread *r, uint32_t *n)
{
    return count(r, &map_head, n);
}

static bool bytes_of(ax_msgread *r, const counted *h, const uint8_t **bytes, size_t *n)
{
    ax_msgread was = *r;
    uint32_t size;
    if (!count(r, h, &size) || left(r) < size) {
        *r = was;
        return false;
    }
    *bytes = r->at;
    *n = size;
    r->at += size;
    return true;
}

bool ax_msgread_text(ax_msgread *r, const char **text, size_t *n)
{
    const uint8_t *bytes;
    if (!bytes_of(r, &text_head, &bytes, n))
        return false;
    *text = (const char *)bytes;
    return true;
}

bool ax_msgread_bin(ax_msgread *r, const uint8_t **bytes, size_t *n)
{
    return bytes_of(r, &bin_head, bytes, n);
}

bool ax_msgread_copy(ax_msgread *r, char *out, size_t cap)
{
    ax_msgread was = *r;
    const char *text;
    size_t n;
    if (!ax_msgread_text(r, &text, &n) || n >= cap || memchr(text, 0, n)) {
        *r = was;
        return false;
    }
    memcpy(out, text, n);
    out[n] = '\0';
    return true;
}

bool ax_msgread_whole(ax_msgread *r, int64_t *out)
{
    uint64_t v;
    if (!left(r))
        return false;
    uint8_t c = *r->at;
    size_t width = 0;
    if (c <= 0x7f || c >= 0xe0) {
        *out = c <= 0x7f ? c : (int64_t)c - 256;
    } else if (c >= 0xcc && c <= 0xd3) { /* uint 8, 16, 32, 64, int 8, 16, 32, 64 */
        width = (size_t)1 << (c - (c < 0xd0 ? 0xcc : 0xd0));
        if (!head(r, width, &v) || (c == 0xcf && v > INT64_MAX))
            return false;
        unsigned shift = c < 0xd0 ? 0 : 64 - 8 * (unsigned)width; /* moves the sign bit to the top and back */
        *out = (int64_t)(v << shift) >> shift;
    } else {
        return false;
    }
    r->at += 1 + width;
    return true;
}

bool ax_msgread_real(ax_msgread *r, double *out)
{
    uint64_t v;
    int64_t whole;
    if (!left(r))
        return false;
    uint8_t c = *r->at;
    if (c == 0xc0) {
        *out = NAN;
        r->at++;
    } else if (c == 0xcb && head(r, 8, &v)) {
        memcpy(out, &v, sizeof *out);
        r->at += 9;
    } else if (c == 0xca && head(r, 4, &v)) {
        float f;
        uint32_t bits = (uint32_t)v;
        memcpy(&f, &bits, sizeof f);
        *out = (double)f;
        r->at += 5;
    } else if (c == 0xcf && head(r, 8, &v)) { /* a number above INT64_MAX still fits a double */
        *out = (double)v;
        r->at += 9;
    } else if (ax_msgread_whole(r, &whole)) {
        *out = (double)whole;
    } else {
        return false;
    }
    return true;
}

bool ax_msgread_bool(ax_msgread *r, bool *out)
{
    if (!left(r) || (*r->at != 0xc2 && *r->at != 0xc3))
        return false;
    *out = *r->at++ == 0xc3;
    return true;
}

bool ax_msgread_skip(ax_msgread *r)
{
    size_t n = ax_msg_skim(r->at, left(r), NULL);
    r->at += n;
    return n > 0;
}
