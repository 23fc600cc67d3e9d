#include "engine/candidate/words.h"

#include "engine/candidate/outcome.h"

#include <string.h>

/* The index of a word in a list of n words; n = not found. */
static int find(const char *const *words, int n, const char *word)
{
    int i = 0;
    while (i < n && strcmp(words[i], word) != 0)
        i++;
    return i;
}

#define STATUS_LETTER(id, letter, word) letter,
#define STATUS_WORD(id, letter, word) word,
static const char letters[] = { AX_STATUS_LIST(STATUS_LETTER) '\0' };
static const char *const status_words[] = { AX_STATUS_LIST(STATUS_WORD) "" };

const char *ax_stage_word(long stage)
{
    static const char *const word[] = { "", "stage 1", "stage 2", [AX_STAGE_FULL] = "full training" };
    return stage > 0 && stage <= AX_STAGE_FULL ? word[stage] : "";
}

int ax_status_place(ax_status s)
{
    const char *at = strchr(letters, (int)s);
    return (int)(at ? (size_t)(at - letters) : sizeof letters - 1);
}

const char *ax_status_word(ax_status s)
{
    return status_words[ax_status_place(s)];
}

bool ax_status_read(const char *text, ax_status *out)
{
    if (!text[0] || text[1] || !strchr(letters, text[0]))
        return false;
    *out = (ax_status)text[0];
    return true;
}

#define CAUSE_WORD(id, word, retry) word,
#define CAUSE_RETRY(id, word, retry) AX_RETRY_##retry,
static const char *const cause_words[] = { AX_CAUSE_LIST(CAUSE_WORD) };

const char *ax_cause_word(ax_cause c)
{
    return cause_words[c];
}

ax_cause ax_cause_of(const char *word)
{
    int i = find(cause_words, AX_CAUSE_COUNT, word);
    return i < AX_CAUSE_COUNT ? (ax_cause)i : AX_CAUSE_OTHER;
}

ax_retry ax_cause_retry(ax_cause c)
{
    static const ax_retry retry[] = { AX_CAUSE_LIST(CAUSE_RETRY) };
    return retry[c];
}

static const char *const origin_words[] = { "", "user", "promote", "finals" };
enum { ORIGINS = sizeof origin_words / sizeof *origin_words };

ax_origin ax_origin_of(const char *word)
{
    int i = find(origin_words, ORIGINS, word);
    return i < ORIGINS ? (ax_origin)i : AX_ORIGIN_STRATEGY;
}

const char *ax_origin_word(ax_origin o)
{
    return origin_words[o];
}

#define ENDING_WORD(id, word) word,
static const char *const ending_words[] = { AX_ENDING_LIST(ENDING_WORD) };

ax_ending ax_ending_of(const char *word)
{
    int i = find(ending_words, AX_ENDING_COUNT, word);
    return i < AX_ENDING_COUNT ? (ax_ending)i : AX_ENDING_FAILED;
}

#define LEVEL_WORD(id, word) word,
static const char *const level_words[] = { AX_LEVEL_LIST(LEVEL_WORD) };

ax_level ax_level_of(const char *word)
{
    int i = find(level_words, AX_LEVEL_COUNT, word);
    return i < AX_LEVEL_COUNT ? (ax_level)i : AX_LEVEL_INFO;
}

const char *ax_level_word(ax_level l)
{
    return level_words[l];
}

static const char actor_engine[] = "engine";

const char *ax_actor_word(ax_actor a)
{
    return a == AX_ACTOR_ENGINE ? actor_engine : "";
}

ax_actor ax_actor_of(const char *word)
{
    return !word[0] ? AX_ACTOR_NONE : strcmp(word, actor_engine) ? AX_ACTOR_OTHER : AX_ACTOR_ENGINE;
}
