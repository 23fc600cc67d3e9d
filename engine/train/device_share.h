/* What one of several workers may have of the memory of a device that they share. */
#ifndef AX_TRAIN_DEVICE_SHARE_H
#define AX_TRAIN_DEVICE_SHARE_H

#include "engine/op/backend.h"

/* Returns the bytes that a worker may have there, its `own` present ones included; 0: the backend doesn't say. sharers:
   workers on the device (at least 1). Each of several has the same part, whatever the others have at the moment:
   whether a training fits must not depend on which candidates are in training beside it. A single one may have all free
   memory. Free memory is the limit in any case. */
size_t ax_device_share(const ax_backend *be, ax_device *dev, size_t sharers, size_t own);

#endif
