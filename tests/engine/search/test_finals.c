/* The finals: which candidates are in them, the order of the trainings, their results, and resuming in the middle of
   them. */
#include "engine/base/student.h"
#include "engine/search/journal/snapshot.h"
#include "engine/search/search_internal.h"
#include "tests/helper/search_steps.h"
#include "tests/helper/suite.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* 20 candidates, 14 of them in the search; the best 3 are trained twice more. */
static searching *begin(void **state)
{
    searching *t = searching_begin(state, 20, "random");
    ax_settings *s = &t->setup.settings;
    s->finals = 0.3;
    s->finals_best = 3;
    s->finals_seeds = 2;
    searching_restart(t);
    ax_search_hello(t->search, false, 1);
    return t;
}

static double reward_of(uint32_t id)
{
    return 0.3 + 0.01 * ((id * 5) % 14); /* the 14 rewards all differ: the best are 11, 8 and 5 */
}

/* Trains the rest of the search. */
static void finish_search(searching *t)
{
    for (uint32_t id; (id = searching_take(t)) && id < 14;)
        searching_score(t, reward_of(id));
    assert_int_equal(ax_search_running(t->search, 0), 14);
    searching_score(t, reward_of(14));
}

static ax_search_job take(searching *t)
{
    ax_search_job job = { 0 };
    bool taken;
    ax_err err;
    assert_int_equal(ax_search_take(t->search, 0, &job, &taken, &err), AX_OK);
    assert_int_equal(ax_search_catch_up(t->search, &err), AX_OK);
    return taken ? job : (ax_search_job) { 0 };
}

/* The next job is the finalist's training with this seed. */
static void is_next(searching *t, uint32_t finalist, int64_t seed)
{
    ax_search_job job = take(t);
    assert_int_not_equal(job.id, 0);
    const ax_entry *r = ax_search_get(t->search, job.id), *parent = ax_search_get(t->search, finalist);
    assert_int_equal(r->parent, finalist);
    assert_int_equal(job.seed, seed);
    assert_string_equal(r->origin, "finals");
    assert_memory_equal(&job.genotype, &parent->proposal.genotype, sizeof job.genotype);
    assert_false(job.full);
}

static void train_next(searching *t, uint32_t finalist, int64_t seed, double reward)
{
    is_next(t, finalist, seed);
    searching_score(t, reward);
}

static void is_over(searching *t)
{
    assert_int_equal(take(t).id, 0);
    assert_true(ax_search_finished(t->search));
}

static const ax_outcome *of(const searching *t, uint32_t id)
{
    return &ax_search_get(t->search, id)->outcome;
}

static ax_finals_plan plan(int64_t candidates, double share, int64_t best, int64_t seeds)
{
    ax_settings s;
    assert_int_equal(ax_settings_preset(&s, "demo", NULL), AX_OK);
    s.candidates = candidates;
    s.finals = share;
    s.finals_best = best;
    s.finals_seeds = seeds;
    return ax_finals_plan_of(&s);
}

static void is_plan(ax_finals_plan p, uint32_t finalists, uint32_t seeds)
{
    assert_int_equal(p.finalists, finalists);
    assert_int_equal(p.seeds, seeds);
}

TEST(the_share_is_planned)
{
    is_plan(plan(200, 0.2, 10, 4), 10, 4);
    is_plan(plan(300, 0.2, 10, 4), 10, 6); /* more seeds once the number of networks is at its limit */
    is_plan(plan(100, 0.2, 10, 4), 5, 4);  /* fewer networks before fewer seeds */
    is_plan(plan(48, 0.2, 10, 4), 2, 4);
    is_plan(plan(24, 0.2, 10, 4), 2, 2);
    is_plan(plan(19, 0.2, 10, 4), 0, 0);
    is_plan(plan(200, 0, 10, 4), 0, 0);
    is_plan(plan(20, 0.2, 1, 4), 1, 4); /* the finals of a single network */
    is_plan(plan(20, 0.2, 4, 1), 4, 1);
    is_plan(plan(1000000, 0.9, 100, 1), 100, 1000);
    is_plan(plan(10, 0.3, 10, 1), 3, 1);    /* 0.3 * 10 is slightly less than 3 */
    is_plan(plan(100, 0.9, 100, 1), 10, 9); /* the search has ten */
    is_plan(plan(3, 0.9, 100, 1), 0, 0);
}

static void the_best_are_trained_round_by_round(void **state)
{
    searching *t = begin(state);
    assert_int_equal(searching_last(t, AX_EVENT_HELLO, 0)->u.HELLO.planned, 20);
    assert_int_equal(searching_last(t, AX_EVENT_HELLO, 0)->u.HELLO.finals, 6);
    finish_search(t);
    size_t learned = searching_count(t, AX_EVENT_LEARNED), gated = searching_count(t, AX_EVENT_GATED);
    assert_int_equal(learned, 14);
    assert_int_equal(searching_count(t, AX_EVENT_FINAL), 3);
    static const uint32_t best[] = { 11, 8, 5 };
    static const double fresh[2][3] = { { 0.35, 0.41, 0.30 }, { 0.37, 0.43, 0.42 } };
    for (int round = 0; round < 2; round++)
        for (int k = 0; k < 3; k++) {
            assert_false(ax_search_finished(t->search));
            train_next(t, best[k], 1 + 1000 * (round + 1), fresh[round][k]);
            assert_true(of(t, best[k])->final_seeds == round + 1);
            assert_true(of(t, best[k])->reward == reward_of(best[k])); /* the reward of the search stays */
            if (round == 0 || k < 2) /* a finalist that is a round ahead has no advantage */
                assert_true(isnan(of(t, best[0])->final_best));
        }
    is_over(t);
    assert_int_equal(searching_count(t, AX_EVENT_LEARNED), learned);
    assert_int_equal(searching_count(t, AX_EVENT_GATED), gated);
    double sum = 0, p[3];
    ax_mean mean[3];
    for (int k = 0; k < 3; k++) {
        const double two[] = { fresh[0][k], fresh[1][k] };
        mean[k] = ax_mean_of(two, 2);
    }
    ax_mean_best(mean, 3, p);
    for (int k = 0; k < 3; k++) {
        const ax_outcome *o = of(t, best[k]);
        assert_true(o->final_mean == mean[k].mean && o->final_interval == ax_mean_interval(&mean[k], 0.95));
        assert_true(o->final_best == p[k]);
        sum += o->final_best;
    }
    assert_true(fabs(sum - 1) < 1e-12);
    const ax_event *log = searching_last(t, AX_EVENT_LOG, 0);
    assert_string_equal(log->u.LOG.text,
                        "the finals are over: #8 is first with .4200 +- .1271 of 2 seeds, the best with "
                        "probability .68");
    ax_state s;
    ax_state_init(&s);
    for (size_t i = 0; i < t->n; i++) {
        t->event[i].seq = i + 1;
        ax_state_fold(&s, &t->event[i]);
    }
    assert_int_equal(s.n_scored, 14);
    assert_int_equal(s.n_finals, 6);
    assert_int_equal(s.finals, 6);
    assert_int_equal(s.n_finalists, 3);
    assert_int_equal(s.finalist, 8);
    assert_int_equal(s.best, 11); /* the best of the search */
    assert_int_equal(ax_state_winner(&s), 8);
    ax_state_release(&s);
}

static void without_finals_nothing_changes(void **state)
{
    searching *t = searching_begin(state, 20, "random");
    t->setup.settings.finals = 0;
    searching_restart(t);
    for (uint32_t id; (id = searching_take(t));)
        searching_score(t, reward_of(id));
    assert_true(ax_search_finished(t->search));
    assert_int_equal(searching_count(t, AX_EVENT_LEARNED), 20);
    assert_int_equal(searching_count(t, AX_EVENT_FINAL), 0);
}

/* A copy of the best network is no finalist, however high its reused reward. */
static void a_network_is_a_finalist_once(void **state)
{
    char text[AX_GENOTYPE_TEXT];
    searching *t = begin(state);
    for (uint32_t id = 1; id <= 5; id++)
        searching_train(t, id, 0.3 + 0.1 * id);
    ax_genotype_print(&ax_search_get(t->search, 5)->proposal.genotype, text);
    searching_do(t, AX_VERB_SUBMIT, 0, text, NULL);
    while (!searching_count(t, AX_EVENT_FINAL)) {
        searching_take(t);
        if (ax_search_running(t->search, 0))
            searching_score(t, 0.2);
    }
    assert_int_equal(ax_search_get(t->search, 7)->reused, 5);
    assert_int_equal(t->search->finals.n, 3);
    assert_int_equal(t->search->finals.finalist[0], 5);
    assert_int_equal(t->search->finals.finalist[1], 4);
    assert_int_equal(t->search->finals.finalist[2], 3);
}

static void a_pruned_finalist_is_out_until_that_is_taken_back(void **state)
{
    ax_answer a;
    searching *t = begin(state);
    finish_search(t);
    train_next(t, 11, 1001, 0.5);
    train_next(t, 8, 1001, 0.4);
    is_next(t, 5, 1001);
    assert_int_equal(searching_do(t, AX_VERB_PRUNE, 11, NULL, &a), AX_OK);
    searching_score(t, 0.45);
    /* one training of the second round was queued already: a pruned candidate's queued training isn't removed */
    train_next(t, 11, 2001, 0.5);
    train_next(t, 8, 2001, 0.41);
    train_next(t, 5, 2001, 0.46);
    assert_true(of(t, 5)->final_best > 0.5 && isnan(of(t, 11)->final_best));
    assert_true(fabs(of(t, 5)->final_best + of(t, 8)->final_best - 1) < 1e-12);
    assert_int_equal(searching_do(t, AX_VERB_UNDO, 11, NULL, &a), AX_OK);
    assert_true(of(t, 11)->final_best > of(t, 5)->final_best);
    assert_true(ax_search_finished(t->search));
}

static void pruned_before_its_turn_it_gets_no_training(void **state)
{
    searching *t = begin(state);
    finish_search(t);
    searching_do(t, AX_VERB_PRUNE, 5, NULL, NULL);
    train_next(t, 11, 1001, 0.5);
    train_next(t, 8, 1001, 0.4);
    is_next(t, 11, 2001);
    searching_do(t, AX_VERB_UNDO, 5, NULL, NULL); /* the rounds that it missed come first */
    searching_score(t, 0.5);
    train_next(t, 8, 2001, 0.4);
    train_next(t, 5, 1001, 0.4);
    train_next(t, 5, 2001, 0.4);
    is_over(t);
}

static void a_training_that_fails_or_is_pruned_is_one_fewer(void **state)
{
    ax_answer a;
    searching *t = begin(state);
    finish_search(t);
    is_next(t, 11, 1001);
    ax_search_failed(t->search, 0, AX_CAUSE_DIVERGED, "not finite");
    is_next(t, 8, 1001);
    uint32_t id = ax_search_running(t->search, 0);
    searching_answers(t, AX_VERB_PROMOTE, id, NULL, AX_EINVAL,
                      "#16 is a training of #8 for the finals: promote that one");
    assert_int_equal(searching_do(t, AX_VERB_PRUNE, id, NULL, &a), AX_OK);
    ax_search_stopped(t->search, 0);
    ax_search_set_time(t->search, 1000 + AX_PRUNE_SECONDS + 1);
    ax_search_tick(t->search);
    train_next(t, 5, 1001, 0.4);
    train_next(t, 11, 2001, 0.4);
    train_next(t, 8, 2001, 0.4);
    train_next(t, 5, 2001, 0.5);
    is_over(t);
    assert_int_equal(of(t, 11)->final_seeds, 1);
    assert_int_equal(of(t, 8)->final_seeds, 1);
    /* the only one with a confidence interval */
    assert_true(isnan(of(t, 11)->final_best) && of(t, 5)->final_best == 1);
}

static void a_paused_candidate_does_not_hold_them_up(void **state)
{
    searching *t = begin(state);
    assert_int_equal(searching_take(t), 1);
    searching_do(t, AX_VERB_PAUSE, 1, NULL, NULL);
    ax_search_stopped(t->search, 0);
    finish_search(t);
    is_next(t, 11, 1001);
    const ax_event *log = searching_last(t, AX_EVENT_LOG, 0);
    assert_non_null(strstr(log->u.LOG.text, "1 paused candidate can't be among them"));
}

/* The events are the same after a resume from a snapshot at any moment of the finals. */
static void they_go_on_from_a_snapshot(void **state)
{
    for (int at = 0; at < 7; at++) {
        searching u;
        searching *t = begin(state);
        finish_search(t);
        for (int k = 0; k < at; k++) {
            take(t);
            searching_score(t, 0.3 + 0.017 * k);
        }
        searching_copy(t, &u);
        ax_search_hello(u.search, true, 2);
        t->n = u.n = 0;
        for (int k = at; k < 7; k++) {
            assert_int_equal(take(t).id, take(&u).id);
            if (k == 6)
                continue;
            searching_score(t, 0.3 + 0.017 * k);
            searching_score(&u, 0.3 + 0.017 * k);
        }
        assert_true(ax_search_finished(t->search) && ax_search_finished(u.search));
        assert_int_equal(t->n, u.n);
        for (size_t i = 0; i < t->n; i++)
            assert_memory_equal(&t->event[i], &u.event[i], sizeof t->event[i]);
        searching_release(&u);
    }
}

/* With more candidates the search goes on; earlier trainings of the finals count as spent. */
static void more_candidates_open_them_again(void **state)
{
    searching *t = begin(state);
    finish_search(t);
    for (int k = 0; k < 6; k++) {
        take(t);
        searching_score(t, 0.3);
    }
    assert_true(ax_search_finished(t->search));
    t->setup.settings.candidates = 30; /* 9 trainings for the finals: three seeds each */
    searching_reload(t);
    ax_search_set_time(t->search, 1000);
    ax_search_hello(t->search, true, 2);
    assert_int_equal(searching_last(t, AX_EVENT_HELLO, 0)->u.HELLO.finals, 15);
    assert_false(ax_search_finished(t->search));
    assert_int_equal(searching_take(t), 21);
    t->n = 0;
    searching_score(t, 0.9); /* better than all before: 5 isn't among the best any more */
    is_next(t, 21, 1001);
    assert_int_equal(ax_search_get(t->search, 21)->finalist, 1);
    assert_int_equal(ax_search_get(t->search, 8)->finalist, 3);
    assert_int_equal(ax_search_get(t->search, 5)->finalist, 0);
    assert_int_equal(searching_count(t, AX_EVENT_FINAL), 6); /* three are out, three are in */
    assert_int_equal(of(t, 5)->final_seeds, 2);
    searching_score(t, 0.4);
    train_next(t, 21, 2001, 0.4); /* the others have these two already */
    train_next(t, 21, 3001, 0.4);
    train_next(t, 11, 3001, 0.4);
    train_next(t, 8, 3001, 0.4);
    train_next(t, 21, 4001, 0.4); /* eight of the nine trainings that are left: one is too few for a round */
    train_next(t, 11, 4001, 0.4);
    train_next(t, 8, 4001, 0.4);
    is_over(t);
    assert_int_equal(of(t, 8)->final_seeds, 4);
    assert_int_equal(searching_last(t, AX_EVENT_FINAL, 0)->u.FINAL.trainings, 14);
}

static void resume_with(searching *t, int64_t best, int64_t seeds, uint32_t trainings)
{
    t->setup.settings.finals_best = best;
    t->setup.settings.finals_seeds = seeds;
    searching_reload(t);
    ax_search_hello(t->search, true, 2);
    assert_int_equal(searching_last(t, AX_EVENT_HELLO, 0)->u.HELLO.finals, trainings);
}

/* Other numbers of finalists and seeds divide what is left of the budget, which stays the same. */
static void other_numbers_share_the_same_budget(void **state)
{
    searching *t = begin(state);
    finish_search(t);
    train_next(t, 11, 1001, 0.5);
    train_next(t, 8, 1001, 0.4);
    resume_with(t, 2, 2, 6); /* #5's first training is queued already, and three are left for two finalists */
    train_next(t, 5, 1001, 0.5);
    train_next(t, 11, 2001, 0.5);
    train_next(t, 8, 2001, 0.4);
    is_over(t);
    assert_int_equal(searching_last(t, AX_EVENT_FINAL, 0)->u.FINAL.trainings, 5);
    resume_with(t, 3, 2, 6); /* one is left, and #5 lacks the second round */
    train_next(t, 5, 2001, 0.5);
    is_over(t);
    resume_with(t, 2, 3, 6);
    is_over(t);
    assert_int_equal(t->search->n_entries, 20);
}

/* Trains the search, of which only the last n candidates may become finalists. */
static void finish_with(searching *t, uint32_t n)
{
    for (uint32_t id = 0; id < 14;) {
        id = searching_take(t);
        searching_score(t, 0.3 + 0.01 * id);
        if (id > 14 - n)
            continue;
        searching_do(t, AX_VERB_PRUNE, id, NULL, NULL);
        ax_search_set_time(t->search, 1000 + id * (AX_PRUNE_SECONDS + 1));
        ax_search_tick(t->search);
    }
}

/* With fewer different networks than planned each gets more seeds. */
static void few_networks_get_more_seeds(void **state)
{
    searching *t = begin(state);
    finish_with(t, 2);
    for (int round = 1; round <= 3; round++) {
        train_next(t, 14, 1 + 1000 * round, 0.4);
        train_next(t, 13, 1 + 1000 * round, 0.4);
    }
    is_over(t);
}

/* A network without rivals isn't trained for the sake of it. */
static void a_single_network_gets_the_seeds_planned(void **state)
{
    searching *t = begin(state);
    finish_with(t, 1);
    train_next(t, 14, 1001, 0.4);
    train_next(t, 14, 2001, 0.4);
    is_over(t);
}

/* Candidates that a person adds to a complete search don't take trainings from the finals. */
static void what_a_person_adds_is_extra(void **state)
{
    char text[AX_GENOTYPE_TEXT];
    searching *t = begin(state);
    finish_search(t);
    ax_genotype_print(&ax_search_get(t->search, 3)->proposal.genotype, text);
    is_next(t, 11, 1001);
    searching_do(t, AX_VERB_SUBMIT, 0, text, NULL);
    searching_score(t, 0.4);
    resume_with(t, 3, 2, 6);
    while (!ax_search_finished(t->search)) {
        take(t);
        if (ax_search_running(t->search, 0))
            searching_score(t, 0.4);
    }
    assert_int_equal(of(t, 5)->final_seeds, 2);
}

int main(void)
{
    return RUN_EACH_TEST_WITHIN(
        searching_set_up, searching_tear_down, the_share_is_planned, the_best_are_trained_round_by_round,
        without_finals_nothing_changes, a_network_is_a_finalist_once, a_pruned_finalist_is_out_until_that_is_taken_back,
        pruned_before_its_turn_it_gets_no_training, a_training_that_fails_or_is_pruned_is_one_fewer,
        a_paused_candidate_does_not_hold_them_up, they_go_on_from_a_snapshot, more_candidates_open_them_again,
        other_numbers_share_the_same_budget, few_networks_get_more_seeds, a_single_network_gets_the_seeds_planned,
        what_a_person_adds_is_extra);
}
