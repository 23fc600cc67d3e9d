/* Command-line parser of both programs: a table of options, the settings (for commands that accept them), and
   operands. */
#ifndef AX_CONFIG_OPTION_H
#define AX_CONFIG_OPTION_H

#include "engine/base/err.h"
#include "engine/config/settings.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum ax_option_kind {
    AX_OPTION_FLAG,  /* bool *: --name */
    AX_OPTION_TEXT,  /* const char **: --name VALUE, borrowed from argv */
    AX_OPTION_PATH,  /* as TEXT, but not empty, as "$UNSET" is */
    AX_OPTION_MANY,  /* ax_many *: as TEXT, and may be repeated */
    AX_OPTION_WHOLE, /* int32_t *: --name VALUE, between least and most */
    AX_OPTION_SIZE /* int32_t[2], height and width: --name HxW, or one number for a square; each between least and most
                    */
} ax_option_kind;

typedef struct ax_option {
    const char *name; /* with its dashes */
    ax_option_kind kind;
    const char *meta; /* placeholder of the value; NULL for a flag */
    void *value;      /* holds the default before parsing */
    int32_t least, most;
    const char *doc;
} ax_option;
#define AX_FLAG(name, value, doc)                                                                                      \
    {                                                                                                                  \
        name, AX_OPTION_FLAG, NULL, value, 0, 0, doc                                                                   \
    }
#define AX_TEXT(name, meta, value, doc)                                                                                \
    {                                                                                                                  \
        name, AX_OPTION_TEXT, meta, value, 0, 0, doc                                                                   \
    }
#define AX_PATH(name, meta, value, doc)                                                                                \
    {                                                                                                                  \
        name, AX_OPTION_PATH, meta, value, 0, 0, doc                                                                   \
    }
#define AX_TEXTS(name, meta, value, doc)                                                                               \
    {                                                                                                                  \
        name, AX_OPTION_MANY, meta, value, 0, 0, doc                                                                   \
    }
#define AX_WHOLE(name, meta, value, least, most, doc)                                                                  \
    {                                                                                                                  \
        name, AX_OPTION_WHOLE, meta, value, least, most, doc                                                           \
    }
#define AX_SIZE(name, meta, value, least, most, doc)                                                                   \
    {                                                                                                                  \
        name, AX_OPTION_SIZE, meta, value, least, most, doc                                                            \
    }

#define AX_OPTIONS(table) table, sizeof table / sizeof *table /* for ax_usage */

/* Values of a repeatable option. */
enum { AX_MANY = 32 };
typedef struct ax_many {
    const char *value[AX_MANY];
    int n;
} ax_many;

/* Settings on the command line, in order; borrowed from argv. */
typedef struct ax_given {
    const char **name, **value; /* room for argc of each */
    int n;
    ax_settings_choice uses; /* another setting is refused */
} ax_given;
/* uses: the settings that have an effect. */
ax_code ax_given_init(ax_given *g, int argc, ax_settings_choice uses, ax_err *err);
void ax_given_release(ax_given *g);
const char *ax_given_value(const ax_given *g, const char *name); /* the last value; NULL = not given */

typedef struct ax_usage {
    const char *synopsis; /* "auxcell search [OPTION...]" */
    const char *text;     /* description, in lines */
    const ax_option *option;
    size_t n_options;
    ax_given *settings; /* NULL: the command accepts no settings */
    int max_operands;
} ax_usage;

/* Whether the command continues; otherwise its exit status. */
typedef enum ax_parsed {
    AX_PARSED_GO = -1,
    AX_PARSED_HELP = 0, /* --help was printed */
    AX_PARSED_WRONG = 2 /* one line was printed on standard error */
} ax_parsed;

/* Moves operands to argv[1 ... *n_operands]. --name=VALUE equals --name VALUE; "--" ends the options. */
ax_parsed ax_options_parse(const ax_usage *usage, int argc, char **argv, int *n_operands);

#endif
