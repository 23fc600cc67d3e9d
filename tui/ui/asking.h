/* Prompts and questions in the message line: a prompt takes a line of text, a question a yes or a no. */
#ifndef AX_TUI_ASKING_H
#define AX_TUI_ASKING_H

#include "engine/space/genotype.h"
#include "tui/ui/prompt.h"
#include "tui/ui/recall.h"

struct ax_ui;

/* id, its hint */
#define AX_PROMPT_LIST(X)                                                                                              \
    X(FILTER, "Enter: filter   Esc: as before   Tab completes   sep5x5 reward>.6 state!=X")                            \
    X(FIND, "Enter: go to the next one   n N: on, back   Esc: leave   words as for /")                                 \
    X(COMMAND, "")                                                                                                     \
    X(NOTE, "Enter: write   Esc: leave")                                                                               \
    X(SEARCH, "Enter: go to the next line with this text   n N: on, back   Esc: leave")
/* id, the message after a no */
#define AX_QUESTION_LIST(X)                                                                                            \
    X(PRUNE, "nothing pruned") /* the marked candidates */                                                             \
    X(STOP, "not stopped")                                                                                             \
    X(SUBMIT, "not submitted") /* the pasted genotype */                                                               \
    X(PROMOTE, "not promoted") /* the target, which is pruned */
#define AX_ASK_ENUM(id, text) AX_ASK_##id,
typedef enum ax_asking {
    AX_ASK_NOTHING,
    AX_PROMPT_LIST(AX_ASK_ENUM) AX_QUESTION_LIST(AX_ASK_ENUM) AX_ASK_COUNT
} ax_asking;

enum { AX_PROMPT_WRONG = 160 };
/* State of the context PROMPT, likewise of QUESTION. */
typedef struct ax_prompted {
    ax_asking what;
    ax_prompt line;
    uint32_t target;             /* the candidate it is about; events may change the selection meanwhile */
    bool listing;                /* Tab found several words: the hint lists them */
    bool lost;                   /* a key had no meaning: the hint lists those that have one */
    char wrong[AX_PROMPT_WRONG]; /* the error in what was typed so far; "" = none */
    ax_filter before;            /* the table's filter before the prompt, for Escape */
    ax_recall recall;
    int recalled;               /* how many lines back in the history; 0 = none */
    char typed[AX_PROMPT_TEXT]; /* the text before a line was recalled */
} ax_prompted;
typedef struct ax_questioned {
    ax_asking what;
    uint32_t target;
    char genotype[AX_GENOTYPE_TEXT];
} ax_questioned;

/* What the topmost context prompts or asks for; NOTHING when it does neither. */
ax_asking ax_ui_asks(const struct ax_ui *ui);
ax_prompted *ax_ui_prompted(const struct ax_ui *ui);
ax_questioned *ax_ui_questioned(const struct ax_ui *ui);
/* Opens a prompt about the selected candidate; `text` is its line at first. */
void ax_ui_prompt(struct ax_ui *ui, ax_asking what, const char *text);
/* Opens a question about a candidate and a genotype, or 0 and NULL. */
void ax_ui_question(struct ax_ui *ui, ax_asking what, uint32_t target, const char *genotype);

/* "filter: ", "note on #12: ", "stop the engine? ..." */
const char *ax_ui_asking_label(const struct ax_ui *ui, char text[static 64]);
const char *ax_asking_text(ax_asking what); /* its text in the lists above */

/* Reads a filter, in which @NAME stands for a named filter. AX_EINVAL as of ax_filter_parse. */
ax_code ax_ui_parse_filter(const struct ax_ui *ui, const char *text, ax_filter *f, ax_err *err);

/* What the contexts do with keys. answer: Enter was pressed after this line. */
void ax_prompt_answer(struct ax_ui *ui, const char *text);
void ax_prompt_type(struct ax_ui *ui, uint32_t key);
void ax_prompt_take(struct ax_ui *ui, const char *line, bool whole);
void ax_prompt_complete(struct ax_ui *ui);
void ax_prompt_recall(struct ax_ui *ui, int by); /* 1: an older line, -1: a newer one */
bool ax_prompt_holds(const struct ax_ui *ui);    /* a filter shows what it does as it is typed */
void ax_question_yes(struct ax_ui *ui);
void ax_question_no(struct ax_ui *ui, uint32_t key);

#endif
