/* Every request is executed once: repeated, even after a resume, it gets the same answer; with another command it is
   refused. */
#include "engine/search/commands_internal.h"

#include "engine/base/hash.h"

#include <stdio.h>
#include <string.h>

/* A hash of everything a command asks for, except its sender. */
static uint64_t hash_arguments(const ax_command *c)
{
    uint64_t h = ax_hash(AX_HASH_START, &c->id, sizeof c->id);
    h = ax_hash(h, c->text, strlen(c->text));
    h = ax_hash(h, &c->batch, sizeof c->batch);
    return ax_hash(h, c->ids, c->n_ids * sizeof *c->ids);
}

static void answer_again(const ax_request *r, const ax_command *c, ax_answer *a)
{
    bool same = !strcmp(r->verb, ax_verb_word(c->verb));
    if (!r->verb[0] || (same && r->arguments == hash_arguments(c))) {
        *a = r->answer;
        a->fields = c->fields;
        return;
    }
    char of[16] = "";
    if (r->id)
        snprintf(of, sizeof of, " %u", r->id);
    ax_search_reply(a, AX_EINVAL, "request %llu was '%s%s'%s: nothing is done; another act takes another number",
                    (unsigned long long)c->request, r->verb, of, same ? " with other arguments" : "");
}

static void remember(ax_search *s, const ax_command *c, const ax_answer *a)
{
    ax_request *r = &s->request[s->next_request];
    *r = (ax_request) { .answer = *a, .id = c->n_ids ? c->ids[0] : c->id, .arguments = hash_arguments(c) };
    snprintf(r->verb, sizeof r->verb, "%s", ax_verb_word(c->verb));
    s->next_request = (s->next_request + 1) % AX_REQUESTS;
}

void ax_search_command(ax_search *s, const ax_command *cmd, ax_answer *answer)
{
    *answer = (ax_answer) { .request = cmd->request, .code = AX_EINVAL, .fields = cmd->fields, .id = cmd->id };
    for (uint32_t i = 0; i < AX_REQUESTS; i++)
        if (cmd->request && s->request[i].answer.request == cmd->request) {
            answer_again(&s->request[i], cmd, answer);
            return;
        }
    ax_search_act(s, cmd, answer);
    s->dirty = s->dirty || answer->code == AX_OK;
    if (cmd->request)
        remember(s, cmd, answer);
}
