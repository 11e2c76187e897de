"""raw/*.jsonl to results.json and tables.md.

Several passes of one work, peer, version and thread count: ms_median is the MEDIAN of their medians and not the best of
them, since peers are not sampled equally often and a machine has fast and slow phases; ms_min is the least of all. Passes
during which other processes were busy are left out unless there is nothing else. The peak is the best register-FMA sample.
"""

import glob
import json
import os
import statistics

HERE = os.environ.get("PEERS_HOME") or os.path.expanduser("~/.cache/convoy-peers")
WORKS = json.load(open(HERE + "/works.json"))
QUIET = 0.06


def lines(path):
    return [json.loads(line) for line in open(path) if line.startswith("{")]


def peaks():
    """GFLOP/s by thread count."""
    best = {}
    for row in lines(HERE + "/raw/peak.jsonl"):
        if row["shape"].endswith("_reg"):
            best[row["threads"]] = max(best.get(row["threads"], 0), row["max"])
    return best


def passes():
    """The rows of each (work, size of the picture, peer, version, threads)."""
    found = {}
    for path in sorted(glob.glob(HERE + "/raw/*.jsonl")):
        if os.path.basename(path) == "peak.jsonl":
            continue
        for row in lines(path):
            key = (row["work"], row.get("shape"), row["peer"], row["version"], row["threads"])
            found.setdefault(key, []).append(row)
    return found


def result(rows, peak):
    quiet = [r for r in rows if (r.get("foreign_cpu") or 0) <= QUIET] or rows
    median = statistics.median(r["ms_median"] for r in quiet)
    row = dict(min(quiet, key=lambda r: abs(r["ms_median"] - median)))
    row.update(ms_median=round(median, 5), ms_min=min(r["ms_min"] for r in rows), passes=len(quiet))
    work = WORKS.get(row["work"])
    if work:
        row["shape"] = work["desc"]
        row["gflop"] = round(work["gflop"], 6)
        row["gflops"] = round(work["gflop"] / median * 1e3, 2)
        row["pct_of_peak"] = round(100 * row["gflops"] / peak[row["threads"]], 2)
    data = row.get("min_bytes") or work["in_bytes"] + work["out_bytes"]
    row.update(min_bytes=data, GBps=round(data / median * 1e-6, 2))
    return row


def cell(rows):
    rows = [r for r in rows if "bound" not in r["peer"]]
    if not rows:
        return "-"
    best = min(rows, key=lambda r: r["ms_median"])
    rate = (
        f"{best['gflops']:.0f} GF/s, {best['pct_of_peak']:.0f}%"
        if best["work"][0] in "BDE"
        else f"{best['GBps']:.1f} GB/s"
    )
    return f"{best['peer']}: {best['ms_median']:.4g} ms, least {best['ms_min']:.4g} ({rate})"


def native(row):
    """In a layout of the peer's own, so that conversions are not in the time."""
    return "native io" in row["peer"]


def main():
    peak = peaks()
    results = [result(rows, peak) for rows in passes().values()]
    json.dump(results, open(HERE + "/results.json", "w"), indent=0)
    threads = sorted({r["threads"] for r in results})
    heads = [f"{title}, {t} threads" for t in threads for title in ("best", "best with NCHW in and out")]
    text = ["peak: " + ", ".join(f"{v:.1f} GFLOP/s with {t} threads" for t, v in sorted(peak.items())), ""]
    text += ["| work | shape | " + " | ".join(heads) + " |", "| --- " * (2 + len(heads)) + "|"]
    for work, shape in sorted({(r["work"], r["shape"]) for r in results}):
        cells = []
        for t in threads:
            rows = [r for r in results if (r["work"], r["shape"], r["threads"]) == (work, shape, t)]
            cells += [cell(rows), cell([r for r in rows if not native(r)])]
        text.append("| " + " | ".join([work, shape] + cells) + " |")
    open(HERE + "/tables.md", "w").write("\n".join(text) + "\n")
    print("\n".join(text))


if __name__ == "__main__":
    main()
