#include "engine/command/data/pixels_out.h"

#include "engine/base/clock.h"
#include "engine/base/out.h"
#include "viz/pixels.h"
#include "viz/reply.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

static const double patience = 0.5; /* seconds; answers that come later would reach the shell as input */

/* ---- querying the terminal ---- */

/* Length of the control sequence at `at`, 0 = incomplete. */
static size_t sequence(const char *at, size_t n)
{
    size_t k = 2;
    if (n > 2 && at[1] == '_') {
        for (; k + 1 < n; k++)
            if (at[k] == '\033' && at[k + 1] == '\\')
                return k + 2;
        return 0;
    }
    while (k < n && (at[k] < 0x40 || at[k] > 0x7e))
        k++;
    return k < n ? k + 1 : 0;
}

static void take(ax_reply *r, const char *text, size_t n)
{
    for (size_t at = 0; at < n;) {
        size_t length = text[at] == '\033' ? sequence(text + at, n - at) : 1;
        if (!length)
            return;
        if (length > 1)
            ax_reply_take(r, text + at, length);
        at += length;
    }
}

/* Reads until the last answer has arrived; keys typed meanwhile are lost. */
static void listen(ax_reply *r)
{
    char text[1024];
    size_t n = 0;
    double until = ax_clock() + patience;
    struct pollfd p = { .fd = STDIN_FILENO, .events = POLLIN };
    while (!r->whole && n < sizeof text) {
        double left = until - ax_clock();
        ssize_t got =
            left > 0 && poll(&p, 1, (int)(left * 1000) + 1) > 0 ? read(STDIN_FILENO, text + n, sizeof text - n) : 0;
        if (got <= 0)
            return;
        n += (size_t)got;
        *r = (ax_reply) { .whole = false };
        take(r, text, n);
    }
}

static bool may_ask(void)
{
    const char *no = getenv("NO_COLOR");
    return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && tcgetpgrp(STDIN_FILENO) == getpgrp() && !(no && *no) &&
           ax_reply_may_be_asked();
}

ax_shown_pixels ax_pixels_ask(void)
{
    ax_shown_pixels out = { .way = AX_PIXELS_NONE };
    ax_reply r = { .whole = false };
    struct winsize size = { .ws_row = 0 };
    struct termios before, raw;
    if (!may_ask() || tcgetattr(STDIN_FILENO, &before) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size))
        return out;
    raw = before;
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    raw.c_cc[VMIN] = 0;
    raw.c_cc[VTIME] = 0;
    if (tcsetattr(STDIN_FILENO, TCSADRAIN, &raw))
        return out;
    ax_out_text(AX_REPLY_PICTURES AX_REPLY_END);
    if (ax_out_flush())
        listen(&r);
    tcsetattr(STDIN_FILENO, TCSADRAIN, &before);
    bool known = size.ws_xpixel > 0 && size.ws_ypixel > 0 && size.ws_row > 0 && size.ws_col > 0;
    out.cell_h = known ? size.ws_ypixel / size.ws_row : r.cell_h;
    out.cell_w = known ? size.ws_xpixel / size.ws_col : r.cell_w;
    out.rows = size.ws_row;
    out.id = (uint32_t)getpid() << 8; /* pictures of earlier calls stay on the screen */
    if (r.whole && out.cell_h > 0 && out.cell_w > 0)
        out.way = r.kitty ? AX_PIXELS_KITTY : r.sixel && ax_sixel_is_built() ? AX_PIXELS_SIXEL : AX_PIXELS_NONE;
    return out;
}

/* ---- the pictures ---- */

/* Moves the cursor from the row below the canvas to the picture's corner and back. */
void ax_pixels_out(ax_shown_pixels *p, const ax_canvas *c)
{
    ax_str out;
    ax_str_init(&out, 0);
    for (int i = 0; i < c->pictures; i++) {
        const ax_raster *r = &c->picture[i];
        int h = r->at.rows * p->cell_h, w = r->at.cols * p->cell_w;
        ax_kitty one = { .next = p->id++ };
        uint32_t id;
        ax_str_printf(&out, "\0337\033[%dA\r", c->rows - r->at.row);
        if (r->at.col)
            ax_str_printf(&out, "\033[%dC", r->at.col);
        if (p->way == AX_PIXELS_KITTY)
            ax_kitty_show(&one, r, h, w, 1, &id, &out);
        else
            ax_sixel_show(r, h, w, &out);
        ax_str_add(&out, "\0338");
    }
    if (ax_str_ok(&out) && out.len)
        ax_out_text(out.text);
    ax_str_release(&out);
}
