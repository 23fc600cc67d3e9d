bench.o: engine/command/bench/bench.c engine/backend/list.h \
  engine/backend/plugin.h engine/op/backend.h engine/op/op.h \
  engine/base/err.h engine/op/update.h engine/base/out.h \
  engine/config/option.h engine/base/output.h \
  engine/command/bench/bench.h engine/graph/session.h \
  engine/graph/plan.h engine/graph/graph.h engine/graph/params.h \
  engine/base/rng.h engine/space/decoder.h engine/space/genotype.h \
  engine/space/taps.h engine/export/onnx.h engine/base/str.h \
  engine/export/onnx_message.h engine/command/program.h \
  engine/train/source.h engine/base/fingerprint.h engine/task/task.h \
  engine/candidate/outcome.h engine/candidate/metric.h \
  engine/candidate/tasks.h engine/config/settings.h engine/space/layer.h \
  engine/wire/maskfile.h engine/train/survey.h engine/model/mobilenet.h \
  engine/model/safetensors.h engine/model/network.h engine/graph/stats.h \
  engine/model/encoder.h

engine/backend/list.h:

engine/backend/plugin.h:

engine/op/backend.h:

engine/op/op.h:

engine/base/err.h:

engine/op/update.h:

engine/base/out.h:

engine/config/option.h:

engine/base/output.h:

engine/command/bench/bench.h:

engine/graph/session.h:

engine/graph/plan.h:

engine/graph/graph.h:

engine/graph/params.h:

engine/base/rng.h:

engine/space/decoder.h:

engine/space/genotype.h:

engine/space/taps.h:

engine/export/onnx.h:

engine/base/str.h:

engine/export/onnx_message.h:

engine/command/program.h:

engine/train/source.h:

engine/base/fingerprint.h:

engine/task/task.h:

engine/candidate/outcome.h:

engine/candidate/metric.h:

engine/candidate/tasks.h:

engine/config/settings.h:

engine/space/layer.h:

engine/wire/maskfile.h:

engine/train/survey.h:

engine/model/mobilenet.h:

engine/model/safetensors.h:

engine/model/network.h:

engine/graph/stats.h:

engine/model/encoder.h:
