"""usage: bench_onnx.py FILE.onnx [THREADS] [BATCH] - ONNX Runtime and OpenVINO (f32) on any model with one input and one output"""

import os, sys, time, numpy as np, onnxruntime as ort, openvino as ov

path, T, N = sys.argv[1], int((sys.argv + ["1", "1"])[2]), int((sys.argv + ["1", "1", "1"])[3])


def timeit(f):
    for _ in range(3):
        f()
    ts = []
    end = time.perf_counter() + 2
    while time.perf_counter() < end or len(ts) < 7:
        a = time.perf_counter()
        f()
        ts.append(time.perf_counter() - a)
    return np.median(ts) * 1e3, min(ts) * 1e3


so = ort.SessionOptions()
so.intra_op_num_threads = T
so.inter_op_num_threads = 1
so.log_severity_level = 3
so.add_session_config_entry("session.set_denormal_as_zero", "1")
s = ort.InferenceSession(path, so, providers=["CPUExecutionProvider"])
i = s.get_inputs()[0]
shape = [d if isinstance(d, int) else N for d in i.shape]
x = np.random.default_rng(0).standard_normal(shape).astype(np.float32)
print("onnxruntime %s  T%d  median %.4f  min %.4f ms" % (ort.__version__, T, *timeit(lambda: s.run(None, {i.name: x}))))
m = ov.Core().read_model(path)
m.reshape({m.inputs[0]: shape})
c = ov.Core().compile_model(
    m,
    "CPU",
    {
        "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_NUM_THREADS": T,
        "INFERENCE_PRECISION_HINT": "f32",
        "NUM_STREAMS": 1,
        "EXECUTION_MODE_HINT": "ACCURACY",
    },
)
r = c.create_infer_request()
r.set_input_tensor(ov.Tensor(x, shared_memory=True))
print("openvino %s  T%d  median %.4f  min %.4f ms" % (ov.__version__.split("-")[0], T, *timeit(lambda: r.infer())))
