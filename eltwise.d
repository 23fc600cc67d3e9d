eltwise.o: engine/op/eltwise.c engine/op/rules.h engine/op/op.h \
  engine/base/err.h

engine/op/rules.h:

engine/op/op.h:

engine/base/err.h:
