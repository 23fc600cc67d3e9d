#include "viz/theme.h"

#include <stdio.h>
#include <string.h>

enum { RED = 1, YELLOW = 3, BLUE, CYAN = 6, DIRECT = 1 << 24 };

/* State, then plots: the colours that tell something apart. The others are the terminal's own. */
#define COLORS_OF(title, marked, running, good, warn, bad, curve, best, point, lane)                                   \
    {                                                                                                                  \
        [AX_ROLE_TEXT] = -1, [AX_ROLE_DIM] = -1, [AX_ROLE_STRONG] = -1, [AX_ROLE_FRAME] = -1, [AX_ROLE_TITLE] = title, \
        [AX_ROLE_FOCUS] = -1, [AX_ROLE_BAR] = -1, [AX_ROLE_KEY] = title, [AX_ROLE_SELECTED] = -1,                      \
        [AX_ROLE_MARKED] = marked, [AX_ROLE_RUNNING] = running, [AX_ROLE_GOOD] = good, [AX_ROLE_WARN] = warn,          \
        [AX_ROLE_BAD] = bad, [AX_ROLE_CURVE] = curve, [AX_ROLE_BEST] = best, [AX_ROLE_POINT] = point,                  \
        [AX_ROLE_LANE] = lane, [AX_ROLE_PIXEL] = -1                                                                    \
    }

/* Lanes change with every key: a colour of the eight costs half the bytes. The others of 256 and true are those of
   Okabe and Ito (2008), made for all kinds of colour vision. */
static const ax_theme themes[] = {
    { "8", "the eight colours that every terminal has",
      COLORS_OF(CYAN, YELLOW, CYAN, BLUE, YELLOW, RED, CYAN, YELLOW, BLUE, CYAN) },
    { "256", "for dark backgrounds, of 256 colours", COLORS_OF(74, 227, 74, 36, 214, 202, 36, 214, 74, CYAN) },
    { "true", "the same in true colour",
      COLORS_OF(AX_RGB(0x56b4e9), AX_RGB(0xf0e442), AX_RGB(0x56b4e9), AX_RGB(0x00b383), AX_RGB(0xe69f00),
                AX_RGB(0xe8692c), AX_RGB(0x00b383), AX_RGB(0xe69f00), AX_RGB(0x56b4e9), AX_RGB(0x56b4e9)) },
    { "light", "for light backgrounds, of 256 colours", COLORS_OF(24, 94, 25, 30, 136, 124, 30, 130, 25, 24) },
    { "mono", "no colours: weight alone", COLORS_OF(-1, -1, -1, -1, -1, -1, -1, -1, -1, -1) },
};
enum { THEMES = sizeof themes / sizeof *themes };

ax_look ax_look_of(const ax_theme *t, ax_role role)
{
    static const ax_look weight[AX_ROLE_COUNT] = {
        [AX_ROLE_DIM] = { .dim = true },          [AX_ROLE_STRONG] = { .bold = true },
        [AX_ROLE_FRAME] = { .dim = true },        [AX_ROLE_FOCUS] = { .bold = true },
        [AX_ROLE_BAR] = { .reverse = true },      [AX_ROLE_KEY] = { .bold = true },
        [AX_ROLE_SELECTED] = { .reverse = true }, [AX_ROLE_MARKED] = { .bold = true },
        [AX_ROLE_RUNNING] = { .bold = true },     [AX_ROLE_GOOD] = { .bold = true },
        [AX_ROLE_BAD] = { .bold = true },
    };
    ax_look l = weight[role];
    l.color = (t ? t : themes)->color[role];
    return l;
}

const ax_theme *ax_theme_at(int i)
{
    return i >= 0 && i < THEMES ? &themes[i] : NULL;
}

const ax_theme *ax_theme_named(const char *name)
{
    for (int i = 0; i < THEMES; i++)
        if (!strcmp(themes[i].name, name))
            return &themes[i];
    return NULL;
}

const ax_theme *ax_theme_for(int colors)
{
    return ax_theme_named(colors < 8 ? "mono" : colors < 256 ? "8" : colors < DIRECT ? "256" : "true");
}

char *ax_theme_names(char *out, size_t cap)
{
    size_t n = 0;
    out[0] = '\0';
    for (int i = 0; i < THEMES && n < cap; i++)
        n += (size_t)snprintf(out + n, cap - n, "%s%s", i ? ", " : "", themes[i].name);
    return out;
}

/* ---- colours ---- */

void ax_color_rgb(uint8_t color, uint8_t rgb[static 3])
{
    static const uint8_t basic[16][3] = { { 0, 0, 0 },       { 205, 49, 49 },   { 13, 188, 121 }, { 229, 192, 80 },
                                          { 90, 140, 230 },  { 188, 63, 188 },  { 41, 184, 205 }, { 229, 229, 229 },
                                          { 102, 102, 102 }, { 241, 76, 76 },   { 35, 209, 139 }, { 245, 245, 67 },
                                          { 59, 142, 234 },  { 214, 112, 214 }, { 41, 184, 219 }, { 255, 255, 255 } };
    static const uint8_t level[6] = { 0, 95, 135, 175, 215, 255 };
    if (color < 16) {
        memcpy(rgb, basic[color], 3);
    } else if (color >= 232) {
        rgb[0] = rgb[1] = rgb[2] = (uint8_t)(8 + 10 * (color - 232));
    } else {
        int cube = color - 16;
        rgb[0] = level[cube / 36];
        rgb[1] = level[cube / 6 % 6];
        rgb[2] = level[cube % 6];
    }
}

void ax_theme_rgb(int color, uint8_t rgb[static 3])
{
    if (color < DIRECT) {
        ax_color_rgb((uint8_t)color, rgb);
        return;
    }
    for (int i = 0; i < 3; i++)
        rgb[i] = (uint8_t)(color >> (16 - 8 * i));
}

static int nearest_basic(const uint8_t rgb[static 3])
{
    int best = 0, least = 1 << 20;
    for (int k = 1; k < 7; k++) { /* neither black nor white, which may be the background */
        uint8_t basic[3];
        int d = 0;
        ax_color_rgb((uint8_t)k, basic);
        for (int i = 0; i < 3; i++)
            d += (rgb[i] - basic[i]) * (rgb[i] - basic[i]);
        if (d < least) {
            least = d;
            best = k;
        }
    }
    return best;
}

int ax_theme_fit(int color, int colors)
{
    uint8_t rgb[3];
    if (color < 0 || (color < 8 && colors < DIRECT) || (color < DIRECT && color < colors && colors < DIRECT))
        return color;
    ax_theme_rgb(color, rgb);
    if (colors >= DIRECT)
        return rgb[0] << 16 | rgb[1] << 8 | rgb[2];
    return colors >= 256 ? ax_color_256(rgb[0], rgb[1], rgb[2]) : nearest_basic(rgb);
}
