"""usage: bench_ov.py THREADS [work prefixes]. f32 forced (INFERENCE_PRECISION_HINT=f32), latency hint, 1 stream."""

import sys
from common import *
import openvino as ov
import openvino.properties.hint as h

T = int(sys.argv[1])
core = ov.Core()
for w in sel(sys.argv[2:]):
    m = core.read_model(f"{HERE}/models/{w}.onnx")
    c = core.compile_model(
        m,
        "CPU",
        {
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_NUM_THREADS": T,
            "INFERENCE_PRECISION_HINT": "f32",
            "NUM_STREAMS": 1,
            "EXECUTION_MODE_HINT": "ACCURACY",
            "CPU_DENORMALS_OPTIMIZATION": True,
        },
    )
    assert str(c.get_property("INFERENCE_PRECISION_HINT")).find("float32") >= 0 or "f32" in str(
        c.get_property("INFERENCE_PRECISION_HINT")
    ), c.get_property("INFERENCE_PRECISION_HINT")
    r = c.create_infer_request()
    x = inp(w)
    r.set_input_tensor(ov.Tensor(x, shared_memory=True))
    y = np.empty(WORKS[w]["out_shape"], np.float32)
    r.set_output_tensor(0, ov.Tensor(y, shared_memory=True))

    def f():
        r.start_async()
        r.wait()

    med, mn, n = timeit(f)
    emit("ov.jsonl", w, "openvino", ov.__version__.split("-")[0], T, med, mn, n)
