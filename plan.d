plan.o: engine/graph/plan.c engine/graph/plan.h engine/graph/graph.h \
  engine/op/op.h engine/base/err.h engine/graph/params.h \
  engine/base/rng.h engine/op/backend.h engine/op/update.h \
  engine/base/clock.h engine/graph/capture.h engine/graph/fuse.h \
  engine/graph/graph_internal.h engine/graph/memory.h \
  engine/graph/sums.h

engine/graph/plan.h:

engine/graph/graph.h:

engine/op/op.h:

engine/base/err.h:

engine/graph/params.h:

engine/base/rng.h:

engine/op/backend.h:

engine/op/update.h:

engine/base/clock.h:

engine/graph/capture.h:

engine/graph/fuse.h:

engine/graph/graph_internal.h:

engine/graph/memory.h:

engine/graph/sums.h:
