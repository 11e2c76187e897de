"""How near the cost model comes: predicted times of the kernels of whole networks beside what they take in a run, with
random weights, on one thread. `./dev bench predictions [-mcpu=NAME...]`, docs/cost.md.
"""
import argparse
import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
NETWORKS = {"resnet50": "resnet50", "vgg16": "vgg16_features", "mobilenetv1": "mobilenetv1"}


def measure(convoy, network, cpu):
    script = ROOT / "examples" / "networks" / f"{network}.cvy"
    command = [convoy, "bench", script, f"--pipeline={NETWORKS[network]}", "--init", "random:1", "--threads", "1"]
    run = subprocess.run([*map(str, command), f"-mcpu={cpu}", "--json", "-"], stdout=subprocess.PIPE, check=True)
    return json.loads(run.stdout)


def show(report):
    rows = [("kernel", "algorithm", "predicted ms", "in run ms", "predicted / in run")]
    for kernel in report["kernels"]:
        predicted, measured = kernel.get("predicted_ms"), kernel["in_run_median_ms"]
        if predicted:
            share = f"{predicted / measured:.2f}"
            rows.append((kernel["name"], kernel["algorithm"], f"{predicted:.4f}", f"{measured:.4f}", share))
    widths = [max(len(row[i]) for row in rows) for i in range(5)]
    for row in rows:
        cells = [cell.ljust(w) if i < 2 else cell.rjust(w) for i, (cell, w) in enumerate(zip(row, widths))]
        print("  ".join(cells).rstrip())


def main():
    parser = argparse.ArgumentParser(prog="./dev bench predictions", description=__doc__)
    parser.add_argument("convoy")
    parser.add_argument("networks", nargs="*", help=f"of {', '.join(NETWORKS)}; all of them")
    parser.add_argument("-mcpu", "--mcpu", action="append", help="native and x86-64-v4")
    parser.add_argument("--short", action="store_true", help="no line for each kernel")
    options = parser.parse_args()
    unknown = set(options.networks) - set(NETWORKS)
    if unknown:
        parser.error(f"there is no network {', '.join(sorted(unknown))} here")
    totals = []
    for network in options.networks or NETWORKS:
        for cpu in options.mcpu or ["native", "x86-64-v4"]:
            report = measure(options.convoy, network, cpu)
            if not options.short:
                print(f"{network}, {cpu}")
                show(report)
                print()
            totals.append((network, cpu, report))
    for network, cpu, report in totals:
        within, kernels = report["predicted_within_25_percent"], report["predicted_kernels"]
        whole = sum(kernel.get("predicted_ms", 0) for kernel in report["kernels"])
        print(f"{network}, {cpu}: {within} of {kernels} kernels within 25 %; all {whole:.2f} ms, "
              f"the program {report['median_ms']:.2f} ms, at {report['clock_ghz']:.2f} GHz")
    return 0


if __name__ == "__main__":
    sys.exit(main())
