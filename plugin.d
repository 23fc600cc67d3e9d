plugin.o: engine/backend/cuda/plugin.c engine/backend/plugin.h \
  engine/op/backend.h engine/op/op.h engine/base/err.h \
  engine/op/update.h engine/backend/cuda/device.h \
  engine/backend/cuda/kernel.h

engine/backend/plugin.h:

engine/op/backend.h:

engine/op/op.h:

engine/base/err.h:

engine/op/update.h:

engine/backend/cuda/device.h:

engine/backend/cuda/kernel.h:
