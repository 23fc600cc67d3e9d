#include "tui/client/ask.h"

#include "engine/wire/client.h"
#include "engine/wire/run.h"
#include "tui/client/engine.h"

#include <poll.h>

enum { ANSWER_WITHIN = 15000, LOOK_EVERY = 20 }; /* milliseconds */

/* Connects to the run's engine, and waits for one that is just starting: it holds the run before it listens. */
static ax_client *connect_engine(const ax_run_handle *run, ax_err *err)
{
    for (int waited = 0; ax_run_engine(run->dirfd) > 0; waited += LOOK_EVERY) {
        /* a number that no event has yet: no history is wanted */
        ax_client *c = ax_client_connect(run->dirfd, INT64_MAX, err);
        if (c || waited >= AX_ASK_WITHIN)
            return c;
        poll(NULL, 0, LOOK_EVERY);
    }
    ax_fail(err, AX_EIO, "%s: no engine runs; 'auxcell resume %s' starts it", run->name, run->name);
    return NULL;
}

static ax_code wake(const ax_run_handle *run, ax_verb verb, ax_err *err)
{
    if (!ax_verb_wakes_engine(verb) || ax_run_engine(run->dirfd) > 0)
        return AX_OK;
    ax_state s;
    ax_code code = ax_run_load(run->dirfd, &s, err);
    bool finished = code == AX_OK && s.ending == AX_ENDING_FINISHED;
    ax_state_release(&s);
    if (!finished)
        return code;
    ax_engine engine;
    code = ax_engine_start(run->dirfd, run->path, AX_ENGINE_WAIT, &engine, err);
    ax_engine_release(&engine);
    return code;
}

ax_code ax_ask_engine(const ax_run_handle *run, ax_command *cmd, ax_answer *answer, ax_err *err)
{
    ax_client *c = connect_engine(run, err);
    if (!c)
        return AX_EIO;
    if (!cmd->request)
        cmd->request = ax_client_request(c);
    ax_code code = ax_client_call(c, cmd, ANSWER_WITHIN, answer, err);
    ax_client_free(c);
    return code;
}

bool ax_run_is_let_go(const ax_run_handle *run, int within)
{
    for (int waited = 0; ax_run_engine(run->dirfd) > 0; waited += LOOK_EVERY) {
        if (waited >= within)
            return false;
        poll(NULL, 0, LOOK_EVERY);
    }
    return true;
}

ax_code ax_ask(const ax_run_handle *run, ax_command *cmd, ax_answer *answer, ax_err *err)
{
    ax_code code = AX_OK;
    for (int tries = 0; tries < 2; tries++) {
        code = wake(run, cmd->verb, err);
        if (code == AX_OK)
            code = ax_ask_engine(run, cmd, answer, err);
        if (code != AX_EIO || !ax_verb_wakes_engine(cmd->verb) || !ax_run_is_let_go(run, AX_ASK_WITHIN))
            break;
    }
    return code;
}
