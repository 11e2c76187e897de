"""usage: bench_ncnn.py THREADS WINO(0/1) [work prefixes]. strict f32 (all fp16/bf16 options off), memory from its pools.

Of single layers also "(native io)": maps packed by 16 channels in and out, as ncnn's layers hand them on."""

import sys
from common import *
import ncnn

T = int(sys.argv[1])
W = int(sys.argv[2])
pools = ncnn.UnlockedPoolAllocator(), ncnn.PoolAllocator()
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
    o.blob_allocator, o.workspace_allocator = pools
    if net.load_param(f"{HERE}/models/{w}.param") or net.load_model(f"{HERE}/models/{w}.bin"):
        print("load fail", w)
        continue
    x = inp(w)[0]
    planar = ncnn.Mat(x).clone()
    out = WORKS[w]["out"]

    def f(x, packed):
        ex = net.create_extractor()
        ex.input("x", x)
        return ex.extract(out, packed)

    if f(planar, 0)[0]:
        print("run fail", w)
        continue
    peer = "ncnn" + ("" if W else " (no winograd)")
    med, mn, n = timeit(lambda: f(planar, 0))
    emit("ncnn.jsonl", w, peer, ncnn.__version__, T, med, mn, n)
    if w[0] in "BC" and planar.c % 16 == 0:
        packed = ncnn.convert_packing(planar, 16)
        med, mn, n = timeit(lambda: f(packed, 1))
        emit("ncnn.jsonl", w, peer + " (native io)", ncnn.__version__, T, med, mn, n)
