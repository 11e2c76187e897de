"""8-bit filters, bytes in and bytes out: compiled pipelines, OpenCV and a copy in turn, in one run.

    python3 bench/bytes_opencv.py build/bin/convoy [-t THREADS] [-s WIDTHxHEIGHT]... [-r ROUNDS] [WORK...]

Needs opencv-python-headless and numpy from PyPI. Both read and write pictures of 8 bits as they lie in memory. OpenCV computes
smoothing in whole numbers, rounded half up, and edges in 16 bits or float32. `copy` moves as many bytes as a filter reads and
writes. A WORK is the beginning of a title: "gaussian", "max 2x2 rgb".
"""
import argparse, json, statistics, subprocess, tempfile, time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
import cv2, numpy

parser = argparse.ArgumentParser(description="Times 8-bit filters, OpenCV's and copies in turn.")
parser.add_argument("convoy", type=Path)
parser.add_argument("-t", "--threads", type=int, default=1)
parser.add_argument("-s", "--size", action="append", help="1920x1080 unless given; may be repeated")
parser.add_argument("-r", "--rounds", type=int, default=5)
parser.add_argument("works", nargs="*", metavar="WORK")
options = parser.parse_intermixed_args()
threads, runs = options.threads, 20
cv2.setNumThreads(threads)
pool = ThreadPoolExecutor(threads)

binomial3 = "[[a * b / 16 for b in [1, 2, 1]] for a in [1, 2, 1]]"
binomial5 = "[[a * b / 256 for b in [1, 4, 6, 4, 1]] for a in [1, 4, 6, 4, 1]]"
total = sum(numpy.exp(-(i * i + j * j) / 8) for i in range(-4, 5) for j in range(-4, 5))
gauss9 = f"[[exp(-(i * i + j * j) / 8) / {total} for j in -4..5] for i in -4..5]"
edges = Path(__file__).parent.parent / "examples/edges/edges.cvy"
sobel_body = """
    gx = x |> conv(kernel: [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], padding: same, border: replicate)
    gy = x |> conv(kernel: [[-1, -2, -1], [0, 0, 0], [1, 2, 1]], padding: same, border: replicate)
    return abs(gx) + abs(gy)
"""


def filter_of(kind, layer):
    return f"pipeline filter(x: image[{kind}]) -> image[{kind}] {{ return x |> {layer} }}"


def smooth(kernel):
    return f"conv(kernel: {kernel}, padding: same, border: reflect101)"


class OpenCv:
    """What OpenCV does on one picture, into memory that is there already."""

    def __init__(self, x):
        self.x, (height, width) = x, x.shape[:2]
        self.out, self.small = numpy.empty_like(x), numpy.empty_like(x[: height // 2, : width // 2])
        self.rows = numpy.empty_like(x[: height // 2])
        self.gx, self.gy = (numpy.empty(x.shape, numpy.int16) for _ in range(2))
        self.ax, self.ay = numpy.empty_like(x), numpy.empty_like(x)

    def gaussian(self, size, sigma):
        return cv2.GaussianBlur(self.x, (size, size), sigma, dst=self.out, borderType=cv2.BORDER_REFLECT_101)

    def sobel(self):
        if self.x.ndim == 2:
            cv2.spatialGradient(self.x, self.gx, self.gy, 3, cv2.BORDER_REPLICATE)
        else:
            cv2.Sobel(self.x, cv2.CV_16S, 1, 0, dst=self.gx, ksize=3, borderType=cv2.BORDER_REPLICATE)
            cv2.Sobel(self.x, cv2.CV_16S, 0, 1, dst=self.gy, ksize=3, borderType=cv2.BORDER_REPLICATE)
        cv2.convertScaleAbs(self.gx, dst=self.ax)
        cv2.convertScaleAbs(self.gy, dst=self.ay)
        return cv2.add(self.ax, self.ay, dst=self.out)

    def largest3(self):
        return cv2.dilate(self.x, numpy.ones((3, 3), numpy.uint8), dst=self.out)

    def largest2(self):
        """There is none with steps of two: rows first, then every other column."""
        cv2.max(self.x[0::2], self.x[1::2], dst=self.rows)
        return cv2.max(self.rows[:, 0::2], self.rows[:, 1::2], dst=self.small)

    def average2(self):
        return cv2.resize(self.x, self.small.shape[1::-1], dst=self.small, interpolation=cv2.INTER_AREA)

    def edges(self):
        gray = cv2.cvtColor(self.x, cv2.COLOR_RGB2GRAY)
        gx = cv2.Sobel(gray, cv2.CV_32F, 1, 0, ksize=3, borderType=cv2.BORDER_REPLICATE)
        gy = cv2.Sobel(gray, cv2.CV_32F, 0, 1, ksize=3, borderType=cv2.BORDER_REPLICATE)
        return cv2.convertScaleAbs(cv2.magnitude(gx, gy))


works = [("edges", "rgb", edges.read_text(), OpenCv.edges)]
for kind in ("gray", "rgb"):
    works += [
        (f"gaussian 3x3 {kind}", kind, filter_of(kind, smooth(binomial3)), lambda cv: cv.gaussian(3, 0)),
        (f"gaussian 5x5 {kind}", kind, filter_of(kind, smooth(binomial5)), lambda cv: cv.gaussian(5, 0)),
        (f"gaussian 9x9 {kind}", kind, filter_of(kind, smooth(gauss9)), lambda cv: cv.gaussian(9, 2)),
        (f"sobel {kind}", kind, f"pipeline filter(x: image[{kind}]) -> image[{kind}] {{{sobel_body}}}", OpenCv.sobel),
        (f"max 2x2 {kind}", kind, filter_of(kind, "max_pool(2x2)"), OpenCv.largest2),
        (f"average 2x2 {kind}", kind, filter_of(kind, "avg_pool(2x2)"), OpenCv.average2),
        (f"max 3x3 {kind}", kind, filter_of(kind, "max_pool(3x3, stride: 1, padding: same)"), OpenCv.largest3)]
if options.works:
    works = [work for work in works if any(work[0].startswith(wanted) for wanted in options.works)]


def timed(function):
    function()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        function()
        times.append(1e3 * (time.perf_counter() - start))
    return statistics.median(times), min(times)


def copy_of(count):
    """Reads and writes `count` bytes together, in a part for each thread."""
    half = count // 2 // threads
    parts = [(numpy.ones(half, numpy.uint8), numpy.zeros(half, numpy.uint8)) for _ in range(threads)]
    if threads == 1:
        return lambda: numpy.copyto(parts[0][1], parts[0][0])
    return lambda: list(pool.map(lambda part: numpy.copyto(part[1], part[0]), parts))


def time_convoy(program, picture, folder):
    report = folder / "time.json"
    command = [program, picture, "-o", folder / "out.ppm", "--benchmark", str(runs), "--threads", str(threads), "--json", report]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    numbers = json.loads(report.read_text())
    return numbers["median_ms"], numbers["min_ms"]


def run(folder, size):
    width, height = map(int, size.split("x"))
    random = numpy.random.default_rng(1)
    pictures = {"rgb": random.integers(0, 256, (height, width, 3), dtype=numpy.uint8)}
    pictures["gray"] = numpy.ascontiguousarray(pictures["rgb"][..., 1])
    for kind, picture in pictures.items():
        numpy.save(folder / f"{kind}.npy", picture)
    print(f"{size}, threads {threads}, OpenCV {cv2.__version__}; milliseconds, medians (best)")
    for title, kind, script, function in works:
        (folder / "filter.cvy").write_text(script)
        program, opencv = folder / "filter", OpenCv(pictures[kind])
        subprocess.run([options.convoy, "build", folder / "filter.cvy", "-o", program], check=True)
        result = function(opencv)
        copy = copy_of(pictures[kind].size + result.size)
        sides = zip(*[(time_convoy(program, folder / f"{kind}.npy", folder), timed(lambda: function(opencv)), timed(copy))
                      for _ in range(options.rounds)])
        ours, theirs, copied = [(statistics.median(m for m, _ in side), min(b for _, b in side)) for side in sides]
        found = cv2.imread(str(folder / "out.ppm"), cv2.IMREAD_UNCHANGED)
        found = found[..., ::-1] if result.ndim == 3 else found[..., 0] if found.ndim == 3 else found
        apart = int(numpy.abs(found.astype(int) - function(opencv)).max())
        print(f"{title:18} convoy {ours[0]:6.3f} ({ours[1]:6.3f})  opencv {theirs[0]:6.3f} ({theirs[1]:6.3f})  "
              f"copy {copied[0]:6.3f} ({copied[1]:6.3f})  opencv / convoy {theirs[0] / ours[0]:5.2f} "
              f"({theirs[1] / ours[1]:5.2f}); apart by at most {apart}", flush=True)


with tempfile.TemporaryDirectory() as name:
    for size in options.size or ["1920x1080"]:
        run(Path(name), size)
