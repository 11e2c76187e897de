#!/usr/bin/env python3
"""Generate every work item once, in three forms, under models/:
  <id>.onnx (ONNX Runtime, OpenVINO), <id>.param/.bin (ncnn), <id>.txt (oneDNN runner); works.json = meta data.
BN is already folded: conv + bias (+relu). fp32, batch 1, random He-scaled weights (no denormals)."""

import os, json, struct, sys
import numpy as np, onnx
from onnx import helper as oh, TensorProto as TP

HOME = os.environ.get("PEERS_HOME") or os.path.expanduser("~/.cache/convoy-peers")
OUT = os.path.join(HOME, "models")
os.makedirs(OUT, exist_ok=True)
META = {}


class Net:
    def __init__(s, wid, group, desc, C, H, W):
        s.id, s.group, s.desc = wid, group, desc
        s.rng = np.random.default_rng(sum(map(ord, wid)))
        s.shape = {"x": (C, H, W)}
        s.ops = []
        s.n = 0
        s.gflop = 0.0
        s.wbytes = 0
        s.w = {}
        s.last = "x"

    def new(s):
        s.n += 1
        return f"t{s.n}"

    def conv(s, OC, k, st=1, p=0, d=1, g=1, relu=True, x=None, res=None, wscale=1.0, relu_after=None):
        x = x or s.last
        C, H, W = s.shape[x]
        y = s.new()
        OH = (H + 2 * p - d * (k - 1) - 1) // st + 1
        OW = (W + 2 * p - d * (k - 1) - 1) // st + 1
        s.gflop += 2e-9 * OC * OH * OW * (C // g) * k * k
        w = (s.rng.standard_normal((OC, C // g, k, k)) * np.sqrt(2 / ((C // g) * k * k)) * wscale).astype(np.float32)
        b = (s.rng.standard_normal(OC) * 0.1).astype(np.float32)
        s.wbytes += w.nbytes + b.nbytes
        s.ops.append(dict(op="conv", x=x, y=y, IC=C, OC=OC, k=k, s=st, p=p, d=d, g=g, relu=relu, res=res, w=w, b=b))
        s.shape[y] = (OC, OH, OW)
        s.last = y
        return y

    def pool(s, kind, k, st, p=0, x=None):
        x = x or s.last
        C, H, W = s.shape[x]
        y = s.new()
        OH = (H + 2 * p - k) // st + 1
        OW = (W + 2 * p - k) // st + 1
        s.gflop += 1e-9 * C * OH * OW * k * k
        s.ops.append(dict(op="pool", kind=kind, x=x, y=y, k=k, s=st, p=p))
        s.shape[y] = (C, OH, OW)
        s.last = y
        return y

    def gap(s):
        x = s.last
        C, H, W = s.shape[x]
        y = s.new()
        s.gflop += 1e-9 * C * H * W
        s.ops.append(dict(op="gap", x=x, y=y))
        s.shape[y] = (C, 1, 1)
        s.last = y
        return y

    def fc(s, OC, relu=False):
        x = s.last
        I = int(np.prod(s.shape[x]))
        y = s.new()
        s.gflop += 2e-9 * I * OC
        w = (s.rng.standard_normal((OC, I)) * np.sqrt(2 / I)).astype(np.float32)
        b = (s.rng.standard_normal(OC) * 0.1).astype(np.float32)
        s.wbytes += w.nbytes
        s.ops.append(dict(op="fc", x=x, y=y, IC=I, OC=OC, relu=relu, w=w, b=b))
        s.shape[y] = (OC,)
        s.last = y
        return y

    def save(s):
        P = os.path.join(OUT, s.id)
        # ---- onnx
        nodes = []
        init = []
        flat = set()

        def ini(n, a):
            init.append(oh.make_tensor(n, TP.FLOAT, a.shape, a.tobytes(), raw=True))

        for i, o in enumerate(s.ops):
            y = o["y"]
            last = o is s.ops[-1]
            if o["op"] == "conv":
                ini(f"w{i}", o["w"])
                ini(f"b{i}", o["b"])
                cur = y + "_c" if (o["relu"] or o["res"]) else y
                nodes.append(
                    oh.make_node(
                        "Conv",
                        [o["x"], f"w{i}", f"b{i}"],
                        [cur],
                        kernel_shape=[o["k"]] * 2,
                        strides=[o["s"]] * 2,
                        pads=[o["p"]] * 4,
                        dilations=[o["d"]] * 2,
                        group=o["g"],
                    )
                )
                if o["res"]:
                    nx = y + "_a" if o["relu"] else y
                    nodes.append(oh.make_node("Add", [cur, o["res"]], [nx]))
                    cur = nx
                if o["relu"]:
                    nodes.append(oh.make_node("Relu", [cur], [y]))
            elif o["op"] == "pool":
                kw = dict(kernel_shape=[o["k"]] * 2, strides=[o["s"]] * 2, pads=[o["p"]] * 4)
                if o["kind"] == "avg":
                    kw["count_include_pad"] = 0
                nodes.append(oh.make_node("MaxPool" if o["kind"] == "max" else "AveragePool", [o["x"]], [y], **kw))
            elif o["op"] == "gap":
                nodes.append(oh.make_node("GlobalAveragePool", [o["x"]], [y]))
            elif o["op"] == "fc":
                x = o["x"]
                if len(s.shape[x]) == 3:
                    nodes.append(oh.make_node("Flatten", [x], [x + "_f"], axis=1))
                    x = x + "_f"
                ini(f"w{i}", o["w"])
                ini(f"b{i}", o["b"])
                cur = y + "_c" if o["relu"] else y
                nodes.append(oh.make_node("Gemm", [x, f"w{i}", f"b{i}"], [cur], transB=1))
                if o["relu"]:
                    nodes.append(oh.make_node("Relu", [cur], [y]))
        ishape = (1,) + s.shape["x"]
        oshape = (1,) + s.shape[s.last]
        g = oh.make_graph(
            nodes,
            s.id,
            [oh.make_tensor_value_info("x", TP.FLOAT, ishape)],
            [oh.make_tensor_value_info(s.last, TP.FLOAT, oshape)],
            init,
        )
        m = oh.make_model(g, opset_imports=[oh.make_opsetid("", 17)])
        m.ir_version = 8
        onnx.checker.check_model(m)
        onnx.save(m, P + ".onnx")
        # ---- oneDNN text
        with open(P + ".txt", "w") as f:
            f.write("input x %d %d %d\n" % s.shape["x"])
            for o in s.ops:
                if o["op"] == "conv":
                    f.write(
                        f"conv {o['x']} {o['y']} {o['IC']} {o['OC']} {o['k']} {o['s']} {o['p']} {o['d']} {o['g']} {int(o['relu'])} {o['res'] or '-'}\n"
                    )
                elif o["op"] == "pool":
                    f.write(f"pool {o['x']} {o['y']} {o['kind']} {o['k']} {o['s']} {o['p']}\n")
                elif o["op"] == "gap":
                    f.write(f"gap {o['x']} {o['y']}\n")
                else:
                    f.write(f"fc {o['x']} {o['y']} {o['IC']} {o['OC']} {int(o['relu'])}\n")
        # ---- ncnn
        uses = {}
        for o in s.ops:
            uses.setdefault(o["x"], []).append(o)
            if o.get("res"):
                uses.setdefault(o["res"], []).append(o)
        L = []
        blobs = 0
        bin_ = b""
        take = {}

        def outb(n):
            nonlocal blobs
            blobs += 1
            u = len(uses.get(n, []))
            return n

        def after(n):
            nonlocal blobs
            u = len(uses.get(n, []))
            if u > 1:
                nm = [f"{n}_s{j}" for j in range(u)]
                L.append(f"Split sp_{n} 1 {u} {n} " + " ".join(nm))
                blobs += u
                take[n] = list(nm)
            else:
                take[n] = [n]

        L.append("Input x 0 1 x")
        blobs += 1
        after("x")
        bins = []
        for i, o in enumerate(s.ops):
            xi = take[o["x"]].pop(0)
            y = o["y"]
            if o["op"] == "conv":
                ri = take[o["res"]].pop(0) if o["res"] else None
                act = 1 if (o["relu"] and not ri) else 0
                oy = y + "_c" if ri else y
                ty = "ConvolutionDepthWise" if o["g"] > 1 else "Convolution"
                L.append(
                    f"{ty} l{i} 1 1 {xi} {oy} 0={o['OC']} 1={o['k']} 2={o['d']} 3={o['s']} 4={o['p']} 5=1 6={o['w'].size}"
                    + (f" 7={o['g']}" if o["g"] > 1 else "")
                    + f" 9={act}"
                )
                blobs += 1
                bins.append(struct.pack("<I", 0) + o["w"].tobytes() + o["b"].tobytes())
                if ri:
                    oa = y + "_a" if o["relu"] else y
                    L.append(f"BinaryOp a{i} 2 1 {oy} {ri} {oa} 0=0")
                    blobs += 1
                    if o["relu"]:
                        L.append(f"ReLU r{i} 1 1 {oa} {y}")
                        blobs += 1
            elif o["op"] == "pool":
                L.append(
                    f"Pooling l{i} 1 1 {xi} {y} 0={0 if o['kind'] == 'max' else 1} 1={o['k']} 2={o['s']} 3={o['p']} 5=1"
                )
                blobs += 1
            elif o["op"] == "gap":
                L.append(f"Pooling l{i} 1 1 {xi} {y} 0=1 4=1")
                blobs += 1
            else:
                L.append(f"InnerProduct l{i} 1 1 {xi} {y} 0={o['OC']} 1=1 2={o['w'].size} 9={int(o['relu'])}")
                blobs += 1
                bins.append(struct.pack("<I", 0) + o["w"].tobytes() + o["b"].tobytes())
            after(y)
        open(P + ".param", "w").write(f"7767517\n{len(L)} {blobs}\n" + "\n".join(L) + "\n")
        open(P + ".bin", "wb").write(b"".join(bins))
        META[s.id] = dict(
            group=s.group,
            desc=s.desc,
            gflop=s.gflop,
            in_shape=ishape,
            out_shape=oshape,
            out=s.last,
            in_bytes=int(4 * np.prod(ishape)),
            out_bytes=int(4 * np.prod(oshape)),
            w_bytes=s.wbytes,
        )


def single(wid, desc, C, H, OC, k, **kw):
    n = Net(wid, "B", desc, C, H, H)
    n.conv(OC, k, **kw)
    n.save()


single("B01_r50_7x7s2", "7x7 s2 p3 3->64 @224", 3, 224, 64, 7, st=2, p=3)
single("B02_r50_1x1_64_256_56", "1x1 64->256 @56", 64, 56, 256, 1)
single("B03_r50_3x3_64_56", "3x3 64->64 @56 p1", 64, 56, 64, 3, p=1)
single("B04_r50_3x3_128_28", "3x3 128->128 @28 p1", 128, 28, 128, 3, p=1)
single("B05_r50_3x3_256_14", "3x3 256->256 @14 p1", 256, 14, 256, 3, p=1)
single("B06_r50_3x3_512_7", "3x3 512->512 @7 p1", 512, 7, 512, 3, p=1)
single("B07_r50_1x1s2_256_512_56", "1x1 s2 256->512 @56", 256, 56, 512, 1, st=2)
single("B08_r50_1x1_512_2048_7", "1x1 512->2048 @7", 512, 7, 2048, 1)
single("B09_vgg_3x3_64_224", "3x3 64->64 @224 p1", 64, 224, 64, 3, p=1)
single("B10_vgg_3x3_256_56", "3x3 256->256 @56 p1", 256, 56, 256, 3, p=1)
single("B11_mb_dw3_32_112", "dw 3x3 s1 p1 C=32 @112", 32, 112, 32, 3, p=1, g=32)
single("B12_mb_dw3s2_64_112", "dw 3x3 s2 p1 C=64 @112", 64, 112, 64, 3, p=1, st=2, g=64)
single("B13_mb_dw5_120_28", "dw 5x5 p2 C=120 @28", 120, 28, 120, 5, p=2, g=120)
single("B14_mb_1x1_32_64_112", "1x1 32->64 @112", 32, 112, 64, 1)
single("B15_dil_3x3d2_256_28", "3x3 dil2 p2 256->256 @28", 256, 28, 256, 3, p=2, d=2)
single("B16_grp32_3x3_128_56", "3x3 g=32 p1 128->128 @56", 128, 56, 128, 3, p=1, g=32)
single("B17_3x3_128_56", "3x3 128->128 @56 p1", 128, 56, 128, 3, p=1)
single("B18_3x3_256_28", "3x3 256->256 @28 p1", 256, 28, 256, 3, p=1)
single("B19_3x3s2_128_56", "3x3 s2 128->128 @56 p1", 128, 56, 128, 3, p=1, st=2)


def sp(wid, desc, C, H, *a):
    n = Net(wid, "C", desc, C, H, H)
    n.gap() if a[0] == "gap" else n.pool(*a)
    n.save()


sp("C1_max3s2_64_112", "max 3x3 s2 p1 C=64 @112", 64, 112, "max", 3, 2, 1)
sp("C2_max2s2_64_224", "max 2x2 s2 C=64 @224", 64, 224, "max", 2, 2, 0)
sp("C3_avg3s1_192_28", "avg 3x3 s1 p1 C=192 @28 (excl. pad)", 192, 28, "avg", 3, 1, 1)
sp("C4_avg2s2_256_56", "avg 2x2 s2 C=256 @56", 256, 56, "avg", 2, 2, 0)
sp("C5_gap_2048_7", "global avg C=2048 @7", 2048, 7, "gap")
n = Net("D1_conv3_3_64_224_max2", "D", "conv3x3 3->64 @224 +relu +maxpool2x2s2", 3, 224, 224)
n.conv(64, 3, p=1)
n.pool("max", 2, 2)
n.save()
n = Net("D2_conv3_64_64_224_max2", "D", "conv3x3 64->64 @224 +relu +maxpool2x2s2", 64, 224, 224)
n.conv(64, 3, p=1)
n.pool("max", 2, 2)
n.save()
n = Net("D3_resnet_stem", "D", "conv7x7s2 3->64 @224 +relu +maxpool3x3s2p1", 3, 224, 224)
n.conv(64, 7, st=2, p=3)
n.pool("max", 3, 2, 1)
n.save()
n = Net("D4_mbv1_block_128_56", "D", "dw3x3 C=128 @56 +relu, 1x1 128->128 +relu", 128, 56, 56)
n.conv(128, 3, p=1, g=128)
n.conv(128, 1)
n.save()
n = Net("D5_bottleneck_56", "D", "1x1 256->64, 3x3 64->64, 1x1 64->256 + residual, relu @56", 256, 56, 56)
n.conv(64, 1)
n.conv(64, 3, p=1)
n.conv(256, 1, res="x", wscale=0.3)
n.save()
n = Net("D6_lenet5", "D", "LeNet-5 28x28 whole net", 1, 28, 28)
n.conv(6, 5, p=2)
n.pool("avg", 2, 2)
n.conv(16, 5)
n.pool("max", 2, 2)
n.fc(120, True)
n.fc(84, True)
n.fc(10)
n.save()
n = Net("E1_vgg16_conv", "E", "VGG-16 conv part @224", 3, 224, 224)
for c, r in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)):
    for _ in range(r):
        n.conv(c, 3, p=1)
    n.pool("max", 2, 2)
n.save()
n = Net("E2_resnet18", "E", "ResNet-18 @224", 3, 224, 224)
n.conv(64, 7, st=2, p=3)
n.pool("max", 3, 2, 1)
ic = 64
for st, c in enumerate((64, 128, 256, 512)):
    for b in range(2):
        x = n.last
        s_ = 2 if (st > 0 and b == 0) else 1
        idn = n.conv(c, 1, st=s_, relu=False, x=x) if s_ == 2 else x
        n.conv(c, 3, st=s_, p=1, x=x)
        n.conv(c, 3, p=1, res=idn, wscale=0.3)
n.gap()
n.fc(1000)
n.save()
n = Net("E3_resnet50", "E", "ResNet-50 v1.5 @224", 3, 224, 224)
n.conv(64, 7, st=2, p=3)
n.pool("max", 3, 2, 1)
for st, (c, r) in enumerate(((64, 3), (128, 4), (256, 6), (512, 3))):
    for b in range(r):
        x = n.last
        s_ = 2 if (st > 0 and b == 0) else 1
        idn = n.conv(4 * c, 1, st=s_, relu=False, x=x) if b == 0 else x
        n.conv(c, 1, x=x)
        n.conv(c, 3, st=s_, p=1)
        n.conv(4 * c, 1, res=idn, wscale=0.3)
n.gap()
n.fc(1000)
n.save()
n = Net("E4_mobilenetv1", "E", "MobileNetV1 1.0 @224", 3, 224, 224)
n.conv(32, 3, st=2, p=1)
for c, s_ in (
    (64, 1),
    (128, 2),
    (128, 1),
    (256, 2),
    (256, 1),
    (512, 2),
    (512, 1),
    (512, 1),
    (512, 1),
    (512, 1),
    (512, 1),
    (1024, 2),
    (1024, 1),
):
    ic = n.shape[n.last][0]
    n.conv(ic, 3, st=s_, p=1, g=ic)
    n.conv(c, 1)
n.gap()
n.fc(1000)
n.save()
json.dump(META, open(os.path.join(OUT, "..", "works.json"), "w"), indent=1)
for k, v in META.items():
    print(f"{k:28s} {v['gflop']:9.4f} GFLOP  {v['desc']}")
