/* What the files of the commands share. */
#ifndef AX_SEARCH_COMMANDS_INTERNAL_H
#define AX_SEARCH_COMMANDS_INTERNAL_H

#include "engine/search/search_internal.h"

/* What a person is told. */
__attribute__((format(printf, 3, 4))) void ax_search_reply(ax_answer *a, ax_code code, const char *fmt, ...);
const char *ax_entry_word(const ax_entry *r); /* its status, as in "#7 is WORD" */
/* Takes the candidate off its worker (which is told later) or out of the queue; its place there. */
uint32_t ax_search_withdraw(ax_search *s, uint32_t id);

/* Does it, whatever was asked before. */
void ax_search_act(ax_search *s, const ax_command *c, ax_answer *a);

/* ---- prune.c ---- */
/* Both for all candidates that the command names; they exist. */
void ax_search_prune(ax_search *s, const ax_command *c, ax_answer *a);
/* A command that names none takes back its batch, and without one the newest that can be. */
void ax_search_undo(ax_search *s, const ax_command *c, ax_answer *a);

#endif
