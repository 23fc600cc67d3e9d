#include "tui/term/input.h"

#include "tui/term/keycode.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

/* Seconds after which an Escape is a key, not the first byte of a sequence: a terminal sends a sequence at once, and
   nobody types that fast. */
static const double lone_escape = 0.025;
/* Seconds to wait for the rest of a sequence, which may be late on a slow line. */
static const double slow_sequence = 0.5;
/* Seconds after which a paste without an end is over: keys must work again. Long, since the rest of a late paste would
   act as keys. */
static const double slow_paste = 3;

/* Seconds to wait for the rest of the terminal's answer. */
static const double slow_answer = 0.2;

static const char paste_begin[] = "\033[200~", paste_end[] = "\033[201~";
enum { PASTE_MARK = sizeof paste_end - 1, LONGEST_SEQUENCE = 64 };

static void add_function_keys(ax_input *in, const char *const sent[], size_t n)
{
    for (size_t i = 0; i < n; i++)
        ax_input_add(in, sent[i], AX_KEY_F1 + (uint32_t)i);
}

void ax_input_init(ax_input *in)
{
    /* both forms of the cursor keys, whichever mode the terminal is in */
    static const struct {
        const char *sent;
        uint32_t key;
    } usual[] = {
        { "\033[A", AX_KEY_UP },      { "\033[B", AX_KEY_DOWN },     { "\033[C", AX_KEY_RIGHT },
        { "\033[D", AX_KEY_LEFT },    { "\033OA", AX_KEY_UP },       { "\033OB", AX_KEY_DOWN },
        { "\033OC", AX_KEY_RIGHT },   { "\033OD", AX_KEY_LEFT },     { "\033[H", AX_KEY_HOME },
        { "\033[F", AX_KEY_END },     { "\033OH", AX_KEY_HOME },     { "\033OF", AX_KEY_END },
        { "\033[1~", AX_KEY_HOME },   { "\033[4~", AX_KEY_END },     { "\033[7~", AX_KEY_HOME },
        { "\033[8~", AX_KEY_END },    { "\033[5~", AX_KEY_PAGE_UP }, { "\033[6~", AX_KEY_PAGE_DOWN },
        { "\033[3~", AX_KEY_DELETE }, { "\033[Z", AX_KEY_BACKTAB },  { "\033OM", AX_KEY_ENTER },
    };
    /* F1 and on: the first four as a VT100, as rxvt and as the Linux console send them */
    static const char *const function[] = {
        "\033OP",   "\033OQ",   "\033OR",   "\033OS",   "\033[15~", "\033[17~",
        "\033[18~", "\033[19~", "\033[20~", "\033[21~", "\033[23~", "\033[24~",
    };
    static const char *const other_function[] = { "\033[11~", "\033[12~", "\033[13~", "\033[14~" };
    static const char *const console_function[] = { "\033[[A", "\033[[B", "\033[[C", "\033[[D", "\033[[E" };
    *in = (ax_input) { .due = INFINITY };
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        ax_input_add(in, usual[i].sent, usual[i].key);
    add_function_keys(in, function, sizeof function / sizeof *function);
    add_function_keys(in, other_function, sizeof other_function / sizeof *other_function);
    add_function_keys(in, console_function, sizeof console_function / sizeof *console_function);
}

void ax_input_add(ax_input *in, const char *sent, uint32_t key)
{
    size_t n = strlen(sent);
    if (sent[0] != '\033' || n < 2 || n >= AX_INPUT_SENT || in->n_known == AX_INPUT_KNOWN)
        return;
    memcpy(in->known[in->n_known].sent, sent, n + 1);
    in->known[in->n_known++].key = key;
}

size_t ax_input_feed(ax_input *in, const char *bytes, size_t n, double now)
{
    size_t room = sizeof in->held - in->n;
    n = n < room ? n : room;
    memcpy(in->held + in->n, bytes, n);
    in->n += n;
    in->fed_at = now;
    return n;
}

static void drop(ax_input *in, size_t n)
{
    in->n -= n;
    memmove(in->held, in->held + n, in->n);
}

/* ---- pastes ---- */

static void keep(ax_input *in, size_t n)
{
    size_t room = sizeof in->paste - 1 - in->pasted, kept = n < room ? n : room;
    memcpy(in->paste + in->pasted, in->held, kept);
    in->pasted += kept;
    in->paste[in->pasted] = '\0';
    in->lost += n - kept;
    drop(in, n);
}

/* Moves the held bytes to the paste; bytes that may begin the end mark stay. True: the end mark was there. */
static bool ends_paste(ax_input *in)
{
    size_t at = 0;
    for (; at < in->n; at++) {
        size_t left = in->n - at, n = left < PASTE_MARK ? left : PASTE_MARK;
        if (!memcmp(in->held + at, paste_end, n))
            break;
    }
    keep(in, at);
    if (in->n < PASTE_MARK)
        return false;
    drop(in, PASTE_MARK);
    return true;
}

static bool next_paste(ax_input *in, double now)
{
    bool ends = ends_paste(in);
    in->due = in->fed_at + slow_paste;
    if (!ends && now < in->due)
        return false;
    if (!ends)
        keep(in, in->n);
    in->pasting = false;
    return true;
}

/* ---- keys ---- */

/* Reads a report of the mouse (mode 1006): ESC [ < button ; column ; row, then M or m; both count from 1. False: it is
   none. */
static bool read_mouse(ax_input *in, size_t n)
{
    long v[3];
    char text[LONGEST_SEQUENCE + 1], *at = text + 3;
    if (n < 4 || n > LONGEST_SEQUENCE || memcmp(in->held, "\033[<", 3) != 0)
        return false;
    memcpy(text, in->held, n);
    text[n] = '\0';
    for (int i = 0; i < 3; i++) {
        char *end;
        v[i] = *at >= '0' && *at <= '9' ? strtol(at, &end, 10) : -1;
        if (v[i] < 0 || v[i] > 9999 || (i < 2 && *end != ';'))
            return false;
        at = end + (i < 2);
    }
    if ((*at != 'M' && *at != 'm') || !v[1] || !v[2])
        return false;
    in->mouse.button = (int)v[0];
    in->mouse.col = (int)v[1] - 1;
    in->mouse.row = (int)v[2] - 1;
    in->mouse.pressed = *at == 'M';
    return true;
}

/* Reads a focus event (mode 1004): ESC [ I or ESC [ O. */
static void read_focus(ax_input *in, size_t n)
{
    if (n == 3 && (!memcmp(in->held, "\033[I", n) || !memcmp(in->held, "\033[O", n)))
        in->unfocused = in->held[2] == 'O';
}

/* The meaning of bytes: the key (0 = none) and how many bytes it takes. 0 bytes: they are incomplete, and so many
   seconds are waited for the rest. */
typedef struct meaning {
    size_t n;
    uint32_t key;
    double wait;
} meaning;

static meaning known_key(const ax_input *in)
{
    meaning m = { .n = 0 };
    for (int i = 0; i < in->n_known; i++) {
        const char *sent = in->known[i].sent;
        size_t n = strlen(sent);
        if (n <= in->n && n > m.n && !memcmp(in->held, sent, n))
            m = (meaning) { .n = n, .key = in->known[i].key };
        else if (n > in->n && !memcmp(in->held, sent, in->n))
            m.wait = lone_escape;
    }
    return m;
}

/* ESC [ parameters, intermediate bytes, final byte (ECMA-48); the Linux console has ESC [ [ letter too. */
static meaning control_sequence(const ax_input *in)
{
    size_t i = 2;
    if (in->n > i && in->held[i] == '[')
        i++;
    while (i < in->n && in->held[i] >= 0x20 && in->held[i] < 0x40)
        i++;
    if (i < in->n) /* a byte that can't be in a sequence ends it */
        return (meaning) { .n = in->held[i] >= 0x40 && in->held[i] < 0x7f ? i + 1 : i };
    return i < LONGEST_SEQUENCE ? (meaning) { .wait = slow_sequence } : (meaning) { .n = i };
}

/* ESC _ G ... ESC \: an answer about Kitty's graphics, however late it comes; no key sends that. */
static bool begins_string(const ax_input *in, size_t from)
{
    static const char begin[] = "\033_G";
    size_t n = sizeof begin - 1 - from;
    return !memcmp(in->held, begin + from, in->n < n ? in->n : n);
}

static meaning graphics_string(const ax_input *in)
{
    for (size_t i = 1; i + 1 < in->n; i++)
        if (in->held[i] == '\033' && in->held[i + 1] == '\\')
            return (meaning) { .n = i + 2 };
    return in->n < sizeof in->held ? (meaning) { .wait = slow_sequence } : (meaning) { .n = in->n };
}

static meaning escape(const ax_input *in)
{
    double alone = in->fed_at < in->asked_until ? slow_answer : lone_escape;
    meaning m = known_key(in);
    if (in->n > 2 && begins_string(in, 0))
        return graphics_string(in);
    if (in->n == 2 && begins_string(in, 0))
        return (meaning) { .wait = alone };
    if (m.n || m.wait > 0 || in->n == 1) {
        m.wait = in->n > 1 && in->held[1] == '[' ? slow_sequence : alone;
        return m;
    }
    if (in->held[1] == '[')
        return control_sequence(in);
    if (in->held[1] == 'O')
        return in->n > 2 ? (meaning) { .n = 3 } : (meaning) { .wait = lone_escape };
    return (meaning) { .n = 1, .key = AX_KEY_ESCAPE };
}

static meaning character(const ax_input *in)
{
    wchar_t c = 0;
    mbstate_t state;
    memset(&state, 0, sizeof state);
    size_t n = mbrtowc(&c, in->held, in->n, &state);
    if (n == (size_t)-2)
        return (meaning) { .wait = lone_escape };
    if (n == (size_t)-1 || n == 0)
        return (meaning) { .n = 1 };
    return (meaning) { .n = n, .key = (uint32_t)c };
}

/* The bytes of a sequence that stayed incomplete. */
static meaning broken(const ax_input *in)
{
    bool sequence = (in->n > 1 && in->held[1] == '[') || (in->n > 2 && begins_string(in, 0));
    if (in->held[0] == '\033' && !sequence)
        return (meaning) { .n = 1, .key = AX_KEY_ESCAPE };
    return (meaning) { .n = in->held[0] == '\033' ? in->n : 1 };
}

/* Whether a paste begins here; also without its Escape, which was taken for the key when the rest came late: nobody
   types this at once. */
static size_t begins_paste(const ax_input *in)
{
    size_t whole = sizeof paste_begin - 1;
    if (in->n >= whole && !memcmp(in->held, paste_begin, whole))
        return whole;
    return in->n >= whole - 1 && !memcmp(in->held, paste_begin + 1, whole - 1) ? whole - 1 : 0;
}

/* Whether a string begins here whose Escape was taken for the key since the rest came late. */
static bool begins_rest_of_string(const ax_input *in)
{
    return in->fed_at < in->asked_until && in->n > 1 && begins_string(in, 1);
}

bool ax_input_next(ax_input *in, double now, uint32_t *key)
{
    while (in->pasting || in->n) {
        if (in->pasting) {
            *key = AX_KEY_PASTE;
            return next_paste(in, now);
        }
        size_t begin = begins_paste(in);
        if (begin) {
            drop(in, begin);
            in->pasting = true;
            in->pasted = in->lost = 0;
            in->paste[0] = '\0';
            continue;
        }
        meaning m = in->held[0] == '\033'       ? escape(in)
                    : begins_rest_of_string(in) ? graphics_string(in)
                                                : character(in);
        in->due = in->fed_at + m.wait;
        if (!m.n && now < in->due)
            return false;
        if (!m.n)
            m = broken(in);
        if (!m.key && in->held[0] == '\033')
            ax_reply_take(&in->reply, in->held, m.n);
        bool mouse = !m.key && read_mouse(in, m.n);
        read_focus(in, m.n);
        drop(in, m.n);
        m.key = mouse ? AX_KEY_MOUSE : m.key;
        if (m.key) {
            *key = m.key;
            return true;
        }
    }
    in->due = INFINITY;
    return false;
}
