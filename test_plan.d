test_plan.o: tests/engine/graph/test_plan.c tests/helper/smallnet.h \
  engine/graph/params.h engine/base/rng.h engine/graph/graph.h \
  engine/op/op.h engine/base/err.h engine/op/backend.h \
  engine/op/update.h engine/graph/plan.h

tests/helper/smallnet.h:

engine/graph/params.h:

engine/base/rng.h:

engine/graph/graph.h:

engine/op/op.h:

engine/base/err.h:

engine/op/backend.h:

engine/op/update.h:

engine/graph/plan.h:
