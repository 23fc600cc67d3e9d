/* What the files of the folded state share. */
#ifndef AX_WIRE_STATE_INTERNAL_H
#define AX_WIRE_STATE_INTERNAL_H

#include "engine/wire/state.h"

/* Grows an array to a power of two that holds n; false (and out_of_memory) when it can't. */
bool ax_state_reserve(ax_state *s, void **array, uint32_t n, size_t size);

/* ---- state_candidates.c ---- */
void ax_state_fold_proposed(ax_state *s, const ax_event *ev);
/* Every other event that has an id. */
void ax_state_fold_candidate(ax_state *s, const ax_event *ev);
void ax_state_stop_running(ax_state *s);
void ax_state_drop_candidates(ax_state *s);

/* ---- state_rank.c: how many are in which state, which is the best, and the fronts ---- */
bool ax_candidate_counts(const ax_candidate *c);
/* One that has come to its result. */
void ax_state_rank(ax_state *s, const ax_candidate *c);
/* All of them again, when one that counted has gone or changed. */
void ax_state_rank_all(ax_state *s);
/* Counts and ranks a candidate that was in another state; counted: it counted for the best. */
void ax_state_status_changed(ax_state *s, const ax_candidate *c, ax_status was, bool counted);

/* ---- state_run.c ---- */
void ax_state_fold_run(ax_state *s, const ax_event *ev);
void ax_state_tell_end(const ax_state *s, char text[static AX_EVENT_TEXT]);

/* ---- state_log.c: the log a person reads ---- */
void ax_state_add_log(ax_state *s, const ax_event *ev, const char *text);

/* ---- prunes.c: what can be taken back ---- */
void ax_state_forget_prune(ax_state *s, uint32_t id);
void ax_state_remember_prune(ax_state *s, uint32_t id); /* as the newest */

/* ---- validations.c ---- */
void ax_state_fold_validated(ax_state *s, const ax_event *ev);
void ax_state_drop_validations(ax_state *s);

/* workers.c */
void ax_state_fold_worker(ax_state *s, const ax_event *ev);

/* policy.c */
void ax_policy_fold(ax_policy *p, const ax_event *ev);
void ax_state_fold_learned(ax_state *s, const ax_event *ev);

/* ---- finals.c ---- */
/* Finds the finalists and the first of them again. */
void ax_state_find_finalist(ax_state *s);
void ax_state_fold_final(ax_state *s, const ax_event *ev);

#endif
