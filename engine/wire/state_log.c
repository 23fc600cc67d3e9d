#include "engine/wire/state_internal.h"
#include "engine/wire/narrate.h"

#include <stdlib.h>
#include <string.h>

/* Copies what fits. printf would take longer than all other folding of a long run. */
static void copy_text(char *to, size_t cap, const char *from)
{
    size_t n = strnlen(from, cap - 1);
    memcpy(to, from, n);
    to[n] = '\0';
}

void ax_state_add_log(ax_state *s, const ax_event *ev, const char *text)
{
    if (!text[0])
        return;
    if (!s->log && !(s->log = malloc(AX_STATE_LOG * sizeof *s->log))) { /* pages are touched only as lines arrive */
        s->out_of_memory = true;
        return;
    }
    ax_log_line *line = &s->log[(s->log_dropped + s->n_log) % AX_STATE_LOG];
    if (s->n_log == AX_STATE_LOG)
        s->log_dropped++;
    else
        s->n_log++;
    line->at = ev->at;
    line->id = ev->id;
    line->kind = ev->kind;
    line->level = ev->kind == AX_EVENT_LOG ? ax_level_of(ev->u.LOG.level) : AX_LEVEL_INFO;
    copy_text(line->text, sizeof line->text, text);
}

const ax_log_line *ax_state_log(const ax_state *s, uint32_t i)
{
    return &s->log[(s->log_dropped + i) % AX_STATE_LOG];
}

const ax_log_line *ax_state_why_failed(const ax_state *s)
{
    for (uint32_t i = s->ending == AX_ENDING_FAILED ? s->n_log : 0; i-- > 0;) {
        const ax_log_line *line = ax_state_log(s, i);
        if (line->kind == AX_EVENT_HELLO)
            break;
        if (line->kind == AX_EVENT_LOG && line->level == AX_LEVEL_ERROR)
            return line;
    }
    return NULL;
}

const char *ax_log_line_word(const ax_log_line *line)
{
    return line->kind == AX_EVENT_LOG ? ax_level_word(line->level) : ax_event_word(line->kind);
}
