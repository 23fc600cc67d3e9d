/* Pasted text: it is never taken for keys. */
#include "tui/ui/ui.h"

#include "engine/base/utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Makes pasted text one line of UTF-8: line ends and tabs become blanks, and are removed at both ends; other control
   characters and bytes that aren't UTF-8 are dropped. out has room for as many bytes as text. */
static void one_line(const char *text, char *out)
{
    size_t n = 0;
    uint32_t code;
    text += strspn(text, " \t\r\n");
    for (size_t step; *text; text += step) {
        step = ax_utf8_len(text);
        bool crlf = text[0] == '\r' && text[1] == '\n';
        if (strchr("\t\r\n", *text))
            out[n++] = ' ';
        else if (step && (ax_utf8_decode(text, &code), code >= 0x20 && !(code >= 0x7f && code < 0xa0))) {
            memcpy(out + n, text, step);
            n += step;
        }
        step = crlf ? 2 : step ? step : 1;
    }
    while (n && out[n - 1] == ' ')
        n--;
    out[n] = '\0';
}

void ax_ui_offer(ax_ui *ui, const char *line, bool whole)
{
    ax_genotype g;
    char text[AX_GENOTYPE_TEXT];
    if (!whole || ax_genotype_parse(line, &g, NULL) != AX_OK) {
        ax_ui_say(ui, true, "pasted text is ignored here: keys are typed, and prompts (: / f a) take pastes");
        return;
    }
    const char *why = ax_ui_why_no_command(ui, ax_verb_wakes_engine(AX_VERB_SUBMIT));
    if (why)
        ax_ui_say(ui, true, "submit the pasted genotype: %s", why);
    else
        ax_ui_question(ui, AX_ASK_SUBMIT, 0, ax_genotype_print(&g, text));
}

void ax_ui_paste(ax_ui *ui, const char *text, bool whole)
{
    const ax_context *top = ax_contexts[ax_ui_top(ui)];
    char *line = malloc(strlen(text) + 1);
    if (!line)
        return;
    one_line(text, line);
    if (top->paste)
        top->paste(ui, line, whole);
    free(line);
}
