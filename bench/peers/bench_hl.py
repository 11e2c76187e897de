"""usage: HL_NUM_THREADS=T bench_hl.py THREADS - Halide hand schedules (fused) and autoschedulers"""

import itertools
import math
import os
import sys

from common import *
import halide as hl

T = int(sys.argv[1])
assert os.environ.get("HL_NUM_THREADS") == str(T)
VER = "21.0.0"
LIB = os.path.dirname(hl.__file__) + "/lib64/"
for n in ("mullapudi2016", "adams2019"):
    try:
        hl.load_plugin(LIB + f"libautoschedule_{n}.so")
    except Exception as e:
        print("plugin", n, e)
tgt = hl.get_host_target()
print(tgt)
x, y = hl.Var("x"), hl.Var("y")
PAD = False


def bc(inp):
    return inp if PAD else hl.BoundaryConditions.repeat_edge(inp)


k3 = [0.25, 0.5, 0.25]

g5 = [math.exp(-(i * i) / (2 * 1.1 * 1.1)) for i in range(-2, 3)]
sg = sum(g5)
g5 = [v / sg for v in g5]
F = lambda v: hl.f32(v)


def build(w, inp):
    """returns (outputs, internals dict)"""
    I = bc(inp)
    if w == "F1_gauss3" or w == "F2_gauss5_sep":
        k = k3 if w == "F1_gauss3" else g5
        r = len(k) // 2
        bx, by = hl.Func("bx"), hl.Func("by")
        by0 = sum((F(k[i]) * I[x, y + i - r] for i in range(1, len(k))), F(k[0]) * I[x, y - r])
        bx[x, y] = by0
        by[x, y] = sum((F(k[i]) * bx[x + i - r, y] for i in range(1, len(k))), F(k[0]) * bx[x - r, y])
        return [by], {"bx": bx}
    if w == "F2_gauss5_25tap":
        o = hl.Func("o")
        e = None
        for j in range(5):
            for i in range(5):
                t = F(g5[i] * g5[j]) * I[x + i - 2, y + j - 2]
                e = t if e is None else e + t
        o[x, y] = e
        return [o], {}

    def mag(S):
        gx = (
            (S[x + 1, y - 1] - S[x - 1, y - 1])
            + F(2.0) * (S[x + 1, y] - S[x - 1, y])
            + (S[x + 1, y + 1] - S[x - 1, y + 1])
        )
        gy = (
            (S[x - 1, y + 1] - S[x - 1, y - 1])
            + F(2.0) * (S[x, y + 1] - S[x, y - 1])
            + (S[x + 1, y + 1] - S[x + 1, y - 1])
        )
        return hl.abs(gx) + hl.abs(gy)

    if w == "F3_sobelmag":
        o = hl.Func("o")
        o[x, y] = mag(I)
        return [o], {}
    if w == "F4_blur_sobel_max2":
        b0, b, m, p = hl.Func("b0"), hl.Func("b"), hl.Func("m"), hl.Func("p")
        b0[x, y] = F(0.25) * I[x, y - 1] + F(0.5) * I[x, y] + F(0.25) * I[x, y + 1]
        b[x, y] = F(0.25) * b0[x - 1, y] + F(0.5) * b0[x, y] + F(0.25) * b0[x + 1, y]
        m[x, y] = mag(b)
        p[x, y] = hl.max(
            hl.max(m[2 * x, 2 * y], m[2 * x + 1, 2 * y]), hl.max(m[2 * x, 2 * y + 1], m[2 * x + 1, 2 * y + 1])
        )
        return [p], {"b0": b0, "b": b, "m": m}
    if w == "F5_pyramid3":
        L = []
        S = inp
        for i in range(3):
            l = hl.Func(f"l{i}")
            l[x, y] = F(0.25) * (
                (S[2 * x, 2 * y] + S[2 * x + 1, 2 * y]) + (S[2 * x, 2 * y + 1] + S[2 * x + 1, 2 * y + 1])
            )
            L.append(l)
            S = l
        return L, {}


def hand(w, outs, it, strip, xt):
    yo, yi, xo, xi, yu = hl.Var("yo"), hl.Var("yi"), hl.Var("xo"), hl.Var("xi"), hl.Var("yu")
    V = 16
    o = outs[-1]
    SI = hl.TailStrategy.ShiftInwards
    if w == "F5_pyramid3":
        for l in outs:
            l.compute_root().split(y, yo, yi, max(8, strip // 4), SI).parallel(yo).vectorize(x, V, SI)
        return
    o.split(y, yo, yi, strip, SI)
    if xt:
        o.split(x, xo, xi, xt, SI).reorder(xi, yi, xo, yo).vectorize(xi, V)
        lev = xo
    else:
        o.vectorize(x, V, SI)
        lev = yo
    o.parallel(yo)
    if w in ("F2_gauss5_25tap", "F3_sobelmag"):
        o.unroll(yi, 2) if strip % 2 == 0 else None
    for n in ("bx", "b"):
        if n in it:
            it[n].store_at(o, lev).compute_at(o, yi).vectorize(x, V, hl.TailStrategy.RoundUp)
    if "b0" in it:
        it["b0"].compute_at(it["b"], y).vectorize(x, V, hl.TailStrategy.RoundUp)


def go(W, H, pad=False):
    global PAD
    PAD = pad
    sfx = " (pre-padded input)" if pad else ""
    tag = f"{W}x{H}"
    px = 4 * W * H
    X = np.random.default_rng(1).random((H, W), dtype=np.float32)
    for w in (
        (() if pad and 0 else ())
        + ("F1_gauss3", "F2_gauss5_25tap", "F2_gauss5_sep", "F3_sobelmag", "F4_blur_sobel_max2")
        + (() if pad else ("F5_pyramid3",))
    ):
        div = 2 if w in ("F4_blur_sobel_max2", "F5_pyramid3") else 1
        by = px + px // div**2 + ((px // 16 + px // 64) if w == "F5_pyramid3" else 0)
        cfg = [("hand", s, t) for s, t in ((8, 0), (16, 0), (32, 0))] + (
            [("Mullapudi2016", 0, 0), ("Adams2019", 0, 0)] if AUTO else []
        )
        best = None
        for c in cfg:
            try:
                inp = hl.ImageParam(hl.Float(32), 2, "inp")
                outs, it = build(w, inp)
                P = hl.Pipeline(outs)
                sh = [(W // div, H // div)] if w != "F5_pyramid3" else [(W >> i, H >> i) for i in (1, 2, 3)]
                if c[0] == "hand":
                    hand(w, outs, it, c[1], c[2])
                else:
                    inp.dim(0).set_estimate(0, W)
                    inp.dim(1).set_estimate(0, H)
                    for o, (a, b) in zip(outs, sh):
                        o.set_estimate(x, 0, a)
                        o.set_estimate(y, 0, b)
                    P.apply_autoscheduler(tgt, hl.AutoschedulerParams(c[0], {"parallelism": str(T)}))
                P.compile_jit(tgt)
                ib = hl.Buffer(X)
                if pad:
                    ib = hl.Buffer(np.pad(X, ((8, 8), (32, 32)), mode="edge"))
                    ib.set_min([-32, -8])
                inp.set(ib)
                ob = [np.zeros((b, a), np.float32) for a, b in sh]
                hb = [hl.Buffer(v) for v in ob]

                def f():
                    P.realize(hb if len(hb) > 1 else hb[0])

                f()
                med, mn, n = timeit(f, budget=0.4)
                r = (med, mn, n, c)
                if c[0] == "hand":
                    best = r if best is None or med < best[0] else best
                    print(w, c, round(med, 3))
                else:
                    emit(
                        "img.jsonl",
                        w[:9] if w.startswith("F2") else w,
                        "halide " + c[0] + (w[9:] if w.startswith("F2") else ""),
                        VER,
                        T,
                        med,
                        mn,
                        n,
                        shape=tag,
                        min_bytes=by,
                        GBps=round(by / med * 1e-6, 2),
                    )
            except Exception as e:
                print("FAIL", w, c, str(e)[:300])
        if best:
            emit(
                "img.jsonl",
                w[:9] if w.startswith("F2") else w,
                "halide hand-fused" + (w[9:] if w.startswith("F2") else "") + sfx,
                VER,
                T,
                best[0],
                best[1],
                best[2],
                shape=tag,
                min_bytes=by,
                GBps=round(by / best[0] * 1e-6, 2),
                cfg=list(best[3]),
            )


AUTO = len(sys.argv) > 3
a = sys.argv[2] if len(sys.argv) > 2 else "all"
if a in ("all", "4k"):
    go(4096, 4096)
    go(4096, 4096, True)
if a in ("all", "hd"):
    go(1920, 1080)
    go(1920, 1080, True)
