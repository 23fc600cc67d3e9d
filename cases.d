cases.o: tests/helper/cases.c tests/helper/cases.h engine/op/op.h \
  engine/base/err.h tests/helper/types.h

tests/helper/cases.h:

engine/op/op.h:

engine/base/err.h:

tests/helper/types.h:
