"""usage: bench_ncnn.py THREADS WINO(0/1) [work prefixes]. strict f32 (all fp16/bf16 options off)"""

import sys
from common import *
import ncnn

T = int(sys.argv[1])
W = int(sys.argv[2])
for w in sel(sys.argv[3:]):
    if not os.path.exists(f"{HERE}/models/{w}.param"):  # networks.py writes none
        continue
    net = ncnn.Net()
    o = net.opt
    o.num_threads = T
    o.use_winograd_convolution = bool(W)
    o.use_fp16_packed = o.use_fp16_storage = o.use_fp16_arithmetic = False
    o.use_bf16_storage = False
    o.use_bf16_packed = False
    o.use_vulkan_compute = False
    o.use_int8_inference = False
    o.lightmode = True
    if net.load_param(f"{HERE}/models/{w}.param") or net.load_model(f"{HERE}/models/{w}.bin"):
        print("load fail", w)
        continue
    x = inp(w)[0]
    xm = ncnn.Mat(x).clone()
    out = WORKS[w]["out"]

    def f():
        ex = net.create_extractor()
        ex.input("x", xm)
        return ex.extract(out)

    r, y = f()
    if r:
        print("run fail", w)
        continue
    med, mn, n = timeit(f)
    emit("ncnn.jsonl", w, "ncnn" + ("" if W else " (no winograd)"), ncnn.__version__, T, med, mn, n)
