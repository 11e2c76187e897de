"""usage: precision.py bf16|int8 THREADS [work prefixes]: whole networks in less than float32.

bf16: OpenVINO with INFERENCE_PRECISION_HINT=bf16. int8: ONNX Runtime and OpenVINO on the same network quantized by
ONNX Runtime's own tool (QDQ, weights per channel, activations u8 from four random items), made once and kept.
"""

import sys
from common import *
import onnxruntime as ort
import openvino as ov

kind, threads = sys.argv[1], int(sys.argv[2])


def quantized(work):
    path = f"{HERE}/models/{work}.int8.onnx"
    if os.path.exists(path):
        return path
    from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
    from onnxruntime.quantization.shape_inference import quant_pre_process

    class Items(CalibrationDataReader):
        def __init__(self):
            self.left = [np.random.default_rng(n).standard_normal(inp(work).shape).astype(np.float32) for n in range(4)]

        def get_next(self):
            return {"x": self.left.pop()} if self.left else None

    prepared = f"{HERE}/models/{work}.prepared.onnx"
    quant_pre_process(f"{HERE}/models/{work}.onnx", prepared, skip_symbolic_shape=True)
    quantize_static(prepared, path, Items(), quant_format=QuantFormat.QDQ, per_channel=True,
                    activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8)
    os.remove(prepared)
    return path


def onnxruntime(work, path):
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    session = ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    x = inp(work)
    median, least, runs = timeit(lambda: session.run(None, {"x": x}))
    emit("precision.jsonl", work, f"onnxruntime {kind}", ort.__version__, threads, median, least, runs)


def openvino(work, path):
    core = ov.Core()
    settings = {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_NUM_THREADS": threads, "NUM_STREAMS": 1}
    settings["INFERENCE_PRECISION_HINT"] = "bf16" if kind == "bf16" else "f32"
    request = core.compile_model(core.read_model(path), "CPU", settings).create_infer_request()
    x = inp(work)
    request.set_input_tensor(ov.Tensor(x, shared_memory=True))
    median, least, runs = timeit(request.infer)
    emit("precision.jsonl", work, f"openvino {kind}", ov.__version__.split("-")[0], threads, median, least, runs)


for work in sel(sys.argv[3:]):
    if kind == "bf16":
        openvino(work, f"{HERE}/models/{work}.onnx")
    else:
        path = quantized(work)
        onnxruntime(work, path)
        openvino(work, path)
