"""usage: bench_cv.py THREADS  - OpenCV image filter chains, float32, dst preallocated"""

import sys
from common import *
import cv2

T = int(sys.argv[1])
cv2.setNumThreads(T if T > 1 else 1)


def go(W, H):
    tag = f"{W}x{H}"
    x = np.random.default_rng(1).random((H, W), dtype=np.float32)
    N = lambda h=H, w=W: np.zeros((h, w), np.float32)
    d, a, b, gx, gy, h1 = N(), N(), N(), N(), N(), N(H // 2, W)
    p = N(H // 2, W // 2)
    l1, l2, l3 = N(H // 2, W // 2), N(H // 4, W // 4), N(H // 8, W // 8)
    c0, c1 = N(H // 2, W // 2), N(H // 2, W // 2)
    g = cv2.getGaussianKernel(5, 1.1).astype(np.float32)
    K5 = (g @ g.T).astype(np.float32)
    k3 = np.array([[0.25], [0.5], [0.25]], np.float32)
    K3 = (k3 @ k3.T).astype(np.float32)
    B = cv2.BORDER_REPLICATE
    z = np.zeros_like(x)

    def sobel(src, dst):
        cv2.Sobel(src, cv2.CV_32F, 1, 0, dst=gx, ksize=3, borderType=B)
        cv2.Sobel(src, cv2.CV_32F, 0, 1, dst=gy, ksize=3, borderType=B)
        cv2.absdiff(gx, z, gx)
        cv2.absdiff(gy, z, gy)
        cv2.add(gx, gy, dst)

    def maxpool(src, dst):
        cv2.max(src[0::2], src[1::2], h1)
        v = h1.reshape(H // 2, W // 2, 2)
        cv2.extractChannel(v, 0, c0)
        cv2.extractChannel(v, 1, c1)
        cv2.max(c0, c1, dst)

    def chain():
        cv2.GaussianBlur(x, (3, 3), 0, a, borderType=B)
        sobel(a, b)
        maxpool(b, p)

    def pyr():
        cv2.resize(x, (W // 2, H // 2), l1, interpolation=cv2.INTER_AREA)
        cv2.resize(l1, (W // 4, H // 4), l2, interpolation=cv2.INTER_AREA)
        cv2.resize(l2, (W // 8, H // 8), l3, interpolation=cv2.INTER_AREA)

    px = 4 * W * H
    items = [
        ("F0_copy", "opencv (np.copyto)", lambda: np.copyto(d, x), 2 * px),
        ("F1_gauss3", "opencv GaussianBlur", lambda: cv2.GaussianBlur(x, (3, 3), 0, d, borderType=B), 2 * px),
        ("F1_gauss3", "opencv sepFilter2D", lambda: cv2.sepFilter2D(x, -1, k3, k3, d, borderType=B), 2 * px),
        ("F1_gauss3", "opencv filter2D 3x3", lambda: cv2.filter2D(x, -1, K3, d, borderType=B), 2 * px),
        ("F2_gauss5", "opencv filter2D 5x5", lambda: cv2.filter2D(x, -1, K5, d, borderType=B), 2 * px),
        ("F2_gauss5", "opencv sepFilter2D", lambda: cv2.sepFilter2D(x, -1, g, g, d, borderType=B), 2 * px),
        (
            "F2_gauss5",
            "opencv GaussianBlur",
            lambda: cv2.GaussianBlur(x, (5, 5), 1.1, d, borderType=B),
            2 * px,
        ),
        ("F3_sobelmag", "opencv", lambda: sobel(x, d), 2 * px),
        ("F4_blur_sobel_max2", "opencv", chain, px + px // 4),
        ("F5_pyramid3", "opencv resize INTER_AREA", pyr, px + px // 4 + px // 16 + px // 64),
    ]
    for w, peer, f, by in items:
        med, mn, n = timeit(f, budget=0.5)
        emit(
            "img.jsonl",
            w,
            peer,
            cv2.__version__,
            T,
            med,
            mn,
            n,
            shape=tag,
            min_bytes=by,
            GBps=round(by / med * 1e-6, 2),
        )


go(4096, 4096)
go(1920, 1080)
