#include "viz/reply.h"

#include <stdlib.h>
#include <string.h>

/* Parameters of a control sequence, n of them at most; returns how many there are. */
static int parameters(const char *text, const char *end, long out[], int n)
{
    int k = 0;
    while (text < end && k < n) {
        char *after;
        out[k++] = strtol(text, &after, 10);
        if (after >= end || *after != ';')
            break;
        text = after + 1;
    }
    return k;
}

void ax_reply_take(ax_reply *r, const char *bytes, size_t n)
{
    enum { MOST = 32 };
    static const char kitty_ok[] = "i=1;OK";
    long p[MOST];
    if (n < 3)
        return;
    const char *end = bytes + n - 1; /* the final byte */
    if (bytes[1] == '_') {
        r->kitty = r->kitty || (n > sizeof kitty_ok + 2 && !memcmp(bytes + 3, kitty_ok, sizeof kitty_ok - 1));
    } else if (bytes[1] == '[' && bytes[2] == '?' && *end == 'c') {
        int k = parameters(bytes + 3, end, p, MOST);
        for (int i = 1; i < k; i++) /* the first one is the kind of terminal */
            r->sixel = r->sixel || p[i] == 4;
        r->whole = true;
    } else if (bytes[1] == '[' && bytes[2] == '?' && *end == 'y') {
        int k = parameters(bytes + 3, end, p, MOST);
        bool can = k == 2 && (p[1] == 1 || p[1] == 2); /* set, or could be */
        r->sync = r->sync || (can && p[0] == 2026);
        r->focus = r->focus || (can && p[0] == 1004);
    } else if (bytes[1] == '[' && *end == 't' && parameters(bytes + 2, end, p, MOST) == 3 && p[0] == 6) {
        bool sane = p[1] > 0 && p[1] < 1000 && p[2] > 0 && p[2] < 1000;
        r->cell_h = sane ? (int)p[1] : 0;
        r->cell_w = sane ? (int)p[2] : 0;
    }
}

bool ax_reply_may_be_asked(void)
{
    const char *name = getenv("TERM");
    bool inside = getenv("TMUX") || getenv("STY") || !name || !strncmp(name, "screen", 6) || !strncmp(name, "tmux", 4);
    return !inside && *name && strcmp(name, "dumb") != 0 && strcmp(name, "linux") != 0 && strncmp(name, "vt", 2) != 0;
}
