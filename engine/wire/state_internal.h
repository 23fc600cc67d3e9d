/* Internals shared by the files of the folded state. */
#ifndef AX_WIRE_STATE_INTERNAL_H
#define AX_WIRE_STATE_INTERNAL_H

#include "engine/wire/state.h"

/* Grows an array to a power of two of at least n; false, with out_of_memory set, on failure. */
bool ax_state_reserve(ax_state *s, void **array, uint32_t n, size_t size);

/* ---- state_candidates.c ---- */
void ax_state_fold_proposed(ax_state *s, const ax_event *ev);
/* All other events that have an id. */
void ax_state_fold_candidate(ax_state *s, const ax_event *ev);
void ax_state_stop_running(ax_state *s);
void ax_state_drop_candidates(ax_state *s);

/* ---- state_rank.c: counts by status, the best, and the fronts ---- */
bool ax_candidate_counts(const ax_candidate *c);
/* Adds a candidate that has its result. */
void ax_state_rank(ax_state *s, const ax_candidate *c);
/* Ranks all again, after a counted candidate has gone or changed. */
void ax_state_rank_all(ax_state *s);
/* Counts and ranks a candidate that changed its status; counted: it counted for the best before. */
void ax_state_status_changed(ax_state *s, const ax_candidate *c, ax_status was, bool counted);

/* ---- state_run.c ---- */
void ax_state_fold_run(ax_state *s, const ax_event *ev);
void ax_state_end_text(const ax_state *s, char text[static AX_EVENT_TEXT]);

/* ---- state_log.c: the log for users ---- */
void ax_state_add_log(ax_state *s, const ax_event *ev, const char *text);

/* ---- prunes.c: prunes that can be undone ---- */
void ax_state_forget_prune(ax_state *s, uint32_t id);
void ax_state_remember_prune(ax_state *s, uint32_t id); /* as the latest */

/* ---- validations.c ---- */
void ax_state_fold_validated(ax_state *s, const ax_event *ev);
void ax_state_drop_validations(ax_state *s);

/* workers.c */
void ax_state_fold_worker(ax_state *s, const ax_event *ev);

/* policy.c */
void ax_policy_fold(ax_policy *p, const ax_event *ev);
void ax_state_fold_learned(ax_state *s, const ax_event *ev);

/* ---- finals.c ---- */
/* Recomputes the finalists and the first among them. */
void ax_state_find_finalist(ax_state *s);
void ax_state_fold_final(ax_state *s, const ax_event *ev);

#endif
