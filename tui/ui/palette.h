/* Commands that can be typed after ':': the engine's verbs and a few of the screens' own. */
#ifndef AX_TUI_PALETTE_H
#define AX_TUI_PALETTE_H

#include <stdbool.h>
#include <stddef.h>

/* The screens' own commands, with their operands and what they do. */
#define AX_WORD_LIST(X)                                                                                                \
    X(GOTO, "goto", "ID", "select this candidate, whatever the filter hides")                                          \
    X(SORT, "sort", "COLUMN[,COLUMN...]", "sort by columns, the first first; -COLUMN: the other way round")            \
    X(MARK, "mark", "[FILTER]", "mark what the table shows, or what passes a filter")                                  \
    X(UNMARK, "unmark", "", "unmark all")                                                                              \
    X(KEEP, "keep", "NAME", "give the filter a name: @NAME in a filter stands for it")                                 \
    X(FORGET, "forget", "NAME", "forget the name of a filter")                                                         \
    X(SETTING, "setting", "NAME", "show a setting of the run")                                                         \
    X(THEME, "theme", "NAME", "show the screens in other colours; for good: in config.ini")                            \
    X(COLUMNS, "columns", "auto|COLUMN[,COLUMN...]", "columns of the table; for good: in config.ini")                  \
    X(SVG, "svg", "[VIEW|screen]", "write a view, or the screen, as SVG below RUN/export")                             \
    X(SCREEN, "screen", "[text|ansi|svg]", "write the screen as text, or with colours, below RUN/export")              \
    X(RESUME, "resume", "", "start the engine again when it has stopped or died")                                      \
    X(DETACH, "detach", "", "leave; the engine goes on")                                                               \
    X(QUIT, "q", "", "leave; the engine goes on")
#define AX_WORD_ENUM(id, word, takes, doc) AX_WORD_##id,
typedef enum ax_word { AX_WORD_LIST(AX_WORD_ENUM) AX_WORD_COUNT } ax_word;

typedef struct ax_palette_word {
    const char *word, *operands, *doc;
} ax_palette_word;

/* The i-th command of all. False: past the last. */
bool ax_palette(int i, ax_palette_word *out);
/* Which of the screens' own commands it is; AX_WORD_COUNT: none. */
ax_word ax_palette_own(const char *text);
/* Lists the commands that begin with these n bytes (n = 0: all but those that a key does better), with blanks between
   them, as many as fit into out. */
void ax_palette_list(const char *text, size_t n, char *out, size_t cap);
/* The command that the text begins with, up to a blank or its end. False: there is none. */
bool ax_palette_find(const char *text, ax_palette_word *out);
/* Extends text, the beginning of a command, as far as all matching commands agree; cap: bytes that text may have. */
void ax_palette_complete(char *text, size_t cap);

#endif
