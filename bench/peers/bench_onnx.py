"""usage: bench_onnx.py FILE.onnx [THREADS] [BATCH] - ONNX Runtime and OpenVINO (f32) on a model with one input.

The batch takes the place of the input's first dimension, whatever the file says of it.
"""

import sys
import time

import numpy as np
import onnx
import onnxruntime as ort
import openvino as ov

path = sys.argv[1]
threads = int(sys.argv[2]) if len(sys.argv) > 2 else 1
batch = int(sys.argv[3]) if len(sys.argv) > 3 else 1

model = onnx.load(path)
for value in [model.graph.input[0], *model.graph.output]:
    if value.type.tensor_type.shape.dim:  # the rank of an output may not be known
        value.type.tensor_type.shape.dim[0].dim_value = batch
del model.graph.value_info[:]  # inferred again
data = model.SerializeToString()
name = model.graph.input[0].name
shape = [batch] + [d.dim_value or batch for d in model.graph.input[0].type.tensor_type.shape.dim[1:]]
x = np.random.default_rng(0).standard_normal(shape).astype(np.float32)


def timeit(f):
    for _ in range(3):
        f()
    times, end = [], time.perf_counter() + 2
    while time.perf_counter() < end or len(times) < 7:
        before = time.perf_counter()
        f()
        times.append(time.perf_counter() - before)
    return np.median(times) * 1e3, min(times) * 1e3


def show(peer, version, f):
    print("%-12s %s  T%d  batch %d  median %.4f  min %.4f ms" % (peer, version, threads, batch, *timeit(f)), flush=True)


options = ort.SessionOptions()
options.intra_op_num_threads = threads
options.inter_op_num_threads = 1
options.log_severity_level = 3
options.add_session_config_entry("session.set_denormal_as_zero", "1")
session = ort.InferenceSession(data, options, providers=["CPUExecutionProvider"])
show("onnxruntime", ort.__version__, lambda: session.run(None, {name: x}))

core = ov.Core()
settings = {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_NUM_THREADS": threads, "NUM_STREAMS": 1}
settings.update(INFERENCE_PRECISION_HINT="f32", EXECUTION_MODE_HINT="ACCURACY")
request = core.compile_model(core.read_model(data), "CPU", settings).create_infer_request()
request.set_input_tensor(ov.Tensor(x, shared_memory=True))
show("openvino", ov.__version__.split("-")[0], request.infer)
