"""Convoy and the peers in turn on the same works, and the ratio to the best of them.

    python3 bench/peers/in_turn.py WORKS_BENCH [-t THREADS] [-r ROUNDS] [--json FILE] [PREFIX...]

Needs ./setup.sh. Each round measures a work with Convoy and then with every peer, so that all meet the same phases of
the machine; medians are medians over the rounds of their medians, least times the least of all.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
HOME = pathlib.Path(os.environ.get("PEERS_HOME") or os.path.expanduser("~/.cache/convoy-peers"))
FILTERS = ["F1_gauss3", "F2_gauss5", "F3_sobelmag", "F4_blur_sobel_max2", "F5_pyramid3"]


def ours(program, work, threads, *more):
    """Rows of one work, as --json of WORKS_BENCH has them. `more`: options of it."""
    with tempfile.NamedTemporaryFile(suffix=".json") as report:
        command = [program, "--threads", str(threads), "--json", report.name, *more, work]
        lock = os.environ.get("PEERS_LOCK") or str(HOME / "bench.lock")
        subprocess.run(["flock", lock] + command, check=True, stdout=subprocess.DEVNULL)
        rows = json.load(open(report.name))["rows"]
    return [r for r in rows if r["work"].split()[0] == work]


def peers(work, threads, environment=None):
    """What run.sh appends to raw/ for one work. `environment`: variables for it, beside those of this process."""
    before = {path: path.stat().st_size for path in (HOME / "raw").glob("*.jsonl")}
    prefix = "F" if work.startswith("F") else work
    command = [HERE / "run.sh", "-t", str(threads), prefix]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=os.environ | (environment or {}))
    rows = []
    for path in (HOME / "raw").glob("*.jsonl"):
        with open(path) as raw:
            raw.seek(before.get(path, 0))
            rows += [json.loads(line) for line in raw if line.startswith("{")]
    return [r for r in rows if r["work"] != "peak" and "bound" not in r["peer"]]


class Times:
    """Of one row of ours or one peer, over all rounds."""

    def __init__(self):
        self.medians, self.least = [], []

    def add(self, row):
        self.medians.append(row["ms_median"] if "ms_median" in row else row["median_ms"])
        self.least.append(row["ms_min"] if "ms_min" in row else row["min_ms"])

    def median(self):
        return statistics.median(self.medians)

    def minimum(self):
        return min(self.least)


def is_native(peer):
    return "native io" in peer


def lines(work, own, others):
    """A line for each row of ours, beside the best peer that does the same: whole programs beside those that take NCHW,
    kernels beside those in a layout of their own. A work of several kernels has no peers for each of them."""
    kernels = [row for row in own if row != "whole program" and "cold" not in row and " to " not in row]
    found = []
    for row, times in own.items():
        if row != "whole program" and (kernels != [row] or work[0] not in "BC"):
            continue
        same = {p: t for p, t in others.items() if is_native(p) == (row != "whole program")}
        line = dict(work=work, row=row, median_ms=times.median(), min_ms=times.minimum())
        if same:
            best = min(same, key=lambda p: same[p].minimum())
            line.update(peer=best, peer_median_ms=same[best].median(), peer_min_ms=same[best].minimum())
            line.update(median_ratio=line["peer_median_ms"] / line["median_ms"])
            line.update(min_ratio=line["peer_min_ms"] / line["min_ms"])
        found.append(line)
    return found


def show(line):
    text = f"{line['work']:32} {line['row'][:24]:24} {line['median_ms']:9.4f} {line['min_ms']:9.4f}"
    if "peer" in line:
        text += f"  {line['peer'][:28]:28} {line['peer_median_ms']:9.4f} {line['peer_min_ms']:9.4f}"
        text += f" {line['median_ratio']:7.2f} {line['min_ratio']:7.2f}"
    print(text, flush=True)


def measure(program, group, threads, rounds):
    """Lines of the works of a group: one work, or all filters, which their peers run together."""
    own, others = {}, {}  # by work (filters: and size of the picture), then by row or peer
    for _ in range(rounds):
        for work in group:
            for row in ours(program, work, threads):
                own.setdefault(row["work"], {}).setdefault(row["row"], Times()).add(row)
        for row in peers(group[0], threads):
            name = (row["work"] + " " + row.get("shape", "")).strip()
            others.setdefault(name, {}).setdefault(row["peer"], Times()).add(row)
    return [line for work in own for line in lines(work, own[work], others.get(work, {}))]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("-t", "--threads", type=int, default=1)
    parser.add_argument("-r", "--rounds", type=int, default=3)
    parser.add_argument("--json", help="write the lines here too")
    parser.add_argument("prefix", nargs="*")
    options = parser.parse_intermixed_args()
    if not (HOME / "works.json").exists():
        sys.exit("there are no peers yet: run bench/peers/setup.sh")
    groups = [[work] for work in json.load(open(HOME / "works.json"))] + [FILTERS]
    groups = [[w for w in g if not options.prefix or any(w.startswith(p) for p in options.prefix)] for g in groups]
    groups = [g for g in groups if g]
    if not groups:
        sys.exit("no work has such a name")
    heads = ["work", "row", "median ms", "least ms", "best peer", "median ms", "least ms", "median", "least"]
    print("{:32} {:24} {:>9} {:>9}  {:28} {:>9} {:>9} {:>7} {:>7}  (peer / ours)".format(*heads))
    found = []
    for group in groups:
        for line in measure(options.program, group, options.threads, options.rounds):
            show(line)
            found.append(line)
    if options.json:
        json.dump(found, open(options.json, "w"), indent=1)


if __name__ == "__main__":
    main()
