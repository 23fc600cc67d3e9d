"""Libraries that read ONNX, where they can be imported; MISSING: why they can't."""
try:
    import numpy
    import onnx
    import onnxruntime
    MISSING = None
except ImportError as e:
    numpy = onnx = onnxruntime = None
    MISSING = f"{e}: pip install --target=SOMEWHERE onnx onnxruntime, then PYTHONPATH=SOMEWHERE"
