"""8-bit filters of 1920x1080 pictures, bytes in and bytes out: compiled pipelines and OpenCV in turn, in one run.

    python3 bench/bytes_opencv.py build/bin/convoy [THREADS]

Needs opencv-python-headless and numpy from PyPI. Both read and write pictures of 8 bits as they lie in memory. Convoy computes
in float32 and rounds once; OpenCV computes smoothing in whole numbers, and edges in 16 bits and float32.
"""
import json, statistics, subprocess, sys, tempfile, time
from pathlib import Path
import cv2, numpy

convoy, threads = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1
height, width, rounds, runs = 1080, 1920, 5, 20
cv2.setNumThreads(threads)
random = numpy.random.default_rng(1)
pictures = {kind: random.integers(0, 256, (height, width) + shape, dtype=numpy.uint8) for kind, shape in
            {"rgb": (3,), "gray": ()}.items()}

binomial = "[[a * b / 256 for b in [1, 4, 6, 4, 1]] for a in [1, 4, 6, 4, 1]]"
gauss = "[[exp(-(i * i + j * j) / 8) / s for j in -4..5] for i in -4..5]"
total = sum(numpy.exp(-(i * i + j * j) / 8) for i in range(-4, 5) for j in range(-4, 5))
edges = Path(__file__).parent.parent / "examples/edges/edges.cvy"


def filter_of(kind, layer):
    return f"pipeline filter(x: image[{kind}]) -> image[{kind}] {{ return x |> {layer} }}"


outputs = {kind: numpy.empty_like(picture) for kind, picture in pictures.items()}


def smooth(kind, size, sigma):
    return lambda x: cv2.GaussianBlur(x, (size, size), sigma, dst=outputs[kind], borderType=cv2.BORDER_REFLECT_101)


def largest(kind):
    return lambda x: cv2.dilate(x, numpy.ones((3, 3), numpy.uint8), dst=outputs[kind])


def opencv_edges(photo):
    gray = cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY)
    gx = cv2.Sobel(gray, cv2.CV_32F, 1, 0, ksize=3, borderType=cv2.BORDER_REPLICATE)
    gy = cv2.Sobel(gray, cv2.CV_32F, 0, 1, ksize=3, borderType=cv2.BORDER_REPLICATE)
    return cv2.convertScaleAbs(cv2.magnitude(gx, gy))


works = [("edges", "rgb", edges.read_text(), opencv_edges)]
for kind in ("gray", "rgb"):
    works += [
        (f"gaussian 5x5 {kind}", kind, filter_of(kind, f"conv(kernel: {binomial}, padding: same, border: reflect101)"),
         smooth(kind, 5, 0)),
        (f"gaussian 9x9 {kind}", kind,
         filter_of(kind, f"conv(kernel: {gauss.replace('/ s', f'/ {total}')}, padding: same, border: reflect101)"),
         smooth(kind, 9, 2)),
        (f"max 3x3 {kind}", kind, filter_of(kind, "max_pool(3x3, stride: 1, padding: same)"),
         largest(kind))]


def time_opencv(function, picture):
    function(picture)
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        function(picture)
        times.append(1e3 * (time.perf_counter() - start))
    return statistics.median(times), min(times)


def time_convoy(program, picture, folder):
    report = folder / "time.json"
    command = [program, picture, "-o", folder / "out.png", "--benchmark", str(runs), "--threads", str(threads), "--json", report]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    numbers = json.loads(report.read_text())
    return numbers["median_ms"], numbers["min_ms"]


with tempfile.TemporaryDirectory() as name:
    folder = Path(name)
    for kind, picture in pictures.items():
        numpy.save(folder / f"{kind}.npy", picture)
    print(f"threads {threads}, OpenCV {cv2.__version__}; milliseconds, medians (best)")
    for title, kind, script, function in works:
        (folder / "filter.cvy").write_text(script)
        program = folder / "filter"
        subprocess.run([convoy, "build", folder / "filter.cvy", "-o", program], check=True)
        ours, theirs = zip(*[(time_convoy(program, folder / f"{kind}.npy", folder), time_opencv(function, pictures[kind]))
                             for _ in range(rounds)])
        result = cv2.imread(str(folder / "out.png"), cv2.IMREAD_UNCHANGED)
        result = result[..., ::-1] if result.ndim == 3 else result
        apart = int(numpy.abs(result.astype(int) - function(pictures[kind])).max())
        median = [statistics.median(m for m, _ in side) for side in (ours, theirs)]
        best = [min(b for _, b in side) for side in (ours, theirs)]
        print(f"{title:18} convoy {median[0]:6.3f} ({best[0]:6.3f})  opencv {median[1]:6.3f} ({best[1]:6.3f})  "
              f"opencv / convoy {median[1] / median[0]:5.2f} ({best[1] / best[0]:5.2f}); apart by at most {apart}")
