/* Everything that a key can do to a run, as a command. */
#include "engine/wire/client.h"
#include "engine/wire/run.h"
#include "tui/client/args.h"
#include "tui/client/client.h"
#include "tui/client/runs.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ANSWER_WITHIN = 15000, STOP_WITHIN = 60000, LOOK_EVERY = 20 }; /* milliseconds */

typedef struct verb_row {
    const char *word;
    int candidate; /* 0 no, 1 yes, 2 optional */
    const char *doc;
} verb_row;
#define ROW(id, word, candidate, doc) [AX_VERB_##id] = { word, candidate, doc },
static const verb_row rows[AX_VERB_COUNT] = { AX_VERB_LIST(ROW) };

/* "12" or "#12". */
static bool parse_id(const char *text, uint32_t *id)
{
    char *end;
    text += *text == '#';
    unsigned long v = *text >= '0' && *text <= '9' ? strtoul(text, &end, 10) : 0;
    if (!v || *end || v > UINT32_MAX)
        return false;
    *id = (uint32_t)v;
    return true;
}

/* RUN [ID] [TEXT]; RUN may be left out where what comes first can't be one: a candidate's number or a genotype. */
static ax_code parse_operands(ax_verb verb, int n, char **arg, const char **run, ax_command *cmd, ax_err *err)
{
    const verb_row *row = &rows[verb];
    bool text = verb == AX_VERB_NOTE || verb == AX_VERB_SUBMIT;
    int i = 0;
    uint32_t id;
    bool implied = n > 0 && ((row->candidate && parse_id(arg[0], &id)) || (verb == AX_VERB_SUBMIT && arg[0][0] == '['));
    if (n > 0 && !implied)
        *run = arg[i++];
    if (row->candidate && i < n && parse_id(arg[i], &cmd->id))
        i++;
    if (row->candidate == 1 && !cmd->id)
        return ax_fail(err, AX_EINVAL, "%s: which candidate? 'auxcell %s RUN ID'", row->word, row->word);
    if (text && i < n) {
        if (strlen(arg[i]) >= sizeof cmd->text)
            return ax_fail(err, AX_EINVAL, "%s: longer than %zu bytes", row->word, sizeof cmd->text - 1);
        snprintf(cmd->text, sizeof cmd->text, "%s", arg[i++]);
    }
    if (text && !cmd->text[0])
        return ax_fail(err, AX_EINVAL, "%s: %s is missing", row->word,
                       verb == AX_VERB_NOTE ? "the text" : "the genotype");
    if (i < n)
        return ax_fail(err, AX_EINVAL, "%s: '%.60s' is one argument too many", row->word, arg[i]);
    return AX_OK;
}

static ax_code check_genotype(const ax_command *cmd, ax_err *err)
{
    ax_genotype g;
    return cmd->verb == AX_VERB_SUBMIT ? ax_genotype_parse(cmd->text, &g, err) : AX_OK;
}

static ax_code call(const ax_run_handle *run, ax_command *cmd, ax_answer *answer, ax_err *err)
{
    if (ax_run_engine(run->dirfd) == 0)
        return ax_fail(err, AX_EIO, "%s: no engine runs; 'auxcell resume %s' starts it", run->name, run->name);
    /* no history is wanted: a sequence number that no event has yet */
    ax_client *c = ax_client_connect(run->dirfd, INT64_MAX, err);
    if (!c)
        return AX_EIO;
    cmd->request = ax_client_request(c);
    ax_code code = ax_client_call(c, cmd, ANSWER_WITHIN, answer, err);
    ax_client_free(c);
    return code;
}

static const char *synopsis(ax_verb verb, char out[80])
{
    static const char *const id[] = { "", " ID", " [ID]" };
    snprintf(out, 80, "%s [RUN]%s%s", rows[verb].word, id[rows[verb].candidate],
             verb == AX_VERB_NOTE     ? " TEXT"
             : verb == AX_VERB_SUBMIT ? " GENOTYPE"
                                      : "");
    return out;
}

static ax_args parse(ax_verb verb, int argc, char **argv, int *n)
{
    char line[80], text[160];
    snprintf(text, sizeof text, "%s.\n", rows[verb].doc);
    ax_usage u = { synopsis(verb, line), text, NULL, 0, NULL, 3 };
    return ax_args_parse(&u, argc, argv, n);
}

int ax_cli_verb(int argc, char **argv)
{
    ax_command cmd = { .by = "user" };
    ax_answer answer = { .code = AX_OK };
    ax_run_handle run = { .dirfd = -1 };
    ax_err err;
    const char *name = NULL;
    int n;
    if (!ax_verb_find(argv[0], &cmd.verb))
        return 2;
    ax_args parsed = parse(cmd.verb, argc, argv, &n);
    if (parsed != AX_ARGS_GO)
        return parsed == AX_ARGS_HELP ? 0 : 2;
    ax_code code = parse_operands(cmd.verb, n, argv + 1, &name, &cmd, &err);
    if (code == AX_OK)
        code = check_genotype(&cmd, &err);
    if (code == AX_OK)
        code = ax_run_find(name, true, &run, &err);
    if (code == AX_OK)
        code = call(&run, &cmd, &answer, &err);
    ax_run_close(&run);
    if (code != AX_OK)
        return ax_cli_fail(&err);
    fprintf(answer.code == AX_OK ? stdout : stderr, "%s%s\n", answer.code == AX_OK ? "" : "auxcell: ", answer.message);
    return ax_exit_code(answer.code);
}

/* Until the engine has let go of the run: then its files are complete. */
static ax_code wait_for_end(const ax_run_handle *run, ax_err *err)
{
    for (int waited = 0; ax_run_engine(run->dirfd) > 0; waited += LOOK_EVERY) {
        if (waited >= STOP_WITHIN)
            return ax_fail(err, AX_EIO, "%s: the engine was told to stop, but still runs", run->name);
        poll(NULL, 0, LOOK_EVERY);
    }
    return AX_OK;
}

int ax_cli_stop(int argc, char **argv)
{
    ax_command cmd = { .verb = AX_VERB_STOP, .by = "user" };
    ax_answer answer = { .code = AX_OK };
    ax_run_handle run;
    ax_err err;
    int n;
    ax_args parsed = parse(AX_VERB_STOP, argc, argv, &n);
    if (parsed != AX_ARGS_GO)
        return parsed == AX_ARGS_HELP ? 0 : 2;
    if (n > 1) {
        ax_fail(&err, AX_EINVAL, "stop: '%.60s' is one argument too many", argv[2]);
        return ax_cli_fail(&err);
    }
    ax_code code = ax_run_find(n ? argv[1] : NULL, true, &run, &err);
    if (code == AX_OK && ax_run_engine(run.dirfd) == 0) {
        printf("%s: no engine runs\n", run.name);
    } else if (code == AX_OK) {
        code = call(&run, &cmd, &answer, &err);
        if (code == AX_OK && answer.code != AX_OK)
            code = ax_fail(&err, answer.code, "%s", answer.message);
        if (code == AX_OK)
            code = wait_for_end(&run, &err);
        if (code == AX_OK)
            printf("%s: stopped; 'auxcell resume %s' goes on from there\n", run.name, run.name);
    }
    ax_run_close(&run);
    return code == AX_OK ? 0 : ax_cli_fail(&err);
}
