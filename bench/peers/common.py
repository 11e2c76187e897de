"""What the Python drivers share: the works, timing, and a line per result in $PEERS_HOME/raw."""

import json
import os
import time

import numpy as np

HERE = os.environ.get("PEERS_HOME") or os.path.expanduser("~/.cache/convoy-peers")
WORKS = json.load(open(HERE + "/works.json"))
TRIES = int(os.environ.get("PEERS_TRIES", "4"))
QUIET = 0.06  # cores that other processes may use during a timing
FOREIGN = STEAL = 0.0  # of the last timing: cores that other processes used, and that the host took away
os.makedirs(HERE + "/raw", exist_ok=True)


def _cpu():
    """Now, seconds of all processes, of this one, and stolen ones."""
    user, nice, system, _, _, irq, softirq, steal = (int(x) for x in open("/proc/stat").readline().split()[1:9])
    own = os.times()
    return time.perf_counter(), (user + nice + system + irq + softirq) / 100, own.user + own.system, steal / 100


def timeit(f, budget=0.6, warm=0.25, tries=TRIES):
    """Median and least time of f in ms, and how often it ran; repeated while other processes are busy."""
    global FOREIGN, STEAL
    best = None
    for _ in range(tries):
        before = _cpu()
        result = _timeit(f, budget, warm)
        after = _cpu()
        passed, everyone, own, stolen = (b - a for a, b in zip(before, after))
        foreign = max(0.0, (everyone - own) / passed)
        if best is None or foreign < best[1]:
            best = (result, foreign, stolen / passed)
        if foreign < QUIET:
            break
        if tries > 1:
            time.sleep(1.0)
    FOREIGN, STEAL = best[1], best[2]
    return best[0]


def _timeit(f, budget, warm, least=9, most=3000):
    now = time.perf_counter
    start, runs = now(), 0
    while runs < 3 or now() - start < warm:
        f()
        runs += 1
        if runs >= 3 and now() - start > 1.5:
            break
    times, start = [], now()
    while (len(times) < least or now() - start < budget) and len(times) < most:
        before = now()
        f()
        times.append(now() - before)
    times.sort()
    return times[len(times) // 2] * 1e3, times[0] * 1e3, len(times)


def emit(file, work, peer, version, threads, median, least, runs, **more):
    """Appends a result to raw/file and prints it."""
    row = dict(work=work, peer=peer, version=version, threads=threads, ms_median=round(median, 5))
    row.update(ms_min=round(least, 5), reps=runs, foreign_cpu=round(FOREIGN, 3), steal=round(STEAL, 3), **more)
    with open(os.path.join(HERE, "raw", file), "a") as raw:
        raw.write(json.dumps(row) + "\n")
    print(
        f"{work:28s} {peer:24s} T{threads} med {median:9.4f} min {least:9.4f} ms  n={runs} foreign={FOREIGN:.3f}",
        flush=True,
    )


def sel(prefixes):
    """Works whose names start with one of the prefixes; all without any."""
    return [w for w in WORKS if not prefixes or any(w.startswith(p) for p in prefixes)]


def inp(work):
    return np.random.default_rng(1).standard_normal(WORKS[work]["in_shape"]).astype(np.float32)
