graph.o: engine/graph/graph.c engine/graph/graph.h engine/op/op.h \
  engine/base/err.h engine/graph/graph_internal.h

engine/graph/graph.h:

engine/op/op.h:

engine/base/err.h:

engine/graph/graph_internal.h:
