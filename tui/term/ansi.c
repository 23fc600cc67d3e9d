/* Whether the terminal's description has ANSI's sequences: then delta.h sends what has changed. */
#include "tui/term/term_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <term.h>

static bool is(const char *capability, const char *text)
{
    return capability && capability != (const char *)-1 && !strcmp(capability, text);
}

static bool is_there(const char *capability)
{
    return capability && capability != (const char *)-1;
}

/* Copies the parameters of ESC [ ... m. */
static bool parameters(const char *sequence, char out[static AX_SGR])
{
    size_t n = sequence ? strlen(sequence) : 0;
    if (n < 4 || n - 3 >= AX_SGR || strncmp(sequence, "\033[", 2) != 0 || sequence[n - 1] != 'm' ||
        strspn(sequence + 2, "0123456789;:") != n - 3)
        return false;
    snprintf(out, AX_SGR, "%.*s", (int)(n - 3), sequence + 2);
    return true;
}

/* The parameters of a colour. Those of the palette are kept: a picture asks for thousands. */
static void color(int number, bool background, char out[static AX_SGR])
{
    enum { KEPT = 256 };
    static char kept[2][KEPT][AX_SGR];
    char *known = number < KEPT ? kept[background][number] : NULL;
    if (known && known[0]) {
        memcpy(out, known, AX_SGR);
        return;
    }
    if (!parameters(tiparm(background ? set_a_background : set_a_foreground, number), out))
        snprintf(out, AX_SGR, background ? "49" : "39");
    if (known)
        memcpy(known, out, AX_SGR);
}

static bool colors_are_ansi(void)
{
    char text[AX_SGR];
    return is(orig_pair, "\033[39;49m") && is_there(set_a_foreground) && is_there(set_a_background) &&
           parameters(tiparm(set_a_foreground, COLORS > 256 ? 0x123456 : COLORS - 1), text) &&
           parameters(tiparm(set_a_background, 1), text);
}

/* An attribute that the terminal lacks isn't used; one with another sequence makes it a terminal without ANSI's
   sequences. */
static bool attribute(const char *capability, const char *ansi, bool *has)
{
    *has = is_there(capability);
    return !*has || is(capability, ansi);
}

/* Whether a capability with one parameter or two is a sequence of ANSI's. */
static bool gives(const char *capability, int a, int b, const char *ansi)
{
    return is_there(capability) && is(tiparm(capability, a, b), ansi);
}

void ax_term_start_ansi(ax_term *t)
{
    ax_delta_terminal *d = &t->delta;
    bool moves =
        gives(cursor_address, 4, 9, "\033[5;10H") && auto_right_margin && eat_newline_glitch && is(clr_eol, "\033[K");
    bool looks = attribute(enter_bold_mode, "\033[1m", &d->has_bold) &&
                 attribute(enter_dim_mode, "\033[2m", &d->has_dim) &&
                 attribute(enter_reverse_mode, "\033[7m", &d->has_reverse) && no_color_video <= 0;
    t->ansi = moves && looks && gives(erase_chars, 3, 0, "\033[3X") && (!t->color || (t->own && colors_are_ansi()));
    d->colors = t->color ? COLORS : 0;
    d->color = color;
    d->ways = &t->ways;
    d->scrolls =
        gives(change_scroll_region, 2, 7, "\033[3;8r") && is(scroll_reverse, "\033M") && is(scroll_forward, "\n");
    d->reverse_feed = is(scroll_reverse, "\033M");
    d->tab_stops = is(tab, "\t") && init_tabs == 8; /* how many columns there are is seen when something is sent */
    d->scrolls_anywhere = gives(parm_index, 3, 0, "\033[3S") && gives(parm_rindex, 3, 0, "\033[3T");
}
