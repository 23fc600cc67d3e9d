#include "viz/glyphs.h"

#define UNICODE(name, unicode, plain, doc) [AX_GLYPH_##name] = unicode,
#define PLAIN(name, unicode, plain, doc) [AX_GLYPH_##name] = plain,
const ax_glyphs ax_glyphs_unicode = { .ascii = false, .code = { AX_GLYPH_LIST(UNICODE) } };
const ax_glyphs ax_glyphs_ascii = { .ascii = true, .code = { AX_GLYPH_LIST(PLAIN) } };
