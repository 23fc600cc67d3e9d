#include "tui/ui/palette.h"

#include "engine/wire/command.h"

#include <stdio.h>
#include <string.h>

static const char *operands(ax_verb verb)
{
    switch (verb) {
    case AX_VERB_NOTE:
        return "TEXT";
    case AX_VERB_SUBMIT:
        return "GENOTYPE";
    case AX_VERB_FORK:
        return "DECISION=VALUE ...";
    default:
        break;
    }
    switch (ax_verb_acts_on(verb)) {
    case AX_ON_NOTHING:
        return "";
    case AX_ON_SEVERAL:
    case AX_ON_SEVERAL_OR_LAST:
        return "[ID ...]";
    default:
        return "[ID]";
    }
}

/* The description of a verb, in which no ID means the selected candidate. */
static const char *doc_of(ax_verb verb)
{
#define DOC(id, word, on, more, doc) [AX_VERB_##id] = doc,
    static const char *const doc[AX_VERB_COUNT] = { AX_VERB_LIST(DOC) };
    switch (verb) {
    case AX_VERB_PAUSE:
        return "stop a candidate at its next step (the key P: the run)";
    case AX_VERB_CONTINUE:
        return "let a paused candidate go on (the key P: the run)";
    case AX_VERB_PRUNE:
        return "end candidates; undo takes that back (unfinished ones: for 10 s)";
    case AX_VERB_NOTE:
        return "attach a note to the selected candidate";
    default:
        return doc[verb];
    }
}

#define OWN(id, word, takes, doc) { word, takes, doc },
static const ax_palette_word own[AX_WORD_COUNT] = { AX_WORD_LIST(OWN) };

bool ax_palette(int i, ax_palette_word *out)
{
    if (i < 0 || i >= AX_VERB_COUNT + AX_WORD_COUNT)
        return false;
    if (i < AX_VERB_COUNT)
        *out = (ax_palette_word) { ax_verb_word((ax_verb)i), operands((ax_verb)i), doc_of((ax_verb)i) };
    else
        *out = own[i - AX_VERB_COUNT];
    return true;
}

ax_word ax_palette_own(const char *text)
{
    int w = 0;
    while (w < AX_WORD_COUNT && strcmp(own[w].word, text) != 0)
        w++;
    return (ax_word)w;
}

void ax_palette_list(const char *text, size_t n, char *out, size_t cap)
{
    ax_palette_word w;
    size_t used = 0;
    out[0] = '\0';
    for (int i = 0; ax_palette(i, &w) && (n || i < AX_VERB_COUNT + AX_WORD_DETACH); i++)
        if (!strncmp(w.word, text, n) && used + strlen(w.word) + 2 < cap)
            used += (size_t)snprintf(out + used, cap - used, "%s%s", used ? " " : "", w.word);
}

bool ax_palette_find(const char *text, ax_palette_word *out)
{
    size_t n = strcspn(text, " ");
    for (int i = 0; ax_palette(i, out); i++)
        if (strlen(out->word) == n && !strncmp(out->word, text, n))
            return true;
    return false;
}

void ax_palette_complete(char *text, size_t cap)
{
    ax_palette_word w, first = { NULL, NULL, NULL };
    size_t typed = strlen(text), n = 0;
    bool one = false;
    for (int i = 0; ax_palette(i, &w); i++) {
        if (strncmp(w.word, text, typed) != 0)
            continue;
        one = !first.word;
        if (one) {
            first = w;
            n = strlen(w.word);
        }
        size_t same = 0;
        while (same < n && w.word[same] == first.word[same])
            same++;
        n = same;
    }
    if (first.word)
        snprintf(text, cap, "%.*s%s", (int)n, first.word, one && first.operands[0] ? " " : "");
}
