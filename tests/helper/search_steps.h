/* Steps of a made-up search (searching.h) that fail the test unless the search does what is expected. */
#ifndef TESTS_HELPER_SEARCH_STEPS_H
#define TESTS_HELPER_SEARCH_STEPS_H

#include "tests/helper/searching.h"

/* The fixture of a cmocka test with a search; searching_begin makes a new one, tear_down releases it. */
int searching_set_up(void **state);
int searching_tear_down(void **state);
searching *searching_begin(void **state, int64_t candidates, const char *strategy);

/* Gives a command; the answer must have this code and this message. */
void searching_answers(searching *t, ax_verb verb, uint32_t id, const char *text, ax_code code, const char *message);
/* Takes the next job, which must be candidate `id`, and scores it. */
void searching_train(searching *t, uint32_t id, double reward);
/* Begins a search of 30 candidates, in which everything happens once. */
searching *searching_begin_busy(void **state, const char *strategy);
/* Replaces the search by one that is loaded from its snapshot. */
void searching_reload(searching *t);
/* Makes a second search from a snapshot of the first; searching_release. */
void searching_copy(const searching *t, searching *into);
/* Fails unless two searches have the same snapshot. */
void searching_same_state(const ax_search *s, const ax_search *other);

#endif
