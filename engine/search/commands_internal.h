/* Internals shared by the files of the commands. */
#ifndef AX_SEARCH_COMMANDS_INTERNAL_H
#define AX_SEARCH_COMMANDS_INTERNAL_H

#include "engine/search/search_internal.h"

/* Answers for the user. */
__attribute__((format(printf, 3, 4))) void ax_search_reply(ax_answer *a, ax_code code, const char *fmt, ...);
const char *ax_entry_word(const ax_entry *r); /* its status, as in "#7 is WORD" */
/* Takes the candidate off its worker (which is told later) or out of the queue; returns its place there. */
uint32_t ax_search_withdraw(ax_search *s, uint32_t id);

/* Executes the command, even if its request was seen before. */
void ax_search_act(ax_search *s, const ax_command *c, ax_answer *a);

/* ---- promote.c ---- */
void ax_search_promote(ax_search *s, const ax_command *c, const ax_entry *r, ax_answer *a);
/* Undoes a promotion: a queued candidate goes to the end of the queue, one in training is subject to the gate again,
   the full training of a finished one is pruned. */
void ax_search_demote(ax_search *s, const ax_command *c, const ax_entry *r, ax_answer *a);

/* ---- prune.c ---- */
/* Both act on all candidates that the command names, which must exist. */
void ax_search_prune(ax_search *s, const ax_command *c, ax_answer *a);
/* A command that names none undoes its batch or, without a batch, the latest prune that can be undone. */
void ax_search_undo(ax_search *s, const ax_command *c, ax_answer *a);

#endif
