profile.o: engine/command/bench/profile.c engine/command/bench/bench.h \
  engine/config/option.h engine/base/err.h engine/graph/session.h \
  engine/graph/plan.h engine/graph/graph.h engine/op/op.h \
  engine/graph/params.h engine/base/rng.h engine/op/backend.h \
  engine/op/update.h engine/space/decoder.h engine/space/genotype.h \
  engine/space/taps.h engine/base/out.h

engine/command/bench/bench.h:

engine/config/option.h:

engine/base/err.h:

engine/graph/session.h:

engine/graph/plan.h:

engine/graph/graph.h:

engine/op/op.h:

engine/graph/params.h:

engine/base/rng.h:

engine/op/backend.h:

engine/op/update.h:

engine/space/decoder.h:

engine/space/genotype.h:

engine/space/taps.h:

engine/base/out.h:
