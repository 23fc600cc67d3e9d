conv.o: engine/backend/cuda/conv.c engine/backend/cuda/conv.h \
  engine/backend/cuda/device.h engine/backend/cuda/kernel.h \
  engine/op/update.h engine/op/backend.h engine/op/op.h \
  engine/base/err.h

engine/backend/cuda/conv.h:

engine/backend/cuda/device.h:

engine/backend/cuda/kernel.h:

engine/op/update.h:

engine/op/backend.h:

engine/op/op.h:

engine/base/err.h:
