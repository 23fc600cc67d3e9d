#include "engine/base/msgskim.h"

#include <stdint.h>

/* Head of an object: its length, bytes of content behind it, number of elements that follow. */
typedef struct head {
    size_t length;
    uint64_t content, elements;
} head;

static uint64_t big_endian(const uint8_t *p, size_t n)
{
    uint64_t v = 0;
    for (size_t i = 0; i < n; i++)
        v = v << 8 | p[i];
    return v;
}

/* Returns false for 0xc1, which the format never uses. *need: length of the head itself. */
static bool read_head(const uint8_t *p, size_t n, head *h, size_t *need)
{
    uint8_t c = p[0];
    *h = (head) { .length = 1 };
    *need = 1;
    if (c <= 0x7f || c >= 0xe0 || c == 0xc0 || c == 0xc2 || c == 0xc3)
        return true;
    if (c <= 0x8f) {
        h->elements = 2u * (c & 15);
    } else if (c <= 0x9f) {
        h->elements = c & 15;
    } else if (c <= 0xbf) {
        h->content = c & 31;
    } else if (c == 0xc1) {
        return false;
    } else if (c >= 0xca && c <= 0xd3) { /* float 32, 64, uint 8-64, int 8-64 */
        static const uint8_t size[10] = { 4, 8, 1, 2, 4, 8, 1, 2, 4, 8 };
        h->content = size[c - 0xca];
    } else if (c >= 0xd4 && c <= 0xd8) { /* fixext: a type byte and 1, 2, 4, 8, 16 bytes */
        h->content = 1 + ((uint64_t)1 << (c - 0xd4));
    } else {
        size_t width = c >= 0xdc                ? (c & 1 ? 4 : 2)          /* array, map */
                       : c >= 0xd9              ? (size_t)1 << (c - 0xd9)  /* str 8, 16, 32 */
                       : c >= 0xc7 && c <= 0xc9 ? (size_t)1 << (c - 0xc7)  /* ext */
                                                : (size_t)1 << (c - 0xc4); /* bin */
        *need = 1 + width;
        if (n < *need)
            return true;
        h->length = 1 + width;
        uint64_t v = big_endian(p + 1, width);
        if (c >= 0xdc)
            h->elements = c >= 0xde ? 2 * v : v;
        else
            h->content = c >= 0xc7 && c <= 0xc9 ? v + 1 : v;
    }
    return true;
}

size_t ax_msg_skim(const void *bytes, size_t n, bool *more)
{
    const uint8_t *p = bytes;
    uint64_t left[AX_MSG_DEPTH + 1] = { 1 }; /* objects still to come per level */
    size_t depth = 0, at = 0;
    if (more)
        *more = false;
    for (;;) {
        while (left[depth] == 0) {
            if (depth == 0)
                return at;
            depth--;
        }
        head h;
        size_t need = 1;
        if (at == n || (read_head(p + at, n - at, &h, &need) && n - at < need)) {
            if (more)
                *more = true;
            return 0;
        }
        if (p[at] == 0xc1)
            return 0;
        at += h.length;
        if (h.content > n - at) {
            if (more)
                *more = true;
            return 0;
        }
        at += (size_t)h.content;
        left[depth]--;
        if (h.elements) {
            if (depth == AX_MSG_DEPTH)
                return 0;
            if (h.elements > n - at) { /* every element takes at least one byte */
                if (more)
                    *more = true;
                return 0;
            }
            left[++depth] = h.elements;
        }
    }
}
