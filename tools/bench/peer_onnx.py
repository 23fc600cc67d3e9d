"""The side of bench-peer that runs ONNX files: one network in onnxruntime or OpenVINO, timed on command.

Started by peer.py as `peer_onnx.py onnxruntime|openvino FILE THREADS`, once for each measurement, so that each peak
resident size is a network's own. Says one JSON object about itself, then answers each {"run": N} on stdin with the
milliseconds of N runs. Both are asked for float32 and for the least time of one batch; shapes are static, as the file
has them.
"""
import json
import resource
import sys
import time

import numpy


def onnxruntime(path, threads):
    import onnxruntime as library
    options = library.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.execution_mode = library.ExecutionMode.ORT_SEQUENTIAL
    options.graph_optimization_level = library.GraphOptimizationLevel.ORT_ENABLE_ALL
    options.log_severity_level = 3
    session = library.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    image = numpy.random.default_rng(1).standard_normal(session.get_inputs()[0].shape, dtype=numpy.float32)
    return library.__version__, lambda: session.run(None, {"image": image})


def openvino(path, threads):
    import openvino as library
    core = library.Core()
    model = core.compile_model(path, "CPU", {"INFERENCE_PRECISION_HINT": "f32", "PERFORMANCE_HINT": "LATENCY",
                                             "INFERENCE_NUM_THREADS": threads, "NUM_STREAMS": 1})
    request = model.create_infer_request()
    shape = list(model.inputs[0].get_shape())
    image = library.Tensor(numpy.random.default_rng(1).standard_normal(shape, dtype=numpy.float32))
    request.set_input_tensor(image)
    return library.__version__.split("-")[0], request.infer


def main():
    def answer(**fields):
        print(json.dumps(fields), flush=True)

    name, path, threads = sys.argv[1:]
    try:
        version, run = {"onnxruntime": onnxruntime, "openvino": openvino}[name](path, int(threads))
    except Exception as problem:  # the driver must be told of any error
        return answer(error="%s: %s" % (type(problem).__name__, str(problem).split("\n")[0]))
    answer(version=version)
    for line in sys.stdin:
        times = []
        for _ in range(json.loads(line)["run"]):
            start = time.perf_counter()
            run()
            times.append((time.perf_counter() - start) * 1e3)
        used = resource.getrusage(resource.RUSAGE_SELF)
        answer(ms=times, peak_rss_mb=used.ru_maxrss / 1024, cpu_seconds=used.ru_utime + used.ru_stime)
    return None


if __name__ == "__main__":
    main()
