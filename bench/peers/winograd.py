#!/usr/bin/env python3
"""3x3 convolutions and the networks that are made of them, without a matrix unit: Convoy and the peers in turn.

    python3 bench/peers/winograd.py WORKS_BENCH [-r ROUNDS] [--cpu NAME] [--json FILE] [layers|networks|avx2] [PREFIX...]

Needs ./setup.sh. `layers`: one thread, the kernels of a layer in the layout that they work in, beside peers in theirs and
peers with NCHW. `networks`: NCHW in and out, one thread and two. `avx2`: the same networks with 256-bit vectors; ONNX
Runtime, OpenVINO and oneDNN are limited to AVX2 too (limited.py), ncnn cannot be. All three when none is named.

Medians are over the rounds of the medians, least times the least of all. Percentages are of the best sample of
multiply-adds on registers of the whole run, with the operations of direct convolution. Ratios are of least times.
"""

import argparse
import json
import sys

from in_turn import HOME, Times, is_native, ours, peers
from limited import limits

# Of a layer: channels (of both sides) and extent, the share of the peak that it should reach, and how far it should be
# ahead of the best peer.
LAYERS = {
    "B03_r50_3x3_64_56": (64, 56, 220, 1.3),
    "B17_3x3_128_56": (128, 56, 220, 1.3),
    "B09_vgg_3x3_64_224": (64, 224, 205, 1.3),
    "B10_vgg_3x3_256_56": (256, 56, 205, 1.1),
    "B04_r50_3x3_128_28": (128, 28, 190, 1.3),
    "B18_3x3_256_28": (256, 28, 170, 1.1),
    "B05_r50_3x3_256_14": (256, 14, 150, 1.1),
}
NETWORKS = {
    "E1_vgg16_conv": ("VGG-16, its convolutions", 1.6),
    "E2_resnet18": ("ResNet-18", 1.5),
    "E3_resnet50": ("ResNet-50", 1.25),
}
AHEAD_IN_AVX2, TWO_THREADS = 1.5, 1.85
GFLOP = {name: work["gflop"] for name, work in json.load(open(HOME / "works.json")).items()}


def is_kernel(row):
    """A kernel of the layer itself, not a conversion between layouts."""
    return row["row"] != "whole program" and not row["algorithm"].startswith("reorder")


def total(rows):
    return {key: sum(row[key] for row in rows) for key in ("median_ms", "min_ms")} if rows else None


class Measured:
    """A work with one number of threads: the times of Convoy and of each peer."""

    def __init__(self, work, threads):
        self.work, self.threads = work, threads
        self.own, self.cold, self.others, self.peak = Times(), Times(), {}, 0

    def add_own(self, rows):
        for row in rows:
            if row["percent_of_peak"]:
                self.peak = max(self.peak, row["gflops"] / row["percent_of_peak"] * 100 / self.threads)
        if self.work in NETWORKS:
            return self.own.add(next(row for row in rows if row["row"] == "whole program"))
        kernels = [row for row in rows if is_kernel(row)]
        cold = {row["row"].removesuffix(", cold weights"): row for row in kernels if "cold" in row["row"]}
        warm = [row for row in kernels if "cold" not in row["row"]]
        self.own.add(total(warm))
        self.cold.add(total([cold.get(row["row"], row) for row in warm]))

    def add_peers(self, rows):
        """oneDNN is measured in several layouts: each counts, the best is what stands in the table."""
        for row in rows:
            if self.work in LAYERS or not is_native(row["peer"]):
                self.others.setdefault(row["peer"], Times()).add(row)

    def best(self):
        return min(self.others, key=lambda peer: self.others[peer].minimum())

    def best_of(self, system):
        found = [times for peer, times in self.others.items() if peer.startswith(system)]
        return min(found, key=Times.minimum) if found else None

    def of_peak(self, ms, peak):
        return 100 * GFLOP[self.work] / ms * 1e3 / peak / self.threads

    def ahead(self, peer):
        return self.others[peer].minimum() / self.own.minimum()


def measure(program, works, threads, rounds, cpu, environment=None):
    found = [Measured(work, threads) for work in works]
    for _ in range(rounds):
        for one in found:
            more = ["--no-kernels"] if one.work in NETWORKS else []
            one.add_own(ours(program, one.work, threads, "--cpu", cpu, *more))
            one.add_peers(peers(one.work, threads, environment))
    return found


SYSTEMS = ["onednn", "onnxruntime", "openvino", "ncnn"]


def cell(times):
    return f"{times.median():.4g} ({times.minimum():.4g})" if times else ""


def verdict(value, wanted, digits=2):
    return f"{value:.{digits}f} of {wanted}" + ("" if value >= wanted else ", missed")


def sums_alone(work, peak):
    """What the sums of Winograd's F(4x4) take at the best rate, in ms: 36 multiply-adds for a tile of 4x4 results."""
    channels, extent = LAYERS[work][:2]
    return 2 * 36 * (-(-extent // 4)) ** 2 * channels * channels / peak / 1e6


def table(title, heads, rows):
    print(f"\n{title}; ms, median (least)\n")
    for row in [heads, ["---"] * len(heads), *rows]:
        print("| " + " | ".join(row) + " |", flush=True)


def peers_of(one, wanted):
    best = one.best()
    return [*(cell(one.best_of(system)) for system in SYSTEMS), f"{verdict(one.ahead(best), wanted)}, {best}"]


def show_layers(title, measured):
    peak, rows = max(one.peak for one in measured), []
    for one in measured:
        channels, extent, share, ahead = LAYERS[one.work]
        median, least = (one.of_peak(ms, peak) for ms in (one.own.median(), one.own.minimum()))
        rows.append([f"{channels} to {channels} at {extent}x{extent}", cell(one.own),
                     f"{median:.0f} ({verdict(least, share, 0)})", cell(one.cold), f"{sums_alone(one.work, peak):.3g}",
                     *peers_of(one, ahead)])
    heads = ["layer", "Convoy", "% of peak", "cold weights", "F(4) sums alone", *SYSTEMS, "best peer / Convoy"]
    table(f"{title}; best sample {peak:.1f} GFLOP/s", heads, rows)


def show_networks(title, measured, wanted=None):
    """`wanted`: how far all of them should be ahead; else each as its own row says."""
    peak, rows = max(one.peak for one in measured), []
    for one in measured:
        name, ahead = NETWORKS[one.work]
        rows.append([name, cell(one.own), f"{one.of_peak(one.own.minimum(), peak):.0f}", *peers_of(one, wanted or ahead)])
    table(f"{title}; best sample {peak:.1f} GFLOP/s", ["network", "Convoy", "% of peak", *SYSTEMS, "best peer / Convoy"], rows)


def show_scaling(one_thread, two_threads):
    print("\nTwo threads, the times of one by those of two\n\n| work | least | median |\n| --- | --- | --- |")
    for one, two in zip(one_thread, two_threads):
        least, median = one.own.minimum() / two.own.minimum(), one.own.median() / two.own.median()
        print(f"| {NETWORKS[one.work][0]} | {verdict(least, TWO_THREADS)} | {median:.2f} |")


def as_json(one, part):
    others = {peer: dict(median_ms=times.median(), min_ms=times.minimum()) for peer, times in one.others.items()}
    return dict(work=one.work, part=part, threads=one.threads, peak=one.peak, median_ms=one.own.median(),
                min_ms=one.own.minimum(), peers=others)


def without_matrix_unit():
    """This processor; where it has a matrix unit, its vectors."""
    with open("/proc/cpuinfo") as info:
        return "x86-64-v4" if "amx_tile" in info.read() else "native"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("-r", "--rounds", type=int, default=3)
    parser.add_argument("--cpu", default=without_matrix_unit(), help="of `layers` and `networks`")
    parser.add_argument("--json", help="write the rows here too")
    parser.add_argument("words", nargs="*", help="parts, and what names of works start with")
    options = parser.parse_intermixed_args()
    parts = [word for word in options.words if word in ("layers", "networks", "avx2")] or ["layers", "networks", "avx2"]
    prefixes = [word for word in options.words if word not in parts] or [""]
    chosen = lambda rows: [work for work in rows if any(work.startswith(prefix) for prefix in prefixes)]
    if not chosen(LAYERS | NETWORKS):
        sys.exit("no work has such a name")
    found = {}

    def run(part, rows, threads, cpu, environment=None):
        found[part] = measure(options.program, chosen(rows), threads, options.rounds, cpu, environment)
        return found[part]

    if "layers" in parts and chosen(LAYERS):
        show_layers(f"Layers, {options.cpu}, one thread", run("layers", LAYERS, 1, options.cpu))
    if "networks" in parts and chosen(NETWORKS):
        one = run("networks", NETWORKS, 1, options.cpu)
        show_networks(f"Networks, {options.cpu}, one thread", one)
        two = run("networks of two threads", NETWORKS, 2, options.cpu)
        show_networks(f"Networks, {options.cpu}, two threads", two)
        show_scaling(one, two)
    if "avx2" in parts and chosen(NETWORKS):
        limited = run("avx2", NETWORKS, 1, "x86-64-v3", limits())
        for one in limited:
            one.others.pop("ncnn", None)  # it has used AVX-512
        show_networks("Networks, x86-64-v3, one thread, peers with AVX2", limited, AHEAD_IN_AVX2)
    if options.json:
        rows = [as_json(one, part) for part, all in found.items() for one in all]
        json.dump(rows, open(options.json, "w"), indent=1)


if __name__ == "__main__":
    main()
