sums.o: engine/graph/sums.c engine/graph/sums.h engine/graph/graph.h \
  engine/op/op.h engine/base/err.h engine/graph/graph_internal.h

engine/graph/sums.h:

engine/graph/graph.h:

engine/op/op.h:

engine/base/err.h:

engine/graph/graph_internal.h:
