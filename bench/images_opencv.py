"""Filters of examples/images on a 1920x1080 photo: compiled programs and OpenCV in turn, in one run.

    python3 bench/images_opencv.py [-t THREADS] [-r ROUNDS] [NAME...]

Needs opencv-python-headless and numpy from PyPI; bench/peers/setup.sh installs them. `f32`: both read and write float32 in
0..1, Convoy planes and OpenCV interleaved pictures, which is what each works on. `u8`: both read and write pictures of 8 bits;
OpenCV has a function of its own for them, or there is no time in its column. Outputs are allocated before.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import tempfile
import time

import cv2
import numpy

ROOT = pathlib.Path(__file__).resolve().parent.parent
HEIGHT, WIDTH, RUNS = 1080, 1920, 10
BYTES = numpy.random.default_rng(1).integers(0, 256, (HEIGHT, WIDTH, 3), dtype=numpy.uint8)
BYTES = cv2.GaussianBlur(BYTES, (9, 9), 3)  # some neighbours are alike, as in a photo
PHOTO = BYTES.astype(numpy.float32) / 255
EDGE, MIRROR = cv2.BORDER_REPLICATE, cv2.BORDER_REFLECT_101
SQUARE = numpy.ones((5, 5), numpy.uint8)


def empty(channels=1, kind=numpy.float32, scale=1):
    height, width = -(-HEIGHT // scale), -(-WIDTH // scale)
    return numpy.zeros((height, width, channels) if channels > 1 else (height, width), kind)


GRAY, A, B, C, D = (empty() for _ in range(5))
RGB, RGB8 = empty(3), empty(3, numpy.uint8)
HALF, QUARTER, EIGHTH = empty(3, scale=2), empty(3, scale=4), empty(3, scale=8)
HALF8 = empty(3, numpy.uint8, 2)
HALF_AGAIN, QUARTER_AGAIN = empty(3, scale=2), empty(3, scale=4)


def gaussian(x, sigma, out, extent):
    cv2.GaussianBlur(x, (extent, extent), sigma, dst=out, sigmaY=sigma, borderType=MIRROR)


def unsharp_mask():
    gaussian(PHOTO, 1.5, RGB, 11)
    cv2.addWeighted(PHOTO, 2.5, RGB, -1.5, 0, dst=RGB)


def gradients(border):
    cv2.cvtColor(PHOTO, cv2.COLOR_RGB2GRAY, dst=GRAY)
    cv2.Sobel(GRAY, cv2.CV_32F, 1, 0, dst=A, ksize=3, borderType=border)
    cv2.Sobel(GRAY, cv2.CV_32F, 0, 1, dst=B, ksize=3, borderType=border)


def sobel():
    gradients(EDGE)
    cv2.magnitude(A, B, C)
    for each, scale, shift in ((A, 0.25, 0.5), (B, 0.25, 0.5), (C, 0.5, 0)):
        cv2.addWeighted(each, scale, each, 0, shift, dst=each)


def difference_of_gaussians():
    cv2.cvtColor(PHOTO, cv2.COLOR_RGB2GRAY, dst=GRAY)
    gaussian(GRAY, 1, A, 7)
    gaussian(GRAY, 2, B, 13)
    cv2.addWeighted(A, 4, B, -4, 0.5, dst=C)


def harris():
    cv2.cvtColor(PHOTO, cv2.COLOR_RGB2GRAY, dst=GRAY)
    cv2.cornerHarris(GRAY, 3, 3, 0.04, dst=A, borderType=MIRROR)
    cv2.dilate(A, numpy.ones((7, 7), numpy.uint8), dst=B)
    peaks = (A == B) & (A > 16e-4)
    cv2.copyTo(PHOTO, None, RGB)
    RGB[cv2.dilate(peaks.astype(numpy.uint8), SQUARE) > 0] = (1, 0, 0)
    cv2.multiply(A, 250, dst=C)


def gaussian_pyramid():
    cv2.pyrDown(PHOTO, dst=HALF)
    cv2.pyrDown(HALF, dst=QUARTER)
    cv2.pyrDown(QUARTER, dst=EIGHTH)


def local_contrast():
    cv2.cvtColor(PHOTO, cv2.COLOR_RGB2GRAY, dst=GRAY)
    gaussian(GRAY, 8, A, 49)
    cv2.subtract(GRAY, A, dst=A)
    cv2.multiply(A, A, dst=B)
    gaussian(B, 8, C, 49)
    cv2.sqrt(C, C)
    cv2.add(C, 0.01, dst=C)
    cv2.divide(A, C, dst=D, scale=0.2)
    cv2.add(D, 0.5, dst=D)


def laplacian_pyramid():
    gaussian_pyramid()
    for before, level, again in ((PHOTO, HALF, RGB), (HALF, QUARTER, HALF_AGAIN), (QUARTER, EIGHTH, QUARTER_AGAIN)):
        cv2.resize(level, before.shape[1::-1], dst=again, interpolation=cv2.INTER_LINEAR)
        cv2.addWeighted(before, 1, again, -1, 0.5, dst=again)


# For each script what OpenCV does on float32, and on 8 bits.
FILTERS = {
    "gaussian_blur": (lambda: gaussian(PHOTO, 2, RGB, 13), lambda: gaussian(BYTES, 2, RGB8, 13)),
    "box_blur": (lambda: cv2.blur(PHOTO, (7, 7), dst=RGB, borderType=EDGE),
                 lambda: cv2.blur(BYTES, (7, 7), dst=RGB8, borderType=EDGE)),
    "unsharp_mask": (unsharp_mask, None),
    "sobel": (sobel, None),
    "difference_of_gaussians": (difference_of_gaussians, None),
    "harris": (harris, None),
    "gaussian_pyramid": (gaussian_pyramid, None),
    "laplacian_pyramid": (laplacian_pyramid, None),
    "downscale": (lambda: cv2.resize(PHOTO, (WIDTH // 2, HEIGHT // 2), dst=HALF, interpolation=cv2.INTER_AREA),
                  lambda: cv2.resize(BYTES, (WIDTH // 2, HEIGHT // 2), dst=HALF8, interpolation=cv2.INTER_AREA)),
    "dilate": (lambda: cv2.dilate(PHOTO, SQUARE, dst=RGB), lambda: cv2.dilate(BYTES, SQUARE, dst=RGB8)),
    "local_contrast": (local_contrast, None),
    "bilateral": (lambda: cv2.bilateralFilter(PHOTO, 5, 0.3, 2, dst=RGB), lambda: cv2.bilateralFilter(BYTES, 5, 76.5, 2, dst=RGB8)),
}


def timed(work):
    work()
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        work()
        times.append(1e3 * (time.perf_counter() - start))
    return times


def timed_program(program, threads, folder, picture):
    """Of 8 bits when the inputs and outputs are pictures."""
    report = folder / "time.json"
    files = ["--size", f"photo.H={HEIGHT}", "--size", f"photo.W={WIDTH}"]
    if picture:
        files = [picture, "--output-dir", folder / "out"]
    subprocess.run([program, *files, "--benchmark", str(RUNS), "--threads", str(threads), "--json", report],
                   check=True, stdout=subprocess.DEVNULL)
    numbers = json.loads(report.read_text())
    return [numbers["median_ms"]] * (RUNS - 1) + [numbers["min_ms"]]


def main():
    parser = argparse.ArgumentParser(description="Times filters of examples/images and of OpenCV in turn.")
    parser.add_argument("-t", "--threads", type=int, default=1)
    parser.add_argument("-r", "--rounds", type=int, default=5)
    parser.add_argument("names", nargs="*", metavar="NAME", help="scripts of examples/images")
    options = parser.parse_args()
    cv2.setNumThreads(options.threads)
    print(f"OpenCV {cv2.__version__}, {WIDTH}x{HEIGHT} rgb, threads {options.threads}: median (least) ms; ratios of least times")
    print(f"{'filter':24}{'convoy f32':>18}{'opencv f32':>18}{'ratio':>7}{'convoy u8':>18}{'opencv u8':>18}{'ratio':>7}")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        numpy.save(folder / "photo.npy", BYTES)
        for name in options.names or FILTERS:
            program = folder / name
            script = ROOT / f"examples/images/{name}.cvy"
            subprocess.run([ROOT / "build/bin/convoy", "build", script, "-o", program], check=True)
            real, bytes8 = FILTERS[name]
            works = [lambda: timed_program(program, options.threads, folder, None), lambda: timed(real),
                     lambda: timed_program(program, options.threads, folder, folder / "photo.npy"),
                     lambda: timed(bytes8) if bytes8 else []]
            rounds = [[work() for work in works] for _ in range(options.rounds)]
            times = [[ms for each in column for ms in each] for column in zip(*rounds)]
            cells = [f"{statistics.median(each):.2f} ({min(each):.2f})" if each else "" for each in times]
            ratios = [f"{min(theirs) / min(ours):.2f}" if theirs else "" for ours, theirs in (times[:2], times[2:])]
            print(f"{name:24}{cells[0]:>18}{cells[1]:>18}{ratios[0]:>7}{cells[2]:>18}{cells[3]:>18}{ratios[1]:>7}", flush=True)


if __name__ == "__main__":
    main()
