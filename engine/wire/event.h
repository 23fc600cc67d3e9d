/* The events: all that a screen shows. One list makes enum, structs, msgpack, JSON and the manual's table.

   A record of events.mpk is the msgpack array [seq, crc32c, payload]; payload is the array [kind name, at, id, fields]
   packed as bin, fields a map of name to value. at: seconds since the epoch; id: candidate, 0 = the run. Unknown fields
   and kinds are skipped by a reader. Beside the fields of its kind an event may have "clock". */
#ifndef AX_WIRE_EVENT_H
#define AX_WIRE_EVENT_H

#include "engine/base/err.h"
#include "engine/base/str.h"
#include "engine/candidate/metric.h"
#include "engine/space/space.h"

#include <stdbool.h>
#include <stdint.h>

/* Field types: WHOLE int64, REAL double (NAN = absent, packed as nil), TEXT char[AX_EVENT_TEXT], GENOTYPE ax_genotype,
   EACH float[AX_MAX_DECISIONS] in the order of the genotype's text (packed as an array of float 32; nil when all are
   NAN), CHOICES ax_probabilities (packed as an array of float 32).
 */
/* The figures that an event carries (engine/candidate/metric.h). */
#define AX_EV_FIGURE_PROPOSED_PROPOSED(F, type, name, doc) F(type, name, doc)
#define AX_EV_FIGURE_PROPOSED_SCORED(F, type, name, doc)
#define AX_EV_FIGURE_PROPOSED_FINAL(F, type, name, doc)
#define AX_EV_FIGURE_SCORED_PROPOSED(F, type, name, doc)
#define AX_EV_FIGURE_SCORED_SCORED(F, type, name, doc) F(type, name, doc)
#define AX_EV_FIGURE_SCORED_FINAL(F, type, name, doc)
#define AX_EV_FIGURE_FINAL_PROPOSED(F, type, name, doc)
#define AX_EV_FIGURE_FINAL_SCORED(F, type, name, doc)
#define AX_EV_FIGURE_FINAL_FINAL(F, type, name, doc) F(type, name, doc)
#define AX_EV_FIGURE_OF_PROPOSED(F, id, type, event, since, name, word, doc, ...)                                      \
    AX_EV_FIGURE_PROPOSED_##event(F, type, name, doc)
#define AX_EV_FIGURE_OF_SCORED(F, id, type, event, since, name, word, doc, ...)                                        \
    AX_EV_FIGURE_SCORED_##event(F, type, name, doc)
#define AX_EV_FIGURE_OF_FINAL(F, id, type, event, since, name, word, doc, ...)                                         \
    AX_EV_FIGURE_FINAL_##event(F, type, name, doc)
#define AX_EV_HELLO(F)                                                                                                 \
    F(TEXT, run, "name of the run")                                                                                    \
    F(TEXT, data, "data set")                                                                                          \
    F(TEXT, task, "what networks are searched for; empty: segmentation")                                               \
    F(TEXT, preset, "preset it started from")                                                                          \
    F(TEXT, strategy, "strategy that proposes candidates")                                                             \
    F(TEXT, device, "device that computes")                                                                            \
    F(WHOLE, seed, "seed of the run")                                                                                  \
    F(WHOLE, planned, "candidates after which it stops")                                                               \
    F(WHOLE, finals, "how many of these the finals take")                                                              \
    F(WHOLE, workers, "workers")                                                                                       \
    F(WHOLE, pid, "process id of the engine")                                                                          \
    F(WHOLE, resumed, "1: continued from a snapshot")                                                                  \
    F(WHOLE, data_changed, "1: the data differ from those that the run began with")
#define AX_EV_PROPOSED(F)                                                                                              \
    F(GENOTYPE, genotype, "the genotype")                                                                              \
    F(WHOLE, parent, "candidate it was made from, 0 = none")                                                           \
    F(TEXT, origin, "strategy's name, user, promote, or finals")                                                       \
    F(WHOLE, seed, "seed of its training, 0: the run's")                                                               \
    F(REAL, logp, "log-probability")                                                                                   \
    F(REAL, entropy, "entropy of the decisions")                                                                       \
    F(EACH, logp_each, "log-probability of each decision, given those before it")                                      \
    F(EACH, entropy_each, "entropy of each decision, likewise")                                                        \
    F(REAL, expected, "gp: predicted objective, the posterior mean")                                                   \
    F(REAL, expected_low, "gp: one standard deviation below that")                                                     \
    F(REAL, expected_high, "gp: one standard deviation above that")                                                    \
    AX_METRIC_LIST(AX_EV_FIGURE_OF_PROPOSED, F)
#define AX_EV_QUEUED(F) F(WHOLE, position, "place in the queue, 0 = next")
#define AX_EV_STARTED(F)                                                                                               \
    F(WHOLE, stage, "1: decoder only; 2: end to end, after the gate; 3: full training")                                \
    F(WHOLE, epochs, "epochs it will take")                                                                            \
    F(WHOLE, steps, "steps it will take")                                                                              \
    F(WHOLE, attempt, "counted from 1")                                                                                \
    F(WHOLE, worker, "worker that trains it, counted from 1; 0: unknown")
#define AX_EV_PROGRESS(F)                                                                                              \
    F(WHOLE, stage, "stage it is in; 3: full training")                                                                \
    F(TEXT, what, "train, validate or cache")                                                                          \
    F(WHOLE, epoch, "epochs done")                                                                                     \
    F(WHOLE, step, "steps done")                                                                                       \
    F(WHOLE, steps, "steps in all")                                                                                    \
    F(REAL, loss, "loss of the last step")
#define AX_EV_VALIDATED(F)                                                                                             \
    F(WHOLE, stage, "stage of full training: 1 or 2")                                                                  \
    F(WHOLE, epoch, "epochs done, of both stages")                                                                     \
    F(WHOLE, epochs, "epochs in all")                                                                                  \
    F(REAL, loss, "mean loss of this epoch's steps")                                                                   \
    F(REAL, reward, "reward on the validation images")
#define AX_EV_SCORED(F)                                                                                                \
    AX_METRIC_LIST(AX_EV_FIGURE_OF_SCORED, F)                                                                          \
    F(WHOLE, provisional, "1: result of stage 1, and stage 2 follows; 0: final result")                                \
    F(WHOLE, batch, "crops per step; fewer than asked for when memory was short")                                      \
    F(WHOLE, stage, "stage of the result")                                                                             \
    F(WHOLE, reused, "duplicate with the result that was reused; 0: it was trained")                                   \
    F(TEXT, model, "model file, relative to the run")                                                                  \
    F(TEXT, masks, "masks file, relative to the run")
#define AX_EV_GATED(F)                                                                                                 \
    F(WHOLE, passed, "1: it passed")                                                                                   \
    F(REAL, mean, "running mean of rewards that it was compared with")                                                 \
    F(REAL, tolerance, "d: below the mean, r passes with probability 1 - (1 - r/mean) / d")                            \
    F(REAL, chance, "probability to pass")
#define AX_EV_LEARNED(F)                                                                                               \
    F(REAL, objective, "objective learned from: the reward, or reward and cost combined")                              \
    F(REAL, loss, "loss of the update")                                                                                \
    F(REAL, baseline, "moving average of objectives")                                                                  \
    F(REAL, advantage, "objective minus baseline")                                                                     \
    F(REAL, clip_share, "share of clipped ratios")                                                                     \
    F(REAL, entropy, "entropy of the policy")                                                                          \
    F(WHOLE, samples, "rewards learned from so far")                                                                   \
    F(REAL, length, "gp: length scale, in differing decisions")                                                        \
    F(REAL, noise, "gp: variance of a reward's noise, of the normal scores' variance of 1")
#define AX_EV_POLICY(F)                                                                                                \
    F(TEXT, space, "search space")                                                                                     \
    F(WHOLE, samples, "rewards learned from so far")                                                                   \
    F(CHOICES, probabilities, "probability of every choice, decision after decision")
#define AX_EV_PAUSED(F)                                                                                                \
    F(WHOLE, on, "1: paused, 0: goes on")                                                                              \
    F(TEXT, by, "who")
#define AX_EV_PRUNED(F)                                                                                                \
    F(WHOLE, phase, "0: undone, 1: soft, 2: final")                                                                    \
    F(REAL, until, "soft prune: when it becomes final; unknown: never, since it was finished")                         \
    F(WHOLE, batch, "number of the batch: its prunes are taken back together")                                         \
    F(TEXT, by, "who pruned it, or why")
#define AX_EV_PROMOTED(F)                                                                                              \
    F(WHOLE, to, "candidate of the full training, 0: gate or queue")                                                   \
    F(TEXT, by, "who")
#define AX_EV_DEMOTED(F) F(TEXT, by, "who")
#define AX_EV_FINAL(F)                                                                                                 \
    F(WHOLE, place, "place among the finalists, by the search's reward; 0: no longer one")                             \
    F(WHOLE, trainings, "trainings that the finals take in all")                                                       \
    AX_METRIC_LIST(AX_EV_FIGURE_OF_FINAL, F)
#define AX_EV_FAILED(F)                                                                                                \
    F(TEXT, cause, "memory, diverged, crashed, hang, device, disk, data, other")                                       \
    F(TEXT, message, "one line")                                                                                       \
    F(WHOLE, retried, "1: goes back to the queue")
#define AX_EV_NOTED(F)                                                                                                 \
    F(TEXT, text, "the note")                                                                                          \
    F(WHOLE, pin, "1: pinned, 0: unpinned, -1: a note only")                                                           \
    F(TEXT, by, "who")
#define AX_EV_SAVED(F)                                                                                                 \
    F(WHOLE, bytes, "size of the snapshot")                                                                            \
    F(REAL, milliseconds, "pause that it caused")                                                                      \
    F(REAL, overhead, "share of the workers' time spent waiting for the engine")
#define AX_EV_DEVICE(F)                                                                                                \
    F(TEXT, name, "device")                                                                                            \
    F(WHOLE, threads, "threads of a worker")                                                                           \
    F(WHOLE, rss_bytes, "most memory of the worker so far; told again when a quarter more")                            \
    F(WHOLE, worker, "number of the worker, from 1; 0: unknown")                                                       \
    F(TEXT, host, "machine")
#define AX_EV_LOG(F)                                                                                                   \
    F(TEXT, level, "debug, info, warning, error")                                                                      \
    F(TEXT, text, "one line")
#define AX_EV_LOST(F)                                                                                                  \
    F(WHOLE, events, "events lost here, with this one; 0: one of those")                                               \
    F(WHOLE, bytes, "bytes in their place, saved in a separate file")                                                  \
    F(WHOLE, offset, "offset of these bytes in the damaged file")
#define AX_EV_BYE(F) F(TEXT, reason, "finished, stopped, failed")
#define AX_EVENT_LIST(X)                                                                                               \
    X(HELLO)                                                                                                           \
    X(PROPOSED)                                                                                                        \
    X(QUEUED)                                                                                                          \
    X(STARTED)                                                                                                         \
    X(PROGRESS)                                                                                                        \
    X(VALIDATED)                                                                                                       \
    X(SCORED)                                                                                                          \
    X(GATED)                                                                                                           \
    X(LEARNED)                                                                                                         \
    X(POLICY)                                                                                                          \
    X(PAUSED)                                                                                                          \
    X(PRUNED)                                                                                                          \
    X(PROMOTED)                                                                                                        \
    X(DEMOTED)                                                                                                         \
    X(FINAL)                                                                                                           \
    X(FAILED)                                                                                                          \
    X(NOTED)                                                                                                           \
    X(SAVED)                                                                                                           \
    X(DEVICE)                                                                                                          \
    X(LOG)                                                                                                             \
    X(LOST)                                                                                                            \
    X(BYE)

enum { AX_EVENT_TEXT = 200, AX_EVENT_MAX_BYTES = 4096 };

#define AX_EV_ENUM(kind) AX_EVENT_##kind,
typedef enum ax_event_kind { AX_EVENT_LIST(AX_EV_ENUM) AX_EVENT_COUNT } ax_event_kind;

#define AX_EV_MEMBER_WHOLE(name) int64_t name;
#define AX_EV_MEMBER_REAL(name) double name;
#define AX_EV_MEMBER_TEXT(name) char name[AX_EVENT_TEXT];
#define AX_EV_MEMBER_GENOTYPE(name) ax_genotype name;
#define AX_EV_MEMBER_EACH(name) float name[AX_MAX_DECISIONS];
#define AX_EV_MEMBER_CHOICES(name) ax_probabilities name;
#define AX_EV_MEMBER(type, name, doc) AX_EV_MEMBER_##type(name)
#define AX_EV_STRUCT(kind)                                                                                             \
    struct {                                                                                                           \
        AX_EV_##kind(AX_EV_MEMBER)                                                                                     \
    } kind;
/* Owns nothing and can be copied. */
typedef struct ax_event {
    ax_event_kind kind;
    uint64_t seq; /* 1, 2, 3, ... without gaps */
    double at;    /* seconds since the epoch, for display: this clock may jump */
    double clock; /* monotonic clock of the engine's machine, in seconds; 0 = not given */
    uint32_t id;
    union {
        AX_EVENT_LIST(AX_EV_STRUCT)
    } u;
} ax_event;

const char *ax_event_name(ax_event_kind kind); /* "proposed", ... */
/* Whether the engine adds its clock to this kind. Events that are equal in every run of the same settings (proposed,
   scored, gated, learned, policy, final) carry none, so that histories can be compared field by field. */
bool ax_event_says_clock(ax_event_kind kind);
/* Packs the payload (not the frame) into buf; returns its length, 0 when it doesn't fit. */
size_t ax_event_pack(const ax_event *ev, uint8_t *buf, size_t cap);
/* Unpacks a payload. AX_EFORMAT on invalid data. For an unknown kind it returns AX_OK with *known = false. */
ax_code ax_event_unpack(const uint8_t *bytes, size_t n, ax_event *ev, bool *known, ax_err *err);
/* One line of JSON without the newline. */
void ax_event_json(const ax_event *ev, ax_str *out);

#endif
