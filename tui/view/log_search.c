#include "tui/view/log_search.h"

#include <stdio.h>
#include <string.h>

int ax_log_find(const char *in, int from, const char *text)
{
    const char *at = *text ? strcasestr(in + from, text) : NULL;
    return at ? (int)(at - in) : -1;
}

bool ax_log_has(const ax_log_line *line, const char *text)
{
    char all[AX_EVENT_TEXT + 64], id[16] = "";
    if (line->id)
        snprintf(id, sizeof id, " #%u", line->id);
    snprintf(all, sizeof all, "%s%s %s", ax_log_line_word(line), id, line->text);
    return ax_log_find(all, 0, text) >= 0;
}
