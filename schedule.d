schedule.o: engine/graph/schedule.c engine/graph/schedule.h \
  engine/graph/graph.h engine/op/op.h engine/base/err.h \
  engine/op/backend.h engine/op/update.h

engine/graph/schedule.h:

engine/graph/graph.h:

engine/op/op.h:

engine/base/err.h:

engine/op/backend.h:

engine/op/update.h:
