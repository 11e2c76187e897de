"""Edges of a 1920x1080 float picture: the compiled example and OpenCV in turn, in one run.

    python3 bench/edges_opencv.py build/demo/edges [THREADS]

Needs opencv-python-headless and numpy from PyPI. Both read float32 RGB in 0..1 and write float32 grey; Convoy's picture is
planar and OpenCV's interleaved, which is what each works on.
"""
import json, statistics, subprocess, sys, tempfile, time
import cv2, numpy

program, threads = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1
height, width, rounds, runs = 1080, 1920, 7, 30
cv2.setNumThreads(threads)
photo = numpy.random.default_rng(1).random((height, width, 3), dtype=numpy.float32)
gray, gx, gy, out = (numpy.zeros((height, width), numpy.float32) for _ in range(4))


def opencv():
    border = cv2.BORDER_REPLICATE
    cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY, dst=gray)
    cv2.Sobel(gray, cv2.CV_32F, 1, 0, dst=gx, ksize=3, borderType=border)
    cv2.Sobel(gray, cv2.CV_32F, 0, 1, dst=gy, ksize=3, borderType=border)
    cv2.magnitude(gx, gy, out)
    cv2.min(out, 1.0, dst=out)


def time_opencv():
    opencv()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        opencv()
        times.append(1e3 * (time.perf_counter() - start))
    return statistics.median(times), min(times)


def time_convoy():
    with tempfile.NamedTemporaryFile(suffix=".json") as report:
        size = ["--size", f"photo.H={height}", "--size", f"photo.W={width}"]
        command = [program, "--benchmark", str(runs), "--threads", str(threads), *size, "--json", report.name]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        numbers = json.load(open(report.name))
    return numbers["median_ms"], numbers["min_ms"]


ours, theirs = zip(*[(time_convoy(), time_opencv()) for _ in range(rounds)])
median = [statistics.median(m for m, _ in side) for side in (ours, theirs)]
best = [min(b for _, b in side) for side in (ours, theirs)]
print(f"threads {threads}: convoy {median[0]:.3f} (best {best[0]:.3f}) ms, opencv {cv2.__version__} {median[1]:.3f} "
      f"(best {best[1]:.3f}) ms; opencv / convoy: medians {median[1] / median[0]:.2f}, best {best[1] / best[0]:.2f}")
