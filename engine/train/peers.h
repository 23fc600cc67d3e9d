/* Data parallelism: devices that compute beside the trainer's own in a full training. Each has the network and a share
   of every batch. The trainer's own device, the leader, does everything else: optimiser, averages, saving and judging.
   In a step, the leader's parameters are copied to the peers, all devices compute, and the gradients are added on the
   leader, in the order of the devices and weighted by their shares. So all devices have the same parameters, and a
   training gives the same bits every time on the same number of devices.

   The gradient is the mean of the shares' gradients. As usual, it differs from the whole batch's in two ways: batch
   norm uses the statistics of a share, and the leader's running statistics are kept; cross-entropy is a mean over the
   labelled pixels of a share. */
#ifndef AX_TRAIN_PEERS_H
#define AX_TRAIN_PEERS_H

#include "engine/train/training.h"

enum { AX_PEERS = 31 };

/* Number of peers that r's job can use: those it names, as long as each device gets `data_parallel` crops of a
   batch. */
size_t ax_peers_usable(const ax_training *r);
/* Crops of a batch for device i of n: split evenly, the first devices get one more. */
int32_t ax_peers_share(int32_t batch, size_t n, size_t i);

/* Opens the first n of the job's peers and builds r's stage on them. NULL: they can't be used, with the reason. */
ax_peers *ax_peers_new(const ax_training *r, size_t n, ax_err *err);
void ax_peers_free(ax_peers *p);

/* ---- these do nothing without peers (p NULL) ---- */
size_t ax_peers_count(const ax_peers *p);
/* Binds their plans to the batch's crops behind the leader's share. */
ax_code ax_peers_bind(ax_peers *p, ax_batch *batch, ax_err *err);
/* Copies the leader's parameters to them and starts their runs; returns once they have read the batch. */
ax_code ax_peers_start(ax_peers *p, const ax_params *params, ax_err *err);
/* Waits for them; *sum = the sum of their losses, each times its share of the batch. */
ax_code ax_peers_loss(ax_peers *p, double *sum, ax_err *err);
/* Turns the leader's gradients into those of the whole batch. */
ax_code ax_peers_gather(ax_peers *p, ax_params *params, ax_err *err);

#endif
