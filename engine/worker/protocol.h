/* Messages between coordinator and worker over a socket pair: a sequence of msgpack arrays [word, ...]. */
#ifndef AX_WORKER_PROTOCOL_H
#define AX_WORKER_PROTOCOL_H

#include "engine/config/settings.h"
#include "engine/space/genotype.h"
#include "engine/candidate/outcome.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* id, word */
#define AX_SAY_LIST(X)                                                                                                 \
    X(SETTINGS, "settings") /* to the worker, first: the run's settings, the encoder's key */                          \
    X(JOB, "job")           /* to the worker: train this candidate */                                                  \
    X(STOP, "stop")         /* to the worker: stop candidate id at its next step */                                    \
    X(READY, "ready")       /* data open, caches filled: name, threads, rss, data */                                   \
    X(BROKEN, "broken")     /* initialisation failed: code, text; the worker ends */                                   \
    X(PROGRESS, "progress") /* id, text (train, validate, cache), stage, epoch, step, steps, loss, rss */              \
    X(EPOCH, "epoch")       /* id, stage, epoch, epochs, loss, reward: validated after an epoch of full training */    \
    X(DEVICES, "devices")   /* id, steps: number of devices that compute its batches from now on */                    \
    X(OUTCOME, "outcome")   /* id, numbers, rss */                                                                     \
    X(STAGE, "stage")       /* id, numbers, rss: stage 1 is done; waits for GO, END or STOP */                         \
    X(GO, "go")             /* to the worker: candidate id continues with stage 2 */                                   \
    X(END, "end")           /* to the worker: the candidate ends with the result of stage 1 */                         \
    X(FAILED, "failed")     /* id, code, text, rss */                                                                  \
    X(STOPPED, "stopped")   /* id */                                                                                   \
    X(WARNING, "warning")   /* id, text: for the log */
#define AX_SAY_ENUM(id, word) AX_SAY_##id,
typedef enum ax_say { AX_SAY_LIST(AX_SAY_ENUM) AX_SAY_COUNT } ax_say;

enum { AX_WORKER_TEXT = 200, AX_WORKER_MAX_BYTES = 16384 };

/* One struct for all messages: a message carries the fields named in its row; the others are 0. */
typedef struct ax_worker_message {
    ax_say say;
    uint32_t id;
    ax_settings settings; /* SETTINGS */
    ax_genotype genotype; /* JOB */
    bool full;            /* JOB: full training, with a model file */
    int64_t seed;         /* JOB: seed of this training; 0 = the run's */
    uint64_t peers;       /* JOB: CUDA devices that may help (ax_train_job.peers) */
    char text[AX_WORKER_TEXT];
    int64_t code; /* ax_code */
    int64_t stage, epoch, epochs, step, steps, threads, rss;
    double loss, reward;
    uint64_t data;    /* READY: ax_trainer_fingerprint */
    uint64_t encoder; /* SETTINGS: the key that the encoder must have */
    ax_outcome outcome;
} ax_worker_message;

/* Packs m into buf (AX_WORKER_MAX_BYTES always suffices); returns its length, 0 when it doesn't fit. */
size_t ax_worker_pack(const ax_worker_message *m, uint8_t *buf, size_t cap);
ax_code ax_worker_unpack(const uint8_t *bytes, size_t n, ax_worker_message *m, ax_err *err);
/* Packs and sends; flags as in send(2). AX_EIO: the other side is gone or, with MSG_DONTWAIT, doesn't read. */
ax_code ax_worker_send(int fd, const ax_worker_message *m, int flags, ax_err *err);

#endif
