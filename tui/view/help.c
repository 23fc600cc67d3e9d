/* The keys, from the table of actions. */
#include "tui/view/view.h"

#include <stdio.h>
#include <string.h>

/* A line of the list; what a key does may take several. */
typedef struct line {
    const char *label, *text;
    int bytes;
} line;

/* How much of text goes into width columns: up to the last blank, when it doesn't fit. What the keys do is ASCII. */
static int fitting(const char *text, int width)
{
    int n = (int)strlen(text);
    if (n <= width)
        return n;
    for (int i = width; i > 0; i--)
        if (text[i] == ' ')
            return i;
    return width;
}

static int add(line *lines, int n, int most, const char *label, const char *text, int width)
{
    while (*text && n < most && width > 0) {
        int bytes = fitting(text, width);
        lines[n++] = (line) { label, text, bytes };
        text += bytes;
        text += strspn(text, " ");
        label = "";
    }
    return n;
}

void ax_draw_help(ax_pane p, const ax_ui *ui)
{
    static const char *const extra[][2] = {
        { "1 - 6", "the views" },
        { "Esc", "clears the filter; then: the overview, and the best one selected" },
    };
    enum { EXTRA = sizeof extra / sizeof *extra, ALL = AX_ACTION_COUNT + EXTRA, MOST = 4 * ALL };
    line lines[MOST];
    ax_pane_clear(p);
    ax_pane_frame(p, true, "keys", "any key: back");
    ax_pane inner = ax_pane_inner(p);
    int rows = inner.at.rows, columns = ALL > rows && inner.at.cols >= 150 ? 2 : 1, n = 0;
    int width = inner.at.cols / columns - 12;
    for (int i = 0; i < ALL; i++)
        n = i < EXTRA ? add(lines, n, MOST, extra[i][0], extra[i][1], width)
                      : add(lines, n, MOST, ax_actions[i - EXTRA].label, ax_actions[i - EXTRA].help, width);
    int need = (n + columns - 1) / columns, last = need > rows ? need - rows : 0;
    int first = ui->help_first < 0 ? 0 : ui->help_first > last ? last : ui->help_first;
    for (int i = 0; i < n; i++) {
        int row = i % need - first, col = i / need * (inner.at.cols / 2);
        char text[160];
        snprintf(text, sizeof text, "%.*s", lines[i].bytes, lines[i].text);
        ax_pane_print_right(inner, row, col + 9, AX_ROLE_KEY, lines[i].label);
        ax_pane_print(inner, row, col + 11, AX_ROLE_TEXT, text);
    }
}
