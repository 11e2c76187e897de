"""usage: bench_ort.py THREADS [work prefixes]"""

import sys
from common import *
import onnxruntime as ort

T = int(sys.argv[1])
for w in sel(sys.argv[2:]):
    so = ort.SessionOptions()
    so.intra_op_num_threads = T
    so.inter_op_num_threads = 1
    so.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_ALL
    so.execution_mode = ort.ExecutionMode.ORT_SEQUENTIAL
    so.log_severity_level = 3
    so.add_session_config_entry("session.set_denormal_as_zero", "1")
    s = ort.InferenceSession(f"{HERE}/models/{w}.onnx", so, providers=["CPUExecutionProvider"])
    x = inp(w)
    y = np.empty(WORKS[w]["out_shape"], np.float32)
    io = s.io_binding()
    io.bind_ortvalue_input("x", ort.OrtValue.ortvalue_from_numpy(x))
    yo = ort.OrtValue.ortvalue_from_numpy(y)
    io.bind_ortvalue_output(WORKS[w]["out"], yo)
    med, mn, n = timeit(lambda: s.run_with_iobinding(io))
    emit("ort.jsonl", w, "onnxruntime", ort.__version__, T, med, mn, n)
    del s
