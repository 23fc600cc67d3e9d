#include "viz/svg.h"

#include "engine/base/utf8.h"

void ax_svg_escape(ax_str *out, const char *text)
{
    uint32_t code;
    for (size_t n; *text; text += n) {
        n = ax_utf8_decode(text, &code);
        if (code == '&')
            ax_str_add(out, "&amp;");
        else if (code == '<')
            ax_str_add(out, "&lt;");
        else if (code == '>')
            ax_str_add(out, "&gt;");
        else if (code == '"')
            ax_str_add(out, "&quot;");
        else if (code >= 0x20 && !(code >= 0x7f && code < 0xa0) && ax_utf8_len(text))
            ax_str_bytes(out, text, n);
    }
}

void ax_svg_begin(ax_str *out, int width, int height, const char *title)
{
    ax_str_printf(out,
                  "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" "
                  "font-family=\"sans-serif\" font-size=\"12\">\n<title>",
                  width, height, width, height);
    ax_svg_escape(out, title);
    ax_str_printf(out, "</title>\n<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>\n", width, height);
}

void ax_svg_end(ax_str *out)
{
    ax_str_add(out, "</svg>\n");
}

void ax_svg_text(ax_str *out, double x, double y, const char *anchor, const char *color, const char *text)
{
    ax_str_printf(out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" fill=\"%s\" xml:space=\"preserve\">", x, y,
                  anchor, color);
    ax_svg_escape(out, text);
    ax_str_add(out, "</text>\n");
}

const char *ax_svg_color(ax_role role)
{
    static const char *const color[AX_ROLE_COUNT] = {
        [AX_ROLE_DIM] = "#777777",    [AX_ROLE_FRAME] = "#999999",  [AX_ROLE_TITLE] = "#00707c",
        [AX_ROLE_KEY] = "#00707c",    [AX_ROLE_GOOD] = "#1b7f3b",   [AX_ROLE_BAD] = "#c62828",
        [AX_ROLE_WARN] = "#b26a00",   [AX_ROLE_CURVE] = "#1b7f3b",  [AX_ROLE_BEST] = "#c77700",
        [AX_ROLE_POINT] = "#5b7fd1",  [AX_ROLE_LANE] = "#00707c",   [AX_ROLE_RUNNING] = "#8e24aa",
        [AX_ROLE_MARKED] = "#5d4037", [AX_ROLE_STRONG] = "#111111",
    };
    return color[role] ? color[role] : "#222222";
}
