/* The devices that compute beside the trainer's own in a full training (data parallelism). Each has the network and a
   share of every batch; the trainer's own device, the leader, has all else: optimiser, averages, what is saved and what
   is judged. A step: the leader's parameters go to the peers, all compute, the gradients come to the leader and are
   added in the order of the devices, weighted by their shares. So the parameters are the same everywhere because they
   are copies, and a training gives the same bits each time it is done on as many devices.

   The gradient is the mean of the shares' gradients. It is that of the whole batch but for two things, as is usual:
   batch norm takes its statistics over a share, and those that are kept are the leader's; cross-entropy is a mean over
   the labelled pixels of a share. */
#ifndef AX_TRAIN_PEERS_H
#define AX_TRAIN_PEERS_H

#include "engine/train/training.h"

enum { AX_PEERS = 31 };

/* How many peers r's job has work for: those it names, as long as each device gets `data_parallel` crops of a batch. */
size_t ax_peers_wanted(const ax_training *r);
/* Crops of a batch that device i of n gets: as equal as can be, the first ones have one more. */
int32_t ax_peers_share(int32_t batch, size_t n, size_t i);

/* Opens the first n of the job's peers and builds r's stage on them. NULL: they can't be used, with the reason. */
ax_peers *ax_peers_new(const ax_training *r, size_t n, ax_err *err);
void ax_peers_free(ax_peers *p);

/* ---- without peers (p NULL) these do nothing ---- */
size_t ax_peers_count(const ax_peers *p);
/* Their plans read the batch's crops behind the leader's share. */
ax_code ax_peers_bind(ax_peers *p, ax_batch *batch, ax_err *err);
/* Gives them the leader's parameters and has them compute; returns once they have taken in the batch. */
ax_code ax_peers_start(ax_peers *p, const ax_params *params, ax_err *err);
/* Waits for them; *sum = their losses, each times its share of the batch. */
ax_code ax_peers_loss(ax_peers *p, double *sum, ax_err *err);
/* The leader's gradients become those of the whole batch. */
ax_code ax_peers_gather(ax_peers *p, ax_params *params, ax_err *err);

#endif
