fuse.o: engine/graph/fuse.c engine/graph/fuse.h engine/graph/graph.h \
  engine/op/op.h engine/base/err.h

engine/graph/fuse.h:

engine/graph/graph.h:

engine/op/op.h:

engine/base/err.h:
