/* All that a key can do to a run, as a command of the shell. */
#include "engine/base/out.h"
#include "engine/base/str.h"
#include "engine/base/utf8.h"
#include "engine/config/option.h"
#include "engine/space/change.h"
#include "engine/space/space.h"
#include "engine/wire/run.h"
#include "tui/client/ask.h"
#include "tui/client/commands.h"
#include "tui/client/runs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STOP_WITHIN = 60000 }; /* milliseconds */

/* Options of every verb. */
typedef struct options {
    bool json;
    const char *request; /* number given by a script that may repeat a request: it is carried out once */
    ax_many set;         /* fork: DECISION=VALUE */
} options;

typedef struct verb_row {
    const char *word;
    ax_verb_on on;
    const char *more, *doc;
} verb_row;
#define ROW(id, word, on, more, doc) [AX_VERB_##id] = { word, AX_ON_##on, more, doc },
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

/* Reads the candidates at the beginning of arg; one goes into id, several into ids. Returns how many words they
   take. */
static int parse_ids(ax_verb_on on, int n, char **arg, ax_command *cmd)
{
    int most = on == AX_ON_NOTHING ? 0 : on == AX_ON_SEVERAL || on == AX_ON_SEVERAL_OR_LAST ? AX_COMMAND_IDS : 1, k = 0;
    while (k < n && k < most && parse_id(arg[k], &cmd->ids[k]))
        k++;
    cmd->id = k == 1 ? cmd->ids[0] : 0;
    cmd->n_ids = k > 1 ? (uint32_t)k : 0;
    return k;
}

/* RUN [ID...] [TEXT]. RUN may be omitted where the first word can't be one: it is a candidate's number or a
   genotype. */
static ax_code parse_operands(ax_verb verb, int n, char **arg, const char **run, ax_command *cmd, ax_err *err)
{
    const verb_row *row = &rows[verb];
    bool text = verb == AX_VERB_NOTE || verb == AX_VERB_SUBMIT;
    int i = 0;
    uint32_t id;
    bool implied = n > 0 && ((row->on && parse_id(arg[0], &id)) || (verb == AX_VERB_SUBMIT && arg[0][0] == '['));
    if (n > 0 && !implied)
        *run = arg[i++];
    i += parse_ids(row->on, n - i, arg + i, cmd);
    if (i < n && cmd->n_ids == AX_COMMAND_IDS && parse_id(arg[i], &id))
        return ax_fail(err, AX_EINVAL, "%s: more than %d candidates at once", row->word, AX_COMMAND_IDS);
    if ((row->on == AX_ON_ONE || row->on == AX_ON_SEVERAL) && !cmd->id && !cmd->n_ids)
        return ax_fail(err, AX_EINVAL, "%s: which candidate? 'auxcell %s RUN ID'", row->word, row->word);
    if (text && i < n) {
        if (strlen(arg[i]) >= sizeof cmd->text)
            return ax_fail(err, AX_EINVAL, "%s: longer than %zu bytes", row->word, sizeof cmd->text - 1);
        snprintf(cmd->text, sizeof cmd->text, "%s", arg[i++]);
    }
    if (!ax_utf8_is_plain(cmd->text)) {
        ax_str seen;
        ax_str_init(&seen, 0);
        ax_str_quoted(&seen, cmd->text);
        ax_code code = ax_fail(err, AX_EINVAL, "%s: %s isn't UTF-8, or holds a character that can't be seen", row->word,
                               seen.text);
        ax_str_release(&seen);
        return code;
    }
    if (text && !cmd->text[0])
        return ax_fail(err, AX_EINVAL, "%s: %s is missing", row->word,
                       verb == AX_VERB_NOTE ? "the text" : "the genotype");
    if (i < n)
        return ax_fail(err, AX_EINVAL, "%s: '%.60s' is one argument too many", row->word, arg[i]);
    return AX_OK;
}

static ax_code pack_changes_of(const ax_space *space, const options *o, ax_command *cmd, ax_err *err)
{
    ax_genotype none = ax_space_first(space),
                some; /* no decision has the value 255, so all that is set differs from it */
    char text[sizeof cmd->text] = "";
    memset(none.value, UINT8_MAX, sizeof none.value);
    some = none;
    for (int i = 0; i < o->set.n; i++)
        if (ax_genotype_edit(&some, o->set.value[i], err) != AX_OK)
            return ax_fail_prefix(err, "fork");
    size_t n = 0;
    for (int d = 0; d < space->n_decisions && n < sizeof text; d++)
        if (some.value[d] != UINT8_MAX)
            n += (size_t)snprintf(text + n, sizeof text - n, "%s%s=%u", n ? " " : "", space->decision[d].name,
                                  some.value[d]);
    if (n >= sizeof text)
        return ax_fail(err, AX_EINVAL, "fork: so many changes are too long for one command");
    snprintf(cmd->text, sizeof cmd->text, "%s", text);
    return AX_OK;
}

/* Packs the --set options of a fork for the engine: as numbers, and only those that this program understands. */
static ax_code pack_changes(const options *o, ax_command *cmd, ax_err *err)
{
    const ax_space *space;
    ax_err other;
    if (!o->set.n)
        return ax_fail(err, AX_EINVAL, "fork: what should change? Give --set %s, for example", ax_space_at(0)->example);
    /* the names of the decisions tell the space; errors are those of the first space */
    for (unsigned i = 1; (space = ax_space_at(i)); i++)
        if (pack_changes_of(space, o, cmd, &other) == AX_OK)
            return AX_OK;
    return pack_changes_of(ax_space_at(0), o, cmd, err);
}

static ax_code check(const options *o, ax_command *cmd, ax_err *err)
{
    ax_genotype g;
    char *end;
    if (o->request) {
        unsigned long long v = *o->request >= '1' && *o->request <= '9' ? strtoull(o->request, &end, 10) : 0;
        if (!v || *end || v >= INT64_MAX)
            return ax_fail(err, AX_EINVAL, "--request '%.40s': not a number from 1 on", o->request);
        cmd->request = v;
    }
    if (cmd->verb == AX_VERB_FORK)
        return pack_changes(o, cmd, err);
    return cmd->verb == AX_VERB_SUBMIT ? ax_genotype_parse(cmd->text, &g, err) : AX_OK;
}

static const char *synopsis(ax_verb verb, char out[96])
{
    static const char *const id[] = { "", " ID", " [ID]", " ID...", " [ID...]" };
    snprintf(out, 96, "auxcell %s [RUN]%s%s [OPTION...]", rows[verb].word, id[rows[verb].on], rows[verb].more);
    return out;
}

static ax_parsed parse(ax_verb verb, options *o, int argc, char **argv, int *n)
{
    char set[96];
    snprintf(set, sizeof set, "a change, like %s; may come again", ax_space_at(0)->example);
    const ax_option option[] = {
        AX_FLAG("--json", &o->json, "the answer as a JSON object"),
        AX_TEXT("--request", "N", &o->request,
                "number of this request; sent again, it is only answered again, not done twice"),
        AX_TEXTS("--set", "DECISION=VALUE", &o->set, set),
    };
    char line[96], text[1536];
    size_t used = (size_t)snprintf(text, sizeof text, "%s.\n", rows[verb].doc);
    const ax_space *space;
    for (unsigned i = 0; verb == AX_VERB_FORK && (space = ax_space_at(i)) && used < sizeof text; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "Space %s, for example --set %s:\n%s", space->name,
                                 space->example, space->names);
    const bool several = rows[verb].on == AX_ON_SEVERAL || rows[verb].on == AX_ON_SEVERAL_OR_LAST;
    ax_usage u = { synopsis(verb, line),         text, option,
                   verb == AX_VERB_FORK ? 3 : 2, NULL, several ? 2 + AX_COMMAND_IDS : 3 };
    return ax_options_parse(&u, argc, argv, n);
}

static void print_answer(const ax_run_handle *run, const ax_command *cmd, const ax_answer *answer)
{
    ax_str out;
    ax_str_init(&out, 0);
    ax_str_add(&out, "{\"run\":");
    ax_str_json(&out, run->name);
    ax_str_printf(&out, ",\"verb\":\"%s\",\"id\":", rows[cmd->verb].word);
    if (cmd->id)
        ax_str_printf(&out, "%u", cmd->id);
    else
        ax_str_add(&out, "null");
    for (uint32_t i = 0; i < cmd->n_ids; i++)
        ax_str_printf(&out, "%s%u%s", i ? "," : ",\"ids\":[", cmd->ids[i], i + 1 == cmd->n_ids ? "]" : "");
    if (answer->id && answer->id != cmd->id)
        ax_str_printf(&out, ",\"candidate\":%u", answer->id);
    if (cmd->verb == AX_VERB_PRUNE || cmd->verb == AX_VERB_UNDO)
        ax_str_printf(&out, ",\"count\":%u", answer->count);
    ax_str_printf(&out, ",\"request\":%llu,\"message\":", (unsigned long long)answer->request);
    ax_str_json(&out, answer->message);
    ax_str_add(&out, "}\n");
    ax_out_text(out.text);
    ax_str_release(&out);
}

int ax_cli_verb(int argc, char **argv)
{
    ax_command cmd = { .by = "user" };
    ax_answer answer = { .code = AX_OK };
    ax_run_handle run = { .dirfd = -1 };
    options o = { .json = false };
    ax_err err;
    const char *name = NULL;
    int n;
    if (!ax_verb_find(argv[0], &cmd.verb))
        return 2;
    ax_parsed parsed = parse(cmd.verb, &o, argc, argv, &n);
    if (parsed != AX_PARSED_GO)
        return parsed;
    ax_code code = parse_operands(cmd.verb, n, argv + 1, &name, &cmd, &err);
    if (code == AX_OK)
        code = check(&o, &cmd, &err);
    cmd.fields = o.json;
    if (code == AX_OK)
        code = ax_run_find(name, true, &run, &err);
    if (code == AX_OK)
        code = ax_ask(&run, &cmd, &answer, &err);
    if (code == AX_OK && answer.code != AX_OK)
        code = ax_fail(&err, answer.code, "%s", answer.message);
    if (code == AX_OK && o.json)
        print_answer(&run, &cmd, &answer);
    else if (code == AX_OK)
        ax_out_line("%s", answer.message);
    ax_run_close(&run);
    return code == AX_OK ? 0 : ax_complain_of(&err);
}

static void print_stopped(const ax_run_handle *run, bool json, bool was_running)
{
    if (json) {
        ax_str out;
        ax_str_init(&out, 0);
        ax_str_add(&out, "{\"run\":");
        ax_str_json(&out, run->name);
        ax_str_printf(&out, ",\"verb\":\"stop\",\"was_running\":%s}\n", was_running ? "true" : "false");
        ax_out_text(out.text);
        ax_str_release(&out);
    } else if (was_running) {
        ax_out_line("%s: stopped; 'auxcell resume %s' goes on from there", run->name, run->name);
    } else {
        ax_out_line("%s: no engine runs", run->name);
    }
}

int ax_cli_stop(int argc, char **argv)
{
    ax_command cmd = { .verb = AX_VERB_STOP, .by = "user" };
    ax_answer answer = { .code = AX_OK };
    options o = { .json = false };
    ax_run_handle run = { .dirfd = -1 };
    ax_err err;
    int n;
    bool was_running = false;
    ax_parsed parsed = parse(AX_VERB_STOP, &o, argc, argv, &n);
    if (parsed != AX_PARSED_GO)
        return parsed;
    ax_code code = check(&o, &cmd, &err);
    if (code == AX_OK && n > 1)
        code = ax_fail(&err, AX_EINVAL, "stop: '%.60s' is one argument too many", argv[2]);
    if (code == AX_OK)
        code = ax_run_find(n ? argv[1] : NULL, true, &run, &err);
    if (code == AX_OK && ax_run_engine(run.dirfd) != 0) {
        was_running = true;
        code = ax_ask_engine(&run, &cmd, &answer, &err);
        if (code == AX_OK && answer.code != AX_OK)
            code = ax_fail(&err, answer.code, "%s", answer.message);
        if (code == AX_OK && !ax_run_is_let_go(&run, STOP_WITHIN))
            code = ax_fail(&err, AX_EIO, "%s: the engine was told to stop, but still runs", run.name);
        else if (code == AX_EIO && ax_run_is_let_go(&run, AX_ASK_WITHIN)) /* the engine was ending already */
            code = AX_OK;
    }
    if (code == AX_OK)
        print_stopped(&run, o.json, was_running);
    ax_run_close(&run);
    return code == AX_OK ? 0 : ax_complain_of(&err);
}
