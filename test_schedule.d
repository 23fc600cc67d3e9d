test_schedule.o: tests/engine/graph/test_schedule.c \
  engine/graph/schedule.h engine/graph/graph.h engine/op/op.h \
  engine/base/err.h engine/graph/sums.h tests/helper/smallnet.h \
  engine/graph/params.h engine/base/rng.h engine/op/backend.h \
  engine/op/update.h engine/graph/plan.h

engine/graph/schedule.h:

engine/graph/graph.h:

engine/op/op.h:

engine/base/err.h:

engine/graph/sums.h:

tests/helper/smallnet.h:

engine/graph/params.h:

engine/base/rng.h:

engine/op/backend.h:

engine/op/update.h:

engine/graph/plan.h:
