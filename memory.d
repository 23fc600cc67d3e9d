memory.o: engine/graph/memory.c engine/graph/memory.h \
  engine/graph/graph.h engine/op/op.h engine/base/err.h \
  engine/graph/schedule.h

engine/graph/memory.h:

engine/graph/graph.h:

engine/op/op.h:

engine/base/err.h:

engine/graph/schedule.h:
