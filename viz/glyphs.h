/* The characters that drawings are made of, in two sets: for UTF-8 terminals, and plain ASCII. */
#ifndef AX_VIZ_GLYPHS_H
#define AX_VIZ_GLYPHS_H

#include <stdbool.h>
#include <stdint.h>

/* name, Unicode, ASCII, what it is */
#define AX_GLYPH_LIST(X)                                                                                               \
    X(HLINE, 0x2500, '-', "frame, or a reading that runs sideways")                                                    \
    X(VLINE, 0x2502, '|', "frame, or a value that is still read")                                                      \
    X(TOP_LEFT, 0x250c, '+', "frame")                                                                                  \
    X(TOP_RIGHT, 0x2510, '+', "frame")                                                                                 \
    X(BOTTOM_LEFT, 0x2514, '+', "frame")                                                                               \
    X(BOTTOM_RIGHT, 0x2518, '+', "frame")                                                                              \
    X(TICK_Y, 0x2524, '+', "axis")                                                                                     \
    X(TICK_X, 0x252c, '+', "axis")                                                                                     \
    X(INPUT, 0x25cb, 'o', "lane: where values start")                                                                  \
    X(OP, 0x25cf, '*', "lane: an operation")                                                                           \
    X(SUM, 0x2295, 'S', "lane: a sum")                                                                                 \
    X(OUTPUT, 0x25ce, '@', "lane: the cell's output")                                                                  \
    X(CROSS, 0x253c, '|', "lane: a reading passes a value by")                                                         \
    X(READ_LEFT, 0x251c, '+', "lane: read, at the left end")                                                           \
    X(READ_RIGHT, 0x2524, '+', "lane: read, at the right end")                                                         \
    X(READ_MIDDLE, 0x254b, '+', "lane: read, in between")                                                              \
    X(LAST_LEFT, 0x2570, '\'', "lane: last read, at the left end")                                                     \
    X(LAST_RIGHT, 0x256f, '\'', "lane: last read, at the right end")                                                   \
    X(LAST_MIDDLE, 0x2534, '\'', "lane: last read, in between")                                                        \
    X(ARROW, 0x2190, '<', "reads")                                                                                     \
    X(BEST, 0x2500, '-', "curve: best so far")                                                                         \
    X(RAW, 0x00b7, '.', "curve: a point; scatter: dominated")                                                          \
    X(EMA, 0x2022, '*', "curve: smoothed, without Braille")                                                            \
    X(DOT, 0x2022, 'o', "curve: a point with room around it")                                                          \
    X(FRONT, 0x006f, 'o', "scatter: on the front")                                                                     \
    X(CURSOR, 0x0040, '@', "scatter: the selected one")                                                                \
    X(HALF, 0x2580, '#', "upper half of two pixels")                                                                   \
    X(DOWN, 0x25bc, 'v', "sorted downwards")                                                                           \
    X(UP, 0x25b2, '^', "sorted upwards")                                                                               \
    X(MORE, 0x2026, '~', "cut here")
#define AX_GLYPH_ENUM(name, unicode, ascii, doc) AX_GLYPH_##name,
typedef enum ax_glyph { AX_GLYPH_LIST(AX_GLYPH_ENUM) AX_GLYPH_COUNT } ax_glyph;

typedef struct ax_glyphs {
    bool ascii; /* plain ASCII, without Braille */
    uint32_t code[AX_GLYPH_COUNT];
} ax_glyphs;
extern const ax_glyphs ax_glyphs_unicode, ax_glyphs_ascii;

#endif
