/* What becomes of pasted text: never keys. */
#include "tui/ui/ui.h"

#include "engine/base/utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Pasted text as one line of UTF-8: ends of lines and tabs become blanks, those at either end go; other control
   characters and what isn't UTF-8 are left out. out holds as many bytes as text. */
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

static void offer(ax_ui *ui, const ax_genotype *g)
{
    const char *why = ax_ui_refuses(ui, ax_verb_wakes(AX_VERB_SUBMIT));
    if (why) {
        ax_ui_say(ui, true, "submit the pasted genotype: %s", why);
        return;
    }
    ax_genotype_print(g, ui->offered);
    ui->asking = AX_ASK_SUBMIT;
}

void ax_ui_paste(ax_ui *ui, const char *text, bool whole)
{
    ax_genotype g;
    char *line = malloc(strlen(text) + 1);
    if (!line)
        return;
    one_line(text, line);
    bool asks_line = ui->asking != AX_ASK_NOTHING && ui->asking < AX_ASK_PRUNE;
    if (asks_line) {
        ax_prompt_paste(&ui->prompt, line);
        ui->prompt.full = ui->prompt.full || !whole;
    } else if (ui->asking == AX_ASK_NOTHING) {
        if (whole && !ui->edit.parent && ax_genotype_parse(line, &g, NULL) == AX_OK)
            offer(ui, &g);
        else
            ax_ui_say(ui, true, "pasted text is ignored here: keys are typed, and prompts (: / f a) take pastes");
    }
    free(line);
}
