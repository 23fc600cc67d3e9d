test_together.o: tests/engine/backend/cuda/test_together.c \
  engine/graph/plan.h engine/graph/graph.h engine/op/op.h \
  engine/base/err.h engine/graph/params.h engine/base/rng.h \
  engine/op/backend.h engine/op/update.h tests/helper/emulated.h \
  tests/helper/oracle.h tests/helper/cases.h

engine/graph/plan.h:

engine/graph/graph.h:

engine/op/op.h:

engine/base/err.h:

engine/graph/params.h:

engine/base/rng.h:

engine/op/backend.h:

engine/op/update.h:

tests/helper/emulated.h:

tests/helper/oracle.h:

tests/helper/cases.h:
