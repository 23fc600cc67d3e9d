/* Keys and pastes, read from the terminal. */
#include "tui/term/term_internal.h"

#include "engine/base/clock.h"
#include "tui/term/keycode.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <stdlib.h>
#include <term.h>
#include <unistd.h>

void ax_term_start_keys(ax_term *t)
{
    const struct {
        const char *sent;
        uint32_t key;
    } of_terminal[] = {
        { key_up, AX_KEY_UP },        { key_down, AX_KEY_DOWN },     { key_left, AX_KEY_LEFT },
        { key_right, AX_KEY_RIGHT },  { key_ppage, AX_KEY_PAGE_UP }, { key_npage, AX_KEY_PAGE_DOWN },
        { key_home, AX_KEY_HOME },    { key_end, AX_KEY_END },       { key_dc, AX_KEY_DELETE },
        { key_btab, AX_KEY_BACKTAB }, { key_enter, AX_KEY_ENTER },
    };
    const char *const function[] = { key_f1, key_f2, key_f3, key_f4,  key_f5,  key_f6,
                                     key_f7, key_f8, key_f9, key_f10, key_f11, key_f12 };
    ax_input_init(&t->input);
    for (size_t i = 0; i < sizeof of_terminal / sizeof *of_terminal; i++)
        if (of_terminal[i].sent && of_terminal[i].sent != (const char *)-1)
            ax_input_add(&t->input, of_terminal[i].sent, of_terminal[i].key);
    for (size_t i = 0; i < sizeof function / sizeof *function; i++)
        if (function[i] && function[i] != (const char *)-1)
            ax_input_add(&t->input, function[i], AX_KEY_F1 + (uint32_t)i);
}

bool ax_term_read(ax_term *t, bool *gone)
{
    char bytes[AX_INPUT_HELD];
    struct pollfd p = { .fd = t->fd, .events = POLLIN };
    if (poll(&p, 1, 0) != 1)
        return false;
    size_t room = sizeof bytes - t->input.n;
    ssize_t n = p.revents & POLLIN ? read(t->fd, bytes, room) : 0;
    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return false;
    *gone = n <= 0; /* an end of file, or an error */
    if (n > 0)
        ax_input_feed(&t->input, bytes, (size_t)n, ax_clock());
    return n > 0;
}

bool ax_term_key(ax_term *t, uint32_t *key, bool *gone)
{
    enum { READS = 64 }; /* a long paste must not keep everything else waiting */
    for (int i = 0; t; i++) {
        bool is_key = ax_input_next(&t->input, ax_clock(), key);
        if (t->input.reply.whole)
            ax_term_watch_focus(t);
        if (is_key)
            return true;
        if (i == READS || !ax_term_read(t, gone))
            break;
    }
    return false;
}

double ax_term_wait(const ax_term *t)
{
    return t ? t->input.due - ax_clock() : INFINITY;
}

bool ax_term_mouse_event(const ax_term *t, int *button, int *row, int *col)
{
    *button = t->input.mouse.button;
    *row = t->input.mouse.row;
    *col = t->input.mouse.col;
    return t->input.mouse.pressed;
}

bool ax_term_focused(const ax_term *t)
{
    return !t || !t->input.unfocused;
}

const char *ax_term_paste(const ax_term *t, bool *whole)
{
    *whole = t->input.lost == 0;
    return t->input.paste;
}
