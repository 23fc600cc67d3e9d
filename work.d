work.o: engine/command/bench/work.c engine/backend/list.h \
  engine/backend/plugin.h engine/op/backend.h engine/op/op.h \
  engine/base/err.h engine/op/update.h engine/base/clock.h \
  engine/command/bench/bench.h engine/config/option.h \
  engine/graph/session.h engine/graph/plan.h engine/graph/graph.h \
  engine/graph/params.h engine/base/rng.h engine/space/decoder.h \
  engine/space/genotype.h engine/space/taps.h engine/command/inputs.h \
  engine/command/device_note.h engine/space/builder.h \
  engine/space/canonical.h engine/space/layer.h engine/space/list.h \
  engine/space/space.h engine/base/str.h engine/space/drawing.h \
  engine/model/network.h engine/graph/stats.h engine/model/encoder.h \
  engine/model/mobilenet.h engine/model/safetensors.h \
  engine/model/step.h engine/task/task.h engine/candidate/outcome.h \
  engine/candidate/metric.h engine/candidate/tasks.h \
  engine/config/settings.h engine/wire/maskfile.h

engine/backend/list.h:

engine/backend/plugin.h:

engine/op/backend.h:

engine/op/op.h:

engine/base/err.h:

engine/op/update.h:

engine/base/clock.h:

engine/command/bench/bench.h:

engine/config/option.h:

engine/graph/session.h:

engine/graph/plan.h:

engine/graph/graph.h:

engine/graph/params.h:

engine/base/rng.h:

engine/space/decoder.h:

engine/space/genotype.h:

engine/space/taps.h:

engine/command/inputs.h:

engine/command/device_note.h:

engine/space/builder.h:

engine/space/canonical.h:

engine/space/layer.h:

engine/space/list.h:

engine/space/space.h:

engine/base/str.h:

engine/space/drawing.h:

engine/model/network.h:

engine/graph/stats.h:

engine/model/encoder.h:

engine/model/mobilenet.h:

engine/model/safetensors.h:

engine/model/step.h:

engine/task/task.h:

engine/candidate/outcome.h:

engine/candidate/metric.h:

engine/candidate/tasks.h:

engine/config/settings.h:

engine/wire/maskfile.h:
